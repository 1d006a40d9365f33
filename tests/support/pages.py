"""The page as somebody has it before them: served on the loopback by a process of its own, or asked in this one."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from waypost.web.app import for_one, hosted

HOST = "127.0.0.1:8000"
TOKEN = "token-of-this-run"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A page's requests to the application in this process."""

    client: FlaskClient
    host: str = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """Ask as the page does; a header with the value "" is left out."""
        return self.client.get(path, base_url=f"http://{self.host or 'localhost'}", headers=self._headers(headers))

    def post(self, path: str, body: object, **headers: str) -> TestResponse:
        """Ask for a change as the page does."""
        given = self._headers({"Origin": f"http://{self.host}", "Content-Type": "application/json", **headers})
        return self.client.post(path, data=json.dumps(body), base_url=f"http://{self.host}", headers=given)

    def json(self, path: str) -> Any:
        """Return the reply of a request that succeeds."""
        response = self.get(path)
        assert response.status_code == 200, response.text
        return response.get_json()

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        usual = {"X-Waypost-Token": TOKEN} if self.host else {}
        found = {**usual, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return {name: value for name, value in found.items() if value}


def asking_hosted(**settings: Any) -> Asking:
    """Return the hosted page's requests."""
    return Asking(client=hosted(**{"rate": None, **settings}).test_client())


def asking_here(folder: Path) -> Asking:
    """Return the requests of a page that was started in ``folder``."""
    return Asking(client=for_one(HOST, TOKEN, folder).test_client(), host=HOST)


@dataclass(frozen=True, kw_only=True)
class Served:
    """A page that ``waypost web`` serves."""

    process: subprocess.Popen[str]
    address: str

    @property
    def port(self) -> int:
        """The port that it listens on."""
        found = re.search(r":(\d+)/", self.address)
        assert found, self.address
        return int(found[1])

    @property
    def host(self) -> str:
        """What its requests are for."""
        return f"127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """The token of the run."""
        return self.address.partition("#token=")[2]

    def ask(self, request: str) -> tuple[int, str]:
        """Send exactly these bytes, and return the status and everything that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request.replace("\n", "\r\n").encode("latin-1"))
            parts = []
            while part := connection.recv(65_536):
                parts.append(part)
        text = b"".join(parts).decode("latin-1")
        return int(text.split(" ", 2)[1]), text


@contextlib.contextmanager
def served(folder: Path, *arguments: str) -> Iterator[Served]:
    """Serve the page for ``folder`` for the time of a ``with`` block; it has to end quietly at Ctrl-C."""
    command = [sys.executable, "-m", "waypost", "web", str(folder), "--no-browser", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            address = process.stdout.readline().strip()
            assert address, process.stderr.read()
            yield Served(process=process, address=address)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                code = process.wait(60)
            finally:
                process.kill()
        said = process.stderr.read()
        assert (code, len(said.splitlines()) <= 1, "nothing is left" in said) == (0, True, False), said
