"""Money that goes back. It is owed in the transaction that decides so, and sent back after that, until it has worked."""

import logging

from django.db import transaction

from apps.shop.payments.models import Payment, PaymentStatus
from apps.shop.payments.provider import ProviderError, get_provider

logger = logging.getLogger(__name__)


def owe(payment: Payment) -> None:
    """Note that a payment goes back, and send it after the transaction."""
    payment.status = PaymentStatus.REFUND_DUE
    payment.save(update_fields=["status"])
    transaction.on_commit(lambda: settle(payment), robust=True)


def settle(payment: Payment) -> bool:
    """Have the provider send a payment back, and say whether it did. What fails is tried again in the night."""
    provider = get_provider()
    if provider is None:
        logger.error("Payment %s is owed, and no provider is set.", payment)
        return False
    try:
        provider.refund(payment)
    except ProviderError:
        logger.exception("Payment %s could not be sent back.", payment)
        return False
    due = Payment.objects.filter(pk=payment.pk, status=PaymentStatus.REFUND_DUE)
    return due.update(status=PaymentStatus.REFUNDED) == 1


def settle_all() -> int:
    """Send back what is still owed, and return how many payments that were."""
    return sum(
        settle(payment) for payment in Payment.objects.filter(status=PaymentStatus.REFUND_DUE)
    )
