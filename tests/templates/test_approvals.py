"""The approvals of django-full, installed and run: their gates on every engine, and two who decide at once."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from templates.test_django_full import PASSWORD, Browser
from templates.test_django_updated import go_on, update

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

APPROVALS = {"example_domain": "approvals", "kind": "enterprise"}
TRACES = r"apps[./]approvals|/approvals/|Approvers|purchase request"
# Who approves the first step of the laptop lets the other decide too.
DELEGATION = """
from datetime import timedelta
from django.utils import timezone
from apps.accounts.models import User
from apps.approvals.models import Step
from apps.approvals.standing_in import delegate
grace, leo = (User.objects.get(email=f"{name}@example.com") for name in ("grace", "leo"))
delegate(grace, leo, timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1))
step = Step.objects.get(request__title="New laptop for the studio", position=1)
print(step.request_id, step.pk)
"""
# Of a name that made-up requests have, so that some of them are made; and so many requests that some are found.
DEPARTMENT = """
import uuid
from apps.accounts.models import User
from apps.approvals.models import ApprovalRule, Department, PurchaseRequest
department = Department.objects.create(name="0")
grace = User.objects.get(email="grace@example.com")
for currency in ("EUR", "GBP", "USD"):
    ApprovalRule.objects.create(department=department, currency=currency, from_amount=0, approver=grace)
values = {"requester": grace, "department": department, "reason": "Many.", "amount": 5, "currency": "EUR"}
for number in range(300):
    PurchaseRequest.objects.create(key=uuid.uuid4(), title=f"More {number}", **values)
"""
TRAIL = """
from apps.approvals.models import AuditEntry
decisions = AuditEntry.objects.filter(request__title="New laptop for the studio", action__in=("approve", "decline"))
print(decisions.count())
"""
# What is left in the database of a project without approvals, once all accounts are deleted.
LEFT = """
from django.db import IntegrityError, connection
from apps.accounts.models import User
User.objects.all().delete()
connection.check_constraints()
cursor = connection.cursor()
for table in ("purchaserequest", "step", "auditentry"):
    print(cursor.execute(f"SELECT COUNT(*) FROM approvals_{table}").fetchone()[0])
print(cursor.execute("SELECT COUNT(*) FROM approvals_purchaserequest WHERE requester_id IS NOT NULL").fetchone()[0])
try:
    cursor.execute("DELETE FROM approvals_auditentry")
except IntegrityError:
    print("kept")
