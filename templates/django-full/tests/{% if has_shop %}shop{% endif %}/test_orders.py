import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.shop.models import Order, Product
from apps.shop.orders import move
from apps.shop.rules import Status, may_become
from tests.shop.conftest import MakeProduct, buy, stock_of


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("before", Status)
def test_an_order_goes_on_only_as_it_should(order: Order, before: Status, status: Status) -> None:
    Order.objects.update(status=before)
    allowed = may_become(before, status)
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
    assert "83.90 EUR" in page


def test_who_has_ordered_nothing_is_told_so(signed_in: Client) -> None:
    assert "No orders yet" in signed_in.get("/shop/orders/").content.decode()


def test_people_cancel_what_they_have_not_paid(
    signed_in: Client, order: Order, product: Product
) -> None:
    address = order.get_absolute_url()
    assert "Cancel the order" in signed_in.get(address).content.decode()
    page = signed_in.post(f"{address}cancel/", follow=True).content.decode()
    assert "Your order is cancelled." in page
    assert "Cancel the order" not in page
    assert stock_of(product) == 5
    page = signed_in.post(f"{address}cancel/", follow=True).content.decode()
    assert "can’t be cancelled any more" in page
    assert stock_of(product) == 5


def test_nobody_s_orders_are_none(user: User, product: Product) -> None:
    Order.objects.filter(pk=buy(user, product).pk).update(customer=None)
    assert not Order.objects.of(None).exists()


def test_an_order_says_its_own_currency(signed_in: Client, order: Order) -> None:
    Order.objects.update(currency="SEK")
    for address in (order.get_absolute_url(), "/shop/orders/"):
        page = signed_in.get(address).content.decode()
        assert "83.90 SEK" in page
        assert "EUR" not in page


def test_the_list_of_orders_asks_the_database_the_same_however_long(
    signed_in: Client, user: User, make_product: MakeProduct
) -> None:
    def queries(count: int) -> int:
        for _ in range(count):
            buy(user, make_product(), make_product())
        with CaptureQueriesContext(connection) as captured:
            signed_in.get("/shop/orders/")
        return len(captured)

    assert queries(1) == queries(5)
