"""Error reports as chosen: what a server on loopback really receives from gunicorn and from Celery's workers."""

from __future__ import annotations

import gzip
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from templates.conftest import Background, FindTraces, MakeEnvironment, PassGates, Render, Run, Serve

pytestmark = pytest.mark.project

TEMPLATES = ["flask-micro", "flask-blueprints", "django-full"]
SECONDS_TO_WAIT = 30
PACKAGE = "my_project"

KEY = "the-key-3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"
IN_FORM, IN_JSON, IN_COOKIE, IN_HEADER, IN_PATH, IN_QUERY, IN_ADDRESS, IN_ARGUMENT = SECRETS = [
    f"{place}-ca978112ca1bbdca"
    for place in ("form", "json", "cookie", "header", "path", "query", "address", "argument")
]

# Two pages that fail beside the project's own: what they are sent, and the settings, are in reach of the error.
FAILING = """
import json, os
def explain(form, body, token):
    password = form.get("password") or json.loads(body)["password"]
    raise ValueError(f"nobody answers at {os.environ['PLACE']} for {os.environ['SECRET_KEY']}: {len(password + token)}")
"""
FLASK = f"""
from flask import request
from {PACKAGE} import create_app
app = create_app()
app.config["WTF_CSRF_ENABLED"] = False
app.add_url_rule("/fail/<token>", methods=["POST"], view_func=lambda token: explain(request.form, request.data, token))
"""
DJANGO = """
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
@csrf_exempt
def fail(request, token):
    explain(request.POST, request.body, token)
fail.login_required = False
urlpatterns.append(path("fail/<token>", fail))
"""


class Collector(ThreadingHTTPServer):
    """A stand-in for Sentry on loopback. It answers each report when ``may_answer`` is set, after ``delay`` seconds."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiving)
        self.events: list[dict[str, Any]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.delay = 0.0

    @property
    def dsn(self) -> str:
        """What a project needs to know of it."""
        return f"http://public@127.0.0.1:{self.server_port}/7"

    def wait_for(self, number: int) -> list[dict[str, Any]]:
        """The reports, as soon as there are as many; none of them holds a secret."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while len(self.events) < number and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(self.events) == number, json.dumps(self.events, indent=1)
        text = json.dumps(self.events)
        assert [secret for secret in (*SECRETS, KEY) if secret in text] == []
        return self.events


