"""Publishing in django-full, installed and run: its gates on every engine, its schedule, and moves at once."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from templates.test_django_full import Browser
from templates.test_django_services import running, wait_for

if TYPE_CHECKING:
    from templates.conftest import (
        FindTraces,
        HoldToDescription,
        MakeEnvironment,
        PassGates,
        Render,
        Run,
        Serve,
    )

pytestmark = pytest.mark.project

PUBLISHING = {"example_domain": "publishing", "kind": "cms"}
PATHS = "from apps.publishing.models import Page; print(*Page.objects.values_list('path', flat=True))"
NUMBERS = "from apps.publishing.models import Page; print(*(f'{page.path}={page.pk}' for page in Page.objects.all()))"
# The page that is planned for next week is due, and another one has expired.
DUE = """
from django.utils import timezone
from apps.publishing.models import Page, Schedule
Schedule.objects.update(publish_at=timezone.now())
Page.objects.filter(path="privacy/").update(expires_at=timezone.now())
"""
LIVE = "from apps.publishing.models import Page; print(*Page.objects.filter(live=None).values_list('path', flat=True))"
# What beat does each minute.
NOW = """
from django.conf import settings
from celery import current_app
[task] = [row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values() if ".publishing." in row["task"]]
current_app.send_task(task)
"""
# One of them runs in every `make test`, the others in `make proof`.
VARIANTS: dict[str, tuple[dict[str, object], str]] = {
    "default": ({}, "3.12"),
    "everything": (
        {
            "database": "postgresql",
            "jobs": "celery",
            "admin": "multi-role",
            "cache": "redis",
            "sessions": "redis",
            "realtime": True,
        },
        "3.12",
    ),
    "long-term support": (
        {
            "jobs": "celery",
            "admin": "multi-role",
            "security": "high",
            "api_library": "django-ninja",
            "python_version": "3.11",
        },
        "3.11",
    ),
    "MariaDB": ({"database": "mysql", "realtime": True, "api_library": "django-ninja"}, "3.12"),
    "MariaDB on long-term support": ({"database": "mysql", "django_version": "5.2", "admin": "multi-role"}, "3.12"),
    "SQLite, little else": (
        {"api": "none", "accounts": "registration", "sessions": "cookie", "python_version": "3.13"},
        "3.13",
    ),
    "closed sign-up, django-ninja": ({"accounts": "login", "api_library": "django-ninja"}, "3.12"),
    "pictures": ({"media": "local"}, "3.12"),
    "pictures in buckets": (
        {"media": "s3", "database": "postgresql", "admin": "multi-role", "api_library": "django-ninja"},
        "3.12",
    ),
}


@pytest.mark.service
@pytest.mark.parametrize(
    "name",
    [name if name == "default" else pytest.param(name, marks=pytest.mark.thorough) for name in VARIANTS],
)
def test_all_gates_pass(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    pass_gates: PassGates,
    live_database: Callable[[str], AbstractContextManager[str]],
    live_redis: Callable[[], AbstractContextManager[str]],
    name: str,
) -> None:
    variant, python = VARIANTS[name]
    project = render("django-full", **PUBLISHING, **variant)
    installed = environment(_template(variant), python=python)
    with contextlib.ExitStack() as stack:
        variables = {}
        if "database" in variant:
            variables["DATABASE_URL"] = stack.enter_context(live_database(str(variant["database"])))
        if "jobs" in variant or "realtime" in variant:
            variables["REDIS_URL"] = stack.enter_context(live_redis())
        pass_gates(project, installed, variables=variables)
        if "DATABASE_URL" in variables:
            run(project, installed, "python", "manage.py", "migrate", "-v0", variables=variables)
            run(project, installed, "python", "manage.py", "makemigrations", "--check", variables=variables)


def _template(variant: Mapping[str, object]) -> str:
    is_lts = variant.get("django_version") == "5.2" or variant.get("python_version") == "3.11"
    return "django-full-lts" if is_lts else "django-full"


@pytest.mark.thorough
@pytest.mark.service
def test_moves_at_the_same_moment_leave_a_tree(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    live_database: Callable[[str], AbstractContextManager[str]],
) -> None:
    project = render("django-full", **PUBLISHING, database="postgresql")
    installed = environment("django-full")
    with live_database("postgresql") as address:
        variables = {"DATABASE_URL": address, "APP_ENV": "development"}

        def manage(*arguments: str) -> str:
            return run(project, installed, "python", "manage.py", *arguments, variables=variables).stdout

        manage("migrate", "-v0")
        people = dict(re.findall(r"(\S+) signs in with (\S+)", manage("seed")))
        numbers = dict(entry.split("=") for entry in manage("shell", "-v0", "-c", NUMBERS).split())
        before = set(numbers)
        with serve(project, installed, variables={**variables, "WEB_CONCURRENCY": "3"}) as url:
            publisher = next(iter(people.items()))
            # Each page goes below the other one.
            buttons = [
                _at_the_button(
                    url, publisher, numbers[f"{slug}/"], slug=slug, parent=numbers[f"{above}/"], position="1"
                )
                for slug, above in (("mill", "repair"), ("repair", "mill"))
            ]
            with ThreadPoolExecutor(len(buttons)) as pool:
                answers = list(pool.map(lambda click: click(), buttons))
            assert sorted(status for status, _place, _page in answers) == [302, 422], answers
            assert Browser(url).open("/pages/mill/hours/")[0] in {200, 301}
        after = set(manage("shell", "-v0", "-c", PATHS).split())
        assert len(after) == len(before)
        assert {path.split("/")[0] for path in after} in (
            {"mill", "join-in", "winter", "privacy"},
            {"repair", "join-in", "winter", "privacy"},
        )


def _at_the_button(url: str, person: tuple[str, str], page: str, **place: str) -> Callable[[], tuple[int, str, str]]:
    """Sign in, open the form that moves a page, and give what a click on its button does."""
    browser = Browser(url)
    browser.open("/accounts/login/")
    assert browser.submit("/accounts/login/", login=person[0], password=person[1])[0] == 302
    address = f"/writing/{page}/move/"
    body = browser.open(address)[2].partition("<main")[2]
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body)) | place
    return lambda: browser.open(address, form)


@pytest.mark.thorough
@pytest.mark.service
def test_a_worker_keeps_the_schedule(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_redis: Callable[[], AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    project = render("django-full", **PUBLISHING, jobs="celery")
    installed = environment("django-full")
    with contextlib.ExitStack() as stack:
        variables = {"REDIS_URL": stack.enter_context(live_redis())}

        def manage(*arguments: str) -> str:
            return run(project, installed, "python", "manage.py", *arguments, variables=variables).stdout

        manage("migrate", "-v0")
        manage("seed")
        assert manage("shell", "-v0", "-c", LIVE).split() == ["repair/radios/", "winter/"]
        manage("shell", "-v0", "-c", DUE)
        worker = stack.enter_context(running(project, installed, "worker", tmp_path / "worker", variables))
        manage("shell", "-v0", "-c", NOW)
        wait_for(lambda: manage("shell", "-v0", "-c", LIVE).split() == ["privacy/", "repair/radios/"], worker)


@pytest.mark.thorough
@pytest.mark.parametrize("library", ["django-rest-framework", "django-ninja"])
def test_the_api_does_what_it_says_whatever_is_sent(
    *,
    library: str,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    hold_to_description: HoldToDescription,
) -> None:
    project = render("django-full", **PUBLISHING, api_library=library)
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    seeded = run(project, installed, "python", "manage.py", "seed").stdout
    [email] = re.findall(r"(ada\S+) signs in with", seeded)
    token = run(project, installed, "python", "manage.py", "create-token", "--email", email).stdout.strip()
    with serve(project, installed) as url:
        hold_to_description(url, token=token)


def test_publishing_leaves_nothing_in_other_projects_and_the_items_nothing_in_it(
    render: Render, find_traces: FindTraces
) -> None:
    traces = r"apps[./]publishing|/writing/|/preview/|sitemap\.xml|\b[Rr]evision"
    assert find_traces(render("django-full"), traces) == set()
    assert find_traces(render("django-full", example=False), traces) == set()
    assert find_traces(render("django-full", example_domain="shop"), traces) == set()
    found = find_traces(
        render("django-full", **PUBLISHING), r"apps.items|/items/|(?<!list-)\bItem\b|apps.shop|apps.courses"
    )
    assert found == set()
