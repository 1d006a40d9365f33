"""Shops of earlier releases go on: products get a variant with their stock, orders keep their sums."""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.sources import source_of
from templates.test_django_updated import update
from waypost.questions.catalogue import load_catalogue
from waypost.sources.embedded import embedded
from waypost.sources.rendering import render as rendered
from waypost.sources.source import source_at

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, Render, Run

pytestmark = pytest.mark.project

# The first one with a shop.
RELEASE = "v0.3.0"
SHOP = {"example_domain": "shop", "kind": "ecommerce"}
# Two products, of which one is off sale, and an order of both in each state. The last customer has been deactivated.
BEFORE = """
import uuid
from apps.accounts.models import User
from apps.shop.models import Category, Order, OrderLine, Product
light = Category.objects.create(name="Light", slug="light")
values = {"category": light, "description": "It is green."}
lamp = Product.objects.create(name="A lamp", slug="lamp", price="39.50", stock=7, **values)
old = Product.objects.create(name="A torch", slug="torch", price="0.01", stock=0, is_active=False, **values)
for number, status in enumerate(("placed", "paid", "sent", "cancelled")):
    ada = User.objects.create_user(f"ada{number}@example.com", "Correct-Horse-9", is_active=number < 3)
    order = Order.objects.create(
        customer=ada, key=uuid.UUID(int=number), status=status, name="Ada", address="Square 12\\nLondon", total="79.03"
    )
    for product, price, quantity in ((lamp, "39.50", 2), (old, "0.01", 3)):
        OrderLine.objects.create(order=order, product=product, name=f"Then {product}", price=price, quantity=quantity)
"""
AFTER = """
from apps.shop.models import Order, Product
from apps.shop.orders import move
from apps.shop.rules import Status
found = {
    "products": [
        (product.name, str(product.price), product.is_active, product.stock, [v.name for v in product.variants.all()])
        for product in Product.objects.order_by("pk")
    ],
    "orders": [
        (
            order.status, order.address, order.folded, order.currency, str(order.total), str(order.bill.total),
            [(line.name, line.variant.product.slug, line.variant.sku, str(line.total)) for line in order.lines.all()],
            len(order.bill.taxes),
        )
        for order in Order.objects.order_by("pk")
    ],
}
found["cancelled"] = move(Order.objects.get(status="placed"), Status.CANCELLED)
found["refunded"] = move(Order.objects.get(status="paid"), Status.REFUNDED)
found["stock"] = [product.stock for product in Product.objects.order_by("pk")]
print(found)
"""
FORGOTTEN = """
from apps.accounts.models import User
from apps.shop.models import Order
User.objects.all().delete()
print([(order.name, order.street, str(order.total)) for order in Order.objects.all()])
"""
LINES = [("Then A lamp", "lamp", "P1", "79.00"), ("Then A torch", "torch", "P2", "0.03")]


@pytest.fixture(scope="module")
def installed(environment: MakeEnvironment) -> Environment:
    return environment("django-full")


def test_a_shop_of_a_release_goes_on(*, render: Render, run: Run, installed: Environment, tmp_path: Path) -> None:
    _go_on({}, {}, render=render, run=run, installed=installed, project=tmp_path / "project")


@pytest.mark.service
@pytest.mark.thorough
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_a_shop_of_a_release_goes_on_on_a_server(
    *,
    render: Render,
    run: Run,
    installed: Environment,
    tmp_path: Path,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
) -> None:
    with live_database(engine) as url:
        _go_on(
            {"database": engine},
            {"DATABASE_URL": url},
            render=render,
            run=run,
            installed=installed,
            project=tmp_path / "project",
        )


def _go_on(
    more: dict[str, Any],
    variables: dict[str, str],
    *,
    render: Render,
    run: Run,
    installed: Environment,
    project: Path,
) -> None:
    with source_at(embedded().url, RELEASE) as source:
        resolution = load_catalogue(source.root).resolve({"template": "django-full", **SHOP, **more})
        assert not resolution.problems, resolution.problems
        rendered(source_of(source.root), resolution, project)

    def manage(*arguments: str) -> str:
        return run(project, installed, "python", "manage.py", *arguments, variables=variables).stdout

    manage("migrate", "-v0")
    manage("shell", "-c", BEFORE)
    update(project, render("django-full", **SHOP, **more))
    manage("migrate", "-v0")
    manage("makemigrations", "--check", "--dry-run")
    found = ast.literal_eval(manage("shell", "-v0", "-c", AFTER).splitlines()[-1])
    assert found["products"] == [
        ("A lamp", "39.50", True, 7, [""]),
        ("A torch", "0.01", False, 0, [""]),
    ]
    kept = ("Ada\nSquare 12\nLondon", "ada\nsquare 12\nlondon", "EUR", "79.03", "79.03", LINES, 0)
    assert found["orders"] == [(status, *kept) for status in ("placed", "paid", "sent", "cancelled")]
    assert found["cancelled"] is found["refunded"] is True
    assert found["stock"] == [11, 6]
    # And back, for those who want the release of before.
    manage("migrate", "-v0", "shop", "0002_folded")
    manage("migrate", "-v0")
    left = manage("shell", "-v0", "-c", FORGOTTEN).splitlines()[-1]
    assert ast.literal_eval(left) == [("", "", "79.03")] * 4
