"""What the shop asks of whoever takes the money. A provider is a class of these methods, named in the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from apps.shop.payments.models import Payment


class ProviderError(Exception):
    """The provider could not be asked, or refused."""


class UntrustedError(Exception):
    """A delivery was not sent by the provider, is too old, or cannot be read."""


class Kind(StrEnum):
    """What a provider reports."""

    PAID = "paid"
    DECLINED = "declined"


@dataclass(frozen=True, kw_only=True)
class Event:
    """What has happened to a payment. The provider gives each event an identifier of its own, of up to 100 letters."""

    identifier: str
    kind: Kind
    reference: UUID
    amount: Decimal
    currency: str


class Provider(Protocol):
    """Somebody who takes money for the shop."""

    def begin(self, payment: Payment) -> str:
        """Return the address where the customer pays. The provider takes the money once for each reference.

        Raises `ProviderError`.
        """

    def read(self, headers: Mapping[str, str], body: bytes) -> Event:
        """Return what a delivery to the webhook says. Raises `UntrustedError`."""

    def refund(self, payment: Payment) -> None:
        """Send back the amount. The provider does that once for each reference, however often it is asked.

        Raises `ProviderError`.
        """


def get_provider() -> Provider | None:
    """Return the provider of the settings; None where staff note payments themselves."""
    path = settings.SHOP_PAYMENT_PROVIDER
    return cast("Provider", import_string(path)()) if path else None
