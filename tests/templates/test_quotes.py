"""The quotes of flask-micro: green by their own gates, and asked of real servers while their upstream has bad days."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

DOLLARS = {"source": "EUR", "target": "USD", "amount": "100"}
# Schemathesis sends few keys with many values, of which all but the first are conflicts that tell it nothing.
FRESH_KEYS = """
import re, uuid, schemathesis

@schemathesis.hook
def before_call(context, case, kwargs):
    if re.fullmatch("[A-Za-z0-9._-]{8,100}", str((case.headers or {}).get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = uuid.uuid4().hex
"""
BUDGET = 2.0  # seconds for one call of the upstream, with all its attempts


@pytest.fixture(scope="session")
def quoting(render: Render) -> Callable[..., Path]:
    """``quoting(database="none")``: a project whose example are quotes."""
    return lambda **answers: render("flask-micro", example_domain="quotes", **answers)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        *(
            pytest.param(answers, marks=pytest.mark.thorough)
            for answers in (
                {"database": "none"},
                {"data_access": "orm"},
                {"monitoring": ["prometheus", "statsd", "munin"], "error_reports": "sentry"},
                {"realtime": True, "database": "none"},
                {"security": "high", "deployment": ["docker", "nginx", "supervisor"]},
                {"package_name": "p" * 50, "project_name": "漢" * 43},
            )
        ),
    ],
    ids=["defaults", "no database", "SQLAlchemy", "watched", "sockets", "deployed", "wide names"],
)
def test_its_gates_are_green(
    quoting: Callable[..., Path], pass_gates: PassGates, micro: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(quoting(**answers), micro)


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("database", ["none", "sqlite"])
def test_its_gates_are_green_with_everything_chosen(
    *,
    quoting: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
    database: str,
) -> None:
    project = quoting(
        database=database,
        **({} if database == "none" else {"data_access": "orm"}),
        jobs="celery",
        cache="redis",
        realtime=True,
        security="high",
        deployment=["docker", "nginx", "supervisor"],
        monitoring=["prometheus", "statsd", "munin"],
    )
    with live_redis() as url:
        pass_gates(project, micro, {"REDIS_URL": url})


@pytest.mark.thorough
@pytest.mark.parametrize("python", ["3.11", "3.13", "3.15"])
def test_its_gates_are_green_on_other_pythons(
    quoting: Callable[..., Path], pass_gates: PassGates, environment: MakeEnvironment, python: str
) -> None:
    pass_gates(quoting(python_version=python), environment("flask-micro", python=python))


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("data_access", ["sql", "orm"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_its_gates_are_green_on_a_live_server(
    *,
    quoting: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
    data_access: str,
) -> None:
    with live_database(engine) as url:
        pass_gates(quoting(database=engine, data_access=data_access), micro, {"DATABASE_URL": url})


def test_workers_go_on_while_the_upstream_is_slow_wrong_gone_and_back(
    *, quoting: Callable[..., Path], run: Run, serve: Serve, micro: Environment, tmp_path: Path
) -> None:
    """Each of four processes gives what one of them was told, in time, and keeps no quote twice."""
    project = quoting()
    port = _free_port()
    variables = {
        "WEB_CONCURRENCY": "4",
        "UPSTREAM_URL": f"http://127.0.0.1:{port}/rates",
        "UPSTREAM_SECONDS": str(BUDGET),
        "RATES_FRESH_SECONDS": "1",
        "NO_PROXY": "*",
    }
    run(project, micro, "make", "migrate")
    log = tmp_path / "gunicorn.log"
    with serve(project, micro, variables=variables, log=log) as address:
        rate, quotes = f"{address}/rates/EUR/USD", f"{address}/quotes"
        assert _get(rate)[0] == 503  # there never were any
        assert _get(f"{address}/readyz")[0] == 200
        with _upstream(project, micro, port, "right"):
            assert _get(rate)[1]["is_stale"] is False
            kept = _post(quotes, "order-4711", DOLLARS)[1]
            made = _at_once(lambda _: _post(quotes, "order-4712", DOLLARS))
            assert {status for status, _, _ in made} == {201}
            assert len({quote["id"] for _, quote, _ in made}) == 1
        time.sleep(1.1)
        for mode in ("slow", "wrong", "failing", "gone"):
            here = contextlib.nullcontext() if mode == "gone" else _upstream(project, micro, port, mode)
            with here:
                answers = _at_once(lambda _: _get(rate))
                assert {status for status, _, _ in answers} == {200}, mode
                assert all(answer["is_stale"] and answer["age_seconds"] >= 1 for _, answer, _ in answers), mode
                assert max(seconds for _, _, seconds in answers) < BUDGET + 1, mode
                assert _get(f"{address}/readyz")[0] == 200
                assert _post(quotes, "order-4711", DOLLARS)[1] == kept
                assert _post(quotes, "order-4711", DOLLARS | {"amount": "101"})[0] == 409
        with _upstream(project, micro, port, "right"):
            until = time.monotonic() + 20
            while any(answer["is_stale"] for _, answer, _ in _at_once(lambda _: _get(rate))):
                assert time.monotonic() < until, "it does not find its upstream again"
                time.sleep(0.2)
        with serve(project, micro, variables=variables) as again:
            assert _get(f"{again}/rates/EUR/USD")[0] == 200, "a restart forgets the last rates"
    lines = [json.loads(line) if line.startswith("{") else line for line in log.read_text().splitlines()]
    assert any("No calls of the upstream" in str(line) for line in lines)
    assert not any("Traceback" in str(line) or "ResourceWarning" in str(line) for line in lines)


@pytest.mark.thorough
@pytest.mark.parametrize("database", ["none", "sqlite"])
def test_schemathesis_finds_nothing_against_its_api(
    *,
    quoting: Callable[..., Path],
    run: Run,
    serve: Serve,
    micro: Environment,
    hold_to_description: HoldToDescription,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    database: str,
) -> None:
    (tmp_path / "fresh_keys.py").write_text(FRESH_KEYS, "utf-8")
    monkeypatch.setenv("SCHEMATHESIS_HOOKS", "fresh_keys")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    project, port = quoting(database=database), _free_port()
    if database != "none":
        run(project, micro, "make", "migrate")
    variables = {"UPSTREAM_URL": f"http://127.0.0.1:{port}/rates", "NO_PROXY": "*"}
    with _upstream(project, micro, port, "right"), serve(project, micro, variables=variables) as address:
        hold_to_description(address)


def test_neither_example_leaves_a_trace_of_itself_where_the_other_is(
    quoting: Callable[..., Path], render: Render, find_traces: FindTraces
) -> None:
    assert not find_traces(render("flask-micro"), r"\bquotes?\b|upstream|httpx|\bcurrenc|rates\.json")
    assert not find_traces(quoting(), r"/items|an? item|ItemFields|If-Match|predict")
    assert not find_traces(quoting(database="none"), r"/items|idempoten|seed|forget|migrat|predict")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def _upstream(project: Path, environment: Environment, port: int, mode: str) -> Iterator[None]:
    """Run the stand-in that the project brings along."""
    flask = str(environment.directory / "bin" / "flask")
    command = [flask, "--app", "my_project", "stand-in", "--port", str(port), "--mode", mode]
    process = subprocess.Popen(
        command,
        cwd=project / "src",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 30
        while True:
            assert process.poll() is None, "the stand-in has ended"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert time.monotonic() < until, "the stand-in does not answer"
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _at_once(asked: Callable[[int], tuple[int, Any]]) -> list[tuple[int, Any, float]]:
    """Ask from twelve threads, so that each process is asked; the last of each answer are its seconds."""

    def measured(number: int) -> tuple[int, Any, float]:
        began = time.monotonic()
        return *asked(number), time.monotonic() - began

    with ThreadPoolExecutor(12) as threads:
        return list(threads.map(measured, range(24)))


def _get(url: str) -> tuple[int, Any]:
    return ask("GET", url)


def _post(url: str, key: str, values: object) -> tuple[int, Any]:
    return ask("POST", url, values, {"Idempotency-Key": key})
