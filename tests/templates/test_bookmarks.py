"""The bookmarks of flask-micro: green by their own gates, and asked of real servers by many clients at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.asking import ask

if TYPE_CHECKING:
    from templates.conftest import (
        Environment,
        FindTraces,
        HoldToDescription,
        MakeEnvironment,
        PassGates,
        Render,
        Run,
        Serve,
    )

pytestmark = pytest.mark.project

TIDES = {"url": "https://sea.example/tides", "title": "Tides"}
# What schemathesis does not know of conditional requests, and cannot make up: a cursor, and a key for each body.
KNOWN_TO_HTTP = """
[parameters]
"header.If-Match" = "*"

[checks.missing_required_header]
expected-statuses = [400, 404, 415, 422, 428]

[[operations]]
include-name = "GET /bookmarks"
parameters = { cursor = "" }
"""
WITH_KEYS = """
[[operations]]
include-name-regex = "POST /bookmarks(/batch)?"
[operations.phases.coverage]
enabled = false
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", 422]
"""


@pytest.fixture(scope="session")
def bookmarking(render: Render) -> Callable[..., Path]:
    """``bookmarking(data_access="orm")``: a project whose example are bookmarks."""
    return lambda **answers: render("flask-micro", example_domain="bookmarks", **answers)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        *(
            pytest.param(answers, marks=pytest.mark.thorough)
            for answers in (
                {"data_access": "orm"},
                {"realtime": True},
                {"security": "high", "deployment": ["docker", "nginx", "supervisor"]},
                {"monitoring": ["prometheus", "statsd", "munin"], "error_reports": "sentry"},
                {"package_name": "p" * 50, "project_name": "漢" * 43},
                {"package_name": "p" * 50, "data_access": "orm"},
            )
        ),
    ],
    ids=["defaults", "SQLAlchemy", "sockets", "security", "monitoring", "wide names", "wide names, SQLAlchemy"],
)
def test_its_gates_are_green(
    bookmarking: Callable[..., Path], pass_gates: PassGates, micro: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(bookmarking(**answers), micro)


@pytest.mark.thorough
@pytest.mark.parametrize("data_access", ["sql", "orm"])
@pytest.mark.parametrize("python", ["3.11", "3.13", "3.15"])
def test_its_gates_are_green_on_other_pythons(
    bookmarking: Callable[..., Path], pass_gates: PassGates, environment: MakeEnvironment, python: str, data_access: str
) -> None:
    project = bookmarking(python_version=python, data_access=data_access)
    pass_gates(project, environment("flask-micro", python=python))


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("data_access", ["sql", "orm"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_its_gates_are_green_on_a_live_server(
    *,
    bookmarking: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
    data_access: str,
) -> None:
    with live_database(engine) as url:
        pass_gates(bookmarking(database=engine, data_access=data_access), micro, {"DATABASE_URL": url})


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("data_access", ["sql", "orm"])
def test_its_gates_are_green_with_redis(
    bookmarking: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
    data_access: str,
) -> None:
    with live_redis() as url:
        pass_gates(bookmarking(data_access=data_access, jobs="celery", cache="redis"), micro, {"REDIS_URL": url})


def test_several_processes_create_once_and_lose_no_change(
    bookmarking: Callable[..., Path], run: Run, serve: Serve, micro: Environment, tmp_path: Path
) -> None:
    """What only a live server shows: the processes share nothing but the database."""
    file = tmp_path / "live.sqlite3"
    variables = {"DATABASE_URL": f"sqlite:///{file}", "WEB_CONCURRENCY": "3"}
    project = bookmarking()
    run(project, micro, "flask", "--app", "my_project", "migrate", variables=variables)
    with serve(project, micro, variables=variables) as address, ThreadPoolExecutor(12) as threads:
        key = {"Idempotency-Key": "4b1d"}
        sent = list(threads.map(lambda _: ask("POST", f"{address}/bookmarks", TIDES, key), range(48)))
        assert {status for status, _ in sent} == {201}
        assert len({body["id"] for _, body in sent}) == 1
        place = f"{address}/bookmarks/{sent[0][1]['id']}"
        seen = {"If-Match": '"1"'}
        changes = list(threads.map(lambda n: ask("PATCH", place, {"title": str(n)}, seen)[0], range(24)))
        assert sorted(changes) == [200] + [412] * 23
        assert ask("GET", place)[1]["version"] == 2
        rows = {"bookmarks": [TIDES | {"title": str(number)} for number in range(40)]}
        known = {row["bookmark"]["id"] for row in ask("POST", f"{address}/bookmarks/batch", rows)[1]["results"]}
        coming = threads.map(lambda _: ask("POST", f"{address}/bookmarks", TIDES)[0], range(30))
        paged: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            _, page = ask("GET", f"{address}/bookmarks?limit=3&fields=id&cursor={cursor}")
            paged += [bookmark["id"] for bookmark in page["bookmarks"]]
            cursor = page["next_cursor"]
        assert set(coming) == {201}
        assert len(paged) == len(set(paged))
        assert known <= set(paged)
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT count(*) FROM bookmarks WHERE version = 2").fetchone() == (1,)


@pytest.mark.thorough
@pytest.mark.parametrize(("before", "after"), [("sql", "orm"), ("orm", "sql")])
def test_another_way_to_the_data_finds_what_is_there(
    *,
    bookmarking: Callable[..., Path],
    run: Run,
    serve: Serve,
    micro: Environment,
    tmp_path: Path,
    before: str,
    after: str,
) -> None:
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/kept.sqlite3"}
    found = []
    for access in (before, after):
        project = bookmarking(data_access=access)
        run(project, micro, "make", "migrate", variables=variables)
        run(project, micro, "make", "seed", variables=variables)
        with serve(project, micro, variables=variables) as address:
            sent = ask("POST", f"{address}/bookmarks", TIDES, {"Idempotency-Key": "kept"})
            first = ask("GET", f"{address}/bookmarks?sort=created_at&limit=3")[1]
            rest = ask("GET", f"{address}/bookmarks?sort=created_at&cursor={first['next_cursor']}")[1]
            found.append((sent, first, rest))
        if access == "orm":
            run(project, micro, "flask", "--app", "my_project", "check-migrations", variables=variables)
    assert found[0] == found[1]
    assert len(found[0][1]["bookmarks"] + found[0][2]["bookmarks"]) == 6


@pytest.mark.thorough
@pytest.mark.parametrize("has_keys", [True, False], ids=["with keys", "without keys"])
@pytest.mark.parametrize("data_access", ["sql", "orm"])
def test_schemathesis_finds_nothing_against_its_api(
    *,
    bookmarking: Callable[..., Path],
    run: Run,
    serve: Serve,
    micro: Environment,
    hold_to_description: HoldToDescription,
    tmp_path: Path,
    data_access: str,
    has_keys: bool,
) -> None:
    """A made-up key often comes again with another body, which is 422. Without keys only what is invalid is."""
    project = bookmarking(data_access=data_access)
    views = project / "src" / "my_project" / "api.py"
    described = views.read_text()
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/described.sqlite3"}
    run(project, micro, "flask", "--app", "my_project", "migrate", variables=variables)
    (tmp_path / "schemathesis.toml").write_text(KNOWN_TO_HTTP + WITH_KEYS * has_keys)
    try:
        if not has_keys:
            assert described.count("parameters=[key], ") == 2
            views.write_text(described.replace("parameters=[key], ", ""))
        with serve(project, micro, variables=variables) as address:
            hold_to_description(address)
    finally:
        views.write_text(described)


def test_no_other_example_has_a_trace_of_it(
    bookmarking: Callable[..., Path], render: Render, find_traces: FindTraces
) -> None:
    assert not find_traces(render("flask-micro"), r"bookmark|idempotency|make seed")
    assert not find_traces(bookmarking(), r"/items|an? item|ItemFields|predict")
