"""How orders are made and how they go on. Nothing else changes the state of an order."""

import uuid
from collections.abc import Mapping
from decimal import Decimal

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.mail import as_html
from apps.shop.models import Order, OrderLine, Product, Status

# Which states lead to each state.
LEADING_TO: dict[Status, tuple[Status, ...]] = {
    Status.PAID: (Status.PLACED,),
    Status.SENT: (Status.PAID,),
    Status.CANCELLED: (Status.PLACED, Status.PAID),
}


class CannotOrderError(Exception):
    """What stands against an order, in words for the customer."""


@transaction.atomic
def place(  # noqa: PLR0913  # all that an order is made of
    customer: User,
    key: uuid.UUID,
    quantities: Mapping[int, int],
    *,
    total: Decimal,
    name: str,
    address: str,
) -> Order:
    """Make an order of so many of each product, for the total that the customer has seen.

    A key makes one order, however often it is sent. Raises `CannotOrderError` when there is not
    enough of something, or it costs something else by now; nothing has been taken then.
    """
    # The orders of one customer come one after the other: a second click finds what the first made.
    User.objects.select_for_update().get(pk=customer.pk)
    if made := Order.objects.of(customer.pk).filter(key=key).first():
        return made
    # Nobody else buys these meanwhile. Always in this order, so that no two wait for each other.
    wanted = Product.objects.on_sale().filter(pk__in=quantities).order_by("pk")
    products = list(wanted.select_for_update())
    check(products, quantities, total)
    order = Order.objects.create(
        customer=customer, key=key, total=total, name=name, address=address
    )
    for product in products:
        quantity = quantities[product.pk]
        Product.objects.filter(pk=product.pk).update(stock=F("stock") - quantity)
        OrderLine.objects.create(
            order=order, product=product, name=product.name, price=product.price, quantity=quantity
        )
    # An order stands, whether its mail can be sent or not.
    transaction.on_commit(lambda: confirm(order), robust=True)
    return order


def check(products: list[Product], quantities: Mapping[int, int], total: Decimal) -> None:
    """Raise `CannotOrderError` if these products cannot be had, or not for this total."""
    if not quantities:
        raise CannotOrderError(_("The cart has changed. Look at it again."))
    if len(products) < len(quantities):
        raise CannotOrderError(_("Something in the cart is no longer sold."))
    for product in products:
        if product.stock < quantities[product.pk]:
            raise CannotOrderError(
                _("There is not enough of “%(product)s” left: %(stock)s.")
                % {"product": product.name, "stock": product.stock}
            )
    if total != sum(product.price * quantities[product.pk] for product in products):
        raise CannotOrderError(_("A price has changed. Look at the total again."))


@transaction.atomic
def move(order: Order, status: Status) -> bool:
    """Give an order a state, and say whether it could have it. One that is cancelled gives back what it took.

    Of several who try at once one succeeds, so nothing is given back twice.
    """
    movable = Order.objects.filter(pk=order.pk, status__in=LEADING_TO[status])
    if not movable.update(status=status):
        return False
    if status is Status.CANCELLED:
        for line in order.lines.order_by("product_id"):
            Product.objects.filter(pk=line.product_id).update(stock=F("stock") + line.quantity)
    return True


def confirm(order: Order) -> None:
    """Send the customer what they have ordered."""
    context = {"order": order, "project_name": settings.PROJECT_NAME, "site_url": settings.SITE_URL}
    text = render_to_string("shop/order_placed.txt", context)
    subject = _("Your order %(number)s") % {"number": order.pk}
    html = as_html(subject, text)
    send_mail(subject, text, None, [order.customer.email], html_message=html)
