"""The other forms of django-full: its second API library, projects without accounts, further databases."""

from __future__ import annotations

import http.client
import json
import os
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from templates.test_django_full import Browser

if TYPE_CHECKING:
    from templates.conftest import Environment, HoldToDescription, MakeEnvironment, Render, Run, Serve

pytestmark = pytest.mark.project

PASSWORD = "Correct-Horse-9"
# An order of Ada's, as the checkout places it.
ORDER = """
import uuid
from apps.accounts.models import User
from apps.shop import orders
from apps.shop.models import Variant
variant = Variant.objects.select_related("product").get(sku="bicycle-1")
customer = User.objects.get(email="ada@example.com")
to = orders.Destination(name="Ada", street="Ahornweg 1", postcode="10115", city="Berlin", country="DE")
orders.place(customer, uuid.uuid4(), {variant.pk: 1}, total=variant.price, to=to)
"""
LONG_TERM = {"django_version": "5.2", "python_version": "3.11"}


@pytest.mark.parametrize(
    ("variant", "python"),
    [
        pytest.param({}, "3.12", marks=pytest.mark.thorough),
        pytest.param({"example": False, "admin": "none", "accounts": "login"}, "3.13", marks=pytest.mark.thorough),
        pytest.param({**LONG_TERM, "security": "high", "admin": "multi-role"}, "3.11", marks=pytest.mark.thorough),
    ],
    ids=["default", "least", "long-term support, high security, staff roles"],
)
def test_all_gates_pass_with_django_ninja(
    render: Render, environment: MakeEnvironment, run: Run, variant: dict[str, object], python: str
) -> None:
    project = render("django-full", api_library="django-ninja", **variant)
    pass_all_gates(run, project, environment("django-full-lts" if python == "3.11" else "django-full", python=python))


def test_django_ninja_leaves_no_trace_of_the_other_library_nor_the_other_way_round(render: Render) -> None:
    with_ninja = render("django-full", api_library="django-ninja")
    for word in ("rest_framework", "rest-framework", "spectacular"):
        assert word not in texts_of(with_ninja), word
    assert "ninja" not in texts_of(render("django-full"))


def test_both_libraries_answer_alike(render: Render, environment: MakeEnvironment, run: Run, serve: Serve) -> None:
    answers = []
    for library in ("django-rest-framework", "django-ninja"):
        project = render("django-full", api_library=library)
        installed = environment("django-full")
        run(project, installed, "python", "manage.py", "migrate", "-v0")
        account = ("--email", "ada@example.com")
        run(project, installed, "python", "manage.py", "create-admin", *account, "--password", PASSWORD)
        token = run(project, installed, "python", "manage.py", "create-token", *account).stdout.strip()
        with serve(project, installed, variables={"WEB_CONCURRENCY": "1"}) as url:
            answers.append(conversation(url, token))
    assert answers[0] == answers[1]
    statuses = [status for status, _headers, _body in answers[0]]
    assert statuses == [401, 401, 201, 200, 304, 412, 200, 422, 422, 400, 415, 404, 404, 405, 204, 200, 401, 422, 201]


@pytest.mark.parametrize(
    ("library", "answers"),
    [
        ("django-rest-framework", {}),
        *(
            pytest.param(*row, marks=pytest.mark.thorough)
            for row in (
                ("django-ninja", {}),
                ("django-rest-framework", {"example_domain": "shop"}),
                ("django-ninja", {"example_domain": "shop"}),
            )
        ),
    ],
    ids=["django-rest-framework", "django-ninja", "shop, django-rest-framework", "shop, django-ninja"],
)
def test_an_api_does_what_it_says_whatever_is_sent(
    *,
    library: str,
    answers: Mapping[str, object],
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    hold_to_description: HoldToDescription,
) -> None:
    project = render("django-full", api_library=library, **answers)
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    run(project, installed, "python", "manage.py", "seed")
    account = ("--email", "ada@example.com")
    run(project, installed, "python", "manage.py", "create-admin", *account, "--password", PASSWORD)
    token = run(project, installed, "python", "manage.py", "create-token", *account).stdout.strip()
    if answers.get("example_domain") == "shop":
        run(project, installed, "python", "manage.py", "shell", "-c", ORDER)
    with serve(project, installed) as url:
        hold_to_description(url, token=token)


