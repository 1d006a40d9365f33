import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.shop import orders
from apps.shop.models import Category, Order, Payment, Product, Variant
from apps.shop.orders import Destination, place
from apps.shop.payments.provider import ProviderError
from apps.shop.payments.receiving import begin
from apps.shop.payments.standin import StandIn
from apps.shop.rates import TARIFFS
from apps.shop.rules import bill

MakeProduct = Callable[..., Product]
MakeVariant = Callable[..., Variant]

WHERE_TO = {
    "name": "Ada Lovelace",
    "street": "12 St James's Square",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}
# What it costs to send something there.
SHIPPING = Decimal("4.90")


@pytest.fixture
def category(db: None) -> Category:
    return Category.objects.create(name="Light", slug="light")


@pytest.fixture
def make_product(category: Category) -> MakeProduct:
    """Make a product in one variant, of which there are five."""

    def make(name: str = "A lamp", *, stock: int = 5, **fields: Any) -> Product:
        values = {"category": category, "slug": f"p-{uuid.uuid4()}", "price": Decimal("39.50")}
        product = Product.objects.create(name=name, **{**values, **fields})
        product.variants.create(sku=f"s-{uuid.uuid4()}", stock=stock)
        return product

    return make


@pytest.fixture
def product(make_product: MakeProduct) -> Product:
    return make_product(slug="lamp")


@pytest.fixture
def make_variant(product: Product) -> MakeVariant:
    """Make another variant of the lamp."""

    def make(name: str, **fields: Any) -> Variant:
        return product.variants.create(**{"name": name, "sku": name, "stock": 5, **fields})

    return make


def variant_of(product: Product) -> Variant:
    """Return the first variant of a product."""
    variant = product.variants.order_by("pk").first()
    assert variant
    return variant


def buy(customer: User, *wanted: Product | Variant, quantity: int = 1, **changed: Any) -> Order:
    """Order so many of each of these, as somebody who has just looked at them does."""
    variants = [each if isinstance(each, Variant) else variant_of(each) for each in wanted]
    items = [(each.price, quantity, each.product.tax_class) for each in variants]
    to = Destination(**WHERE_TO)
    details: dict[str, Any] = {
        "key": uuid.uuid4(),
        "quantities": {variant.pk: quantity for variant in variants},
        "total": bill(items, TARIFFS[to.country]).total,
        "to": to,
    }
    return place(customer, **details | changed)


def stock_of(wanted: Product | Variant) -> int:
    variant = wanted if isinstance(wanted, Variant) else variant_of(wanted)
    return Variant.objects.get(pk=variant.pk).stock


def put_into_cart(client: Client, wanted: Product | Variant, quantity: int = 1) -> str:
    """Use the form on the page of a product, and return the page that comes then."""
    variant = wanted if isinstance(wanted, Variant) else variant_of(wanted)
    data = {"variant": variant.pk, "quantity": quantity, "adds": "yes"}
    return client.post("/shop/cart/", data, follow=True).content.decode()


class Till(StandIn):
    """A provider that remembers what it has sent back, and can be out of order."""

    refunds: list[uuid.UUID] = []
    is_closed = False

    def begin(self, payment: Payment) -> str:
        if self.is_closed:
            raise ProviderError
        return super().begin(payment)

    def refund(self, payment: Payment) -> None:
        if self.is_closed:
            raise ProviderError
        super().refund(payment)
        self.refunds.append(payment.reference)


@pytest.fixture
def till(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> type[Till]:
    """Take payments by a provider that the test looks into."""
    settings.SHOP_PAYMENT_PROVIDER = f"{Till.__module__}.{Till.__name__}"
    monkeypatch.setattr(Till, "refunds", [])
    monkeypatch.setattr(Till, "is_closed", False)
    return Till


@pytest.fixture
def order(user: User, product: Product) -> Order:
    return buy(user, product, quantity=2)


@pytest.fixture
def payment(order: Order, till: type[Till]) -> Payment:
    """Begin the payment of the order."""
    begin(order, till())
    return Payment.objects.get()


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
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave time between the look at an order or the stock and what is done about it."""
    for name in ("check", "may_become"):
        original = getattr(orders, name)

        def look_slowly(*arguments: Any, _look: Any = original, **options: Any) -> Any:
            found = _look(*arguments, **options)
            time.sleep(0.2)
            return found

        monkeypatch.setattr(orders, name, look_slowly)


def status_of(order: Order) -> tuple[str, str]:
    """Return the state of an order, and that of its payment."""
    payment = Payment.objects.filter(order=order).first()
    return Order.objects.get(pk=order.pk).status, payment.status if payment else ""
