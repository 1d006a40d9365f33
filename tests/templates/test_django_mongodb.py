"""Projects of django-full on MongoDB, or on what `mongodb_standin.py` starts in its place."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from templates.test_django_full import PASSWORD, Browser
from templates.test_django_variants import pass_all_gates, texts_of

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, Render, Run, Serve

pytestmark = pytest.mark.project

SERVICES: dict[str, object] = {
    "jobs": "celery",
    "cache": "redis",
    "sessions": "redis",
    "suggestions": True,
    "realtime": True,
}


@pytest.fixture
def url(mongodb: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with mongodb() as address:
        yield address


@pytest.fixture(scope="module")
def installed(environment: MakeEnvironment) -> Environment:
    return environment("django-full")


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param({"security": "high", "admin": "multi-role"}, marks=pytest.mark.thorough),
        pytest.param(
            {"accounts": "login", "admin": "none", "api_library": "django-ninja", "sessions": "cookie"},
            marks=pytest.mark.thorough,
        ),
        pytest.param({"accounts": "none", "admin": "basic"}, marks=pytest.mark.thorough),
        pytest.param({"accounts": "none", "admin": "none", "api_library": "django-ninja"}, marks=pytest.mark.thorough),
    ],
    ids=["high security, staff roles", "sign-in and django-ninja", "staff alone", "nobody"],
)
def test_all_gates_pass(render: Render, run: Run, installed: Environment, url: str, variant: dict[str, object]) -> None:
    project = render("django-full", database="mongodb", **variant)
    pass_all_gates(run, project, installed, {"DATABASE_URL": url})
    has_all_migrations(run, project, installed, url)


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param({"python_version": "3.12"}, marks=pytest.mark.thorough),
        pytest.param(
            {"python_version": "3.11", "api_library": "django-ninja", "security": "high", "admin": "multi-role"},
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            {"python_version": "3.11", "accounts": "none", "admin": "none", "api": "none", "example": False},
            marks=pytest.mark.thorough,
        ),
    ],
    ids=["defaults", "django-ninja and staff roles", "nothing"],
)
def test_all_gates_pass_on_long_term_support(
    *, render: Render, run: Run, environment: MakeEnvironment, url: str, variant: dict[str, object]
) -> None:
    project = render("django-full", database="mongodb", django_version="5.2", **variant)
    installed = environment("django-full-lts", python=str(variant["python_version"]))
    pass_all_gates(run, project, installed, {"DATABASE_URL": url})
    has_all_migrations(run, project, installed, url)


@pytest.mark.parametrize(
    ("answers", "own"),
    [
        ({}, True),
        ({"example": False}, True),
        ({"example": False, "api": "none", "security": "high"}, True),
        ({"example": False, "api": "none"}, False),
        ({"example": False, "accounts": "none"}, False),
    ],
    ids=["items", "tokens", "passkeys", "nothing of the API", "nobody's"],
)
def test_long_term_support_brings_its_own_object_ids_where_addresses_have_them(
    *, render: Render, answers: dict[str, object], own: bool
) -> None:
    project = render("django-full", database="mongodb", django_version="5.2", **answers)
    converter = project / "apps/core/converters.py"
    assert converter.exists() is own
    converter.unlink(missing_ok=True)
    assert ("<object_id:" in texts_of(project / "apps")) is own
    assert ("register_converter" in texts_of(project / "config")) is own


@pytest.mark.parametrize("answers", [{"database": "mongodb"}, {"django_version": "5.2"}], ids=["6.1", "SQLite"])
def test_other_projects_register_no_object_ids(render: Render, answers: dict[str, object]) -> None:
    assert "register_converter" not in texts_of(render("django-full", **answers) / "config")


@pytest.mark.service
@pytest.mark.parametrize(
    ("accounts", "django"),
    [
        pytest.param("full", "6.1", marks=pytest.mark.thorough),
        pytest.param("none", "6.1", marks=pytest.mark.thorough),
        pytest.param("full", "5.2", marks=pytest.mark.thorough),
        pytest.param("none", "5.2", marks=pytest.mark.thorough),
    ],
    ids=["accounts", "nobody", "accounts on long-term support", "nobody on long-term support"],
)
def test_all_gates_pass_with_redis(
    *,
    render: Render,
    run: Run,
    environment: MakeEnvironment,
    url: str,
    live_redis: Callable[[], AbstractContextManager[str]],
    accounts: str,
    django: str,
) -> None:
    installed = environment("django-full-lts" if django == "5.2" else "django-full")
    project = render("django-full", database="mongodb", accounts=accounts, django_version=django, **SERVICES)
    with live_redis() as redis:
        pass_all_gates(run, project, installed, {"DATABASE_URL": url, "REDIS_URL": redis})


@pytest.mark.parametrize("library", ["django-rest-framework", pytest.param("django-ninja", marks=pytest.mark.thorough)])
def test_people_pages_admin_area_and_api_answer_under_gunicorn(
    *, render: Render, run: Run, serve: Serve, installed: Environment, url: str, library: str
) -> None:
    project = render("django-full", database="mongodb", api_library=library)
    # A database of its own on a server that others may use too.
    variables = {
        "DATABASE_URL": urllib.parse.urlsplit(url)._replace(path=f"/{library}").geturl(),
        "WEB_CONCURRENCY": "2",
    }
    run(project, installed, "python", "manage.py", "migrate", "-v0", variables=variables)
    for command, email in (("create-admin", "root@example.com"), ("create-user", "ada@example.com")):
        account = ("--email", email, "--password", PASSWORD)
        run(project, installed, "python", "manage.py", command, *account, variables=variables)
    token = run(
        project, installed, "python", "manage.py", "create-token", "--email", "ada@example.com", variables=variables
    ).stdout.strip()
    with serve(project, installed, variables=variables) as address:
        visitor = Browser(address)
        for page in ("/", "/healthz", "/readyz", "/openapi.json", "/api/docs/", "/accounts/login/"):
            assert visitor.open(page)[0] == 200, page
        password = {"password1": PASSWORD, "password2": PASSWORD}
        assert visitor.submit("/accounts/signup/", email="grace@example.com", **password)[0] == 302

        ada = Browser(address)
        assert ada.submit("/accounts/login/", login="ada@example.com", password=PASSWORD)[0] == 302
        status, item, _page = ada.submit("/items/new/", name="A lamp")
        assert status == 302
        assert re.fullmatch("/items/[0-9a-f]{24}/", item)
        assert "A lamp" in ada.open("/items/?name=LAMP")[2]
        listed = json.loads(ada.open("/api/v1/items", headers={"Authorization": f"Bearer {token}"})[2])
        [found] = listed["results"]
        assert found["id"] == item.split("/")[2]

        root = Browser(address)
        assert root.submit("/accounts/login/", login="root@example.com", password=PASSWORD)[0] == 302
        for page in ("", "accounts/user/", "auth/group/add/", "items/item/?q=lamp"):
            assert root.open(f"/admin/{page}")[0] == 200, page

        # Whichever process is asked, it knows of the failures.
        stranger = Browser(address)
        tries = [stranger.submit("/accounts/login/", login="ada@example.com", password="wrong")[0] for _ in range(6)]
        assert tries == [200] * 5 + [429]


def test_a_database_that_is_down_is_told_by_the_readiness_check(
    render: Render, serve: Serve, installed: Environment
) -> None:
    project = render("django-full", database="mongodb")
    with serve(project, installed, variables={"DATABASE_URL": "mongodb://127.0.0.1:1/app"}) as address:
        assert Browser(address).open("/readyz")[0] == 503


def has_all_migrations(run: Run, project: Path, installed: Environment, url: str) -> None:
    pending = ("makemigrations", "--check", "--dry-run")
    run(project, installed, "python", "manage.py", *pending, variables={"DATABASE_URL": url})


def test_other_projects_know_nothing_of_mongodb(render: Render) -> None:
    for answers in ({}, {"security": "high"}, {"accounts": "none"}, {"api_library": "django-ninja", **SERVICES}):
        texts = texts_of(render("django-full", **answers))
        for word in ("mongo", "objectid", "<object_id:", "bson"):
            assert word not in texts, (word, answers)
    texts = texts_of(render("django-full", database="mongodb"))
    for word in ("dj_database_url", "dj-database-url", "bigautofield", "select_for_update()", "sqlite"):
        assert word not in texts, word
