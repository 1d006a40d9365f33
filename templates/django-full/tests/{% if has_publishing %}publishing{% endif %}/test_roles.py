from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.publishing.models import Page
from apps.publishing.previews import link_to
from apps.publishing.urls import urlpatterns
from tests.conftest import MakeUser
from tests.publishing.conftest import MakePage, of_group

ROLES = ("stranger", "member", "author", "colleague", "editor", "publisher", "administrator")
# What each of them gets from each address, in the order of ROLES. The page is the author's, not the colleague's.
PUBLIC = (200, 200, 200, 200, 200, 200, 200)
WRITERS = (302, 403, 200, 200, 200, 200, 200)
OF_THE_PAGE = (302, 404, 200, 404, 200, 200, 200)
OVERSEERS = (302, 404, 403, 404, 200, 200, 200)
ONLY_SENT = (302, 405, 405, 405, 405, 405, 405)
EXPECTED = {
    "pages": PUBLIC,
    "feed": PUBLIC,
    "page": PUBLIC,
    "preview": PUBLIC,
    "sitemap": PUBLIC,
    "drafts": WRITERS,
    "new": WRITERS,
    "draft": OF_THE_PAGE,
    "edit": OF_THE_PAGE,
    "history": OF_THE_PAGE,
    "compare": OF_THE_PAGE,
    "revert": ONLY_SENT,
    "move": OVERSEERS,
    "publish": ONLY_SENT,
    "withdraw": ONLY_SENT,
}
# What each of them gets for sending a form, if it is not asked to sign in.
SENT = {
    "revert": (302, 404, 302, 404, 302, 302, 302),
    "publish": (302, 404, 403, 404, 403, 302, 302),
    "withdraw": (302, 404, 403, 404, 403, 302, 302),
}


@pytest.fixture
def people(make_user: MakeUser, author: User, editor: User, publisher: User) -> dict[str, User]:
    """Make somebody of each role."""
    colleague = make_user("colleague@example.com")
    colleague.groups.set(author.groups.all())
    return {
        "member": make_user("member@example.com"),
        "author": author,
        "colleague": colleague,
        "editor": editor,
        "publisher": publisher,
        "administrator": make_user("root@example.com", is_staff=True, is_superuser=True),
    }


def address_of(name: str, page: Page) -> str:
    arguments: dict[str, list[Any]] = {
        "page": ["about"],
        "preview": [link_to(page.revisions.get()).split("/")[2]],
    }
    plain = name in {"pages", "feed", "sitemap", "drafts", "new"}
    address = reverse(f"publishing:{name}", args=[] if plain else arguments.get(name, [page.pk]))
    return f"{address}?from=1&to=1" if name == "compare" else address


def test_every_address_is_listed() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(EXPECTED)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_it_may_and_nothing_else(
    client: Client, people: dict[str, User], make_page: MakePage, role: str
) -> None:
    page = make_page("about")
    if role != "stranger":
        client.force_login(people[role])
    found = {name: client.get(address_of(name, page)).status_code for name in EXPECTED}
    assert found == {name: statuses[ROLES.index(role)] for name, statuses in EXPECTED.items()}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", SENT)
def test_each_role_does_what_it_may_and_nothing_else(
    client: Client, people: dict[str, User], make_page: MakePage, role: str, name: str
) -> None:
    page = make_page("about")
    if role != "stranger":
        client.force_login(people[role])
    response = client.post(address_of(name, page), {"number": 1, "based_on": 1})
    assert response.status_code == SENT[name][ROLES.index(role)]
    asks = response.headers.get("Location", "").startswith("/accounts/login/")
    assert asks is (role == "stranger")


def test_the_groups_are_what_they_are_called(make_user: MakeUser) -> None:
    actions = ("view", "add", "change", "oversee", "publish", "delete")
    rights = {}
    for group in ("Authors", "Editors", "Publishers"):
        person = of_group(make_user, group)
        rights[group] = {name for name in actions if person.has_perm(f"publishing.{name}_page")}
    assert rights == {
        "Authors": {"add"},
        "Editors": {"view", "add", "change", "oversee"},
        "Publishers": set(actions),
    }


def test_the_navigation_leads_writers_to_their_pages(
    client: Client, people: dict[str, User]
) -> None:
    for role, is_led in (("member", False), ("author", True)):
        client.force_login(people[role])
        assert ('href="/writing/"' in client.get("/").content.decode()) is is_led
