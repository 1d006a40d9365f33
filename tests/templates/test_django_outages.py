"""Projects of django-full whose servers stop, start again, or lose a process in the middle of its work."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from services.server import Server
from services.servers.mariadb import MariaDB
from services.servers.postgresql import PostgreSQL
from support.outages import TlsRedis, stoppable
from templates.test_django_full import PASSWORD
from templates.test_django_services import SecureBrowser, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from templates.conftest import Background, MakeEnvironment, Render, Run, Serve

pytestmark = [pytest.mark.project, pytest.mark.service, pytest.mark.slow]

# What deploy/healthcheck.py gives an answer.
SECONDS_TO_ANSWER = 4
PRODUCTION = {
    "APP_ENV": "production",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "TRUSTED_PROXIES": "1",
}
# Beside the project's own jobs: each kills its process once, and one of ours does every time.
KILLING = """
import os
import signal

from celery import shared_task
from celery.signals import task_prerun

from apps.core.redis import key, redis
from config import celery_app

# No result comes from a process that has gone.
celery_app.conf.worker_lost_wait = 0.1


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@task_prerun.connect
def kill_once(task_id: str, **_options: object) -> None:
    if redis().set(key("killed", task_id), 1, nx=True):
        kill()


@shared_task
def kill_always() -> None:
    kill()
"""
ASK_ALL = """
import traceback

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.cache import cache
from apps.core.redis import redis
from config import celery_app


def ask(name, action):
    try:
        action()
    except Exception:
        print(f"{name}:", *traceback.format_exc().split())
    else:
        print(f"{name}: answers")


ask("client", lambda: redis().ping())
ask("cache", lambda: super(type(cache._connections["default"]), cache._connections["default"]).get("one"))
ask("queue", lambda: celery_app.connection().ensure_connection(max_retries=1))
ask("events", lambda: async_to_sync(get_channel_layer().group_send)("all", {"type": "event"}))
"""
SEND = """
import killing
from django.core.mail import send_mail
from django.utils.module_loading import autodiscover_modules
from config import celery_app
autodiscover_modules("tasks")
send_mail("Hello", "in text", "us@example.com", ["ada@example.com"])
for name, job in celery_app.tasks.items():
    if not name.startswith("celery."):
        if name != "apps.outbox.tasks.deliver":
            job.delay()
        print(name)
