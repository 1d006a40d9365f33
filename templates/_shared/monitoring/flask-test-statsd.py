"""What statsd is sent."""

import re
import socket
from collections.abc import Iterator

import pytest
{% if uses_celery %}
from celery import Celery
{% endif %}
from flask import Flask

from {{ package_name }} import monitoring
from {{ package_name }}.config import Settings
{% if uses_celery %}
from {{ package_name }}.statsd import Sender
{% endif %}


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Listen as statsd does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        yield listener


def application(host: str, port: int) -> Flask:
    app = Flask("watched")
    app.add_url_rule("/", "area.page", lambda: "a page")
    monitoring.init_app(app, Settings(statsd_host=host, statsd_port=port))
    return app


@pytest.mark.parametrize(
    ("method", "address", "name"),
    [
        ("GET", "/", "GET.area_page"),
        ("GET", "/made/up", "GET.unmatched"),
        ("MADEUP", "/", "OTHER.unmatched"),
    ],
)
def test_a_request_is_counted_and_timed(
    listener: socket.socket, method: str, address: str, name: str
) -> None:
    client = application(*listener.getsockname()).test_client()
    status = client.open(address, method=method).status_code
    counted, timed = (listener.recv(512).decode() for _ in range(2))
    assert counted == f"{{ project_slug }}.requests.{name}.{status}:1|c"
    assert re.fullmatch(rf"{{ project_slug }}\.request_time\.{name}:\d+\.\d+\|ms", timed)


def test_nothing_fails_and_nothing_is_said_when_nobody_listens(
    listener: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    port = listener.getsockname()[1]
    listener.close()
    client = application("127.0.0.1", port).test_client()
    assert [client.get("/").status_code for _ in range(5)] == [200] * 5
    assert not caplog.records


def test_a_host_without_an_address_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    client = application("::1", 8125).test_client()
    assert [client.get("/").status_code for _ in range(2)] == [200] * 2
    assert [record.getMessage().partition(" (")[0] for record in caplog.records] == [
        "nothing is sent to statsd: ::1 has no address"
    ]
{% if uses_celery %}
{% include 'templates/_shared/monitoring/test-statsd-tasks.py' %}
{% endif %}
