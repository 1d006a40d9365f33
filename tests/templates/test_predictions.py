"""The predictions of flask-micro: green by their own gates, and asked of real servers with several processes."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.asking import ask, eventually

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

WATCHED = ("prometheus", "statsd")
DELIVERY = {"distance_km": 25, "stops": 33, "rain_mm": 6.5}


@pytest.fixture(scope="session")
def predicting(render: Render) -> Callable[..., Path]:
    """``predicting(database="none")``: a project whose example are predictions."""
    return lambda **answers: render("flask-micro", example_domain="predictions", **answers)


@pytest.mark.thorough
@pytest.mark.service
def test_its_gates_are_green_with_everything_chosen(
    predicting: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    project = predicting(
        data_access="orm",
        jobs="celery",
        cache="redis",
        realtime=True,
        security="high",
        deployment=["docker", "nginx", "supervisor"],
        monitoring=[*WATCHED, "munin"],
    )
    with live_redis() as url:
        pass_gates(project, micro, {"REDIS_URL": url})


@pytest.mark.parametrize(
    "answers",
    [
        {},
        *(
            pytest.param(answers, marks=pytest.mark.thorough)
            for answers in (
                {"database": "none"},
                {"monitoring": ["prometheus"]},
                {"monitoring": ["statsd"]},
                {"monitoring": ["munin"]},
                {"realtime": True, "database": "none"},
                {"package_name": "p" * 50, "project_name": "漢" * 43},
            )
        ),
    ],
    ids=["defaults", "no database", "Prometheus", "statsd", "Munin", "sockets", "wide names"],
)
def test_its_gates_are_green(
    predicting: Callable[..., Path], pass_gates: PassGates, micro: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(predicting(**answers), micro)


@pytest.mark.thorough
@pytest.mark.parametrize("python", ["3.11", "3.13", "3.15"])
def test_its_gates_are_green_on_other_pythons(
    predicting: Callable[..., Path], pass_gates: PassGates, environment: MakeEnvironment, python: str
) -> None:
    """And the model that is shipped is the same on each."""
    pass_gates(predicting(python_version=python), environment("flask-micro", python=python))


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("data_access", ["sql", "orm"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_its_gates_are_green_on_a_live_server(
    *,
    predicting: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
    data_access: str,
) -> None:
    with live_database(engine) as url:
        pass_gates(predicting(database=engine, data_access=data_access), micro, {"DATABASE_URL": url})


@pytest.mark.thorough
def test_its_gates_are_green_with_mongodb(
    predicting: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    mongodb: Callable[[], AbstractContextManager[str]],
) -> None:
    with mongodb() as url:
        pass_gates(predicting(database="mongodb"), micro, {"DATABASE_URL": url})


def test_the_workers_of_gunicorn_count_together_and_prometheus_reads_it(
    predicting: Callable[..., Path], serve: Serve, micro: Environment
) -> None:
    project = predicting(database="none", monitoring=WATCHED)
    with serve(project, micro, variables={"WEB_CONCURRENCY": "4"}) as address:
        version = _get(f"{address}/model")["version"]
        for _ in range(40):
            answer = _post(f"{address}/predict", DELIVERY)
            assert answer["model"] == version
            assert 0.5 < answer["late"] < 1
        assert len(_post(f"{address}/predict/batch", {"deliveries": [DELIVERY] * 80})["late"]) == 80
        told = [_get(f"{address}/model/drift") for _ in range(20)]
        assert all(drift == told[0] for drift in told)
        assert (told[0]["model"], told[0]["predictions"]) == (version, 120)
        assert told[0]["features"]["stops"]["drift"] > 1
        with urllib.request.urlopen(f"{address}/metrics", timeout=20) as page:
            lines = page.read().decode().splitlines()
        assert f'feature_drift{{feature="stops"}} {told[0]["features"]["stops"]["drift"]}' in lines


def test_another_model_is_trained_by_one_command_and_then_answers(
    predicting: Callable[..., Path], run: Run, serve: Serve, micro: Environment
) -> None:
    project = predicting(database="none")
    shipped = (project / "src/my_project/model.json").read_bytes()
    run(project, micro, "make", "train")
    assert (project / "src/my_project/model.json").read_bytes() == shipped
    data = project / "data" / "deliveries.csv"
    data.write_text(data.read_text().replace(",1\n", ",2\n").replace(",0\n", ",1\n").replace(",2\n", ",0\n"))
    run(project, micro, "make", "train")
    with serve(project, micro) as address:
        answer = _post(f"{address}/predict", DELIVERY)
        assert _get(f"{address}/model/card")["version"] == answer["model"]
    assert 0 < answer["late"] < 0.5
    assert answer["model"] == json.loads((project / "src/my_project/model.json").read_text())["version"]
    assert answer["model"] != json.loads(shipped)["version"]


def test_a_shadow_is_compared_by_all_workers_and_slows_no_answer(
    predicting: Callable[..., Path], run: Run, serve: Serve, micro: Environment
) -> None:
    """Whether a prediction of the shadow takes no time at all or five seconds."""
    project = predicting(database="none", monitoring=["prometheus"])
    content = (project / "src/my_project/model.json").read_text()
    data = project / "data" / "deliveries.csv"
    data.write_text("\n".join(data.read_text().splitlines()[:200]) + "\n")
    run(project, micro, "make", "train", "TO=next.json")
    assert (project / "src/my_project/model.json").read_text() == content
    version = json.loads((project / "next.json").read_text())["version"]
    variables = {"WEB_CONCURRENCY": "3", "SHADOW_MODEL": "next.json", "SHADOW_SHARE": "1"}
    with serve(project, micro, variables=variables) as address:
        answers = [_post(f"{address}/predict", DELIVERY) for _ in range(30)]
        told = eventually(lambda: _get(f"{address}/model/shadow"), lambda told: told["compared"] == 30)
        assert (told["shadow"], told["skipped"], told["failed"]) == (version, 0, 0)
        assert all(_get(f"{address}/model/shadow") == told for _ in range(10))
        _post(f"{address}/predict", DELIVERY)
        with urllib.request.urlopen(f"{address}/metrics", timeout=20) as page:
            assert 'shadow_difference{measure="largest_difference"}' in page.read().decode()
    shadow = project / "src/my_project/watch.py"
    slow = "import time\n\n\ndef wait(values, model):\n    time.sleep(5)\n    return model.predict(values)\n"
    code = shadow.read_text().replace("self._shadow.predict(each)", "wait(each, self._shadow)")
    shadow.write_text(code + f"\n\n{slow}")
    with serve(project, micro, variables=variables | {"WEB_CONCURRENCY": "1"}) as address:
        begun = time.monotonic()
        assert [_post(f"{address}/predict", DELIVERY) for _ in range(30)] == answers
        assert time.monotonic() - begun < 30  # and the shadow would take five times as long
        told = _get(f"{address}/model/shadow")
        assert told["skipped"] > 0
        assert told["compared"] + told["skipped"] < 30


@pytest.mark.thorough
def test_schemathesis_finds_nothing_against_its_api(
    *,
    predicting: Callable[..., Path],
    serve: Serve,
    micro: Environment,
    hold_to_description: HoldToDescription,
) -> None:
    with serve(predicting(database="none"), micro) as address:
        hold_to_description(address)


def test_neither_example_leaves_a_trace_of_itself_where_the_other_is(
    predicting: Callable[..., Path], render: Render, find_traces: FindTraces
) -> None:
    assert not find_traces(render("flask-micro"), r"predict|drift|deliver|model\.json|shadow|batch_max")
    assert not find_traces(predicting(), r"/items|an? item|ItemFields|If-Match")


def _get(url: str) -> Any:
    return ask("GET", url)[1]


def _post(url: str, data: object) -> Any:
    return ask("POST", url, data)[1]
