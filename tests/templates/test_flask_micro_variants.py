"""flask-micro with everything that can be chosen: other databases, Celery, Redis and sockets, really run."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from templates.conftest import (
        Background,
        Environment,
        HoldToDescription,
        PassGates,
        Render,
        Run,
        Serve,
    )

pytestmark = pytest.mark.project

EVERYTHING = {"jobs": "celery", "cache": "redis", "suggestions": True, "realtime": True, "security": "high"}
LISTENER = """
import json, sys
from socketio import SimpleClient
from socketio.exceptions import ConnectionError as RefusedError

try:
    with SimpleClient() as other:
        other.connect(sys.argv[1], headers={"Origin": "http://evil.example"}, transports=["websocket"])
    print("connected")
except RefusedError:
    print("refused")
with SimpleClient() as listener:
    listener.connect(sys.argv[1], transports=["websocket"])
    print("listening", flush=True)
    event, item = listener.receive(timeout=20)
    print(event, item["name"])
"""

COMMITS_LIKE_ORACLE = """
import contextlib
import oracledb
from my_project import create_app, db
from my_project.config import Settings

tables, committed, pending, found = [], [], [], []

class Oracle(contextlib.nullcontext):
    def cursor(self):
        return self

    def execute(self, statement, values=None):
        if statement.startswith("INSERT"):
            pending.append(values["statement"])
        elif statement.startswith("SELECT table_name"):
            found[:] = [[table] for table in tables]
        elif statement.startswith("SELECT"):
            found[:] = [[kept] for kept in committed]
        else:
            tables[:] = ["APPLIED_MIGRATIONS"]
            self.commit()
        if statement == "BROKEN":
            raise oracledb.DatabaseError

    def fetchall(self):
        return found

    def commit(self):
        committed.extend(pending)
        pending.clear()

    def __enter__(self):
        return self

oracledb.connect = lambda **_address: Oracle()
released = db.MIGRATIONS
db.MIGRATIONS = (*released, "BROKEN")
for _ in range(2):
    done = create_app(Settings()).test_cli_runner().invoke(args=["migrate"])
    assert isinstance(done.exception, oracledb.DatabaseError), done
    assert committed == [*released], committed
