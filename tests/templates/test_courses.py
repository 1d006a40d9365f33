"""The courses of django-full, installed and run: their gates on every engine, and two who want the same last place."""

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
from templates.test_django_variants import PASSWORD

if TYPE_CHECKING:
    from templates.conftest import (
        Environment,
        FindTraces,
        HoldToDescription,
        MakeEnvironment,
        PassGates,
        Render,
        Run,
        Serve,
    )

pytestmark = pytest.mark.project

COURSES = {"example_domain": "courses", "kind": "education"}
# The course has one place left, and nobody waits.
LAST_PLACE = """
from apps.courses.models import Course, Enrolment
Enrolment.objects.filter(course__slug="soil", student__email="ada@example.com").delete()
course = Course.objects.counted().get(slug="soil")
Course.objects.filter(pk=course.pk).update(capacity=course.taken + 1, teacher=None)
"""
STATUSES = (
    "from apps.courses.models import Enrolment; print(*Enrolment.objects.filter(course__slug='soil', "
    "student__email__in=['ada@example.com', 'grace@example.com']).order_by('status').values_list('status', flat=True))"
)
# Somebody has a place everywhere, and so may read every lesson and quiz, of which there are enough to find some.
ENROLLED = """
from apps.accounts.models import User
from apps.courses.enrolments import enrol
from apps.courses.models import Course, Quiz
Course.objects.update(capacity=99, is_published=True, enrol_until=None)
for course in Course.objects.all():
    enrol(User.objects.get(email="boss@example.com"), course)
for number in range(300):
    Quiz.objects.create(module=course.modules.create(title=f"More {number}"), title="Quiz")
"""
FORGET = "from apps.courses.models import NextCourse; NextCourse.objects.all().delete()"
COUNT = "from apps.courses.models import NextCourse; print(NextCourse.objects.count())"
# What beat does each night.
TONIGHT = """
from django.conf import settings
from celery import current_app
[task] = [row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values() if ".courses." in row["task"]]
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
    "staff roles, django-ninja": ({"admin": "multi-role", "api_library": "django-ninja"}, "3.12"),
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
    project = render("django-full", **COURSES, **variant)
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
def test_of_people_who_want_the_last_place_one_gets_it(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    live_database: Callable[[str], AbstractContextManager[str]],
) -> None:
    project = render("django-full", **COURSES, database="postgresql")
    installed = environment("django-full")
    with live_database("postgresql") as address:
        variables = {"DATABASE_URL": address, "APP_ENV": "development"}

        def manage(*arguments: str) -> str:
            return run(project, installed, "python", "manage.py", *arguments, variables=variables).stdout

        manage("migrate", "-v0")
        people = dict(re.findall(r"(\S+) signs in with (\S+)", manage("seed")))
        assert len(people) == 2
        manage("shell", "-v0", "-c", LAST_PLACE)
        with serve(project, installed, variables={**variables, "WEB_CONCURRENCY": "3"}) as url:
            # Each of the two has pressed the button twice.
            buttons = [_at_the_button(url, email, password) for email, password in people.items()]
            clicks = buttons * 2
            with ThreadPoolExecutor(len(clicks)) as pool:
                answers = list(pool.map(lambda click: click(), clicks))
            assert [status for status, _place, _page in answers] == [302] * 4, answers
        assert manage("shell", "-v0", "-c", STATUSES).split() == ["enrolled", "waiting"]


def _at_the_button(url: str, email: str, password: str) -> Callable[[], tuple[int, str, str]]:
    """Sign in, open the course, and give what a click on the button does."""
    browser = Browser(url)
    browser.open("/accounts/login/")
    assert browser.submit("/accounts/login/", login=email, password=password)[0] == 302
    page = browser.open("/courses/about/soil/")[2].partition("<main")[2]
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return lambda: browser.open("/courses/about/soil/enrol/", form)


@pytest.mark.thorough
@pytest.mark.service
def test_a_worker_counts_what_others_went_on_to(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_redis: Callable[[], AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    project = render("django-full", **COURSES, jobs="celery")
    installed = environment("django-full")
    with contextlib.ExitStack() as stack:
        variables = {"REDIS_URL": stack.enter_context(live_redis())}

        def manage(*arguments: str) -> str:
            return run(project, installed, "python", "manage.py", *arguments, variables=variables).stdout

        manage("migrate", "-v0")
        manage("seed")
        before = manage("shell", "-v0", "-c", COUNT)
        assert int(before) > 0
        manage("shell", "-v0", "-c", FORGET)
        worker = stack.enter_context(running(project, installed, "worker", tmp_path / "worker", variables))
        manage("shell", "-v0", "-c", TONIGHT)
        wait_for(lambda: manage("shell", "-v0", "-c", COUNT) == before, worker)


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
    project = render("django-full", **COURSES, api_library=library)
    installed = environment("django-full")
    token = _with_token(project, installed, run)
    with serve(project, installed) as url:
        hold_to_description(url, token=token)


def _with_token(project: Path, installed: Environment, run: Run) -> str:
    """Fill the database, and return the token of a program that has a place in every course."""
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    run(project, installed, "python", "manage.py", "seed")
    account = ("--email", "boss@example.com")
    run(project, installed, "python", "manage.py", "create-admin", *account, "--password", PASSWORD)
    run(project, installed, "python", "manage.py", "shell", "-v0", "-c", ENROLLED)
    return run(project, installed, "python", "manage.py", "create-token", *account).stdout.strip()


def test_courses_leave_nothing_in_other_projects_and_the_items_nothing_in_them(
    render: Render, find_traces: FindTraces
) -> None:
    traces = r"apps[./]courses|/courses/|\benrol|\bquiz"
    assert find_traces(render("django-full"), traces) == set()
    assert find_traces(render("django-full", example=False), traces) == set()
    assert find_traces(render("django-full", example_domain="shop"), traces) == set()
    assert find_traces(render("django-full", **COURSES), r"apps.items|/items/|(?<!list-)\bItem\b|apps.shop") == set()
