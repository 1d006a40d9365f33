"""Flask projects with realtime under gunicorn: however many clients connect, the service goes on answering."""

from __future__ import annotations

import contextlib
import re
import socket
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run, Serve

pytestmark = [pytest.mark.project, pytest.mark.slow]

CLIENTS = 100
FROM_ONE_ADDRESS = 20
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
SECONDS_TO_WAIT = 10


@pytest.mark.parametrize(
    ("template", "answers", "refused"),
    [
        ("flask-micro", {}, 429),
        pytest.param("flask-blueprints", {"accounts": "none"}, 429, marks=pytest.mark.thorough),
        ("flask-blueprints", {"accounts": "login"}, 401),
    ],
    ids=["micro", "open blueprints", "blueprints with accounts"],
)
def test_a_hundred_clients_leave_the_service_answering(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    template: str,
    answers: Mapping[str, object],
    refused: int,
    tmp_path: Path,
) -> None:
    """By WebSocket and by long polling: who is refused gets an answer at once, and keeps no thread."""
    project = render(template, realtime=True, **answers)
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/app.sqlite3"}
    run(project, environment(template), "make", "migrate", variables=variables)
    admitted = 0 if refused == 401 else FROM_ONE_ADDRESS
    with serve(project, environment(template), variables=variables) as url:
        for transport, welcome in (("websocket", 101), ("polling", 200)):
            with contextlib.ExitStack() as stack:
                clients = [stack.enter_context(_connected(url, transport)) for _ in range(CLIENTS)]
                statuses = Counter(_status(client) for client in clients)
                assert statuses == Counter({welcome: admitted, refused: CLIENTS - admitted}), transport
                for path in ("/healthz", "/"):
                    begun = time.monotonic()
                    with urllib.request.urlopen(url + path, timeout=SECONDS_TO_WAIT) as answer:
                        assert answer.status == 200
                    assert time.monotonic() - begun < 2, (transport, path)
            if transport == "websocket":
                _wait_until_free(url, refused)


@contextlib.contextmanager
def _connected(url: str, transport: str) -> Iterator[socket.socket]:
    """A client that has asked to connect."""
    address = urllib.parse.urlsplit(url)
    headers = {"Host": address.netloc} | (UPGRADE if transport == "websocket" else {})
    lines = [f"GET /socket.io/?EIO=4&transport={transport} HTTP/1.1", *(f"{key}: {headers[key]}" for key in headers)]
    with socket.create_connection((address.hostname, address.port), timeout=SECONDS_TO_WAIT) as client:
        client.sendall("\r\n".join([*lines, "", ""]).encode())
        yield client


def _status(client: socket.socket) -> int:
    [status] = re.findall(rb"^HTTP/1.1 (\d+)", client.recv(4096))
    return int(status)


def _wait_until_free(url: str, refused: int) -> None:
    """Return once the server has noticed that the clients have gone."""
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while time.monotonic() < deadline:
        with _connected(url, "websocket") as client:
            if refused == 401 or _status(client) == 101:
                time.sleep(1)
                return
        time.sleep(0.2)
    pytest.fail("no place is given back")
