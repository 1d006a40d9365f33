from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.shop.models import Order, Payment, Product
from apps.shop.orders import move
from apps.shop.privacy import PERSONAL
from apps.shop.rules import Status
from tests.shop.conftest import WHERE_TO, buy, stock_of

WAYS: dict[Status, tuple[Status, ...]] = {
    Status.PLACED: (),
    Status.PAID: (Status.PAID,),
    Status.SENT: (Status.PAID, Status.SENT),
    Status.CANCELLED: (Status.CANCELLED,),
    Status.REFUNDED: (Status.PAID, Status.REFUNDED),
}


@pytest.fixture
def orders(user: User, other: User, product: Product) -> dict[Status, Order]:
    """Give Ada an order in each state, and Grace one."""
    made = {}
    for status, states in WAYS.items():
        made[status] = buy(user, product)
        Payment.objects.create(order=made[status], amount=made[status].total, currency="EUR")
        for state in states:
            assert move(made[status], state)
    buy(other, product)
    return made


def personal(order: Order) -> set[str]:
    """Return what an order still says about a person."""
    order.refresh_from_db()
    said = {getattr(order, field) for field in PERSONAL} - {""}
    return said | ({order.folded} if order.folded.strip() else set())


def test_orders_outlive_the_account_and_say_nothing_about_it(
    user: User, other: User, product: Product, orders: dict[Status, Order]
) -> None:
    bills = {order.pk: order.bill for order in orders.values()}
    before = stock_of(product)
    user.delete()
    assert Order.objects.count() == 6
    for status, order in orders.items():
        assert bool(personal(order)) is (status is Status.PAID)
        assert order.customer is None
        assert order.bill == bills[order.pk]
        assert order.country == "DE"
    assert orders[Status.PLACED].status == Status.CANCELLED
    assert stock_of(product) == before + 1
    assert Order.objects.get(customer=other).name == WHERE_TO["name"]


@pytest.mark.parametrize("status", [Status.SENT, Status.REFUNDED])
def test_an_order_that_was_paid_keeps_its_address_until_it_needs_it_no_more(
    user: User, orders: dict[Status, Order], status: Status
) -> None:
    user.delete()
    order = orders[Status.PAID]
    assert "12 St James" in order.address
    assert move(Order.objects.get(pk=order.pk), status)
    assert personal(order) == set()
    assert order.status == status
    assert order.address == "Germany"


def test_staff_delete_an_account_that_has_ordered(
    as_administrator: Client, user: User, orders: dict[Status, Order]
) -> None:
    as_administrator.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=user.pk).exists()
    assert Order.objects.filter(customer=None).count() == 5
    page = as_administrator.get("/admin/shop/order/").content.decode()
    assert page.count("Order ") >= 6


def test_people_take_all_their_orders_along(
    signed_in: Client, user: User, orders: dict[Status, Order]
) -> None:
    moment = timezone.now() - timedelta(days=1)
    Order.objects.update(created_at=moment)
    response = signed_in.get("/shop/orders/export/")
    assert response["Content-Disposition"] == 'attachment; filename="orders.json"'
    found = response.json()["orders"]
    assert {each["number"] for each in found} == {order.pk for order in orders.values()}
    one = next(each for each in found if each["state"] == "sent")
    assert one.pop("placed").startswith(f"{moment:%Y-%m-%dT%H:%M}")
    assert one == {
        "number": orders[Status.SENT].pk,
        "state": "sent",
        **WHERE_TO,
        "currency": "EUR",
        "shipping": "4.90",
        "total": "44.40",
        "lines": [
            {"name": "A lamp", "quantity": 1, "price": "39.50", "tax_rate": "19.00", "tax": "6.31"}
        ],
    }
