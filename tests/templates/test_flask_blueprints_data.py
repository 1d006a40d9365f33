"""flask-blueprints without SQLAlchemy: plain SQL and MongoDB, really run on each kind of server there is."""

from __future__ import annotations

import contextlib
import json
import os
import re
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from templates.conftest import HoldToDescription, MakeEnvironment, Render, Run, Serve

pytestmark = pytest.mark.project

TEMPLATE = "flask-blueprints"
Server = Callable[[str], AbstractContextManager[dict[str, str]]]

API: dict[str, object] = {"api": "rest", "ci": "github"}
EVERYTHING: dict[str, object] = {
    **API,
    "jobs": "celery",
    "cache": "redis",
    "suggestions": True,
    "realtime": True,
    "sessions": "redis",
    "deployment": ["docker", "nginx", "supervisor"],
    "monitoring": ["statsd", "prometheus", "munin"],
}
# How each is chosen, and words that must not stand in a project that keeps its data otherwise.
WAYS: dict[str, dict[str, object]] = {
    "sqlite": {"database": "sqlite", "data_access": "sql"},
    "postgresql": {"database": "postgresql", "data_access": "sql"},
    "mysql": {"database": "mysql", "data_access": "sql"},
    "oracle": {"database": "oracle", "data_access": "sql"},
    "mongodb": {"database": "mongodb"},
}
WORDS = {
    "sqlite": "sqlite",
    "postgresql": "postgres|psycopg",
    "mysql": "mysql|mariadb",
    "oracle": "oracle|sql[*]plus",
    "mongodb": "mongo|secantus",
    "orm": "sqlalchemy|alembic|flask db|db upgrade|db.session|StaleData",
}


@pytest.fixture
def server(
    live_database: Callable[[str], AbstractContextManager[str]],
    mongodb: Callable[[], AbstractContextManager[str]],
) -> Server:
    """``with server("mysql") as variables``: where a project's database is."""

    @contextlib.contextmanager
    def running(way: str) -> Iterator[dict[str, str]]:
        if way == "sqlite":
            yield {}
        elif way == "oracle":
            address = os.environ.get("WAYPOST_TEST_ORACLE_URL")
            if not address:
                pytest.skip("WAYPOST_TEST_ORACLE_URL names no account with a schema for tests")
            yield {"DATABASE_URL": address, "TEST_DATABASE_URL": address}
        else:
            with mongodb() if way == "mongodb" else live_database(way) as url:
                yield {"DATABASE_URL": url}

    return running


@pytest.mark.service
@pytest.mark.thorough
@pytest.mark.parametrize("way", list(WAYS))
def test_its_gates_are_green(way: str, server: Server, render: Render, environment: MakeEnvironment, run: Run) -> None:
    with server(way) as variables:
        _pass_gates(run, environment, render(TEMPLATE, **WAYS[way], **API), variables)


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("way", WAYS)
def test_its_gates_are_green_with_everything_chosen(
    *,
    way: str,
    server: Server,
    live_redis: Callable[[], AbstractContextManager[str]],
    render: Render,
    environment: MakeEnvironment,
    run: Run,
) -> None:
    project = render(TEMPLATE, **WAYS[way], **EVERYTHING)
    with server(way) as variables, live_redis() as url:
        _pass_gates(run, environment, project, variables | {"REDIS_URL": url})


