import uuid

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.shop.cart import MOST_PIECES, MOST_PRODUCTS
from apps.shop.models import Product
from tests.conftest import sign_in
from tests.shop.conftest import MakeProduct, MakeVariant, put_into_cart, variant_of


def test_products_are_put_in_and_added_up(client: Client, make_product: MakeProduct) -> None:
    lamp, bicycle = make_product("A lamp"), make_product("A bicycle", price="640.00")
    put_into_cart(client, lamp, 2)
    put_into_cart(client, bicycle)
    page = put_into_cart(client, lamp)
    assert "Your cart is updated." in page
    assert "118.50 EUR" in page
    assert "758.50 EUR" in page


def test_a_quantity_is_changed_and_zero_takes_it_out(client: Client, product: Product) -> None:
    put_into_cart(client, product, 3)
    data = {"variant": variant_of(product).pk, "quantity": 2}
    assert "79.00 EUR" in client.post("/shop/cart/", data, follow=True).content.decode()
    page = client.post("/shop/cart/", data | {"quantity": 0}, follow=True).content.decode()
    assert "Your cart is empty" in page


@pytest.mark.parametrize("quantity", ["-1", MOST_PIECES + 1, "x", "", "1.5", "9" * 40])
def test_a_quantity_that_cannot_be_changes_nothing(
    client: Client, product: Product, quantity: str
) -> None:
    put_into_cart(client, product)
    data = {"variant": variant_of(product).pk, "quantity": quantity}
    page = client.post("/shop/cart/", data, follow=True).content.decode()
    assert "The cart can’t hold that many." in page
    assert client.session["cart"]["variants"] == {str(variant_of(product).pk): 1}


@pytest.mark.django_db
@pytest.mark.parametrize("pk", ["0", "-1", "x", "", "9" * 30])
def test_what_is_not_sold_cannot_be_put_in(client: Client, pk: str) -> None:
    client.post("/shop/cart/", {"variant": pk, "quantity": 1})
    assert "cart" not in client.session


def test_a_cart_has_room_for_so_much(client: Client, make_product: MakeProduct) -> None:
    first = make_product()
    put_into_cart(client, first, MOST_PIECES)
    assert "can’t hold that many" in put_into_cart(client, first)
    for _ in range(MOST_PRODUCTS - 1):
        put_into_cart(client, make_product())
    assert "can’t hold that many" in put_into_cart(client, make_product())
    assert len(client.session["cart"]["variants"]) == MOST_PRODUCTS


def test_the_cart_says_when_there_is_not_enough(client: Client, product: Product) -> None:
    assert "Only 5 left. Lower the quantity." in put_into_cart(client, product, 6)


def test_what_is_no_longer_sold_leaves_the_cart(client: Client, product: Product) -> None:
    put_into_cart(client, product)
    Product.objects.update(is_active=False)
    assert "Your cart is empty" in client.get("/shop/cart/").content.decode()
    assert client.session["cart"]["variants"] == {}


def test_the_cart_is_kept_on_sign_in_and_left_behind_on_sign_out(
    client: Client, user: User, product: Product
) -> None:
    put_into_cart(client, product)
    sign_in(client, user.email)
    assert "A lamp" in client.get("/shop/checkout/").content.decode()
    client.post("/accounts/logout/")
    assert "A lamp" not in client.get("/shop/cart/").content.decode()


def test_variants_of_a_product_are_lines_of_their_own(
    client: Client, product: Product, make_variant: MakeVariant
) -> None:
    put_into_cart(client, product)
    page = put_into_cart(client, make_variant("tall", own_price="54.00"))
    assert "A lamp, tall" in page
    assert "93.50 EUR" in page


def test_the_cart_shows_what_shipping_and_tax_come_to(client: Client, product: Product) -> None:
    page = put_into_cart(client, product)
    assert "39.50 EUR" in page
    assert "4.90 EUR" in page
    assert "44.40 EUR" in page
    assert "19 % tax" in page
    assert "7.09 EUR" in page
    assert "Free" in put_into_cart(client, product, 2)


def test_a_cart_of_before_there_were_variants_is_empty(client: Client, product: Product) -> None:
    session = client.session
    session["cart"] = {"key": str(uuid.uuid4()), "pieces": {str(product.pk): 1}}
    session.save()
    assert "Your cart is empty" in client.get("/shop/cart/").content.decode()
