"""flask-blueprints with other libraries for its API, and with other databases or none."""

from __future__ import annotations

import json
import os
import re
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from templates.conftest import HoldToDescription, MakeEnvironment, Render, Run, Serve

pytestmark = pytest.mark.project

TEMPLATE = "flask-blueprints"
LIBRARIES = ("flask-smorest", "plain", "flask-restful")

# Which Python checks it, and what it is made for.
CHECKED: dict[str, tuple[str, dict[str, object]]] = {
    "plain views, everything else": (
        "3.12",
        {"api": "rest", "api_library": "plain", "accounts": "full", "admin": "multi-role", "ci": "github"},
    ),
    "flask-restful on 3.11": ("3.11", {"python_version": "3.11", "api": "rest", "api_library": "flask-restful"}),
    "flask-restful with tokens and no example on 3.13": (
        "3.13",
        {
            "python_version": "3.13",
            "api": "rest",
            "api_library": "flask-restful",
            "accounts": "login",
            "example": False,
        },
    ),
    "oracle, everything else": (
        "3.12",
        {"database": "oracle", "api": "rest", "accounts": "full", "admin": "multi-role", "ci": "gitlab"},
    ),
    "no database": ("3.12", {"database": "none", "example": False, "ci": "github"}),
    "no database, plain views on 3.11": (
        "3.11",
        {"python_version": "3.11", "database": "none", "example": False, "api": "rest", "api_library": "plain"},
    ),
}


# What `make proof` alone looks at: each part of them is in another row too, or in a test of its own.
THOROUGH = {
    "no database",
    "no database, plain views on 3.11",
    "plain views, everything else",
    "flask-restful on 3.11",
    "flask-restful with tokens and no example on 3.13",
    "oracle, everything else",
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.thorough) if name in THOROUGH else name for name in CHECKED]
)
def test_a_new_project_passes_all_its_checks(name: str, render: Render, environment: MakeEnvironment, run: Run) -> None:
    python, answers = CHECKED[name]
    project = render(TEMPLATE, **answers)
    done = run(project, environment(TEMPLATE, python=python), "make", "check")
    assert "TOTAL" in done.stdout


def test_every_library_describes_the_same_api(
    render: Render, environment: MakeEnvironment, run: Run, serve: Serve
) -> None:
    descriptions = {}
    for library in LIBRARIES:
        project = render(TEMPLATE, api="rest", api_library=library)
        run(project, environment(TEMPLATE), "make", "migrate")
        with serve(project, environment(TEMPLATE)) as url:
            descriptions[library] = _json(f"{url}/openapi.json")
            assert _json(f"{url}/api/v1/items/") == {"items": [], "next_cursor": None}
    # flask-smorest always describes its own way to make pages, which is not used here.
    del descriptions["flask-smorest"]["components"]["schemas"]["PaginationMetadata"]
    assert len(descriptions["plain"]["paths"]) == 3
    assert descriptions["plain"] == descriptions["flask-restful"] == descriptions["flask-smorest"]


@pytest.mark.parametrize(
    "library", [LIBRARIES[0], *(pytest.param(library, marks=pytest.mark.thorough) for library in LIBRARIES[1:])]
)
def test_an_api_does_what_it_says_whatever_is_sent(
    *,
    library: str,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    hold_to_description: HoldToDescription,
) -> None:
    project = render(TEMPLATE, api="rest", api_library=library, accounts="login", admin="basic")
    run(project, environment(TEMPLATE), "make", "migrate")
    account = ("--email", "boss@example.com")
    run(project, environment(TEMPLATE), "flask", "create-admin", *account, "--password", "correct horse battery")
    token = run(project, environment(TEMPLATE), "flask", "create-api-token", *account, "--name", "test").stdout.strip()
    with serve(project, environment(TEMPLATE)) as url:
        assert "Tested: 7" in hold_to_description(url, token=token)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_project_names_no_other_library(library: str, render: Render) -> None:
    project = render(TEMPLATE, api="rest", api_library=library)
    ours = (path for path in project.rglob("*") if path.is_file() and path.name != ".copier-answers.yml")
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in ours).lower()
    words = {"flask-smorest": "smorest", "flask-restful": "restful"}
    assert {name for name, word in words.items() if word in text} == {library} - {"plain"}
    if library == "flask-restful":
        assert "last release is from 2023" in (project / "README.md").read_text(encoding="utf-8").replace("\n", " ")


def test_the_tests_pass_and_the_migrations_fit_on_a_real_oracle(
    render: Render, environment: MakeEnvironment, run: Run
) -> None:
    address = os.environ.get("WAYPOST_TEST_ORACLE_URL")
    if not address:
        pytest.skip("WAYPOST_TEST_ORACLE_URL names no account with an empty schema")
    project = render(TEMPLATE, database="oracle", api="rest", accounts="full", admin="multi-role")
    variables = {"DATABASE_URL": address, "TEST_DATABASE_URL": address}
    run(project, environment(TEMPLATE), "pytest", "-q", variables=variables)
    try:
        run(project, environment(TEMPLATE), "flask", "db", "upgrade", variables=variables)
        done = run(project, environment(TEMPLATE), "flask", "db", "check", variables=variables)
        assert "No new upgrade operations detected" in done.stdout + done.stderr
    finally:
        run(project, environment(TEMPLATE), "flask", "db", "downgrade", "base", variables=variables)


def test_the_statements_for_oracle_are_a_script_that_can_be_run_as_it_is(
    render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render(TEMPLATE, database="oracle", api="rest", accounts="full", admin="multi-role")
    variables = {"DATABASE_URL": "oracle://somebody@nowhere.invalid:1521/?service_name=NONE"}
    script = run(project, environment(TEMPLATE), "flask", "db", "upgrade", "--sql", variables=variables).stdout
    assert re.findall(r"CREATE TABLE (\w+)", script) == [
        "alembic_version",
        "items",
        "users",
        "role_assignments",
        "api_tokens",
    ]
    assert script.count("id INTEGER GENERATED BY DEFAULT AS IDENTITY,") == 3
    # Nothing but text, and no value that only a program could fill in.
    assert not re.search(r"[^']:\w", script)


def test_without_a_database_nothing_speaks_of_one(render: Render, environment: MakeEnvironment, serve: Serve) -> None:
    project = render(TEMPLATE, database="none")
    ours = (path for path in project.rglob("*") if path.is_file() and path.name != ".copier-answers.yml")
    text = "\n".join(f"{path}\n{path.read_text(encoding='utf-8', errors='replace')}" for path in ours).lower()
    words = ("database", "sqlalchemy", "sqlite", "migrat", "models", "/items")
    assert [word for word in words if word in text] == []
    with serve(project, environment(TEMPLATE)) as url:
        assert _json(f"{url}/readyz") == {"status": "ok", "checks": {}}


def _json(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=20) as answer:
        answered: dict[str, Any] = json.load(answer)
    return answered
