import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.shop.models import Category, Order, Product
from apps.shop.orders import place

MakeProduct = Callable[..., Product]
Buy = Callable[..., Order]

WHERE_TO = {"name": "Ada Lovelace", "address": "12 St James's Square"}


@pytest.fixture
def category(db: None) -> Category:
    return Category.objects.create(name="Light", slug="light")


@pytest.fixture
def make_product(category: Category) -> MakeProduct:
    """Make a product, of which there are five."""

    def make(name: str = "A lamp", **fields: Any) -> Product:
        values = {"category": category, "slug": f"p-{uuid.uuid4()}", "price": Decimal("39.50")}
        return Product.objects.create(name=name, **{"stock": 5, **values, **fields})

    return make


@pytest.fixture
def product(make_product: MakeProduct) -> Product:
    return make_product(slug="lamp")


def buy(customer: User, *products: Product, quantity: int = 1, **changed: Any) -> Order:
    """Order so many of each of these, as somebody who has just looked at them does."""
    details: dict[str, Any] = {
        "key": uuid.uuid4(),
        "quantities": {product.pk: quantity for product in products},
        "total": sum(product.price * quantity for product in products),
        **WHERE_TO,
    }
    return place(customer, **details | changed)


def stock_of(product: Product) -> int:
    return Product.objects.get(pk=product.pk).stock


def put_into_cart(client: Client, product: Product, quantity: int = 1) -> str:
    """Use the form on the page of a product, and return the page that comes then."""
    data = {"product": product.pk, "quantity": quantity, "adds": "yes"}
    return client.post("/shop/cart/", data, follow=True).content.decode()
