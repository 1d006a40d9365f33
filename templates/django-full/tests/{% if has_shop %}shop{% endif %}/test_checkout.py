import re
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import User
from apps.shop import orders
from apps.shop.models import Order, OrderLine, Product, Status
from tests.shop.conftest import WHERE_TO, MakeProduct, buy, put_into_cart, stock_of

CHECKOUT = "/shop/checkout/"


def opened(client: Client) -> dict[str, str]:
    """Open the form, and return what it sends when it is filled in."""
    page = client.get(CHECKOUT).content.decode()
    unseen = re.findall(r'name="(key|total)" value="([^"]+)"', page)
    return WHERE_TO | dict(unseen)


def test_an_order_is_made(signed_in: Client, user: User, product: Product) -> None:
    put_into_cart(signed_in, product, 2)
    page = signed_in.post(CHECKOUT, opened(signed_in), follow=True).content.decode()
    assert "Thank you. Your order is in." in page
    assert "12 St James" in page
    order = Order.objects.get()
    assert (order.customer, order.status, order.total) == (user, Status.PLACED, Decimal("79.00"))
    assert str(order) == f"Order {order.pk}"
    assert [str(line) for line in order.lines.all()] == ["2 × A lamp"]
    assert stock_of(product) == 3
    assert "Your cart is empty" in signed_in.get("/shop/cart/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_customers_are_asked_to_sign_in(client: Client, product: Product, method: str) -> None:
    put_into_cart(client, product)
    response = client.generic(method, CHECKOUT)
    assert response["Location"] == f"/accounts/login/?next={CHECKOUT}"


def test_an_empty_cart_is_not_checked_out(signed_in: Client) -> None:
    assert signed_in.get(CHECKOUT)["Location"] == "/shop/cart/"
    data = WHERE_TO | {"key": str(uuid.uuid4()), "total": "0.00"}
    assert signed_in.post(CHECKOUT, data)["Location"] == "/shop/cart/"
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"address": " "},
        {"address": "x" * 501},
        {"key": "x"},
        {"total": "x"},
        {"total": "NaN"},
    ],
)
def test_a_form_that_cannot_be_orders_nothing(
    signed_in: Client, product: Product, wrong: dict[str, str]
) -> None:
    put_into_cart(signed_in, product)
    page = signed_in.post(CHECKOUT, opened(signed_in) | wrong).content.decode()
    assert "Place order for" in page
    # It says why, even of what nobody sees.
    assert ("Nothing has been ordered" in page) is bool({"key", "total"} & wrong.keys())
    assert ('role="alert"' in page) is bool({"name", "address"} & wrong.keys())
    assert not Order.objects.exists()


def test_the_form_does_not_choose_prices_or_customers(
    signed_in: Client, user: User, other: User, product: Product
) -> None:
    put_into_cart(signed_in, product)
    cheap = {"total": "0.01", "customer": str(other.pk), "status": "paid"}
    assert signed_in.post(CHECKOUT, opened(signed_in) | cheap).status_code == 409
    signed_in.post(CHECKOUT, opened(signed_in) | {"customer": str(other.pk), "status": "paid"})
    order = Order.objects.get()
    assert (order.customer, order.status, order.total) == (user, Status.PLACED, product.price)


def test_a_price_that_has_changed_is_shown_first(signed_in: Client, product: Product) -> None:
    put_into_cart(signed_in, product)
    form = opened(signed_in)
    Product.objects.update(price=Decimal("45.00"))
    response = signed_in.post(CHECKOUT, form)
    page = response.content.decode()
    assert response.status_code == 409
    assert "A price has changed." in page
    assert 'name="total" value="45.00"' in page
    assert "12 St James" in page
    assert not Order.objects.exists()
    signed_in.post(CHECKOUT, form | {"total": "45.00"})
    assert Order.objects.get().total == Decimal("45.00")


def test_an_order_keeps_its_prices(user: User, product: Product) -> None:
    order = buy(user, product, quantity=2)
    Product.objects.update(name="A lantern", price=Decimal("99.00"))
    line = OrderLine.objects.get(order=order)
    assert (line.name, line.price, line.total) == ("A lamp", Decimal("39.50"), Decimal("79.00"))


def test_more_than_there_is_is_not_ordered(
    signed_in: Client, product: Product, make_product: MakeProduct
) -> None:
    other_product = make_product("A bicycle")
    put_into_cart(signed_in, other_product)
    put_into_cart(signed_in, product, 6)
    response = signed_in.post(CHECKOUT, opened(signed_in))
    assert response.status_code == 409
    assert "There is not enough of “A lamp” left: 5." in response.content.decode()
    assert not Order.objects.exists()
    assert stock_of(other_product) == 5


