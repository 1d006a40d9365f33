"""How payments begin, and what follows when the provider reports something."""

from collections.abc import Mapping

from django.db import transaction

from apps.shop.models import Order, Payment, PaymentEvent
from apps.shop.orders import move
from apps.shop.payments.models import PaymentStatus
from apps.shop.payments.provider import Kind, Provider, UntrustedError
from apps.shop.payments.refunds import owe
from apps.shop.rules import Status


def begin(order: Order, provider: Provider) -> str:
    """Return the address where an order is paid. Raises `ProviderError`."""
    values = {"amount": order.total, "currency": order.currency}
    payment, _made = Payment.objects.get_or_create(order=order, defaults=values)
    return provider.begin(payment)


def receive(provider: Provider, headers: Mapping[str, str], body: bytes) -> Kind:
    """Do what a delivery asks for, once however often it comes, and return what it reports.

    Raises `UntrustedError`, and `Payment.DoesNotExist`.
    """
    event = provider.read(headers, body)
    with transaction.atomic():
        found = Payment.objects.get(reference=event.reference)
        # Deliveries about one order come one after the other, and after whoever moves it meanwhile.
        order = Order.objects.select_for_update().get(pk=found.order_id)
        payment = Payment.objects.get(pk=found.pk)
        if (event.amount, event.currency) != (payment.amount, payment.currency):
            raise UntrustedError("The amount is not that of the payment.")
        if PaymentEvent.objects.filter(identifier=event.identifier).exists():
            return event.kind
        PaymentEvent.objects.create(identifier=event.identifier, payment=payment, kind=event.kind)
        if event.kind is Kind.PAID and payment.status == PaymentStatus.BEGUN:
            if move(order, Status.PAID):
                payment.status = PaymentStatus.PAID
                payment.save(update_fields=["status"])
            else:
                # It was cancelled meanwhile, or staff had noted that it was paid in another way.
                owe(payment)
    return event.kind