@pytest.mark.parametrize(
    ("variant", "python"),
    [
        pytest.param({"admin": "multi-role", "api_library": "django-ninja"}, "3.12", marks=pytest.mark.thorough),
        pytest.param({"admin": "none"}, "3.13", marks=pytest.mark.thorough),
        pytest.param({"admin": "none", "example": False}, "3.12", marks=pytest.mark.thorough),
        pytest.param(
            {**LONG_TERM, "admin": "basic", "security": "high", "api": "none", "sessions": "cookie"},
            "3.11",
            marks=pytest.mark.thorough,
        ),
    ],
    ids=["staff alone", "nobody", "nobody and nothing", "staff alone, long-term support"],
)
def test_all_gates_pass_without_accounts(
    render: Render, environment: MakeEnvironment, run: Run, variant: dict[str, object], python: str
) -> None:
    project = render("django-full", accounts="none", **variant)
    pass_all_gates(run, project, environment("django-full-lts" if python == "3.11" else "django-full", python=python))


def test_without_accounts_no_trace_of_them_is_left(render: Render) -> None:
    with_staff = texts_of(render("django-full", accounts="none"))
    for word in (
        "allauth",
        "sign-up",
        "profiles",
        "api token",
        "email_server",
        "login_not_required",
        "owner",
        "core_cache",
    ):
        assert word not in with_staff, word
    with_nobody = texts_of(render("django-full", accounts="none", admin="none"))
    for word in ("contrib.auth", "contenttypes", "axes", "argon2", "password_hashers", "user_model", "staff"):
        assert word not in with_nobody, word


def test_without_accounts_pages_and_api_are_open_and_the_admin_area_is_not(
    render: Render, environment: MakeEnvironment, run: Run, serve: Serve
) -> None:
    project = render("django-full", accounts="none")
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    account = ("--email", "Root@example.com", "--password", PASSWORD)
    run(project, installed, "python", "manage.py", "create-admin", *account)
    with serve(project, installed, variables={"WEB_CONCURRENCY": "3"}) as url:
        visitor = Browser(url)
        assert visitor.submit("/items/new/", name="A lamp")[:2] == (302, "/items/1/")
        assert "A lamp" in visitor.open("/api/v1/items")[2]
        assert visitor.open("/admin/")[:2] == (302, "/admin/login/?next=/admin/")

        # However many processes answer, five failures lock the address, however it is written.
        stranger = Browser(url)
        typed = ("root@example.com", "ROOT@example.com", "Root@Example.com") * 2
        statuses = [stranger.submit("/admin/login/", username=name, password="wrong")[0] for name in typed]
        assert statuses == [200] * 4 + [429] * 2
        assert stranger.submit("/admin/login/", username=typed[0], password=PASSWORD)[0] == 429


