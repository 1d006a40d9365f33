import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.shop.models import Category, Product
from tests.shop.conftest import MakeProduct, MakeVariant, variant_of


def test_everybody_sees_what_is_sold_newest_first(
    client: Client, make_product: MakeProduct
) -> None:
    make_product("A lamp")
    make_product("Ten <candles>", price=Decimal("1234.50"), stock=0)
    page = client.get("/shop/").content.decode()
    assert page.index("Ten &lt;candles&gt;") < page.index("A lamp")
    assert "1234.50 EUR" in page
    assert page.count("Sold out") == 1


def test_a_product_has_a_page(client: Client, product: Product) -> None:
    product.description = "It is\ngreen. <script>alert(1)</script>"
    product.save()
    assert product.get_absolute_url() == "/shop/products/lamp/"
    page = client.get(product.get_absolute_url()).content.decode()
    assert "39.50 EUR" in page
    assert "<script>alert" not in page
    assert "Add to cart" in page


def test_what_is_sold_out_cannot_be_put_into_the_cart(
    client: Client, make_product: MakeProduct
) -> None:
    page = client.get(make_product(stock=0).get_absolute_url()).content.decode()
    assert "Sold out" in page
    assert "Add to cart" not in page


def test_what_is_not_on_sale_is_nowhere(client: Client, product: Product) -> None:
    Product.objects.update(is_active=False)
    for address in ("/shop/", "/shop/categories/light/"):
        assert "A lamp" not in client.get(address).content.decode()
    assert client.get(product.get_absolute_url()).status_code == 404


def test_a_category_shows_its_own(client: Client, make_product: MakeProduct) -> None:
    make_product("A lamp")
    wheels = Category.objects.create(name="On wheels", slug="wheels")
    make_product("A bicycle", category=wheels)
    page = client.get("/shop/").content.decode()
    assert 'href="/shop/categories/wheels/"' in page
    page = client.get(wheels.get_absolute_url()).content.decode()
    assert "A bicycle" in page
    assert "A lamp" not in page
    assert client.get("/shop/categories/nothing/").status_code == 404


def test_the_catalogue_is_searched_by_name_and_description(
    client: Client, make_product: MakeProduct
) -> None:
    make_product("A lamp")
    make_product("Ten candles", description="For a LAMP without a plug.")
    make_product("A bicycle")
    page = client.get("/shop/?q=lamp").content.decode()
    assert "A lamp" in page
    assert "Ten candles" in page
    assert "A bicycle" not in page
    assert 'value="lamp"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["%00", "x" * 5000, "%25_", "'--", "\U0001f4a1", "%ff"])
def test_no_search_is_too_odd(client: Client, query: str) -> None:
    assert client.get(f"/shop/?q={query}").status_code == 200


def test_a_long_catalogue_has_pages_that_keep_the_search(
    client: Client, make_product: MakeProduct
) -> None:
    for number in range(41):
        make_product(f"Lamp {number}")
    assert "q=lamp&amp;page=2" in client.get("/shop/?q=lamp").content.decode()
    assert "Page 3 of 3" in client.get("/shop/?q=lamp&page=3").content.decode()
    assert client.get("/shop/?page=4").status_code == 404


def test_the_catalogue_asks_the_database_the_same_however_long(
    client: Client, make_product: MakeProduct
) -> None:
    def queries(count: int) -> int:
        for _ in range(count):
            make_product()
        with CaptureQueriesContext(connection) as captured:
            client.get("/shop/")
        return len(captured)

    assert queries(1) == queries(15)


@pytest.mark.parametrize("price", [Decimal("0.00"), Decimal("-1.00")])
def test_nothing_is_for_nothing(make_product: MakeProduct, price: Decimal) -> None:
    with pytest.raises(IntegrityError):
        make_product(price=price)


def test_a_product_shows_its_variants_and_what_they_cost(
    client: Client, product: Product, make_variant: MakeVariant
) -> None:
    make_variant("tall", own_price=Decimal("54.00"))
    make_variant("green", stock=0)
    page = client.get(product.get_absolute_url()).content.decode()
    assert "from 39.50 EUR" in page
    assert "tall, 54.00 EUR" in page
    assert re.search(r"<option value=.\d+. disabled>green", page)
    assert "from 39.50 EUR" in client.get("/shop/").content.decode()


def test_a_product_is_sold_out_when_all_its_variants_are(
    client: Client, product: Product, make_variant: MakeVariant
) -> None:
    make_variant("green", stock=1)
    assert "Sold out" not in client.get("/shop/").content.decode()
    product.variants.update(stock=0)
    assert "Sold out" in client.get("/shop/").content.decode()


def test_variants_are_told_apart(product: Product, make_variant: MakeVariant) -> None:
    assert str(make_variant("green")) == "A lamp, green"
    assert str(variant_of(product)) == "A lamp"


@pytest.mark.parametrize(
    "fields", [{"name": "green"}, {"sku": "green"}, {"own_price": Decimal(0)}, {"stock": -1}]
)
def test_a_variant_that_cannot_be_is_refused_by_the_database(
    make_variant: MakeVariant, fields: dict[str, Any]
) -> None:
    make_variant("green", sku="green")
    with pytest.raises(DatabaseError):
        make_variant(**{"name": "blue", **fields})
