"""flask-blueprints: jobs, cache, sessions, suggestions and WebSockets at work, with the real servers and processes."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

if TYPE_CHECKING:
    from templates.conftest import Background, Environment, MakeEnvironment, Render, Run, Serve

pytestmark = [pytest.mark.project, pytest.mark.service]

TEMPLATE = "flask-blueprints"
PASSWORD = "correct horse battery staple"
EMAIL = "boss@example.com"
SECONDS_TO_WAIT = 20

LiveRedis = Callable[[], AbstractContextManager[str]]
LiveDatabase = Callable[[str], AbstractContextManager[str]]

ALL: dict[str, object] = {
    "jobs": "celery",
    "cache": "redis",
    "sessions": "redis",
    "suggestions": True,
    "realtime": True,
}
EVERYTHING: dict[str, object] = {**ALL, "accounts": "full", "admin": "multi-role", "api": "rest", "ci": "github"}
SAY_WHERE = """def test_where(settings):
    print(f"used={settings.database_url}")
"""
COUNT = """from my_project import create_app
from my_project.items import store

with create_app().app_context():
    print(store.count())
"""
ALONE: dict[str, dict[str, object]] = {
    "jobs": {"jobs": "celery"},
    "cache": {"cache": "redis"},
    "sessions in Redis": {"sessions": "redis"},
    "sessions in the database": {"sessions": "database"},
    "suggestions": {"suggestions": True},
    "realtime": {"realtime": True},
}


@pytest.mark.thorough
def test_everything_together_passes_all_its_checks(
    render: Render, environment: MakeEnvironment, run: Run, live_redis: LiveRedis
) -> None:
    project = render(TEMPLATE, **EVERYTHING)
    with live_redis() as url:
        run(project, environment(TEMPLATE), "make", "check", variables={"REDIS_URL": url})
        assert keys(url) == [], "the project's tests leave keys behind"


@pytest.mark.thorough
def test_without_example_and_accounts_on_the_oldest_python_it_passes_too(
    render: Render, environment: MakeEnvironment, run: Run, live_redis: LiveRedis
) -> None:
    project = render(TEMPLATE, **ALL | {"sessions": "database"}, example=False, python_version="3.11")
    with live_redis() as url:
        run(project, environment(TEMPLATE, python="3.11"), "make", "check", variables={"REDIS_URL": url})


@pytest.mark.thorough
def test_without_a_database_it_passes_too(
    render: Render, environment: MakeEnvironment, run: Run, live_redis: LiveRedis
) -> None:
    project = render(TEMPLATE, **ALL, database="none")
    with live_redis() as url:
        run(project, environment(TEMPLATE), "make", "check", variables={"REDIS_URL": url})


@pytest.mark.thorough
@pytest.mark.parametrize("name", ALONE)
def test_each_alone_is_well_formed(name: str, render: Render, environment: MakeEnvironment, run: Run) -> None:
    run(render(TEMPLATE, **ALONE[name], accounts="login"), environment(TEMPLATE), "make", "lint", "types")


@pytest.mark.parametrize("name", ALONE)
def test_each_alone_leaves_no_trace_of_the_others(name: str, render: Render) -> None:
    project = render(TEMPLATE, **ALONE[name], accounts="login")
    text = "\n".join(
        f"{path.relative_to(project)}\n{path.read_text(encoding='utf-8', errors='replace')}"
        for path in project.rglob("*")
        if path.is_file() and path.name != ".copier-answers.yml"
    ).lower()
    words = {
        "jobs": "celery",
        "cache": "flask_caching",
        "sessions in Redis": "sessions that stay on the server",
        "sessions in the database": "sessionrow",
        "suggestions": "suggest",
        "realtime": "socketio",
    }
    related = {"sessions in Redis", "sessions in the database"} if name.startswith("sessions") else {name}
    for other, word in words.items():
        assert (word in text) == (other in related) or other in related, (other, word)
    assert ("redis_url" in text) == (name not in {"sessions in the database", "realtime"})


@pytest.mark.thorough
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_sessions_jobs_and_suggestions_work_beside_a_real_database(
    *,
    engine: str,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_database: LiveDatabase,
    live_redis: LiveRedis,
) -> None:
    project = render(TEMPLATE, **ALL | {"sessions": "database"}, accounts="full", database=engine)
    with live_database(engine) as database, live_redis() as redis:
        variables = {"DATABASE_URL": database, "REDIS_URL": redis}
        run(project, environment(TEMPLATE), "pytest", "-q", variables=variables)
        run(project, environment(TEMPLATE), "flask", "db", "upgrade", variables=variables)
        done = run(project, environment(TEMPLATE), "flask", "db", "check", variables=variables)
        assert "No new upgrade operations detected" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("engine", "data_access"),
    [
        pytest.param("postgresql", "orm", marks=pytest.mark.thorough),
        pytest.param("postgresql", "sql", marks=pytest.mark.thorough),
        pytest.param("mysql", "orm", marks=pytest.mark.thorough),
        ("mysql", "sql"),
    ],
)
def test_its_tests_use_the_servers_that_its_env_file_names_and_none_of_the_data_there(
    *,
    engine: str,
    data_access: str,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_database: LiveDatabase,
    live_redis: LiveRedis,
) -> None:
    project = render(TEMPLATE, database=engine, data_access=data_access, cache="redis")
    tools = environment(TEMPLATE)
    (project / "tests" / "test_where.py").write_text(SAY_WHERE, encoding="utf-8")
    with live_database(engine) as database, live_redis() as redis:
        (project / ".env").write_text(f"DATABASE_URL={database}\nREDIS_URL={redis}\n", encoding="utf-8")
        run(project, tools, "make", "migrate")
        run(project, tools, "flask", "items", "seed", "--count", "3")
        done = run(project, tools, "pytest", "-q", "-s", "tests/test_where.py", "tests/test_items.py")
        [used] = re.findall(r"used=(\S+)", done.stdout)
        assert used != database
        assert urllib.parse.urlsplit(used).netloc == urllib.parse.urlsplit(database).netloc
        assert run(project, tools, "python", "-c", COUNT).stdout == "3\n"
        left = run(project, tools, "python", "-c", COUNT, variables={"DATABASE_URL": used}, expect=None)
        assert left.returncode != 0, "the tests leave their database behind"


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_where_no_database_answers_the_tests_say_so_and_run_on_sqlite_when_told(
    engine: str, render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render(TEMPLATE, database=engine)
    (project / ".env").write_text(f"DATABASE_URL={engine}://me:secret@127.0.0.1:1/app\n", encoding="utf-8")
    done = run(project, environment(TEMPLATE), "pytest", "-q", "tests/test_items.py", expect=1)
    assert "Where DATABASE_URL says no database can be made for the tests" in done.stdout + done.stderr
    assert "secret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    run(project, environment(TEMPLATE), "pytest", "-q", "tests/test_items.py", variables={"DATABASE_URL": ""})


def test_where_no_redis_answers_the_tests_say_what_to_start(
    render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render(TEMPLATE, cache="redis")
    variables = {"REDIS_URL": "redis://:secret@127.0.0.1:1/0"}
    done = run(project, environment(TEMPLATE), "pytest", "-q", variables=variables, expect=1)
    assert "Start a Redis server, or name it in REDIS_URL" in done.stdout + done.stderr
    assert "secret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_production_refuses_to_start_without_redis(render: Render, environment: MakeEnvironment, run: Run) -> None:
    project = render(TEMPLATE, suggestions=True)
    variables = {"APP_ENV": "production", "SECRET_KEY": "0123456789abcdef0123456789abcdef"}
    done = run(project, environment(TEMPLATE), "flask", "routes", variables=variables, expect=None)
    assert done.returncode != 0
    assert "REDIS_URL is missing" in done.stderr


def test_a_worker_and_beat_started_from_the_makefile_do_their_work_and_stop(
    render: Render, environment: MakeEnvironment, run: Run, background: Background, live_redis: LiveRedis
) -> None:
    project = render(TEMPLATE, jobs="celery", accounts="full")
    tools = environment(TEMPLATE)
    with live_redis() as url, MailServer() as mail:
        variables = {"REDIS_URL": url, "SMTP_URL": mail.url}
        run(project, tools, "make", "migrate", variables=variables)
        run(project, tools, "flask", "items", "seed", "--count", "3", variables=variables)
        status = run(project, tools, "flask", "worker-status", variables=variables, expect=1)
        assert "no worker has answered beat lately" in status.stderr
        with (
            background(project, tools, "make", "worker", variables=variables) as worker,
            background(project, tools, "make", "beat", variables=variables) as beat,
        ):
            script = "from my_project import tasks; print(tasks.report_items.delay().get(timeout=20))"
            ask = f"from my_project.worker import celery_app; {script}"
            done = run(project, tools, "python", "-c", ask, variables=variables)
            assert "{'all': 3, 'added': 3, 'changed': 0}" in done.stdout

            # Accounts are registered by mail, which a worker sends.
            send = (
                "from my_project.worker import flask_app as app; from my_project import mail\n"
                "with app.app_context(): mail.send('zoe@example.com', 'Hello', 'Good morning')\n"
                "app.extensions['mailer'].executor.shutdown()"
            )
            run(project, tools, "python", "-c", send, variables=variables)
            assert "To: zoe@example.com" in mail.received()

            wait_until(
                lambda: run(project, tools, "flask", "worker-status", variables=variables, expect=None).returncode == 0,
                seconds=60,
            )
            assert (project / "instance").is_dir()
        assert "Traceback" not in worker.read_text() + beat.read_text()
        lines = [line for line in worker.read_text().splitlines() if "report_items" in line and "succeeded" in line]
        assert " celery.app.trace: " in lines[0]
        assert all(key.startswith("my-project:") for key in keys(url)), keys(url)


def test_pages_come_from_the_cache_and_sessions_and_suggestions_from_redis(
    render: Render, environment: MakeEnvironment, run: Run, serve: Serve, live_redis: LiveRedis
) -> None:
    project = render(TEMPLATE, cache="redis", sessions="redis", suggestions=True, accounts="login")
    tools = environment(TEMPLATE)
    with live_redis() as redis:
        variables = {"REDIS_URL": redis, "WEB_CONCURRENCY": "2"}
        run(project, tools, "make", "migrate", variables=variables)
        run(project, tools, "flask", "create-admin", "--email", EMAIL, "--password", PASSWORD, variables=variables)
        run(project, tools, "flask", "items", "seed", "--count", "3", variables=variables)
        with serve(project, tools, variables=variables) as url:
            browser = Browser(url)
            assert browser.get("/readyz")[2] == '{"checks":{"database":"ok","redis":"ok"},"status":"ok"}\n'
            assert not any("first-page" in key for key in keys(redis))
            assert "Item 3" in browser.get("/items/")[2]
            assert any("first-page" in key for key in keys(redis))

            before = browser.cookies.get("session")
            assert browser.submit("/auth/login", email=EMAIL, password=PASSWORD)[0] == 302
            assert browser.cookies["session"] != before
            assert len([key for key in keys(redis) if ":session:" in key]) == 1
            assert not any(browser.cookies["session"] in key for key in keys(redis))

            status, headers, _ = browser.submit("/items/new", name="A crème brûlée", description="")
            assert status == 302
            for _ in range(4):  # whichever process answers
                assert "A crème brûlée" in browser.get("/items/")[2]
                found = json.loads(browser.get("/items/suggestions?q=CR%C3%88")[2])
                assert found == {"suggestions": ["A crème brûlée"]}
            browser.submit(f"{headers['Location']}/delete")
            assert json.loads(browser.get("/items/suggestions?q=cr")[2]) == {"suggestions": []}
            assert "brûlée" not in browser.get("/items/")[2]

            # Attempts are counted over all processes.
            stranger = Browser(url)
            answers = [stranger.submit("/auth/login", email="no@example.com", password="x")[0] for _ in range(6)]
            assert answers == [422] * 5 + [429]

            stolen = browser.cookies["session"]
            assert browser.submit("/auth/logout", page="/")[0] == 302
            browser.cookies["session"] = stolen
            assert browser.get("/auth/password")[0] == 302
        assert all(key.startswith("my-project:") for key in keys(redis)), keys(redis)


def test_sessions_in_the_database_end_and_are_cleaned_away(
    render: Render, environment: MakeEnvironment, run: Run, serve: Serve
) -> None:
    project = render(TEMPLATE, sessions="database", accounts="login")
    tools = environment(TEMPLATE)
    run(project, tools, "make", "migrate")
    run(project, tools, "flask", "create-admin", "--email", EMAIL, "--password", PASSWORD)
    with serve(project, tools) as url:
        here, there = Browser(url), Browser(url)
        for browser in (here, there):
            assert browser.submit("/auth/login", email=EMAIL, password=PASSWORD)[0] == 302
        assert here.submit("/auth/logout-everywhere", page="/auth/password")[0] == 302
        assert there.get("/auth/password")[0] == 302
    assert "Removed 0 sessions." in run(project, tools, "flask", "clean-sessions").stdout


@pytest.mark.parametrize("redis", [False, True], ids=["alone", "with Redis between processes"])
def test_a_real_client_hears_of_changes(
    *,
    redis: bool,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    live_redis: LiveRedis,
    tmp_path: Path,
) -> None:
    project = render(TEMPLATE, realtime=True, cache="redis" if redis else "none", accounts="login" if redis else "none")
    tools = environment(TEMPLATE)
    with contextlib.ExitStack() as stack:
        variables = {"REDIS_URL": stack.enter_context(live_redis())} if redis else {}
        run(project, tools, "make", "migrate", variables=variables)
        if redis:
            run(project, tools, "flask", "create-admin", "--email", EMAIL, "--password", PASSWORD, variables=variables)
        url = stack.enter_context(serve(project, tools, variables=variables))
        browser = Browser(url)
        if redis:
            assert "<script" not in browser.get("/items/")[2]
            assert listen(tools, url, Browser(url), tmp_path, lambda: None, seconds=2) == ["refused"]
            assert browser.submit("/auth/login", email=EMAIL, password=PASSWORD)[0] == 302
        assert re.search(r'src="/static/live\.js\?v=\w+" nonce="', browser.get("/items/")[2])

        def change() -> None:
            browser.submit("/items/new", name="A thing", description="")
            if redis:  # a process that serves nobody
                run(project, tools, "flask", "items", "seed", "--count", "1", variables=variables)

        heard = listen(tools, url, browser, tmp_path, change, seconds=3)
        assert heard == ["connected", *["items:changed"] * (2 if redis else 1)]
        other = listen(tools, url, browser, tmp_path, lambda: None, seconds=1, origin="https://evil.example")
        assert other == ["refused"]


LISTENER = """
import sys, time, socketio
url, cookie, origin, seconds = sys.argv[1:]
options = {"origin": origin} if origin else {}
client = socketio.Client(reconnection=False, websocket_extra_options=options)
client.on("items:changed", lambda: print("items:changed", flush=True))
try:
    client.connect(url, headers={"Cookie": cookie}, transports=["websocket"])
