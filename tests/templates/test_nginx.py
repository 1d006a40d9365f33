"""nginx as configured: what reaches the application, and what does not."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

import pytest
import websockets
from websockets.sync.client import ClientConnection, connect

from services import free_port
from support.deploying import START_SECONDS, ask, lint, production, program
from support.nginx import Browser, Proxy, certificate

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Run, Serve

pytestmark = pytest.mark.project

TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
EMAIL, PASSWORD = "a@b.example", "Correct-Horse-9"
# What a project with accounts is told before it serves.
PREPARE: Mapping[str, tuple[str, ...]] = {
    "flask-micro": ("flask --app my_project migrate",),
    "flask-blueprints": ("flask db upgrade", f"flask create-admin --email {EMAIL} --password {PASSWORD}"),
    "django-full": (
        "python manage.py migrate",
        "python manage.py collectstatic --no-input",
        f"python manage.py create-admin --email {EMAIL} --password {PASSWORD}",
    ),
}
# The page with the form, and the names of its fields.
SIGN_IN = {
    "flask-blueprints": ("/auth/login", ("email", "password")),
    "django-full": ("/accounts/login/", ("login", "password")),
}
# Where clients listen, the page on which an item comes into being, and what is heard of it.
LIVE = {
    "flask-micro": ("/socket.io/?EIO=4&transport=websocket", "/items", ('42["item-created",', '"Red lamp"')),
    "flask-blueprints": ("/socket.io/?EIO=4&transport=websocket", "/items/new", ('42["items:changed"]',)),
    "django-full": ("/ws/events/", "/items/new/", ('{"type": "items.changed"}',)),
}
# For all but plain requests, which a busy machine may answer late, silence is soon too long.
IMPATIENT = {
    "proxy_read_timeout 60s;": "proxy_read_timeout 1s;",
    "location / {": "location / {\nproxy_read_timeout 60s;",
}
# After how many seconds of silence the server of django-full speaks.
PING_INTERVAL = """
import uvicorn
from config.server import Worker
print(uvicorn.Config("config.asgi:application", **Worker.CONFIG_KWARGS).ws_ping_interval)
"""


@pytest.fixture(scope="module", params=TEMPLATES)
def template(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_nginx_and_its_linter_accept_the_files_as_they_are(
    deployed: Callable[..., Path], template: str, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(deployed(template), project)
    configuration = project / "deploy" / "nginx.conf"
    as_root = os.geteuid() == 0
    # Whoever is not root may not write to nginx's own folders, which says nothing about the file.
    ours = [] if as_root else ["-g", f"error_log stderr; pid {tmp_path}/pid;"]
    if not as_root:
        configuration.write_text(configuration.read_text().replace("/var/log/nginx", str(tmp_path)))
    subprocess.run([program("nginx"), "-t", "-c", configuration, *ours], check=True, capture_output=True)
    # With the certificate, at the places the README names.
    certificate(project)
    (project / "deploy" / "tls").mkdir()
    shutil.copy(project / "deploy" / "nginx-tls.conf", project / "deploy" / "tls" / "tls.conf")
    done = subprocess.run([program("nginx"), "-t", "-c", configuration, *ours], check=True, capture_output=True)
    assert b"warn" not in done.stderr or not as_root, done.stderr
    # host_spoofing: the application refuses hosts that are not its own, and needs the port to know where it is.
    # hsts_header: the application sends it.
    lint("gixy", "--skips", "host_spoofing,hsts_header", configuration)


def test_nginx_takes_bodies_as_large_as_the_application_does(
    deployed: Callable[..., Path], run: Run, environment: MakeEnvironment, template: str
) -> None:
    project = deployed(template)
    ask = "from my_project import create_app; print(create_app().config['MAX_CONTENT_LENGTH'])"
    if template == "django-full":
        ask = "from config.settings import MAX_BODY_BYTES; print(MAX_BODY_BYTES)"
    limit = run(
        project, environment(template), "python", "-c", ask, variables={"PYTHONPATH": f"{project}:{project}/src"}
    )
    [number, unit] = re.findall(r"client_max_body_size (\d+)(m?);", (project / "deploy" / "nginx.conf").read_text())[0]
    assert int(number) * (1024**2 if unit else 1) == int(limit.stdout)


def test_behind_nginx_the_application_knows_who_asks_and_how(
    deployed: Callable[..., Path],
    environment: MakeEnvironment,
    serve: Serve,
    nginx: Callable[..., AbstractContextManager[Proxy]],
    tmp_path: Path,
) -> None:
    project = deployed("flask-micro")
    (tmp_path / "probe.py").write_text(
        "import time\n"
        "from flask import request\n"
        "from my_project import create_app\n"
        "app = create_app()\n"
        "@app.get('/probe')\n"
        "def probe():\n"
        "    return {'address': request.remote_addr, 'root': request.url_root}\n"
        "@app.post('/probe')\n"
        "def measure():\n"
        "    return {'bytes': len(request.get_data())}\n"
        "@app.get('/slow')\n"
        "def slow():\n"
        "    time.sleep(2)\n"
        "    return {'slow': True}\n"
    )
    variables = production(project) | {"PYTHONPATH": f"{project}/src:{tmp_path}"}
    slow: list[int] = []
    with contextlib.ExitStack() as stack:
        serving = contextlib.ExitStack()
        url = serving.enter_context(
            serve(project, environment("flask-micro"), variables=variables, application="probe:app")
        )
        proxy = stack.enter_context(nginx(project, url))
        spoofed = {
            "X-Forwarded-For": "203.0.113.7",
            "X-Forwarded-Proto": "http",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Prefix": "/evil",
            "Forwarded": "for=203.0.113.7",
            "X-Real-IP": "203.0.113.7",
        }
        browser = Browser(proxy, "127.0.0.9")
        for headers in ({}, spoofed):
            answer = json.loads(browser.open("/probe", headers=headers)[2])
            assert answer == {"address": "127.0.0.9", "root": f"https://localhost:{proxy.https}/"}
        assert browser.open("/probe", headers={"Host": "evil.example"})[0] == 400

        status, headers_sent, _ = ask(proxy.http, "/probe?a=1", host="localhost")
        assert (status, headers_sent["Location"]) == (308, "https://localhost/probe?a=1")

        assert browser.open("/probe", b"x" * 100_000)[0] == 200
        status, headers_sent, _ = browser.open("/probe", b"x" * 100_001)
        assert (status, headers_sent["Server"]) == (413, "nginx")  # without its version
        assert "a=1" not in proxy.log.read_text()

        # Told to stop, the server first finishes what it has begun.
        thread = threading.Thread(target=lambda: slow.append(browser.open("/slow")[0]))
        thread.start()
        time.sleep(1)
        serving.close()
        thread.join()
        assert slow == [200]
        assert browser.open("/probe")[0] == 502


@pytest.mark.service
def test_through_nginx_a_client_stays_connected_until_the_server_stops_and_hears_of_an_event(
    *,
    deployed: Callable[..., Path],
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    nginx: Callable[..., AbstractContextManager[Proxy]],
    live_redis: Callable[[], AbstractContextManager[str]],
    template: str,
    tmp_path: Path,
) -> None:
    """By a WebSocket over TLS. Silence lasts longer here than answers to other requests may take."""
    project = deployed(template, realtime=True, **({} if template == "flask-micro" else {"accounts": "login"}))
    installed = environment(template)
    path, form, expected = LIVE[template]
    with live_redis() as redis:
        variables = production(project) | {"DATABASE_URL": f"sqlite:///{tmp_path}/app.sqlite3", "REDIS_URL": redis}
        for command in PREPARE[template]:
            run(project, installed, *shlex.split(command), variables=variables)
        with contextlib.ExitStack() as stack:
            serving = contextlib.ExitStack()
            url = serving.enter_context(serve(project, installed, variables=variables))
            stack.enter_context(serving)
            proxy = stack.enter_context(nginx(project, url, **IMPATIENT))
            browser = Browser(proxy)
            if template != "flask-micro":
                assert sign_in(browser, template) == 302
            with pytest.raises(websockets.InvalidStatus, match=r"400|403"):
                _connect(browser, path, origin="https://evil.example")
            with _connect(browser, path) as client:
                if template == "django-full":
                    shown = run(project, installed, "python", "-c", PING_INTERVAL, variables=variables).stdout
                    silence = float(shown)
                else:
                    silence = _handshake(client)
                [hours] = re.findall(r"proxy_read_timeout (\d+)h;", (project / "deploy" / "nginx.conf").read_text())
                assert 2 * silence < 3600 * int(hours)
                time.sleep(8)  # django-full asks Redis for news every five seconds
                if template == "flask-micro":
                    body = b'{"name": "Red lamp"}'
                    assert browser.open(form, body, {"Content-Type": "application/json"})[0] == 201
                else:
                    assert browser.submit(form, {"name": "Red lamp"}) == 302
                heard = client.recv(timeout=START_SECONDS)
                assert all(part in str(heard) for part in expected), heard
                # A client does not hold up a server that is told to stop.
                serving.close()
                with pytest.raises(websockets.ConnectionClosed):
                    _drain(client)


@pytest.mark.service
@pytest.mark.parametrize("cache", ["none", "redis"])
@pytest.mark.parametrize("template", ["flask-micro", "flask-blueprints"])
def test_clients_that_stay_connected_do_not_hold_up_a_server_that_is_told_to_stop(
    *,
    deployed: Callable[..., Path],
    environment: MakeEnvironment,
    serve: Serve,
    live_redis: Callable[[], AbstractContextManager[str]],
    template: str,
    cache: str,
    tmp_path: Path,
) -> None:
    """However many they are, and whether or not Redis carries what they hear."""
    project = deployed(template, realtime=True, cache=cache)
    variables = production(project) | {"DATABASE_URL": f"sqlite:///{tmp_path}/app.sqlite3"}
    with contextlib.ExitStack() as stack:
        if cache == "redis":
            variables["REDIS_URL"] = stack.enter_context(live_redis())
        serving = contextlib.ExitStack()
        stack.enter_context(serving)
        url = serving.enter_context(serve(project, environment(template), variables=variables))
        headers = {"X-Forwarded-Proto": "https"}
        clients = [
            stack.enter_context(connect(f"ws{url[4:]}{LIVE[template][0]}", additional_headers=headers, proxy=None))
            for _ in range(8)
        ]
        for client in clients:
            _handshake(client)
        begun = time.monotonic()
        serving.close()
        # Requests under way are given 20 seconds and more; after 5 the server would be told again.
        stopped = time.monotonic() - begun
        assert stopped < 5
        for client in clients:
            with pytest.raises(websockets.ConnectionClosed):
                _drain(client)


def test_nginx_switches_protocols_only_where_and_for_what_was_chosen(
    *,
    deployed: Callable[..., Path],
    nginx: Callable[..., AbstractContextManager[Proxy]],
    template: str,
) -> None:
    assert "upgrade" not in (deployed(template) / "deploy" / "nginx.conf").read_text().lower()
    project = deployed(template, realtime=True)
    live = LIVE[template][0]
    with Upstream() as upstream, nginx(project, upstream.url) as proxy:
        for path, protocol, passed in (
            (live, "websocket", ("upgrade", "websocket")),
            (live, "WebSocket", ("upgrade", "websocket")),
            (live, "h2c", (None, None)),
            (live, "", (None, None)),
            ("/", "websocket", (None, None)),
        ):
            sent = {"Upgrade": protocol, "Connection": "Upgrade"} if protocol else {}
            assert Browser(proxy).open(path, headers=sent | {"X-Forwarded-For": "203.0.113.7"})[0] == 200
            got = upstream.headers.pop()
            assert (got["Connection"], got["Upgrade"]) == passed, (path, protocol)
            assert got["X-Forwarded-For"] == "127.0.0.1"


def test_nginx_ends_a_silent_connection_before_the_application_does(
    deployed: Callable[..., Path], nginx: Callable[..., AbstractContextManager[Proxy]]
) -> None:
    """One that both end at once would lose the request that is sent just then."""
    kept = {"upstream app {": "upstream app {\nkeepalive 4;"}  # which newer versions do of their own accord
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(START_SECONDS)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with nginx(deployed("flask-micro"), url, **kept) as proxy, ThreadPoolExecutor() as pool:
            answer = pool.submit(Browser(proxy).open, "/")
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                assert answer.result(START_SECONDS)[0] == 200
                connection.settimeout(20)  # it is a minute unless nginx is told
                assert connection.recv(1) == b""


class Upstream:
    """A server that remembers the headers it got."""

    def __init__(self) -> None:
        self.headers: list[Message] = []

    def __enter__(self) -> Self:
        headers = self.headers

        class Remember(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                headers.append(self.headers)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Remember)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05])
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def sign_in(
    browser: Browser, template: str, email: str = EMAIL, password: str = PASSWORD, *, forwarded: str = ""
) -> int:
    """Send the form of the page; give the status of the answer."""
    path, names = SIGN_IN[template]
    return browser.submit(path, dict(zip(names, (email, password), strict=True)), {"X-Forwarded-For": forwarded})


def _connect(browser: Browser, path: str, *, origin: str | None = None) -> ClientConnection:
    """A WebSocket as a page of this browser opens it, or one of another site."""
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
    return connect(
        browser.base.replace("https:", "wss:") + path,
        ssl=browser.context,
        origin=websockets.Origin(origin or browser.base),
        additional_headers={"Cookie": cookie} if cookie else {},
        proxy=None,
    )


def _drain(client: ClientConnection) -> NoReturn:
    """Take what still comes, until the connection ends."""
    while True:
        client.recv(timeout=START_SECONDS)


def _handshake(client: ClientConnection) -> float:
    """Say hello by Engine.IO and Socket.IO; give after how many seconds of silence the server speaks."""
    opened = str(client.recv(timeout=START_SECONDS))
    assert opened.startswith("0"), opened
    client.send("40")
    assert str(client.recv(timeout=START_SECONDS)).startswith("40")
    return float(json.loads(opened[1:])["pingInterval"]) / 1000


@pytest.mark.parametrize(
    ("template", "answers", "allowed"),
    [("django-full", {}, 10), ("flask-blueprints", {"accounts": "login"}, 20)],
    ids=["django-full", "flask-blueprints"],
)
def test_behind_nginx_people_sign_in_and_are_told_apart_by_their_address(
    *,
    deployed: Callable[..., Path],
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    nginx: Callable[..., AbstractContextManager[Proxy]],
    template: str,
    answers: Mapping[str, object],
    allowed: int,
    tmp_path: Path,
) -> None:
    project = deployed(template, **answers)
    installed = environment(template)
    variables = production(project) | {"DATABASE_URL": f"sqlite:///{tmp_path}/app.sqlite3", "WEB_CONCURRENCY": "1"}
    for command in PREPARE[template]:
        run(project, installed, *shlex.split(command), variables=variables)
    with serve(project, installed, variables=variables) as url, nginx(project, url) as proxy:
        assert sign_in(Browser(proxy), template) == 302
        foreign = Browser(proxy).open(SIGN_IN[template][0], {"csrf_token": "x"}, {"Origin": "https://evil.example"})
        assert foreign[0] in {400, 403}
        assert b"__Host-" in str(Browser(proxy).open(SIGN_IN[template][0])[1]).encode()
        # A new name and a made-up address each time: still one place, which is shut out in the end.
        statuses = [
            sign_in(
                Browser(proxy, "127.0.0.3"),
                template,
                f"p{number}@b.example",
                "Wrong-Horse-9",
                forwarded=f"203.0.113.{number}",
            )
            for number in range(allowed + 2)
        ]
        assert statuses[0] in {200, 422}, statuses
        assert statuses[-1] == 429, statuses
        assert sign_in(Browser(proxy, "127.0.0.4"), template) == 302


@pytest.mark.parametrize(
    ("template", "answers", "addresses"),
    [
        ("django-full", {}, ("/accounts/password/reset/key/1-secret-key/", "/accounts/confirm-email/secret-key/")),
        (
            "django-full",
            {"example_domain": "publishing"},
            ("/preview/secret-key/", "/accounts/confirm-email/secret-key/"),
        ),
        (
            "flask-blueprints",
            {"accounts": "full"},
            ("/auth/new-password?token=secret-key", "/auth/register/confirm?token=secret-key"),
        ),
    ],
    ids=["django-full", "publishing", "flask-blueprints"],
)
def test_no_log_of_nginx_has_what_opens_an_account(
    *,
    deployed: Callable[..., Path],
    nginx: Callable[..., AbstractContextManager[Proxy]],
    template: str,
    answers: Mapping[str, object],
    addresses: tuple[str, ...],
) -> None:
    project = deployed(template, **answers)
    # Nothing listens there: each request is an error.
    with nginx(project, f"http://127.0.0.1:{free_port()}") as proxy:
        for address in ("/elsewhere", *addresses):
            assert Browser(proxy).open(address)[0] == 502
        # nginx answers before it writes its line.
        deadline = time.monotonic() + 10
        while (proxy.log.parent / "access.log").read_text().count("\n") < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        logs = [(proxy.log.parent / name).read_text() for name in ("access.log", "error.log")]
    assert "/elsewhere" in logs[0]
    assert "/elsewhere" in logs[1]
    assert logs[0].count(" 502 ") == 3
    assert not any("secret-key" in log for log in logs), logs


@pytest.mark.parametrize("monitoring", ["prometheus", "munin"])
def test_nginx_shows_nobody_what_is_measured(
    *,
    deployed: Callable[..., Path],
    environment: MakeEnvironment,
    serve: Serve,
    nginx: Callable[..., AbstractContextManager[Proxy]],
    monitoring: str,
) -> None:
    project = deployed("flask-micro", monitoring=[monitoring])
    with (
        serve(project, environment("flask-micro"), variables=production(project)) as url,
        nginx(project, url) as proxy,
    ):
        port = urllib.parse.urlsplit(url).port or 0
        assert ask(port, "/metrics")[0] == 200
        for path in (
            "/metrics",
            "/metrics/",
            "/metrics?a=b",
            "//metrics",
            "/%6detrics",
            "/items/../metrics",
            "/./metrics",
        ):
            status, headers, _ = Browser(proxy).open(path)
            assert (status, headers["Server"]) == (403, "nginx"), path
        assert Browser(proxy).open("/")[0] == 200


@pytest.mark.parametrize("pages", ["flask-blueprints", "django-full"])
def test_nginx_shows_pages_of_its_own_where_the_application_cannot(
    deployed: Callable[..., Path], nginx: Callable[..., AbstractContextManager[Proxy]], pages: str
) -> None:
    project = deployed(pages)
    with nginx(project, f"http://127.0.0.1:{free_port()}") as proxy:
        browser = Browser(proxy)
        for body, wanted, title in (
            (None, 502, b"<h1>We will be right back</h1>"),
            (b"x" * (1024**2 + 1), 413, b"<h1>That is too large</h1>"),
        ):
            status, headers, page = browser.open("/items/", body)
            assert (status, headers["Content-Type"]) == (wanted, "text/html; charset=utf-8")
            assert "default-src 'none'; style-src 'self';" in headers["Content-Security-Policy"]
            assert headers["Retry-After"] == ("30" if wanted == 502 else None)
            assert title in page
            assert b"<style" not in page
            [style] = re.findall(rb'rel="stylesheet" href="([^"]+)"', page)
            status, headers, _ = browser.open(style.decode())
            assert (status, headers["Content-Type"]) == (200, "text/css")


def test_nginx_compresses_what_holds_no_secret_and_no_page(
    deployed: Callable[..., Path],
    environment: MakeEnvironment,
    serve: Serve,
    nginx: Callable[..., AbstractContextManager[Proxy]],
) -> None:
    project = deployed("flask-blueprints")
    with (
        serve(project, environment("flask-blueprints"), variables=production(project)) as url,
        nginx(project, url) as proxy,
    ):
        browser = Browser(proxy)
        _, headers, style = browser.open("/static/style.css", headers={"Accept-Encoding": "gzip"})
        assert headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(style) == (project / "src/my_project/static/style.css").read_bytes()
        status, headers, _ = browser.open("/", headers={"Accept-Encoding": "gzip"})
        assert (status, headers["Content-Encoding"]) == (200, None)