@pytest.mark.thorough
def test_a_project_on_oracle_is_sound_as_far_as_no_server_is_needed(
    render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render("django-full", database="oracle", admin="none", example=True)
    installed = environment("django-full")
    # Without an address of an Oracle the project's tests run on SQLite.
    pass_all_gates(run, project, installed)
    address = {"DATABASE_URL": "oracle://scott:tiger@127.0.0.1:1/NOWHERE"}
    run(project, installed, "python", "manage.py", "check", variables=address)
    run(project, installed, "python", "manage.py", "makemigrations", "--check", "--dry-run", variables=address)
    statements = run(project, installed, "python", "-c", OUR_TABLES_AS_SQL, variables=address).stdout
    for table in ("ACCOUNTS_USER", "API_APITOKEN", "ITEMS_ITEM"):
        assert f'CREATE TABLE "{table}" ("ID" NUMBER(19) GENERATED BY DEFAULT' in statements
    down = run(project, installed, "python", "manage.py", "migrate", variables=address, expect=1)
    assert "cannot connect to database" in down.stderr


def test_the_suite_passes_on_an_oracle_server(render: Render, environment: MakeEnvironment, run: Run) -> None:
    server = os.environ.get("WAYPOST_TEST_ORACLE_URL")
    if not server:
        pytest.skip("WAYPOST_TEST_ORACLE_URL names no server")
    project = render("django-full", database="oracle")
    run(project, environment("django-full"), "pytest", variables={"DATABASE_URL": server})


# `sqlmigrate` asks the database which migrations it has; this asks nobody.
OUR_TABLES_AS_SQL = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
graph = MigrationLoader(None).graph
state = ProjectState()
done = set()
for leaf in graph.leaf_nodes():
    for key in graph.forwards_plan(leaf):
        migration = graph.nodes[key]
        if key in done:
            continue
        done.add(key)
        if type(migration).__module__.startswith("apps."):
            with connection.schema_editor(collect_sql=True, atomic=False) as editor:
                state = migration.apply(state, editor, collect_sql=True)
            print(*editor.collected_sql, sep="\\n")
        else:
            state = migration.mutate_state(state)
"""


def conversation(url: str, token: str) -> list[tuple[int, dict[str, str], object]]:
    """What a program and the API say to each other, but for names of states, dates and wordings."""
    address = urllib.parse.urlsplit(url)
    said = []
    etag = ""

    def ask(
        method: str, path: str, body: object = None, secret: str = token, **headers: str
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        kind = {} if content is None else {"Content-Type": "application/json"}
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, content, {"Authorization": f"Bearer {secret}", **kind, **names})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        kept = {
            name: answer.headers[name]
            for name in ("Content-Type", "Location", "WWW-Authenticate", "Cache-Control", "Content-Security-Policy")
            if name in answer.headers and (text or not name.startswith("Content-"))
        }
        kept = {name: value.partition(";")[0] for name, value in kept.items()}
        said.append((answer.status, kept, comparable(json.loads(text)) if text else None))
        return answer

    ask("GET", "/api/v1/items", secret="wrong")
    ask("GET", "/api/v1/profile", secret="")
    ask("POST", "/api/v1/items", {"name": "A lamp", "description": "green"})
    etag = ask("GET", "/api/v1/items/1").headers["ETag"]
    ask("GET", "/api/v1/items/1", If_None_Match=etag)
    ask("PATCH", "/api/v1/items/1", {"name": "mine"}, If_Match='"other"')
    ask("PATCH", "/api/v1/items/1", {"name": "A red lamp"}, If_Match=etag)
    ask("PUT", "/api/v1/items/1", {"name": " "})
    ask("GET", "/api/v1/items?page_size=0")
    ask("POST", "/api/v1/items", b"{")
    ask("POST", "/api/v1/items", b"<item/>", Content_Type="application/xml")
    ask("GET", "/api/v1/items/2")
    ask("GET", "/api/v1/nothing")
    ask("DELETE", "/api/v1/items")
    ask("DELETE", "/api/v1/items/1")
    ask("GET", "/api/v1/items")
    ask("POST", "/api/v1/token", {"email": "ada@example.com", "password": "wrong"})
    ask("POST", "/api/v1/token", {"email": "ada@example.com"})
    ask("POST", "/api/v1/token", {"email": "ada@example.com", "password": PASSWORD})
    return said


def comparable(value: object) -> object:
    """The value without what differs from run to run or from library to library."""
    if isinstance(value, list):
        return [comparable(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if "errors" in value:
        return sorted(entry["field"] for entry in value["errors"])
    return {
        name: comparable(entry)
        for name, entry in value.items()
        if name not in {"created_at", "updated_at", "date_joined", "detail", "token", "expires_at"}
    }


def pass_all_gates(run: Run, project: Path, installed: Environment, variables: Mapping[str, str] | None = None) -> None:
    """Run what `make check` runs."""
    run(project, installed, "ruff", "check")
    run(project, installed, "ruff", "format", "--check")
    run(project, installed, "mypy")
    run(project, installed, "coverage", "run", "-m", "pytest", variables=variables)
    run(project, installed, "coverage", "report")


def texts_of(project: Path) -> str:
    """Everything that the project says, but for the record of its answers."""
    return "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(project.rglob("*"))
        if path.is_file() and path.name not in {".copier-answers.yml", "LICENSE"}
    ).lower()
