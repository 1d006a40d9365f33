"""The shop of django-full, installed and run: its gates on every engine, and customers who want the same last piece."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from templates.test_django_full import Browser
from templates.test_django_services import running, wait_for
from templates.test_django_variants import ORDER

if TYPE_CHECKING:
    from templates.conftest import Environment, FindTraces, MakeEnvironment, PassGates, Render, Run, Serve

pytestmark = pytest.mark.project

SHOP = {"example_domain": "shop", "kind": "ecommerce"}
STOCK = "from apps.shop.models import Variant; print(*Variant.objects.order_by('pk').values_list('stock', flat=True))"
# What beat does each night, when the time has come for the order.
AFTER_TWO_WEEKS = """
from datetime import timedelta
from django.conf import settings
from django.utils import timezone
from celery import current_app
from apps.shop.models import Order
Order.objects.filter(pk=6).update(created_at=timezone.now() - timedelta(days=15))
[task] = [row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values() if ".shop." in row["task"]]
current_app.send_task(task)
"""
ADDRESS = {"name": "Ada", "street": "Ahornweg 12", "postcode": "10115", "city": "Berlin", "country": "DE"}
# One of them runs in every `make test`, the others in `make proof`.
VARIANTS: dict[str, tuple[dict[str, object], str]] = {
    "everything": (
        {"database": "postgresql", "jobs": "celery", "admin": "multi-role", "cache": "redis", "sessions": "redis"},
        "3.12",
    ),
    "long-term support": (
        {
            "database": "postgresql",
            "jobs": "celery",
            "admin": "multi-role",
            "security": "high",
            "api_library": "django-ninja",
            "python_version": "3.11",
        },
        "3.11",
    ),
    "MariaDB": ({"database": "mysql", "realtime": True, "api_library": "django-ninja"}, "3.12"),
    "MariaDB on long-term support": ({"database": "mysql", "django_version": "5.2", "admin": "multi-role"}, "3.12"),
    "SQLite, little else": (
        {"api": "none", "accounts": "registration", "sessions": "cookie", "python_version": "3.13"},
        "3.13",
    ),
    "pictures": ({"media": "local", "admin": "multi-role"}, "3.12"),
    "pictures in S3, django-ninja": (
        {"media": "s3", "database": "postgresql", "jobs": "celery", "api_library": "django-ninja"},
        "3.12",
    ),
    "Oracle": ({"database": "oracle", "jobs": "celery", "api": "none"}, "3.12"),
}


@pytest.mark.service
@pytest.mark.parametrize(
    "name",
    [name if name == "SQLite, little else" else pytest.param(name, marks=pytest.mark.thorough) for name in VARIANTS],
)
def test_all_gates_pass(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    pass_gates: PassGates,
    live_database: Callable[[str], AbstractContextManager[str]],
    live_redis: Callable[[], AbstractContextManager[str]],
    name: str,
) -> None:
    variant, python = VARIANTS[name]
    project = render("django-full", **SHOP, **variant)
    installed = environment(_template(variant), python=python)
    with contextlib.ExitStack() as stack:
        variables = {}
        if variant.get("database") in ("postgresql", "mysql"):
            variables["DATABASE_URL"] = stack.enter_context(live_database(str(variant["database"])))
        if "jobs" in variant or "realtime" in variant:
            variables["REDIS_URL"] = stack.enter_context(live_redis())
        pass_gates(project, installed, variables=variables)
        if "DATABASE_URL" in variables:
            run(project, installed, "python", "manage.py", "migrate", "-v0", variables=variables)
            run(project, installed, "python", "manage.py", "makemigrations", "--check", variables=variables)


def _template(variant: Mapping[str, object]) -> str:
    is_lts = variant.get("django_version") == "5.2" or variant.get("python_version") == "3.11"
    return "django-full-lts" if is_lts else "django-full"


def test_of_customers_who_want_the_last_piece_one_gets_it(
    render: Render, environment: MakeEnvironment, run: Run, serve: Serve
) -> None:
    project = render("django-full", **SHOP)
    installed = environment("django-full")
    people = _fill(project, installed, run)
    with serve(project, installed, variables={"WEB_CONCURRENCY": "3"}) as url:
        # Each of the two has pressed the button twice.
        clicks = [click for email, password in people.items() for click in [_at_checkout(url, email, password)] * 2]
        with ThreadPoolExecutor(len(clicks)) as pool:
            answers = list(pool.map(lambda click: click(), clicks))
        statuses = [status for status, _place, _page in answers]
        assert sorted(statuses) == [302, 302, 409, 409], answers
        # Those of the winner lead to the same order.
        assert len({place for status, place, _page in answers if status == 302}) == 1
        assert "Sold out" in Browser(url).open("/shop/products/bicycle/")[2]
        products = Browser(url).open("/api/v1/products?q=bicycle")
        assert '"stock":0' in products[2].replace(" ", "")


@pytest.mark.thorough
@pytest.mark.service
def test_a_worker_sends_the_confirmation_and_gives_back_what_nobody_pays_for(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_redis: Callable[[], AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    project = render("django-full", **SHOP, jobs="celery")
    installed = environment("django-full")
    with contextlib.ExitStack() as stack:
        variables = {"REDIS_URL": stack.enter_context(live_redis())}

        def manage(*arguments: str) -> str:
            return run(project, installed, "python", "manage.py", *arguments, variables=variables).stdout

        manage("migrate", "-v0")
        manage("seed")
        manage("create-admin", "--email", "ada@example.com", "--password", "Correct-Horse-9")
        worker = stack.enter_context(running(project, installed, "worker", tmp_path / "worker", variables))
        before = manage("shell", "-v0", "-c", STOCK)
        manage("shell", "-c", ORDER)
        wait_for(lambda: "To: ada@example.com" in worker.read_text(), worker)
        assert "Subject: Your order 6" in worker.read_text()
        assert manage("shell", "-v0", "-c", STOCK) != before

        manage("shell", "-c", AFTER_TWO_WEEKS)
        wait_for(lambda: manage("shell", "-v0", "-c", STOCK) == before, worker)


def _fill(project: Path, installed: Environment, run: Run) -> dict[str, str]:
    """Make the sample products, and say who can sign in with which password."""
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    told = run(project, installed, "python", "manage.py", "seed", variables={"APP_ENV": "development"}).stdout
    people = dict(re.findall(r"(\S+) signs in with (\S+)", told))
    assert len(people) == 2, told
    return people


def _at_checkout(url: str, email: str, password: str) -> Callable[[], tuple[int, str, str]]:
    """Put the bicycle into a cart, sign in, and give what a click on the last button does."""
    browser = Browser(url)
    page = browser.open("/shop/products/bicycle/")[2]
    assert browser.open("/shop/cart/", _unseen(page) | {"quantity": "1"})[0] == 302
    assert browser.open("/shop/checkout/")[1] == "/accounts/login/?next=/shop/checkout/"
    assert browser.submit("/accounts/login/", login=email, password=password)[0] == 302
    form = _unseen(browser.open("/shop/checkout/")[2]) | ADDRESS
    return lambda: browser.open("/shop/checkout/", form)


def _unseen(page: str) -> dict[str, str]:
    """What the first form of the page's main part sends that nobody fills in."""
    main = page.partition("<main")[2]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', main))


def test_the_shop_leaves_nothing_in_other_projects_and_the_items_nothing_in_it(
    render: Render, find_traces: FindTraces
) -> None:
    assert find_traces(render("django-full"), r"apps[./]shop|/shop/|\bEUR\b") == set()
    assert find_traces(render("django-full", example=False), r"apps[./]shop|/shop/|\bEUR\b") == set()
    assert find_traces(render("django-full", **SHOP), r"apps.items|/items/|(?<!list-)\bItem\b") == set()
