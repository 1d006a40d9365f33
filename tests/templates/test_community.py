"""The community of django-full, installed and run: its gates on every engine, and buttons pressed twice and at once."""

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

COMMUNITY = {"example_domain": "community", "kind": "social-network"}
# What is left of two who press each other's buttons at once: the block, and nothing that one follows of the other.
LEFT = (
    "from apps.community.models import Block, Follow, Like; from django.db.models import Q; "
    "pair = ('ada', 'grace'); print(Block.objects.count(), Like.objects.filter(profile__handle='ada').count(), "
    "Follow.objects.filter(follower__handle__in=pair, followed__handle__in=pair).count())"
)
NOTHING_YET = """
from apps.community.models import Follow, Like
Follow.objects.all().delete()
Like.objects.all().delete()
"""
# The person whose token a program has needs a handle.
BUSY = """
from apps.accounts.models import User
from apps.community.models import Profile
Profile.objects.create(user=User.objects.get(email="boss@example.com"), handle="boss", name="Boss")
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
    "pictures": ({"media": "local"}, "3.12"),
    "pictures on long-term support, django-ninja": (
        {"media": "s3", "api_library": "django-ninja", "django_version": "5.2"},
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
    project = render("django-full", **COMMUNITY, **variant)
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
def test_of_a_follow_and_a_block_at_once_the_block_stays(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    live_database: Callable[[str], AbstractContextManager[str]],
) -> None:
    project = render("django-full", **COMMUNITY, database="postgresql")
    installed = environment("django-full")
    with live_database("postgresql") as address:
        variables = {"DATABASE_URL": address, "APP_ENV": "development"}

        def manage(*arguments: str) -> str:
            return run(project, installed, "python", "manage.py", *arguments, variables=variables).stdout

        manage("migrate", "-v0")
        people = dict(re.findall(r"(\S+) signs in with (\S+)", manage("seed")))
        assert len(people) == 2
        manage("shell", "-v0", "-c", NOTHING_YET)
        with serve(project, installed, variables={**variables, "WEB_CONCURRENCY": "3"}) as url:
            ada, grace = (_signed_in(url, email, password) for email, password in sorted(people.items()))
            like = _liking(ada)
            follow = _button(ada, "/community/people/grace/", "/community/people/grace/follow/")
            block = _button(grace, "/community/people/ada/", "/community/people/ada/block/")
            # Each button was pressed twice.
            clicks = [like, follow, block] * 2
            with ThreadPoolExecutor(len(clicks)) as pool:
                answers = list(pool.map(lambda click: click(), clicks))
            # Whoever is blocked already finds nobody to follow.
            assert {status for status, _place, _page in answers} <= {302, 404}, answers
        assert manage("shell", "-v0", "-c", LEFT).split() == ["1", "1", "0"]


def _signed_in(url: str, email: str, password: str) -> Browser:
    browser = Browser(url)
    browser.open("/accounts/login/")
    assert browser.submit("/accounts/login/", login=email, password=password)[0] == 302
    return browser


def _liking(browser: Browser) -> Callable[[], tuple[int, str, str]]:
    """Open everything, and give what a click on the first button does that likes a post of somebody else."""
    page = browser.open("/community/")[2]
    places = re.findall(r'action="(/community/posts/[^"]+/like/)"', page)
    return _button(browser, "/community/", places[-1])


def _button(browser: Browser, page: str, place: str) -> Callable[[], tuple[int, str, str]]:
    """Open a page, and give what a click on one of its buttons does."""
    shown = browser.open(page)[2].partition("<main")[2]
    [token, *_more] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)"', shown)
    return lambda: browser.open(place, {"csrfmiddlewaretoken": token})


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
    project = render("django-full", **COMMUNITY, api_library=library)
    installed = environment("django-full")
    token = _with_token(project, installed, run)
    with serve(project, installed) as url:
        # No handle made at random is somebody's.
        hold_to_description(url, token=token, unwarned=frozenset({"missing_test_data", "low_valid_rate"}))


def _with_token(project: Path, installed: Environment, run: Run) -> str:
    """Fill the database, and return the token of a program whose person has a handle."""
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    run(project, installed, "python", "manage.py", "seed")
    account = ("--email", "boss@example.com")
    run(project, installed, "python", "manage.py", "create-admin", *account, "--password", PASSWORD)
    run(project, installed, "python", "manage.py", "shell", "-v0", "-c", BUSY)
    return run(project, installed, "python", "manage.py", "create-token", *account).stdout.strip()


def test_the_community_leaves_nothing_in_other_projects_and_the_items_nothing_in_it(
    render: Render, find_traces: FindTraces
) -> None:
    traces = r"apps[./]community|/community/|\bhandles?\b.*(?:@|mention)|\bmoderat"
    assert find_traces(render("django-full"), traces) == set()
    assert find_traces(render("django-full", example=False), traces) == set()
    assert find_traces(render("django-full", example_domain="courses"), traces) == set()
    assert (
        find_traces(render("django-full", **COMMUNITY), r"apps.items|/items/|(?<!list-)\bItem\b|apps.courses") == set()
    )
