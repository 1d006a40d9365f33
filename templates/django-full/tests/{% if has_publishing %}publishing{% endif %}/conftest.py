from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from apps.accounts.models import User
from apps.publishing.models import Page, Revision
from apps.publishing.tree import plant
from apps.publishing.versions import Text, publish, write
from tests.conftest import MakeUser

MakePage = Callable[..., Page]
# What stands in drafts and nowhere else.
SECRET = "Not for strangers"


def of_group(make_user: MakeUser, group: str) -> User:
    person = make_user(f"{group.lower()}@example.com", name=group)
    person.groups.add(Group.objects.get(name=group))
    return person


@pytest.fixture
def author(make_user: MakeUser) -> User:
    return of_group(make_user, "Authors")


@pytest.fixture
def editor(make_user: MakeUser) -> User:
    return of_group(make_user, "Editors")


@pytest.fixture
def publisher(make_user: MakeUser) -> User:
    return of_group(make_user, "Publishers")


@pytest.fixture
def make_page(author: User) -> MakePage:
    """Make a page of the author's, by its path; what is above it has to be there. It is published unless told otherwise."""

    def make(path: str = "about", *, live: bool = True, **text: Any) -> Page:
        above, _slash, slug = path.rpartition("/")
        parent = Page.objects.get(path=f"{above}/") if above else None
        values: dict[str, Any] = {
            "title": f"On {slug}",
            "summary": "In short.",
            "body": f"All of {slug}.",
            **text,
        }
        page = plant(author, parent, slug, Text(**values))
        return publish(page, 1) if live else page

    return make


@pytest.fixture
def page(make_page: MakePage) -> Page:
    return make_page()


@pytest.fixture
def draft(make_page: MakePage) -> Page:
    return make_page("plans", live=False, title=SECRET, summary=SECRET, body=SECRET)


def correct(page: Page, writer: User, body: str = "Better.", title: str = "On pages") -> Revision:
    """Write the next revision of a page."""
    newest = page.revisions.order_by("-number")[0]
    return write(page, writer, Text(title=title, body=body), based_on=newest.number)


def as_person(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Do these in transactions of their own at the same time; return what each gave or raised."""
    start = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(run, action) for action in actions]
    return [future.exception() or future.result() for future in futures]
