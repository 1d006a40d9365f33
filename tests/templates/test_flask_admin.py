"""Flask-Admin in flask-blueprints: green by the project's gates, and used as each role in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Dialog

from support.browsing import PASSWORD, visiting
from support.sources import catalogue
from templates.test_flask_blueprints import HOSTILE

if TYPE_CHECKING:
    from templates.conftest import Environment, FindTraces, MakeEnvironment, PassGates, Render, Run, Serve

pytestmark = pytest.mark.project

TEMPLATE = "flask-blueprints"
TABLES = "/admin/tables/"


@pytest.fixture(scope="session")
def shared(environment: MakeEnvironment) -> Environment:
    """The environment of the default Python."""
    return environment(TEMPLATE)


@pytest.fixture(scope="session")
def administered(render: Render) -> Callable[..., Path]:
    """``administered(example_domain="blog")``: a project with Flask-Admin."""
    return lambda **answers: render(
        TEMPLATE, **{"admin": "multi-role", "accounts": "full", "admin_library": "flask-admin"} | answers
    )


def test_its_gates_are_green(administered: Callable[..., Path], pass_gates: PassGates, shared: Environment) -> None:
    pass_gates(administered(), shared)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "answers",
    [
        {"example_domain": "blog"},
        {"example_domain": "pages"},
        {"example_domain": "boards", "api": "rest"},
        {"example": False},
        {"admin": "basic", "accounts": "login", "api": "rest", "realtime": True},
        {"example_domain": "blog", "admin": "basic", "security": "high"},
        {"security": "high", "monitoring": ["prometheus"], "error_reports": "sentry", **HOSTILE},
    ],
    ids=["blog", "website", "boards", "no example", "one role", "a blog of high security", "high security"],
)
def test_its_gates_are_green_with_what_it_goes_together_with(
    administered: Callable[..., Path], pass_gates: PassGates, shared: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(administered(**answers), shared)


@pytest.mark.thorough
@pytest.mark.parametrize("python", ["3.11", "3.13", "3.14", "3.15"])
def test_its_gates_are_green_on_other_pythons(
    administered: Callable[..., Path], pass_gates: PassGates, environment: MakeEnvironment, python: str
) -> None:
    pass_gates(administered(python_version=python), environment(TEMPLATE, python=python))


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_its_gates_are_green_on_a_live_server(
    *,
    administered: Callable[..., Path],
    pass_gates: PassGates,
    shared: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
) -> None:
    with live_database(engine) as url:
        pass_gates(administered(database=engine), shared, {"DATABASE_URL": url})


@pytest.mark.thorough
@pytest.mark.service
def test_its_gates_are_green_with_redis(
    administered: Callable[..., Path],
    pass_gates: PassGates,
    shared: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    with live_redis() as url:
        pass_gates(administered(cache="redis", suggestions=True, jobs="celery"), shared, {"REDIS_URL": url})


@pytest.mark.slow
def test_each_role_finds_in_a_browser_what_it_may_do_and_nothing_is_blocked(
    *, administered: Callable[..., Path], run: Run, serve: Serve, shared: Environment, chromium: Browser
) -> None:
    """The policy that its pages need and no wider one: the browser complains of nothing, and looks as it should."""
    project = administered()
    run(project, shared, "flask", "db", "upgrade")
    for name in ("admin", "member"):
        command = "create-admin" if name == "admin" else "create-user"
        run(project, shared, "flask", command, "--email", f"{name}@example.com", "--password", PASSWORD)
    with serve(project, shared) as url:
        with visiting(chromium, url) as visitor:
            visitor.go(TABLES)
            assert "/auth/login" in visitor.page.url
            visitor.fill(email="member@example.com", password=PASSWORD)
            visitor.press("Sign in")
            visitor.page.get_by_role("heading", name=re.compile("open this page")).wait_for()
        with visiting(chromium, url) as visitor:
            visitor.go(f"/auth/login?next={TABLES}items/")
            visitor.fill(email="admin@example.com", password=PASSWORD)
            visitor.press("Sign in")
            # Its own stylesheets have come, and below its icons.
            visitor.page.wait_for_url(f"**{TABLES}items/")
            assert visitor.page.evaluate("getComputedStyle(document.querySelector('.navbar')).display") == "flex"
            visitor.page.get_by_role("link", name="Create").click()
            visitor.page.locator("[name=name]").fill("Lamp")
            visitor.page.get_by_role("button", name="Save", exact=True).click()
            visitor.page.get_by_role("cell", name="Lamp", exact=True).wait_for()
            visitor.page.evaluate("document.fonts.ready")
            assert visitor.page.evaluate("document.fonts.check('12px FontAwesome')")
            said: list[str] = []

            def answer(dialog: Dialog) -> None:
                said.append(dialog.message)
                if len(said) == 1:
                    dialog.dismiss()
                else:
                    dialog.accept()

            visitor.page.on("dialog", answer)
            for _ in range(2):
                visitor.page.get_by_title("Delete Record").click()
            visitor.page.get_by_text("Record was successfully deleted.").wait_for()
            assert said == ["Are you sure you want to delete this record?"] * 2
            visitor.go(f"{TABLES}users/?search=member")
            visitor.page.get_by_role("cell", name="member@example.com").wait_for()
            assert visitor.page.get_by_role("cell", name="admin@example.com").count() == 0
            assert [each for each in visitor.complaints if "favicon" not in each and "404" not in each] == []


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"admin": "none"}, "choose admin = basic or multi-role"),
        ({"admin": "unsure"}, "choose admin = basic or multi-role"),
        ({"admin": "basic", "accounts": "none"}, "needs accounts to sign in with"),
        ({"admin": "basic", "database": "none", "example": False}, "kept in a database"),
        ({"admin": "basic", "database": "mongodb"}, "on MongoDB is not supported"),
        ({"admin": "basic", "data_access": "sql"}, "on plain SQL is not supported"),
    ],
    ids=["no admin area", "none unless asked for", "no accounts", "no database", "MongoDB", "plain SQL"],
)
def test_where_it_cannot_work_it_is_refused_with_the_reason(answers: Mapping[str, object], reason: str) -> None:
    given = {"template": TEMPLATE, "admin_library": "flask-admin", **answers}
    problems = catalogue().resolve(given).problems  # type: ignore[arg-type]
    assert any(reason in problem.message for problem in problems), problems


def test_without_it_there_is_no_trace_of_it(
    administered: Callable[..., Path], render: Render, find_traces: FindTraces
) -> None:
    assert not find_traces(render(TEMPLATE, admin="multi-role", accounts="full"), r"flask.admin|admin/tables|g\.policy")
    changed = r"HANDLER_HASH|ItemForm|safeConfirm|unsafe-hashes"
    assert not find_traces(administered(example_domain="blog"), changed)
