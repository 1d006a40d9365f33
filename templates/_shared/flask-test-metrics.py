"""What Prometheus reads on /metrics."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import Metric
from prometheus_client.multiprocess import mark_process_dead
from prometheus_client.parser import text_string_to_metric_families

from {{ package_name }} import metrics

# What a worker leaves in the folder, without the time it takes to start one.
WORKER = """
import sys
from prometheus_client import Counter, Gauge

Counter("http_requests", "", ["method", "route", "status"]).labels("GET", "/pattern", 200).inc()
Gauge("http_workers", "", multiprocess_mode="liveall").set(1)
print("counted", flush=True)
sys.stdin.read()
"""


def read(client: FlaskClient) -> list[Metric]:
    page = client.get("/metrics")
    assert page.status_code == 200
    return list(text_string_to_metric_families(page.text))


def count(client: FlaskClient, name: str, **labels: str) -> float:
    samples = [sample for metric in read(client) for sample in metric.samples]
    return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())


@pytest.mark.parametrize(
    ("method", "address", "labels"),
    [
        ("GET", "/healthz", {"method": "GET", "route": "/healthz", "status": "200"}),
        ("GET", "/made/up", {"method": "GET", "route": "unmatched", "status": "404"}),
        ("MADEUP", "/healthz", {"method": "OTHER", "route": "unmatched", "status": "405"}),
    ],
)
def test_a_request_is_counted_and_timed(
    client: FlaskClient, method: str, address: str, labels: dict[str, str]
) -> None:
    timed = {name: value for name, value in labels.items() if name != "status"}
    requests = count(client, "http_requests_total", **labels)
    seconds = count(client, "http_request_duration_seconds_count", **timed)
    client.open(address, method=method)
    assert count(client, "http_requests_total", **labels) == requests + 1
    assert count(client, "http_request_duration_seconds_count", **timed) == seconds + 1


def test_looking_counts_nothing(client: FlaskClient) -> None:
    assert count(client, "http_requests_total") == count(client, "http_requests_total")


def test_whoever_collects_may_use_any_host_name(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert client.post("/metrics").status_code == 405


def test_python_and_the_process_are_described(client: FlaskClient) -> None:
    assert count(client, "python_info") == 1
    assert count(client, "process_resident_memory_bytes") > 0


@contextmanager
def worker(folder: Path) -> Iterator[int]:
    """Run a process that has counted a request, and give its id."""
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "counted\n"
        yield process.pid


def test_all_workers_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    with worker(tmp_path) as gone:
        pass
    mark_process_dead(gone)
    with worker(tmp_path) as first, worker(tmp_path) as second:
        app = Flask("page")
        metrics.init_app(app)
        client = app.test_client()
        assert count(client, "http_requests_total", route="/pattern") == 3
        assert count(client, "http_workers") == 2
        assert count(client, "python_info") == 1
        names = [metric.name for metric in read(client)]
        assert len(names) == len(set(names))
        for pid in (first, second):
            assert count(client, "process_resident_memory_bytes", pid=str(pid)) > 0
        assert not count(client, "process_resident_memory_bytes", pid=str(gone))
