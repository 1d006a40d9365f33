import pytest
from django.test import Client

from apps.accounts.models import User
from apps.shop.models import Order, Product, Status
from apps.shop.orders import move
from tests.shop.conftest import buy, stock_of

ALLOWED = {
    (Status.PLACED, Status.PAID),
    (Status.PLACED, Status.CANCELLED),
    (Status.PAID, Status.SENT),
    (Status.PAID, Status.CANCELLED),
}


@pytest.fixture
def order(user: User, product: Product) -> Order:
    return buy(user, product, quantity=2)


@pytest.mark.parametrize("status", [Status.PAID, Status.SENT, Status.CANCELLED])
@pytest.mark.parametrize("before", Status)
def test_an_order_goes_on_only_as_it_should(order: Order, before: Status, status: Status) -> None:
    Order.objects.update(status=before)
    allowed = (before, status) in ALLOWED
    assert move(order, status) is allowed
    order.refresh_from_db()
    assert order.status == (status if allowed else before)


def test_an_order_that_is_cancelled_gives_back_once(order: Order, product: Product) -> None:
    assert stock_of(product) == 3
    assert move(order, Status.CANCELLED)
    assert not move(order, Status.CANCELLED)
    assert stock_of(product) == 5


def test_an_order_that_is_paid_or_sent_gives_nothing_back(order: Order, product: Product) -> None:
    assert move(order, Status.PAID)
    assert move(order, Status.SENT)
    assert stock_of(product) == 3


def test_people_see_their_own_orders_newest_first(
    signed_in: Client, user: User, other: User, product: Product
) -> None:
    first, second, foreign = buy(user, product), buy(user, product), buy(other, product)
    page = signed_in.get("/shop/orders/").content.decode()
    assert page.index(second.get_absolute_url()) < page.index(first.get_absolute_url())
    assert foreign.get_absolute_url() not in page


def test_somebody_else_s_order_does_not_exist(
    signed_in: Client, other: User, product: Product
) -> None:
    assert signed_in.get(buy(other, product).get_absolute_url()).status_code == 404


def test_an_order_shows_its_state_and_lines(signed_in: Client, order: Order) -> None:
    move(order, Status.PAID)
    page = signed_in.get(order.get_absolute_url()).content.decode()
    assert ">Paid<" in page
    assert "79.00 EUR" in page


def test_who_has_ordered_nothing_is_told_so(signed_in: Client) -> None:
    assert "No orders yet" in signed_in.get("/shop/orders/").content.decode()
