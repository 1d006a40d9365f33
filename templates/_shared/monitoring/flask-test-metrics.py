"""What Prometheus reads on /metrics."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client import generate_latest
from prometheus_client.multiprocess import mark_process_dead
from prometheus_client.parser import text_string_to_metric_families

from {{ package_name }} import metrics

{% include 'templates/_shared/monitoring/test-metrics-workers.py' %}


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
    before = client.get("/metrics").text
    client.open(address, method=method)
    after = client.get("/metrics").text
    for name, its in (
        ("http_requests_total", labels),
        ("http_request_duration_seconds_count", timed),
    ):
        assert count(after, name, **its) == count(before, name, **its) + 1


def test_looking_counts_nothing(client: FlaskClient) -> None:
    pages = [client.get("/metrics").text for _ in range(2)]
    assert count(pages[0], "http_requests_total") == count(pages[1], "http_requests_total")


def test_whoever_collects_may_use_any_host_name(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert client.post("/metrics").status_code == 405


def test_its_headers_are_those_of_every_answer(client: FlaskClient) -> None:
    page, other = client.get("/metrics").headers, client.get("/healthz").headers
    for name in ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"):
        assert page.getlist(name) == other.getlist(name) != []


def test_python_and_the_process_are_described(client: FlaskClient) -> None:
    page = client.get("/metrics").text
    assert count(page, "python_info") == 1
    assert count(page, "process_resident_memory_bytes") > 0