"""


@pytest.mark.service
def test_its_gates_are_green_with_everything_chosen(
    render: Render, pass_gates: PassGates, micro: Environment, live_redis: Callable[[], AbstractContextManager[str]]
) -> None:
    with live_redis() as url:
        pass_gates(render("flask-micro", data_access="orm", **EVERYTHING), micro, {"REDIS_URL": url})


@pytest.mark.thorough
@pytest.mark.service
def test_its_gates_are_green_without_api_and_database(
    render: Render, pass_gates: PassGates, micro: Environment, live_redis: Callable[[], AbstractContextManager[str]]
) -> None:
    project = render("flask-micro", api="none", database="none", jobs="celery", cache="redis", realtime=True)
    with live_redis() as url:
        pass_gates(project, micro, {"REDIS_URL": url})


@pytest.mark.parametrize(
    "answers",
    [
        {"api": "none"},
        pytest.param({"data_access": "orm"}, marks=pytest.mark.thorough),  # the live server's has it, too
        pytest.param({"data_access": "orm", "example": False}, marks=pytest.mark.thorough),
        {"realtime": True},
    ],
    ids=["no API", "SQLAlchemy", "SQLAlchemy without example", "sockets without Redis"],
)
def test_its_gates_are_green_without_any_server(
    render: Render, pass_gates: PassGates, micro: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(render("flask-micro", **answers), micro)


@pytest.mark.service
@pytest.mark.thorough
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_sqlalchemy_works_on_a_live_server(
    render: Render,
    pass_gates: PassGates,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
) -> None:
    with live_database(engine) as url:
        pass_gates(render("flask-micro", database=engine, data_access="orm"), micro, {"DATABASE_URL": url})


def test_it_works_with_mongodb(
    render: Render, pass_gates: PassGates, micro: Environment, mongodb: Callable[[], AbstractContextManager[str]]
) -> None:
    """Over the wire: with a real server where one is named, otherwise with its stand-in secantusdb."""
    with mongodb() as url:
        pass_gates(render("flask-micro", database="mongodb"), micro, {"DATABASE_URL": url})


@pytest.mark.parametrize("data_access", ["sql", pytest.param("orm", marks=pytest.mark.thorough)])
@pytest.mark.parametrize(
    "example", [True, pytest.param(False, marks=pytest.mark.thorough)], ids=["example", "no example"]
)
def test_what_needs_no_server_works_with_oracle(
    *, render: Render, run: Run, pass_gates: PassGates, micro: Environment, data_access: str, example: bool
) -> None:
    """And everything, where WAYPOST_TEST_ORACLE_URL names an account that is there for tests only."""
    project = render("flask-micro", database="oracle", data_access=data_access, example=example)
    if url := os.environ.get("WAYPOST_TEST_ORACLE_URL"):
        pass_gates(project, micro, {"DATABASE_URL": url})
    else:
        run(project, micro, "ruff", "check")
        run(project, micro, "ruff", "format", "--check")
        run(project, micro, "mypy")
        asked = run(project, micro, "pytest", "-q", expect=2)
        assert "The tests need Oracle: start it, or set DATABASE_URL" in asked.stdout + asked.stderr
        routes = run(project, micro, "flask", "--app", "my_project", "routes")
        assert "/readyz" in routes.stdout


def test_a_migration_that_fails_on_oracle_is_not_held_for_applied(render: Render, run: Run, micro: Environment) -> None:
    """With a stand-in for the driver that commits as Oracle does: before a change of the tables, even if that fails."""
    project = render("flask-micro", database="oracle")
    run(project, micro, "python", "-c", COMMITS_LIKE_ORACLE)


@pytest.mark.thorough
@pytest.mark.service
def test_beat_and_a_worker_do_what_is_due(
    render: Render,
    run: Run,
    background: Background,
    micro: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    project = render("flask-micro", jobs="celery", example=False)
    variables = {"REDIS_PREFIX": "watched:"}
    with live_redis() as url:
        variables["REDIS_URL"] = url
        with (
            background(project, micro, "make", "worker", variables=variables),
            background(project, micro, "make", "beat", variables=variables),
        ):
            script = f"import redis; print(redis.Redis.from_url({url!r}).exists('watched:alive'))"
            deadline = time.monotonic() + 90
            while run(project, micro, "python", "-c", script).stdout.strip() != "1":
                assert time.monotonic() < deadline, "nothing was done"
                time.sleep(1)
    assert not [path for path in project.rglob("*") if "celerybeat" in path.name]


@pytest.mark.service
def test_clients_of_gunicorn_are_told_of_changes_that_suggestions_and_lists_show(
    *,
    render: Render,
    run: Run,
    serve: Serve,
    micro: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    project = render("flask-micro", **EVERYTHING)
    with live_redis() as url:
        variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/app.sqlite3", "REDIS_URL": url}
        run(project, micro, "flask", "--app", "my_project", "migrate", variables=variables)
        with serve(project, micro, variables=variables) as address:
            assert _get(f"{address}/items")["items"] == []
            with subprocess.Popen(
                [micro.python, "-c", LISTENER, address], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            ) as listener:
                assert listener.stdout
                assert [listener.stdout.readline().strip() for _ in range(2)] == ["refused", "listening"]
                _post(f"{address}/items", {"name": "Tea"})
                assert listener.stdout.read().strip() == "item-created Tea"
            assert [item["name"] for item in _get(f"{address}/items")["items"]] == ["Tea"]
            assert _get(f"{address}/suggestions?prefix=t")["suggestions"] == [{"id": 1, "name": "Tea"}]
            assert _get(f"{address}/readyz") == {"status": "ok", "database": "ok", "redis": "ok"}


def test_schemathesis_finds_nothing_against_its_api(
    *,
    render: Render,
    run: Run,
    serve: Serve,
    micro: Environment,
    hold_to_description: HoldToDescription,
    tmp_path: Path,
) -> None:
    project = render("flask-micro", data_access="orm")
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/app.sqlite3"}
    run(project, micro, "flask", "--app", "my_project", "migrate", variables=variables)
    with serve(project, micro, variables=variables) as address:
        hold_to_description(address)


def test_its_tests_say_what_to_start_where_no_redis_answers(render: Render, run: Run, micro: Environment) -> None:
    project = render("flask-micro", cache="redis")
    done = run(project, micro, "pytest", variables={"REDIS_URL": "redis://127.0.0.1:1"}, expect=2)
    assert "The tests need Redis: start it, or set REDIS_URL" in done.stdout + done.stderr


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return json.loads(answer.read())


def _post(url: str, data: object) -> None:
    request = urllib.request.Request(url, json.dumps(data).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 201
