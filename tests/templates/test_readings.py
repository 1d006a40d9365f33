"""The readings of flask-micro: green by their own gates, and 200 devices that send to several processes at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

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

READER = "r" * 32
DEVICES = 200
BERLIN = ZoneInfo("Europe/Berlin")
# A day with 25 hours, whenever the test runs: readings are kept for long enough.
LONG_DAY = datetime(2025, 10, 26, tzinfo=BERLIN)
VARIABLES = {"READER_TOKEN": READER, "RETENTION_DAYS": "3650", "WEB_CONCURRENCY": "4"}


@pytest.fixture(scope="session")
def reading(render: Render) -> Callable[..., Path]:
    """``reading(data_access="orm")``: a project whose example are readings."""
    return lambda **answers: render("flask-micro", example_domain="readings", **answers)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        *(
            pytest.param(answers, marks=pytest.mark.thorough)
            for answers in (
                {"data_access": "orm"},
                {"monitoring": ["prometheus", "statsd", "munin"], "error_reports": "sentry"},
                {"realtime": True, "security": "high", "deployment": ["docker", "nginx", "supervisor"]},
                {"package_name": "p" * 50, "project_name": "漢" * 43},
            )
        ),
    ],
    ids=["defaults", "models", "monitoring", "sockets", "wide names"],
)
def test_its_gates_are_green(
    reading: Callable[..., Path], pass_gates: PassGates, micro: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(reading(**answers), micro)


@pytest.mark.thorough
@pytest.mark.parametrize("data_access", ["sql", "orm"])
@pytest.mark.parametrize("python", ["3.11", "3.13", "3.15"])
def test_its_gates_are_green_on_other_pythons(
    reading: Callable[..., Path], pass_gates: PassGates, environment: MakeEnvironment, python: str, data_access: str
) -> None:
    pass_gates(reading(python_version=python, data_access=data_access), environment("flask-micro", python=python))


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("data_access", ["sql", "orm"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_its_gates_are_green_on_a_live_server(
    *,
    reading: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
    data_access: str,
) -> None:
    with live_database(engine) as url:
        pass_gates(reading(database=engine, data_access=data_access), micro, {"DATABASE_URL": url})


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("data_access", ["sql", "orm"])
def test_its_gates_are_green_with_jobs_and_a_cache(
    reading: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
    data_access: str,
) -> None:
    with live_redis() as url:
        pass_gates(reading(jobs="celery", cache="redis", data_access=data_access), micro, {"REDIS_URL": url})


@pytest.mark.parametrize(
    "engine",
    ["sqlite", *(pytest.param(engine, marks=pytest.mark.service) for engine in ("postgresql", "mysql"))],
)
def test_200_devices_send_to_several_processes_over_a_change_of_clocks(
    *,
    reading: Callable[..., Path],
    run: Run,
    serve: Serve,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
) -> None:
    """In bulk, late, twice and in no order: each reading is kept once, and the day has 25 hours of them."""
    if engine == "sqlite":
        _simulate(reading(), run, serve, micro, VARIABLES)
        return
    with live_database(engine) as url:
        _simulate(reading(database=engine, data_access="orm"), run, serve, micro, VARIABLES | {"DATABASE_URL": url})


def _simulate(project: Path, run: Run, serve: Serve, micro: Environment, variables: Mapping[str, str]) -> None:
    def flask(*command: str) -> str:
        return run(project, micro, "flask", "--app", "my_project", *command, variables=variables).stdout

    flask("migrate")
    token = flask("add-device", "cellar", "--zone", "Europe/Berlin").strip()
    begin = LONG_DAY.astimezone(UTC)
    hours = ["--hours", "27", "--since", (begin - timedelta(hours=1)).isoformat()]
    with serve(project, micro, variables=variables) as address:
        told = json.loads(flask("simulate", "--devices", str(DEVICES), *hours, "--url", address))
        # 27 hours have 108 readings, of which every fifth is sent twice.
        assert told == {"stored": DEVICES * 108, "duplicate": DEVICES * 22}
        again = json.loads(flask("simulate", "--devices", str(DEVICES), *hours, "--url", address))
        assert again == {"duplicate": DEVICES * 130}
        query = f"size=day&count=3&since={(begin - timedelta(hours=1)):%Y-%m-%dT%H:%M:%SZ}"
        for number in (0, DEVICES - 1):
            found = _get(f"{address}/devices/simulated-{number}/metrics/temperature/buckets?{query}")["buckets"]
            assert [day["count"] for day in found] == [12, 96, 0]  # its days are those of UTC
            latest = _get(f"{address}/devices/simulated-{number}/metrics/temperature/latest")
            assert datetime.fromisoformat(latest["measured_at"]) == begin + timedelta(hours=25, minutes=45)
        rows = [
            {"metric": "rain", "value": 1, "measured_at": (begin + timedelta(hours=hour)).isoformat()}
            for hour in range(-1, 27)
        ]
        results = _post(f"{address}/readings/bulk", {"readings": rows[::-1]}, token)["results"]
        assert [result["outcome"] for result in results] == ["stored"] * 28
        days = _get(f"{address}/devices/cellar/metrics/rain/buckets?{query}")["buckets"]
        assert [(day["begins_at"], day["count"]) for day in days] == [
            ("2025-10-25T00:00:00+02:00", 1),
            ("2025-10-26T00:00:00+02:00", 25),
            ("2025-10-27T00:00:00+01:00", 2),
        ]


@pytest.mark.thorough
def test_schemathesis_finds_nothing_against_its_api(
    *,
    reading: Callable[..., Path],
    run: Run,
    serve: Serve,
    micro: Environment,
    hold_to_description: HoldToDescription,
) -> None:
    project = reading()
    run(project, micro, "flask", "--app", "my_project", "migrate")
    device = run(project, micro, "flask", "--app", "my_project", "add-device", "0").stdout.strip()
    with serve(project, micro) as address:
        _post(f"{address}/readings", {"metric": "a", "value": 1, "measured_at": datetime.now(UTC).isoformat()}, device)
        hold_to_description(address, token=device)


def test_neither_example_leaves_a_trace_of_itself_where_the_other_is(
    reading: Callable[..., Path], render: Render, find_traces: FindTraces
) -> None:
    assert not find_traces(render("flask-micro"), r"device|measured|readings|reader_token|simulat")
    assert not find_traces(reading(), r"/items|an? item|ItemFields|If-Match|predict")


def _get(url: str) -> Any:
    return ask("GET", url, headers={"Authorization": f"Bearer {READER}"})[1]


def _post(url: str, data: object, token: str) -> Any:
    return ask("POST", url, data, {"Authorization": f"Bearer {token}"})[1]
