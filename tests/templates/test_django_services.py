"""Projects of django-full with what works beside the web server: jobs in a real worker, and all that uses Redis."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import websockets
from websockets.sync.client import ClientConnection, connect

from templates.test_django_full import PASSWORD, Browser
from templates.test_django_variants import texts_of

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, Render, Run, Serve

pytestmark = [pytest.mark.project, pytest.mark.service]

SECONDS_TO_WAIT = 60
SAY_WHERE = """import pytest
from django.db import connection


@pytest.mark.django_db
def test_where() -> None:
    print(f"used={connection.settings_dict['NAME']}")
"""
COUNT = "from apps.items.models import Item; print(Item.objects.count())"
EVERYTHING: dict[str, object] = {
    "jobs": "celery",
    "cache": "redis",
    "sessions": "redis",
    "suggestions": True,
    "realtime": True,
}
NOBODY: dict[str, object] = {"accounts": "none", "admin": "none"}


@pytest.mark.parametrize(
    ("variant", "python"),
    [
        (EVERYTHING, "3.12"),
        pytest.param(EVERYTHING | {"python_version": "3.11"}, "3.11", marks=pytest.mark.thorough),
        pytest.param(
            EVERYTHING | {"api": "none", "example": False, "suggestions": False, "sessions": "cookie"},
            "3.12",
            marks=pytest.mark.thorough,
        ),
        pytest.param(EVERYTHING | {"accounts": "none", "admin": "multi-role"}, "3.12", marks=pytest.mark.thorough),
        pytest.param(
            EVERYTHING | {"accounts": "none", "python_version": "3.11", "api_library": "django-ninja"},
            "3.11",
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            EVERYTHING | NOBODY | {"api": "none", "example": False, "suggestions": False},
            "3.12",
            marks=pytest.mark.thorough,
        ),
    ],
    ids=[
        "everything",
        "everything on long-term support",
        "nothing but services",
        "everything for staff and visitors",
        "everything for staff and visitors on long-term support",
        "nothing but services for nobody",
    ],
)
def test_all_gates_pass(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_redis: Callable[[], AbstractContextManager[str]],
    variant: dict[str, object],
    python: str,
) -> None:
    project = render("django-full", **variant)
    installed = environment("django-full-lts" if python == "3.11" else "django-full", python=python)
    run(project, installed, "ruff", "check")
    run(project, installed, "ruff", "format", "--check")
    run(project, installed, "mypy")
    with live_redis() as address:
        run(project, installed, "coverage", "run", "-m", "pytest", variables={"REDIS_URL": address})
    run(project, installed, "coverage", "report")


def test_its_tests_pass_where_redis_has_suggestions_and_the_database_the_cache(
    render: Render, environment: MakeEnvironment, run: Run, live_redis: Callable[[], AbstractContextManager[str]]
) -> None:
    project = render("django-full", suggestions=True)
    with live_redis() as address:
        run(
            project,
            environment("django-full"),
            "pytest",
            "tests/core/test_without_redis.py",
            variables={"REDIS_URL": address},
        )


@pytest.mark.thorough
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_its_tests_use_the_servers_that_its_env_file_names_and_none_of_the_data_there(
    *,
    engine: str,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_database: Callable[[str], AbstractContextManager[str]],
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    project = render("django-full", database=engine, jobs="celery")
    installed = environment("django-full")
    (project / "tests" / "test_where.py").write_text(SAY_WHERE, encoding="utf-8")
    with live_database(engine) as database, live_redis() as redis:
        (project / ".env").write_text(f"DATABASE_URL={database}\nREDIS_URL={redis}\n", encoding="utf-8")
        run(project, installed, "make", "migrate")
        run(project, installed, "python", "manage.py", "seed")
        before = run(project, installed, "python", "manage.py", "shell", "-v0", "-c", COUNT).stdout
        assert int(before) > 0
        done = run(project, installed, "pytest", "-q", "-s", "tests/test_where.py", "tests/core", "tests/items")
        [used] = re.findall(r"used=(\S+)", done.stdout)
        assert used.startswith("test_")
        assert run(project, installed, "python", "manage.py", "shell", "-v0", "-c", COUNT).stdout == before


def test_without_redis_the_projects_tests_end_at_once_and_say_what_to_start(
    render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render("django-full", **EVERYTHING)
    began = time.monotonic()
    # The port of "discard", which nobody serves.
    nowhere = {"REDIS_URL": "redis://127.0.0.1:9/0"}
    done = run(project, environment("django-full"), "pytest", variables=nowhere, expect=2)
    assert "need Redis" in done.stdout + done.stderr
    assert time.monotonic() - began < SECONDS_TO_WAIT


def test_worker_and_beat_do_what_pages_and_the_schedule_ask_for(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    live_redis: Callable[[], AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    project = render("django-full", accounts="full", jobs="celery")
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    with contextlib.ExitStack() as stack:
        variables = {"REDIS_URL": stack.enter_context(live_redis())}
        worker = stack.enter_context(running(project, installed, "worker", tmp_path / "worker", variables))
        beat = stack.enter_context(running(project, installed, "beat", tmp_path / "beat", variables))
        visitor = Browser(stack.enter_context(serve(project, installed, variables=variables)))
        assert '"redis": "ok"' in visitor.open("/readyz")[2]

        form = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
        status, place, _page = visitor.submit("/accounts/signup/", **form)
        assert (status, place) == (302, "/accounts/confirm-email/")
        wait_for(lambda: links_in(worker), worker)
        assert visitor.submit(links_in(worker)[0])[0] == 302

        def sign() -> bool:
            return (
                run(
                    project, installed, "python", "manage.py", "check-jobs", variables=variables, expect=None
                ).returncode
                == 0
            )

        wait_for(lambda: "heartbeat" in beat.read_text(), beat)
        wait_for(sign, worker)
    assert list(project.glob("celerybeat-schedule*"))


def test_redis_holds_what_it_should_and_events_reach_whoever_is_signed_in(
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    project = render("django-full", **EVERYTHING)
    installed = environment("django-full")
    production = {
        "APP_ENV": "production",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "TRUSTED_PROXIES": "1",
    }
    refused = run(project, installed, "python", "manage.py", "check", variables=production, expect=1)
    assert "REDIS_URL" in refused.stderr

    with live_redis() as address:
        production["REDIS_URL"] = address

        def manage(*arguments: str) -> str:
            return run(project, installed, "python", "manage.py", *arguments, variables=production).stdout

        def keys(pattern: str) -> str:
            return manage(
                "shell", "-v0", "-c", f"from apps.core.redis import *; print(*redis().scan_iter(key('{pattern}')))"
            )

        manage("check", "--deploy", "--fail-level", "WARNING")
        manage("collectstatic", "--no-input", "-v0")
        manage("migrate", "-v0")
        manage("create-user", "--email", "ada@example.com", "--password", PASSWORD)
        with serve(project, installed, variables=production) as url:
            browser = SecureBrowser(url)
            assert browser.open("/items/statistics/")[0] == 200
            assert "items:statistics" in keys("cache:*")
            assert browser.submit("/accounts/login/", login="ada@example.com", password=PASSWORD)[0] == 302
            assert browser.session() in keys("sessions:*")

            for origin, cookie in (("https://evil.example", browser.cookie()), (browser.origin, "")):
                with pytest.raises(websockets.InvalidStatus, match="403"):
                    browser.listen(origin=origin, cookie=cookie)
            with browser.listen() as socket:
                assert browser.submit("/items/new/", name="A red lamp")[0] == 302
                assert socket.recv(timeout=SECONDS_TO_WAIT) == '{"type": "items.changed"}'
                suggested = browser.open("/items/suggestions/?prefix=LAM")[2]
                assert json.loads(suggested) == {"suggestions": ["A red lamp"]}

                assert browser.submit("/accounts/logout/")[0] == 302
                change = "from apps.items.models import Item; Item.objects.get().save()"
                manage("shell", "-v0", "-c", change)
                with pytest.raises(websockets.ConnectionClosed, match="4401"):
                    socket.recv(timeout=SECONDS_TO_WAIT)
        assert "A red lamp" not in keys("*")


@pytest.mark.parametrize("admin", ["none", "multi-role"])
def test_services_without_accounts_leave_no_trace_of_them(render: Render, admin: str) -> None:
    texts = texts_of(render("django-full", accounts="none", admin=admin, **EVERYTHING))
    for word in (
        "allauth",
        "signed_in",
        "login_not_required",
        "owner",
        "outbox",
        "email_server",
        "4401",
        "channels.auth",
    ):
        assert word not in texts, word
    if admin == "none":
        for word in ("contrib.auth", "is_authenticated", "get_user", "staff"):
            assert word not in texts, word


@pytest.mark.thorough
def test_worker_and_beat_need_no_accounts(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_redis: Callable[[], AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    project = render("django-full", jobs="celery", **NOBODY)
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    run(project, installed, "python", "manage.py", "seed")
    with contextlib.ExitStack() as stack:
        variables = {"REDIS_URL": stack.enter_context(live_redis())}
        worker = stack.enter_context(running(project, installed, "worker", tmp_path / "worker", variables))
        beat = stack.enter_context(running(project, installed, "beat", tmp_path / "beat", variables))

        def manage(*arguments: str, expect: int | None = 0) -> int:
            return run(
                project, installed, "python", "manage.py", *arguments, variables=variables, expect=expect
            ).returncode

        wait_for(lambda: "heartbeat" in beat.read_text(), beat)
        wait_for(lambda: manage("check-jobs", expect=None) == 0, worker)
        manage("shell", "-v0", "-c", "from apps.items.tasks import report_items; report_items.delay()")
        wait_for(lambda: "3 items, 3 new since yesterday" in worker.read_text(), worker)


def test_without_accounts_events_reach_every_visitor_and_redis_knows_nobody(
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    project = render("django-full", accounts="none", **EVERYTHING)
    installed = environment("django-full")
    with live_redis() as address:
        production = {
            "APP_ENV": "production",
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "TRUSTED_PROXIES": "1",
            "REDIS_URL": address,
        }

        def manage(*arguments: str) -> str:
            return run(project, installed, "python", "manage.py", *arguments, variables=production).stdout

        def keys(pattern: str) -> str:
            return manage(
                "shell", "-v0", "-c", f"from apps.core.redis import *; print(*redis().scan_iter(key('{pattern}')))"
            )

        manage("check", "--deploy", "--fail-level", "WARNING")
        manage("collectstatic", "--no-input", "-v0")
        manage("migrate", "-v0")
        manage("create-admin", "--email", "root@example.com", "--password", PASSWORD)
        with serve(project, installed, variables=production) as url:
            visitor, staff = SecureBrowser(url), SecureBrowser(url)
            for origin in ("https://evil.example", "null"):
                with pytest.raises(websockets.InvalidStatus, match="403"):
                    visitor.listen(origin=origin)
            with visitor.listen() as socket, SecureBrowser(url).listen() as other:
                assert visitor.submit("/items/new/", name="A red lamp")[0] == 302
                for listening in (socket, other):
                    assert listening.recv(timeout=SECONDS_TO_WAIT) == '{"type": "items.changed"}'
                suggested = json.loads(visitor.open("/items/suggestions/?prefix=LAM")[2])
                assert suggested == {"suggestions": ["A red lamp"]}
                socket.send("hello")
                with pytest.raises(websockets.ConnectionClosed, match="4400"):
                    socket.recv(timeout=SECONDS_TO_WAIT)
            assert "<dd>1</dd>" in visitor.open("/items/statistics/")[2]
            assert "items:statistics" in keys("cache:*")
            assert keys("sessions:*").strip() == ""

            assert staff.submit("/admin/login/", username="root@example.com", password=PASSWORD)[0] == 302
            assert staff.open("/admin/")[0] == 200
            assert staff.session() in keys("sessions:*")


class SecureBrowser(Browser):
    """A browser behind a proxy of ours that ends TLS."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.origin = url.replace("http:", "https:")
        self.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https")))
        self.opener.addheaders = [("X-Forwarded-Proto", "https"), ("Origin", self.origin)]

    def cookie(self) -> str:
        """What it sends with every request."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)

    def session(self) -> str:
        """The identifier of its session."""
        [value] = [cookie.value for cookie in self.cookies if cookie.name == "__Host-sessionid"]
        return value or ""

    def listen(self, *, origin: str | None = None, cookie: str | None = None) -> ClientConnection:
        """Open a WebSocket as a page does; from another site, or as somebody else, when that is said."""
        return connect(
            f"{self.url.replace('http:', 'ws:')}/ws/events/",
            origin=websockets.Origin(origin or self.origin),
            additional_headers={"Cookie": self.cookie() if cookie is None else cookie},
            proxy=None,
        )


@contextlib.contextmanager
def running(
    project: Path, environment: Environment, task: str, output: Path, variables: Mapping[str, str]
) -> Iterator[Path]:
    """Run one of the Makefile's tasks until the end of the block, and give the file with what it prints."""
    with output.open("w") as printed:
        process = subprocess.Popen(
            [shutil.which("make") or "make", task],
            cwd=project,
            env={
                "PATH": f"{environment.directory / 'bin'}:/usr/local/bin:/usr/bin:/bin",
                "HOME": os.environ.get("HOME", "/"),
                "PYTHONDONTWRITEBYTECODE": "1",
                **variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield output
        assert process.poll() is None, output.read_text()
    finally:
        # The whole group, as a terminal does.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=SECONDS_TO_WAIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            pytest.fail(f"make {task} did not stop:\n{output.read_text()[-4000:]}")


def links_in(output: Path) -> list[str]:
    """Find the links that confirm an address, in mail whose long lines were broken for its journey."""
    return re.findall(r"http://[^/\s]+(/accounts/confirm-email/\S+)\n", output.read_text().replace("=\n", ""))


def wait_for(condition: Callable[[], object], output: Path, seconds: float = SECONDS_TO_WAIT) -> None:
    """Wait until something has happened, or fail with what was printed meanwhile."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, output.read_text()[-4000:]
        time.sleep(0.1)