except socketio.exceptions.ConnectionError:
    print("refused")
    raise SystemExit
print("connected", flush=True)
sys.stdin.readline()
time.sleep(float(seconds))
client.disconnect()
"""


def listen(
    tools: Environment,
    url: str,
    browser: Browser,
    folder: Path,
    change: Callable[[], None],
    *,
    seconds: float,
    origin: str = "",
) -> list[str]:
    """What a client hears while ``change`` is made and for so long after."""
    script = folder / "listener.py"
    script.write_text(LISTENER)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    with subprocess.Popen(
        [tools.python, script, url, cookie, origin, str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        first = process.stdout.readline().strip()
        if first != "connected":
            process.wait(SECONDS_TO_WAIT)
            return [first]
        change()
        process.stdin.write("\n")
        process.stdin.close()
        return [first, *process.stdout.read().split()]


def wait_until(happened: Callable[[], bool], *, seconds: float) -> None:
    """Return as soon as it has happened; fail when it takes too long."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.5)


def keys(url: str) -> list[str]:
    """All keys of a Redis database."""
    address = urllib.parse.urlsplit(url)
    number = address.path.strip("/") or "0"
    with socket.create_connection((address.hostname or "127.0.0.1", address.port or 6379), timeout=10) as connection:
        connection.sendall(f"SELECT {number}\r\nKEYS *\r\nQUIT\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")
    lines = answer.split("\r\n")
    return [line for line in lines[2:-2] if not re.fullmatch(r"\$\d+", line)]


