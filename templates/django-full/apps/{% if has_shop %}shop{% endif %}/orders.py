"""How orders are made and how they go on. Nothing else changes the state of an order."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.shop import privacy
from apps.shop.mails import notify
from apps.shop.models import CURRENCY, Order, OrderLine, Payment, Product, Variant
from apps.shop.payments.models import PaymentStatus
from apps.shop.payments.refunds import owe
from apps.shop.rates import TARIFFS
from apps.shop.rules import Bill, Status, bill, gives_back, may_become


class CannotOrderError(Exception):
    """What stands against an order, in words for the customer."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where an order goes."""

    name: str
    street: str
    postcode: str
    city: str
    country: str


@transaction.atomic
def place(
    customer: User,
    key: uuid.UUID,
    quantities: Mapping[int, int],
    *,
    total: Decimal,
    to: Destination,
) -> Order:
    """Make an order of so many of each variant, for the total that the customer has seen.

    A key makes one order, however often it is sent. Raises `CannotOrderError` when there is not
    enough of something, or it costs something else by now; nothing has been taken then.
    """
    # The orders of one customer come one after the other: a second click finds what the first made.
    User.objects.select_for_update().get(pk=customer.pk)
    if made := Order.objects.of(customer.pk).filter(key=key).first():
        return made
    variants = lock(quantities)
    due = check(variants, quantities, total=total, country=to.country)
    order = Order.objects.create(
        customer=customer,
        key=key,
        total=total,
        name=to.name,
        street=to.street,
        postcode=to.postcode,
        city=to.city,
        country=to.country,
        currency=CURRENCY,
        shipping=due.shipping.amount,
        shipping_tax_rate=due.shipping.tax_rate,
        shipping_tax=due.shipping.tax,
    )
    for variant, charge in zip(variants, due.lines, strict=True):
        quantity = quantities[variant.pk]
        Variant.objects.filter(pk=variant.pk).update(stock=F("stock") - quantity)
        OrderLine.objects.create(
            order=order,
            variant=variant,
            name=str(variant),
            price=variant.price,
            quantity=quantity,
            tax_rate=charge.tax_rate,
            tax=charge.tax,
        )
    # An order stands, whether its mail can be sent or not.
    transaction.on_commit(lambda: notify(order, Status.PLACED), robust=True)
    return order


def lock(quantities: Mapping[int, int]) -> list[Variant]:
    """Return variants that are on sale, which nobody else buys until the transaction ends.

    Always in one order, so that no two wait for each other, and without their products, which would be locked too.
    """
    wanted = Variant.objects.filter(pk__in=quantities).order_by("pk")
    variants = list(wanted.select_for_update())
    products = Product.objects.on_sale().in_bulk({variant.product_id for variant in variants})
    found = [variant for variant in variants if variant.product_id in products]
    for variant in found:
        variant.product = products[variant.product_id]
    return found


def check(
    variants: list[Variant], quantities: Mapping[int, int], *, total: Decimal, country: str
) -> Bill:
    """Return what these cost, or raise `CannotOrderError` if they cannot be had, or not for this total."""
    if not quantities:
        raise CannotOrderError(_("The cart has changed. Look at it again."))
    if len(variants) < len(quantities):
        raise CannotOrderError(_("Something in the cart is no longer sold."))
    for variant in variants:
        if variant.stock < quantities[variant.pk]:
            raise CannotOrderError(
                _("There is not enough of “%(product)s” left: %(stock)s.")
                % {"product": variant, "stock": variant.stock}
            )
    items = [(each.price, quantities[each.pk], each.product.tax_class) for each in variants]
    due = bill(items, TARIFFS[country])
    if total != due.total:
        raise CannotOrderError(_("The price or the shipping has changed. Look at the total again."))
    return due


@transaction.atomic
def move(order: Order, status: Status) -> bool:
    """Give an order a state, and say whether it could have it.

    Of several who try at once one succeeds: nothing is given back, owed or mailed twice. What a state brings with it
    happens here: pieces go back into the stock, money that has been paid is sent back, the customer gets a mail.
    """
    now = Order.objects.select_for_update().get(pk=order.pk)
    if not may_become(now.status, status):
        return False
    Order.objects.filter(pk=order.pk).update(status=status)
    if gives_back(now.status, status):
        for line in now.lines.order_by("variant_id"):
            Variant.objects.filter(pk=line.variant_id).update(stock=F("stock") + line.quantity)
    if status is Status.REFUNDED:
        for payment in Payment.objects.filter(order=now, status=PaymentStatus.PAID):
            owe(payment)
    if now.customer_id is None:
        privacy.erase(now, status)
    transaction.on_commit(lambda: notify(now, status), robust=True)
    return True


def cancel_unpaid() -> int:
    """Cancel the orders that nobody has paid for in time, and return how many those were."""
    patience = timedelta(days=settings.SHOP_DAYS_TO_PAY)
    old = Order.objects.filter(status=Status.PLACED, created_at__lt=timezone.now() - patience)
    return sum(move(order, Status.CANCELLED) for order in old)