class _Receiving(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        header, *items = body.decode().splitlines()
        assert self.path == "/api/7/envelope/", header
        for item, payload in zip(items[::2], items[1::2], strict=True):
            assert json.loads(item)["type"] == "event"
            self.server.events.append(json.loads(payload))
        self.server.may_answer.wait()
        time.sleep(self.server.delay)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A stand-in for Sentry."""
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.may_answer.set()
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def project(render: Render) -> Callable[..., Path]:
    """The project of a template that reports errors and has a page that fails, rendered once."""
    rendered: dict[str, Path] = {}

    def of(template: str, **answers: object) -> Path:
        key = f"{template} {answers}"
        if key not in rendered:
            rendered[key] = render(template, error_reports="sentry", **answers)
            if template == "django-full":
                urls = rendered[key] / "config" / "urls.py"
                urls.write_text(urls.read_text() + FAILING + DJANGO)
            else:
                (rendered[key] / "failing.py").write_text(FAILING + FLASK)
        return rendered[key]

    return of


Served = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def served(
    project: Callable[..., Path], environment: MakeEnvironment, run: Run, serve: Serve, tmp_path: Path
) -> Served:
    """``with served("flask-micro", dsn) as url``: gunicorn with the page that fails, in production."""

    def serving(template: str, dsn: str, **answers: object) -> AbstractContextManager[str]:
        folder, installed = project(template, **answers), environment(template)
        variables = _production(tmp_path, dsn)
        if template == "django-full":
            run(folder, installed, "python", "manage.py", "collectstatic", "--no-input", variables=variables)
            return serve(folder, installed, variables=variables)
        paths = f"{folder / 'src'}:{folder}"
        return serve(folder, installed, variables=variables | {"PYTHONPATH": paths}, application="failing:app")

    return serving


def test_the_tests_of_a_django_project_pass_after_those_that_use_the_database(
    render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render("django-full", error_reports="sentry")
    run(project, environment("django-full"), "pytest", "tests/accounts", "tests/core/test_error_reports.py")


@pytest.mark.parametrize(
    ("template", "answers"),
    [
        ("flask-micro", {}),
        pytest.param("flask-blueprints", {}, marks=pytest.mark.thorough),
        pytest.param("django-full", {}, marks=pytest.mark.thorough),
    ],
)
def test_its_own_checks_pass(
    template: str,
    answers: dict[str, object],
    render: Render,
    environment: MakeEnvironment,
    pass_gates: PassGates,
) -> None:
    pass_gates(render(template, error_reports="sentry", **answers), environment(template))


@pytest.mark.service
@pytest.mark.thorough
@pytest.mark.parametrize("template", TEMPLATES)
def test_its_own_checks_pass_with_a_worker(
    template: str,
    render: Render,
    environment: MakeEnvironment,
    pass_gates: PassGates,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    with live_redis() as redis:
        reporting = render(template, error_reports="sentry", jobs="celery")
        pass_gates(reporting, environment(template), variables={"REDIS_URL": redis})


@pytest.mark.parametrize("template", TEMPLATES)
def test_without_them_there_is_no_trace(template: str, render: Render, find_traces: FindTraces) -> None:
    assert find_traces(render(template, jobs="celery", monitoring=["statsd"]), "sentry|error.?reports") == set()


@pytest.mark.parametrize(
    ("template", "answers"),
    [
        ("flask-micro", {}),
        ("flask-blueprints", {}),
        ("django-full", {}),
        pytest.param("django-full", {"realtime": True}, marks=pytest.mark.thorough),
    ],
)
def test_a_server_that_stops_has_sent_what_failed_without_what_was_secret(
    template: str,
    answers: dict[str, object],
    served: Served,
    collector: Collector,
) -> None:
    collector.delay = 0.5  # the second report waits for the first, and the server is told to stop meanwhile
    with served(template, collector.dsn, **answers) as url:
        assert _post(f"{url}/fail/{IN_PATH}?token={IN_QUERY}", f"password={IN_FORM}".encode()) == 500
        assert _post(f"{url}/fail/{IN_PATH}", json.dumps({"password": IN_JSON}).encode(), "application/json") == 500
        assert _post(f"{url}/nothing/{IN_PATH}", b"") in (403, 404)
    for event in collector.wait_for(2):
        [error] = event["exception"]["values"]
        assert (error["type"], error["stacktrace"]["frames"][-1]["function"]) == ("ValueError", "explain")
        assert error["value"].startswith("nobody answers at postgresql://[left out]@database/app")
        assert IN_PATH not in event["transaction"]
        assert "token" in event["transaction"]
        assert event["request"] == {"method": "POST"}
        assert event["environment"] == "production"
        assert event["release"] == "release-7"
        assert event["tags"]["request_id"] == "request-7"


def test_a_server_that_nobody_answers_stops_all_the_same(served: Served, collector: Collector) -> None:
    collector.may_answer.clear()
    with served("flask-micro", collector.dsn) as url:
        for _ in range(3):
            assert _post(f"{url}/fail/{IN_PATH}", f"password={IN_FORM}".encode()) == 500
        collector.wait_for(1)
        told = time.monotonic()
    assert time.monotonic() - told < 10


@pytest.mark.service
@pytest.mark.parametrize(
    ("template", "task"),
    [
        ("flask-micro", "my_project.tasks.remove_done_items"),
        pytest.param("flask-blueprints", "my_project.tasks.record_heartbeat", marks=pytest.mark.thorough),
        pytest.param("django-full", "apps.core.tasks.heartbeat", marks=pytest.mark.thorough),
    ],
)
def test_a_worker_reports_a_task_that_fails(
    template: str,
    task: str,
    *,
    project: Callable[..., Path],
    environment: MakeEnvironment,
    run: Run,
    background: Background,
    live_redis: Callable[[], AbstractContextManager[str]],
    collector: Collector,
    tmp_path: Path,
) -> None:
    folder, installed = project(template, jobs="celery"), environment(template)
    with live_redis() as redis:
        variables = _production(tmp_path, collector.dsn) | {"REDIS_URL": redis}
        with background(folder, installed, "make", "worker", variables=variables) as log:
            # It takes no such argument.
            arguments = json.dumps({"password": IN_ARGUMENT})
            app = "config" if template == "django-full" else f"{PACKAGE}.worker"
            run(folder, installed, "celery", "--app", app, "call", task, "--kwargs", arguments, variables=variables)
            _until(lambda: collector.events, log)
    [event] = collector.wait_for(1)
    assert event["transaction"] == task
    assert event["exception"]["values"][0]["type"] == "TypeError"


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_malformed_dsn_stops_production(
    template: str, project: Callable[..., Path], environment: MakeEnvironment, run: Run, tmp_path: Path
) -> None:
    variables = _production(tmp_path, "https://not-a-dsn@reports.example.com/")
    done = run(project(template), environment(template), "gunicorn", "--check-config", variables=variables, expect=None)
    assert done.returncode != 0
    assert "sentry_dsn" in done.stderr.lower()
    assert "not-a-dsn" not in done.stderr


def _production(folder: Path, dsn: str) -> dict[str, str]:
    return {
        "APP_ENV": "production",
        "SECRET_KEY": KEY,
        "ALLOWED_HOSTS": "127.0.0.1",
        "TRUSTED_PROXIES": "1",
        "WEB_CONCURRENCY": "1",
        "DATABASE_URL": f"sqlite:///{folder}/app.sqlite3",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_SERVER": "127.0.0.1",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "SITE_URL": "https://www.example.com",
        "PLACE": f"postgresql://app:{IN_ADDRESS}@database/app",
        "SENTRY_DSN": dsn,
        "SENTRY_RELEASE": "release-7",
    }


def _post(url: str, body: bytes, content_type: str = "application/x-www-form-urlencoded") -> int:
    headers: Mapping[str, str] = {
        "Content-Type": content_type,
        "Cookie": f"preference={IN_COOKIE}",
        "Authorization": f"Bearer {IN_HEADER}",
        "X-Request-ID": "request-7",
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "https",
    }
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=SECONDS_TO_WAIT) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _until(condition: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while not condition():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