class MailServer:
    """A mail server that takes one message at a time and keeps it."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.messages: list[str] = []
        self.url = f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.listener.close()

    def received(self) -> str:
        """The first message, once it is there."""
        wait_until(lambda: bool(self.messages), seconds=SECONDS_TO_WAIT)
        return self.messages[0]

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb", buffering=0) as stream:
                stream.write(b"220 test\r\n")
                for line in stream:
                    word = line.split(maxsplit=1)[0].upper() if line.strip() else b""
                    if word == b"DATA":
                        stream.write(b"354 go on\r\n")
                        body = []
                        for part in stream:
                            if part == b".\r\n":
                                break
                            body.append(part)
                        self.messages.append(b"".join(body).decode())
                    stream.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                    if word == b"QUIT":
                        break


class Browser:
    """Sends forms as a browser does: with its cookies and the page's token."""

    def __init__(self, url: str) -> None:
        self.address = urllib.parse.urlsplit(url).netloc
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, http.client.HTTPMessage, str]:
        """Open a page; redirects are not followed."""
        return self._send("GET", path, None)

    def submit(self, path: str, *, page: str = "", **fields: str) -> tuple[int, http.client.HTTPMessage, str]:
        """Open a page, take its token, and send a form."""
        found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.get(page or path)[2])
        assert found, f"there is no form at {page or path}"
        return self._send("POST", path, urllib.parse.urlencode({"csrf_token": found[1], **fields}))

    def _send(self, method: str, path: str, body: str | None) -> tuple[int, http.client.HTTPMessage, str]:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        connection = http.client.HTTPConnection(self.address, timeout=SECONDS_TO_WAIT)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            for cookie in response.msg.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return response.status, response.msg, response.read().decode()
        finally:
            connection.close()