"""


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        pytest.param(PostgreSQL, {"database": "postgresql"}, id="PostgreSQL"),
        pytest.param(
            PostgreSQL,
            {"database": "postgresql", "realtime": True, "python_version": "3.11"},
            id="PostgreSQL, realtime, long-term support",
            marks=pytest.mark.thorough,
        ),
        pytest.param(MariaDB, {"database": "mysql"}, id="MariaDB", marks=pytest.mark.thorough),
        pytest.param(
            MariaDB, {"database": "mysql", "realtime": True}, id="MariaDB, realtime", marks=pytest.mark.thorough
        ),
    ],
)
def test_a_restart_of_the_database_fails_no_request_and_while_it_is_down_answers_come_soon(
    *,
    kind: type[Server],
    answers: dict[str, object],
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    project = render("django-full", **answers)
    lts = answers.get("python_version") == "3.11"
    installed = environment("django-full-lts" if lts else "django-full", python="3.11" if lts else "3.12")
    with stoppable(kind) as database, live_redis() as redis:
        variables = PRODUCTION | {"DATABASE_URL": database.url, "REDIS_URL": redis}
        run(project, installed, "python", "manage.py", "migrate", "-v0", variables=variables)
        run(project, installed, "python", "manage.py", "collectstatic", "--no-input", "-v0", variables=variables)
        with serve(project, installed, variables=variables) as url:
            for path in ("/readyz", "/accounts/login/"):
                assert set(statuses(f"{url}{path}", 16)) == {200}
            database.restart()
            # All connections that there were are dead; nobody learns of it.
            assert set(statuses(f"{url}/readyz", 24)) == {200}
            database.stop()
            assert set(statuses(f"{url}/readyz", 16)) == {503}
            database.start()
            assert set(statuses(f"{url}/readyz", 24)) == {200}


@pytest.mark.thorough
def test_a_worker_works_on_after_a_restart_of_the_database(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    background: Background,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    project = render("django-full", database="postgresql", jobs="celery")
    installed = environment("django-full")
    send = "from apps.items.tasks import report_items; [report_items.delay() for _ in range(8)]"
    with stoppable(PostgreSQL) as database, live_redis() as redis:
        variables = {"DATABASE_URL": database.url, "REDIS_URL": redis}
        run(project, installed, "python", "manage.py", "migrate", "-v0", variables=variables)
        worker = ("celery", "--app", "config", "worker", "--loglevel", "INFO", "--concurrency", "2")
        with background(project, installed, *worker, variables=variables) as log:
            for done in (8, 16):
                run(project, installed, "python", "manage.py", "shell", "-v0", "-c", send, variables=variables)
                wait_for(partial(has_succeeded, "apps.items.tasks.report_items", log, done), log)
                database.restart()
            assert "Error" not in log.read_text()


def test_every_job_survives_its_process_and_none_kills_for_ever(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    background: Background,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    project = render("django-full", accounts="full", jobs="celery", sessions="database")
    installed = environment("django-full")
    (project / "killing.py").write_text(KILLING, encoding="utf-8")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    worker = ("celery", "--app", "config", "worker", "--loglevel", "INFO", "--concurrency", "5")
    with live_redis() as address:
        variables = {"REDIS_URL": address, "PYTHONPATH": str(project)}
        with background(project, installed, *worker, "--include", "killing", variables=variables) as log:
            sent = run(project, installed, "python", "manage.py", "shell", "-v0", "-c", SEND, variables=variables)
            names = {*sent.stdout.split()} - {"killing.kill_always"}
            assert {"apps.core.tasks.heartbeat", "apps.items.tasks.report_items"} < names
            # Celery looks after its processes every five seconds.
            wait_for(lambda: "is given up" in log.read_text(), log, seconds=400)
            for name in names:
                wait_for(partial(has_succeeded, name, log), log)
            assert len(re.findall(r"killing\.kill_always\[\S+\] received", log.read_text())) == 4 + 1
            assert log.read_text().count("exited with 'signal 9 (SIGKILL)'") >= len(names) + 4
            assert log.read_text().count("To: ada@example.com") == 1


def test_pages_do_without_redis_and_everything_that_asks_it_verifies_its_certificate(
    *, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, background: Background
) -> None:
    project = render("django-full", cache="redis", jobs="celery", suggestions=True, realtime=True)
    installed = environment("django-full")
    with stoppable(TlsRedis) as redis:
        strange = PRODUCTION | {"REDIS_URL": redis.url}
        known = strange | {"REDIS_CA_FILE": str(redis.server.folder / "ca.pem")}
        for command in (("migrate", "-v0"), ("collectstatic", "--no-input", "-v0")):
            run(project, installed, "python", "manage.py", *command, variables=known)
        # Each client, one by one, trusts the authority that the settings name and nobody else.
        for variables, verdict in ((known, "answers"), (strange, "CERTIFICATE_VERIFY_FAILED")):
            asked = run(project, installed, "python", "manage.py", "shell", "-v0", "-c", ASK_ALL, variables=variables)
            found = dict(line.split(": ", 1) for line in asked.stdout.splitlines())
            assert set(found) == {"client", "cache", "queue", "events"}
            for client, answer in found.items():
                assert verdict in answer, client
        worker = ("celery", "--app", "config", "worker", "--loglevel", "INFO", "--concurrency", "1")
        with background(project, installed, *worker, variables=known) as log:
            with serve(project, installed, variables=known) as url:
                browser = SecureBrowser(url)
                assert '"redis": "ok"' in browser.open("/readyz")[2]
                redis.stop()
                for path in ("/", "/accounts/login/", "/items/statistics/"):
                    assert set(statuses(f"{url}{path}", 8)) == {200}
                form = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
                status, place, _page = browser.submit("/accounts/signup/", **form)
                assert (status, place) == (302, "/accounts/confirm-email/")
                status, _place, checks = browser.open("/readyz")
                assert (status, json.loads(checks)["status"]) == (200, "degraded")
                redis.start()
                assert json.loads(browser.open("/readyz")[2])["status"] == "ok"
            # As beat does every minute.
            send = "from apps.outbox.tasks import deliver_waiting; deliver_waiting.delay()"
            run(project, installed, "python", "manage.py", "shell", "-v0", "-c", send, variables=known)
            wait_for(partial(has_succeeded, "apps.outbox.tasks.deliver", log), log)
            assert "Mail 1, try 1 of 28: ConnectionRefusedError" in log.read_text()


def statuses(url: str, count: int) -> list[int]:
    """What so many requests at once are answered, each of them soon."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(status, [url] * count))


def status(url: str) -> int:
    """What a request is answered, within the time that a health check takes."""
    request = urllib.request.Request(url, headers={"X-Forwarded-Proto": "https"})
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            code: int = response.status
    except urllib.error.HTTPError as error:
        code = error.code
    assert time.monotonic() - began < SECONDS_TO_ANSWER
    return code


def has_succeeded(name: str, log: Path, times: int = 1) -> bool:
    """Whether a job has been done so often, or more: mail is queued anew where the first delivery is slow to begin."""
    return sum(f"Task {name}[" in line and "succeeded" in line for line in log.read_text().splitlines()) >= times
