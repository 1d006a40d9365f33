"""A provider for development, which takes no money. It is never on in production: the settings refuse it there.

Its page is in this project. What somebody chooses there it reports as a real provider does, by a signed delivery.
"""

import json
import logging
import time
import uuid
from collections.abc import Mapping
from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from apps.shop.payments.models import Payment
from apps.shop.payments.provider import Event, Kind, UntrustedError
from apps.shop.payments.signatures import is_valid, sign

logger = logging.getLogger(__name__)

HEADER = "Payment-Signature"


class StandIn:
    """Pretends to take money."""

    def begin(self, payment: Payment) -> str:
        """Return the address of its page."""
        return reverse("shop:stand_in", args=[payment.reference])

    def read(self, headers: Mapping[str, str], body: bytes) -> Event:
        """Return what a delivery says, if it is signed, fresh and complete."""
        signature = headers.get(HEADER, "")
        if not is_valid(settings.SHOP_WEBHOOK_SECRET, body, signature, int(time.time())):
            raise UntrustedError("The signature does not fit, or is too old.")
        try:
            data = json.loads(body)
            return Event(
                identifier=str(uuid.UUID(data["id"])),
                kind=Kind(data["kind"]),
                reference=uuid.UUID(data["reference"]),
                amount=Decimal(data["amount"]),
                currency=data["currency"],
            )
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise UntrustedError("The body cannot be read.") from error

    def refund(self, payment: Payment) -> None:
        """Note that money would go back."""
        logger.info("Stand-in: %s %s go back.", payment.amount, payment.currency)


def delivery(payment: Payment, kind: Kind) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body by which the stand-in reports something."""
    data = {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "reference": str(payment.reference),
        "amount": str(payment.amount),
        "currency": payment.currency,
    }
    body = json.dumps(data).encode()
    return {HEADER: sign(settings.SHOP_WEBHOOK_SECRET, body, int(time.time()))}, body