"""
ROWS = """
from apps.approvals.models import AuditEntry, PurchaseRequest, Step
print(PurchaseRequest.objects.count(), Step.objects.count(), AuditEntry.objects.count())
"""
# One of them runs in every `make test`, the others in `make proof`.
VARIANTS: dict[str, tuple[dict[str, object], str]] = {
    "everything": (
        {"database": "postgresql", "jobs": "celery", "admin": "multi-role", "cache": "redis", "sessions": "redis"},
        "3.12",
    ),
    "long-term support": (
        {
            "database": "postgresql",
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
    "SQLite": ({}, "3.12"),
    "SQLite, little else": (
        {"api": "none", "accounts": "registration", "sessions": "cookie", "python_version": "3.13"},
        "3.13",
    ),
}


@pytest.mark.service
@pytest.mark.parametrize(
    "name",
    [name if name == "SQLite" else pytest.param(name, marks=pytest.mark.thorough) for name in VARIANTS],
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
    project = render("django-full", **APPROVALS, **variant)
    is_lts = variant.get("django_version") == "5.2" or variant.get("python_version") == "3.11"
    installed = environment("django-full-lts" if is_lts else "django-full", python=python)
    with contextlib.ExitStack() as stack:
        variables = {}
        if variant.get("database") in ("postgresql", "mysql"):
            variables["DATABASE_URL"] = stack.enter_context(live_database(str(variant["database"])))
        if "jobs" in variant or "realtime" in variant:
            variables["REDIS_URL"] = stack.enter_context(live_redis())
        pass_gates(project, installed, variables=variables)
        if "DATABASE_URL" in variables:
            run(project, installed, "python", "manage.py", "migrate", "-v0", variables=variables)
            run(project, installed, "python", "manage.py", "makemigrations", "--check", variables=variables)


@pytest.mark.thorough
@pytest.mark.service
def test_of_approvers_who_decide_at_once_one_does(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    live_database: Callable[[str], AbstractContextManager[str]],
) -> None:
    project = render("django-full", **APPROVALS, database="postgresql")
    installed = environment("django-full")
    with live_database("postgresql") as address:
        variables = {"DATABASE_URL": address}

        def manage(*arguments: str) -> str:
            return run(project, installed, "python", "manage.py", *arguments, variables=variables).stdout

        manage("migrate", "-v0")
        people = dict(re.findall(r"(\S+) signs in with (\S+)", manage("seed")))
        request, step = manage("shell", "-v0", "-c", DELEGATION).split()
        with serve(project, installed, variables=variables | {"WEB_CONCURRENCY": "3"}) as url:
            # Each of the two has pressed the button twice.
            clicks = [
                click
                for email, decision in (("grace@example.com", "approve"), ("leo@example.com", "decline"))
                for browser in [_signed_in(url, email, people[email])]
                for click in [_click(browser, request, step, decision)] * 2
            ]
            with ThreadPoolExecutor(len(clicks)) as pool:
                statuses = list(pool.map(lambda click: click(), clicks))
        assert sorted(statuses) == [302, 409, 409, 409]
        assert manage("shell", "-v0", "-c", TRAIL).strip() == "1"


def _signed_in(url: str, email: str, password: str) -> Browser:
    browser = Browser(url)
    assert browser.submit("/accounts/login/", login=email, password=password)[0] == 302
    return browser


def _click(browser: Browser, request: str, step: str, decision: str) -> Callable[[], int]:
    """Open a request, and give what a click on a decision does."""
    page = browser.open(f"/approvals/{request}/")[2].partition("<main")[2]
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form |= {"decision": decision, "comment": "So be it."}
    return lambda: browser.open(f"/approvals/steps/{step}/decide/", form)[0]


@pytest.mark.thorough
@pytest.mark.parametrize("library", ["django-rest-framework", "django-ninja"])
def test_the_api_does_what_it_says_whatever_is_sent(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    hold_to_description: HoldToDescription,
    library: str,
) -> None:
    project = render("django-full", api_library=library, **APPROVALS)
    installed: Environment = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    run(project, installed, "python", "manage.py", "seed")
    run(project, installed, "python", "manage.py", "shell", "-c", DEPARTMENT)
    account = ("--email", "boss@example.com")
    run(project, installed, "python", "manage.py", "create-admin", *account, "--password", PASSWORD)
    token = run(project, installed, "python", "manage.py", "create-token", *account).stdout.strip()
    with serve(project, installed) as url:
        # Numbers made at random find few requests; the project's own tests take one all the way.
        hold_to_description(url, token=token, unwarned=frozenset({"missing_test_data"}))


@pytest.mark.thorough
def test_approvals_that_are_taken_out_of_a_project_in_use_keep_their_rows_and_can_come_back(
    *, render: Render, environment: MakeEnvironment, run: Run, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(render("django-full", **APPROVALS), project)
    installed = environment("django-full")

    def manage(*arguments: str) -> str:
        return run(project, installed, "python", "manage.py", *arguments).stdout

    manage("migrate", "-v0")
    manage("seed")
    before = manage("shell", "-v0", "-c", ROWS).split()
    migrations = {path.name for path in (project / "apps/approvals/migrations").glob("0*.py")}
    update(project, render("django-full", kind="enterprise"))
    go_on(project, installed, run)
    assert not (project / "apps/approvals/workflow.py").exists()
    assert {path.name for path in (project / "apps/approvals/migrations").glob("0*.py")} == migrations
    assert manage("shell", "-v0", "-c", LEFT).split() == [*before, "0", "kept"]
    shutil.rmtree(project / "apps/approvals")
    update(project, render("django-full", **APPROVALS))
    go_on(project, installed, run)
    assert manage("shell", "-v0", "-c", ROWS).split() == before


def test_approvals_leave_nothing_in_other_projects_and_the_items_nothing_in_them(
    render: Render, find_traces: FindTraces
) -> None:
    assert find_traces(render("django-full"), TRACES) == set()
    assert find_traces(render("django-full", example=False), TRACES) == set()
    assert find_traces(render("django-full", **APPROVALS), r"apps.items|/items/|(?<!list-)\bItem\b") == set()
