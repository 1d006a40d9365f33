"""Flask projects with everything that uses Redis, against a Redis that speaks TLS alone."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from templates.conftest import Background, MakeEnvironment, Render, Run, Serve

pytestmark = [pytest.mark.project, pytest.mark.slow]

SECONDS_TO_WAIT = 60
EVERYTHING: dict[str, dict[str, object]] = {
    "flask-micro": {"jobs": "celery", "cache": "redis", "suggestions": True, "realtime": True},
    "flask-blueprints": {
        "jobs": "celery",
        "cache": "redis",
        "suggestions": True,
        "realtime": True,
        "accounts": "login",
        "sessions": "redis",
    },
}
# Prints who reached Redis, and who did not.
CLIENTS = """
import sys

from my_project import create_app

app = create_app()
celery = app.extensions["celery"]

def use_cache():
    from my_project.extensions import cache
    with app.app_context():
        cache.set("a", 1)
        assert cache.get("a") == 1

def use_limits():
    from my_project.extensions import limiter
    with app.app_context():
        assert limiter.storage.check()

clients = {
    "plain": lambda: app.extensions["redis"].ping(),
    "broker": lambda: celery.connection_for_write().ensure_connection(max_retries=1, timeout=5),
    "results": lambda: celery.backend.client.ping(),
    "sockets": lambda: app.extensions["socketio"].server.manager.redis.ping(),
}
if "limiter" in app.extensions:
    clients |= {"cache": use_cache, "limits": use_limits}
app.extensions["socketio"].server.manager._redis_connect()
for name, use in clients.items():
    try:
        use()
    except Exception as error:
        print(name, "failed", file=sys.stderr)
        print(repr(error), file=sys.stderr)
    else:
        print(name)
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority of our own, and what it has signed for 127.0.0.1."""
    if not shutil.which("openssl") or not shutil.which("redis-server"):
        pytest.skip("openssl or redis-server is not installed")
    folder = tmp_path_factory.mktemp("authority")
    for command in (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=Ours -keyout ca.key -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=redis -keyout server.key -out server.csr",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem",
    ):
        (folder / "names").write_text("subjectAltName = IP:127.0.0.1\n")
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def redis_port(authority: Path) -> Iterator[int]:
    """Where a Redis answers over TLS, and not otherwise."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    flags = {
        "bind": "127.0.0.1",
        "port": "0",
        "tls-port": str(port),
        "tls-cert-file": "server.pem",
        "tls-key-file": "server.key",
        "tls-ca-cert-file": "ca.pem",
        "tls-auth-clients": "no",
        "save": "",
    }
    command = ["redis-server", *(part for key, value in flags.items() for part in (f"--{key}", value))]
    process = subprocess.Popen(command, cwd=authority, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while time.monotonic() < deadline:
        assert process.poll() is None, "redis-server knows no TLS"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        time.sleep(0.1)
    yield port
    process.terminate()
    process.wait()


@pytest.mark.parametrize("template", [pytest.param("flask-micro", marks=pytest.mark.thorough), "flask-blueprints"])
def test_every_client_speaks_tls_and_verifies_the_server(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    background: Background,
    authority: Path,
    redis_port: int,
    template: str,
    tmp_path: Path,
) -> None:
    project = render(template, **EVERYTHING[template])
    tools = environment(template)
    trusted = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/app.sqlite3",
        "REDIS_URL": f"rediss://127.0.0.1:{redis_port}/0",
        "REDIS_CA_FILE": str(authority / "ca.pem"),
    }
    clients = ["plain", "broker", "results", "sockets"]
    if template == "flask-blueprints":
        clients += ["cache", "limits"]
    run(project, tools, "make", "migrate", variables=trusted)
    assert run(project, tools, "python", "-c", CLIENTS, variables=trusted).stdout.split() == clients
    # Signed by somebody whom nobody knows, and for another name: no client goes on.
    unknown = {key: value for key, value in trusted.items() if key != "REDIS_CA_FILE"}
    misnamed = trusted | {"REDIS_URL": f"rediss://localhost:{redis_port}/0"}
    for variables in (unknown, misnamed):
        refused = run(project, tools, "python", "-c", CLIENTS, variables=variables)
        assert refused.stdout == "", refused.stdout
        assert [line.split()[0] for line in refused.stderr.splitlines() if line.endswith(" failed")] == clients
        assert "CERTIFICATE_VERIFY_FAILED" in refused.stderr
    worker = ("celery", "--app", "my_project.worker", "worker", "--concurrency=1")
    with background(project, tools, *worker, variables=trusted) as log, serve(project, tools, variables=trusted) as url:
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while " ready." not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.5)
        with urllib.request.urlopen(f"{url}/readyz", timeout=20) as answer:
            assert json.loads(answer.read())["status"] == "ok"