def test_what_is_no_longer_sold_is_not_ordered(
    signed_in: Client, product: Product, make_product: MakeProduct
) -> None:
    put_into_cart(signed_in, product)
    put_into_cart(signed_in, make_product("A bicycle"))
    form = opened(signed_in)
    Product.objects.filter(pk=product.pk).update(is_active=False)
    page = signed_in.post(CHECKOUT, form).content.decode()
    assert "no longer sold" in page
    assert not Order.objects.exists()
    signed_in.post(CHECKOUT, opened(signed_in))
    assert [line.name for line in Order.objects.get().lines.all()] == ["A bicycle"]


def test_a_form_sent_twice_makes_one_order(signed_in: Client, product: Product) -> None:
    put_into_cart(signed_in, product)
    form = opened(signed_in)
    first, second = (signed_in.post(CHECKOUT, form) for _ in range(2))
    assert first["Location"] == second["Location"] == Order.objects.get().get_absolute_url()
    assert stock_of(product) == 4


def test_a_form_of_an_older_cart_does_not_order_the_newer(
    signed_in: Client, product: Product, make_product: MakeProduct
) -> None:
    put_into_cart(signed_in, product)
    form = opened(signed_in)
    signed_in.post(CHECKOUT, form)
    put_into_cart(signed_in, make_product("A bicycle"))
    signed_in.post(CHECKOUT, form)
    assert Order.objects.count() == 1
    assert "A bicycle" in signed_in.get("/shop/cart/").content.decode()


def test_somebody_else_s_cart_gives_no_order_away(
    signed_in: Client, other: User, product: Product
) -> None:
    foreign = buy(other, product)
    put_into_cart(signed_in, product)
    response = signed_in.post(CHECKOUT, opened(signed_in) | {"key": str(foreign.key)})
    assert response.status_code == 409
    assert Order.objects.count() == 1


def test_the_customer_is_sent_what_they_have_ordered(
    user: User,
    product: Product,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    product.name = "A <lamp>"
    product.save()
    with django_capture_on_commit_callbacks(execute=True):
        order = buy(user, product, quantity=2)
    [mail] = mailoutbox
    assert mail.to == [user.email]
    assert mail.subject == f"Your order {order.pk}"
    assert "2 × A <lamp>: 79.00 EUR" in mail.body
    assert "12 St James's Square" in mail.body


def test_an_order_stands_when_its_mail_cannot_be_sent(
    user: User,
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def refuse(*_arguments: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(orders, "send_mail", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        buy(user, product)
    assert Order.objects.exists()


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Do these in transactions of their own at the same time; return what each gave or raised."""
    start = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(run, action) for action in actions]
    return [future.exception() or future.result() for future in futures]


@pytest.fixture
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave time between the look at the stock and what is taken from it."""
    check = orders.check

    def look_slowly(*arguments: Any) -> None:
        check(*arguments)
        time.sleep(0.3)

    monkeypatch.setattr(orders, "check", look_slowly)


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_the_last_piece_exactly_one_gets_it(
    user: User, other: User, make_product: MakeProduct
) -> None:
    last = make_product(stock=1)
    results = at_once(partial(buy, user, last), partial(buy, other, last))
    assert {type(result) for result in results} == {Order, orders.CannotOrderError}
    assert Order.objects.count() == 1
    assert stock_of(last) == 0


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_order(user: User, product: Product) -> None:
    click = partial(buy, user, product, key=uuid.uuid4())
    first, second = at_once(click, click)
    assert first == second == Order.objects.get()
    assert stock_of(product) == 4


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_carts_filled_in_opposite_order_do_not_wait_for_each_other(
    user: User, other: User, make_product: MakeProduct
) -> None:
    lamp, bicycle = make_product("A lamp"), make_product("A bicycle")
    results = at_once(partial(buy, user, lamp, bicycle), partial(buy, other, bicycle, lamp))
    assert {type(result) for result in results} == {Order}
    assert stock_of(lamp) == stock_of(bicycle) == 3


@pytest.mark.django_db(transaction=True)
def test_an_order_cancelled_twice_at_once_gives_back_once(user: User, product: Product) -> None:
    order = buy(user, product, quantity=2)
    cancel = partial(orders.move, order, Status.CANCELLED)
    assert sorted(at_once(cancel, cancel)) == [False, True]
    assert stock_of(product) == 5