@pytest.mark.parametrize("way", ["sqlite", pytest.param("mongodb", marks=pytest.mark.thorough)])
@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"example": False}, marks=pytest.mark.thorough),
        pytest.param({"api": "rest", "api_library": "plain"}, marks=pytest.mark.thorough),
        {"api": "rest", "api_library": "flask-restful", "realtime": True},
    ],
    ids=["no example", "plain views", "flask-restful and realtime"],
)
def test_its_gates_are_green_with_less(
    *,
    way: str,
    answers: Mapping[str, object],
    server: Server,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
) -> None:
    with server(way) as variables:
        _pass_gates(run, environment, render(TEMPLATE, **WAYS[way], **answers), variables)


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(API, marks=pytest.mark.thorough),
        EVERYTHING,
        pytest.param({"example": False}, marks=pytest.mark.thorough),
    ],
    ids=["API", "everything", "no example"],
)
def test_what_needs_no_server_is_right_with_oracle(
    answers: Mapping[str, object], render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render(TEMPLATE, **WAYS["oracle"], **answers)
    run(project, environment(TEMPLATE), "make", "lint", "types")
    assert "/readyz" in run(project, environment(TEMPLATE), "flask", "routes").stdout
    if "jobs" not in answers:
        asked = run(project, environment(TEMPLATE), "pytest", "-q", expect=1)
        assert "in TEST_DATABASE_URL" in asked.stdout + asked.stderr


@pytest.mark.service
@pytest.mark.parametrize("way", [way for way in WAYS if way != "oracle"])
def test_it_is_migrated_and_served_and_keeps_what_it_is_given(
    *, way: str, server: Server, render: Render, environment: MakeEnvironment, run: Run, serve: Serve
) -> None:
    project = render(TEMPLATE, **WAYS[way], api="rest")
    with server(way) as variables:
        first = run(project, environment(TEMPLATE), "make", "migrate", variables=variables).stdout
        assert "Applied " in first
        assert "0 migration(s)" in run(project, environment(TEMPLATE), "make", "migrate", variables=variables).stdout
        run(project, environment(TEMPLATE), "flask", "items", "seed", "--count", "45", variables=variables)
        with serve(project, environment(TEMPLATE), variables=variables) as url:
            assert _json(f"{url}/readyz") == {"status": "ok", "checks": {"database": "ok"}}
            assert "Page 3 of 3" in _text(f"{url}/items/?page=3")
            added = _json(f"{url}/api/v1/items/", {"name": "Ünïcode 100%", "description": "ẞ"})
            assert _json(f"{url}/api/v1/items/{added['id']}") == added
            assert [item["id"] for item in _json(f"{url}/api/v1/items/?q=100%25")["items"]] == [added["id"]]


@pytest.mark.thorough
@pytest.mark.parametrize("way", ["sqlite", "mongodb"])
def test_its_api_does_what_it_says_whatever_is_sent(
    *,
    way: str,
    server: Server,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    hold_to_description: HoldToDescription,
) -> None:
    project = render(TEMPLATE, **WAYS[way], api="rest")
    with server(way) as variables:
        run(project, environment(TEMPLATE), "make", "migrate", variables=variables)
        with serve(project, environment(TEMPLATE), variables=variables) as url:
            hold_to_description(url)


@pytest.mark.parametrize("way", [*WAYS, "orm"])
@pytest.mark.parametrize("answers", [API, EVERYTHING], ids=["API", "everything"])
def test_a_project_names_no_other_way(way: str, answers: Mapping[str, object], render: Render) -> None:
    chosen = WAYS.get(way, {"database": "sqlite"})
    project = render(TEMPLATE, **chosen, **answers)
    others = {name: words for name, words in WORDS.items() if name != way and (name, way) != ("sqlite", "orm")}
    found = {
        f"{path.relative_to(project)}: {match[0]}"
        for path in project.rglob("*")
        if path.is_file() and path.name not in {".copier-answers.yml", ".gitignore", ".dockerignore"}
        for match in [
            re.search("|".join(others.values()), path.read_text(encoding="utf-8", errors="replace"), re.IGNORECASE)
        ]
        if match
    }
    assert not found


def _pass_gates(run: Run, environment: MakeEnvironment, project: Path, variables: Mapping[str, str]) -> None:
    done = run(project, environment(TEMPLATE), "make", "check", variables=variables)
    assert "TOTAL" in done.stdout


def _text(url: str, body: object = None) -> str:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} if data else {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        text: str = answer.read().decode()
    return text


def _json(url: str, body: object = None) -> dict[str, Any]:
    answered: dict[str, Any] = json.loads(_text(url, body))
    return answered
