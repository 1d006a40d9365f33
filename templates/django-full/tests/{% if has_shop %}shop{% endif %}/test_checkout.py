import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from apps.accounts.models import User
from apps.shop.models import Order, OrderLine, Payment, Product
from apps.shop.rates import TARIFFS
from apps.shop.rules import Status
from tests.shop.conftest import (
    SHIPPING,
    WHERE_TO,
    MakeProduct,
    MakeVariant,
    buy,
    put_into_cart,
    stock_of,
)

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
    assert "takes no money" in page
    order = Order.objects.get()
    assert "12 St James" in signed_in.get(order.get_absolute_url()).content.decode()
    assert (order.customer, order.status, order.total) == (user, Status.PLACED, Decimal("83.90"))
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
        {"street": " "},
        {"street": "x" * 501},
        {"postcode": ""},
        {"city": ""},
        {"country": ""},
        {"country": "XX"},
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
    assert ('role="alert"' in page) is bool(WHERE_TO.keys() & wrong.keys())
    assert not Order.objects.exists()


def test_the_form_does_not_choose_prices_or_customers(
    signed_in: Client, user: User, other: User, product: Product
) -> None:
    put_into_cart(signed_in, product)
    cheap = {"total": "0.01", "customer": str(other.pk), "status": "paid"}
    assert signed_in.post(CHECKOUT, opened(signed_in) | cheap).status_code == 409
    signed_in.post(CHECKOUT, opened(signed_in) | {"customer": str(other.pk), "status": "paid"})
    order = Order.objects.get()
    assert (order.customer, order.status, order.total) == (
        user,
        Status.PLACED,
        product.price + SHIPPING,
    )


def test_a_price_that_has_changed_is_shown_first(signed_in: Client, product: Product) -> None:
    put_into_cart(signed_in, product)
    form = opened(signed_in)
    Product.objects.update(price=Decimal("45.00"))
    response = signed_in.post(CHECKOUT, form)
    page = response.content.decode()
    assert response.status_code == 409
    assert "The price or the shipping has changed." in page
    assert 'name="total" value="49.90"' in page
    assert "12 St James" in page
    assert not Order.objects.exists()
    signed_in.post(CHECKOUT, form | {"total": "49.90"})
    assert Order.objects.get().total == Decimal("49.90")


def test_an_order_keeps_its_names_prices_taxes_and_sums(
    user: User, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = buy(user, product, quantity=2)
    Product.objects.update(name="A lantern", price=Decimal("99.00"), tax_class="reduced")
    monkeypatch.setitem(TARIFFS, "DE", TARIFFS["NL"])
    line = OrderLine.objects.get(order=order)
    assert (line.name, line.price, line.total) == ("A lamp", Decimal("39.50"), Decimal("79.00"))
    assert (line.tax_rate, line.tax) == (Decimal(19), Decimal("12.61"))
    order.refresh_from_db()
    assert order.bill.total == order.total == Decimal("83.90")
    assert order.bill.taxes == {Decimal(19): Decimal("13.39")}
    assert order.currency == "EUR"


def test_another_country_has_other_shipping_which_is_shown_before_anything_is_ordered(
    signed_in: Client, product: Product
) -> None:
    put_into_cart(signed_in, product)
    form = opened(signed_in) | {"country": "FR"}
    response = signed_in.post(CHECKOUT, form)
    assert response.status_code == 409
    assert 'name="total" value="49.40"' in response.content.decode()
    page = signed_in.post(CHECKOUT, form | {"updates": "yes", "city": ""}).content.decode()
    assert 'name="total" value="49.40"' in page
    assert "20 % tax" in page
    assert "errorlist" not in page
    assert "12 St James" in page
    assert not Order.objects.exists()
    signed_in.post(CHECKOUT, form | {"total": "49.40"})
    order = Order.objects.get()
    assert (order.country, order.shipping, order.total) == (
        "FR",
        Decimal("9.90"),
        Decimal("49.40"),
    )


def test_a_variant_is_ordered_at_its_own_price_and_from_its_own_stock(
    signed_in: Client, product: Product, make_variant: MakeVariant
) -> None:
    tall = make_variant("tall", own_price=Decimal("54.00"))
    put_into_cart(signed_in, tall, 2)
    signed_in.post(CHECKOUT, opened(signed_in))
    line = OrderLine.objects.get()
    assert (line.name, line.total) == ("A lamp, tall", Decimal("108.00"))
    assert (stock_of(tall), stock_of(product)) == (3, 5)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Order, {"shipping": Decimal("-0.01")}),
        (Order, {"total": Decimal("4.89")}),
        (OrderLine, {"quantity": 0}),
        (Payment, {"amount": Decimal(0)}),
    ],
)
def test_an_order_that_cannot_be_is_refused_by_the_database(
    user: User, product: Product, model: Any, fields: dict[str, Any]
) -> None:
    order = buy(user, product)
    Payment.objects.create(order=order, amount=order.total, currency="EUR")
    with pytest.raises(IntegrityError):
        model.objects.update(**fields)


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
    assert first["Location"] == second["Location"]
    assert first["Location"].endswith(f"/{Payment.objects.get().reference}/")
    assert Order.objects.count() == 1
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
