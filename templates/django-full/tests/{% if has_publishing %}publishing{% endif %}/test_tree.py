from functools import partial

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client

from apps.accounts.models import User
from apps.publishing import rules
from apps.publishing.apps import make_tree
from apps.publishing.models import Page, Redirect, Tree
from apps.publishing.tree import CannotStandThereError, move, plant
from apps.publishing.versions import Text, publish, withdraw
from tests.publishing.conftest import MakePage, at_once


def place_of(page: Page) -> str:
    return Page.objects.get(pk=page.pk).path


def paths() -> set[str]:
    return set(Page.objects.values_list("path", flat=True))


def test_a_slug_is_used_once_a_level(make_page: MakePage, author: User) -> None:
    about = make_page("about")
    make_page("team")
    make_page("about/team")
    for parent, slug in ((None, "about"), (about, "team")):
        with pytest.raises(CannotStandThereError, match="has this address already"):
            plant(author, parent, slug, Text(title="Again"))
    assert paths() == {"about/", "team/", "about/team/"}


def test_the_database_keeps_paths_apart(page: Page) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.create(slug="other", path=page.path)


def test_a_page_moves_with_all_that_is_below_it(make_page: MakePage) -> None:
    make_page("a")
    moving = make_page("a/b")
    make_page("a/b/c")
    make_page("a/bee")
    target = make_page("x")
    move(moving, target, "y")
    assert paths() == {"a/", "x/", "x/y/", "x/y/c/", "a/bee/"}
    assert moving.parent == target
    assert moving.path == "x/y/"


def test_a_page_cannot_stand_below_itself(make_page: MakePage) -> None:
    top = make_page("a")
    below = make_page("a/b")
    for parent in (top, below):
        with pytest.raises(CannotStandThereError, match="below itself"):
            move(top, parent, "c")
    assert paths() == {"a/", "a/b/"}


def test_a_page_goes_nowhere_where_another_one_is(make_page: MakePage) -> None:
    make_page("a")
    moving = make_page("b")
    with pytest.raises(CannotStandThereError, match="has this address already"):
        move(moving, None, "a")
    move(moving, None, "b")
    assert paths() == {"a/", "b/"}


def test_no_page_of_a_subtree_becomes_too_deep(make_page: MakePage, author: User) -> None:
    path = "a"
    for _level in range(rules.DEEPEST - 1):
        make_page(path)
        path += "/a"
    top = make_page("b")
    make_page("b/c")
    deepest = Page.objects.order_by("-path").filter(path__startswith="a/").first()
    with pytest.raises(CannotStandThereError, match="too deep"):
        move(top, deepest, "b")
    assert place_of(top) == "b/"


def test_no_address_becomes_too_long(make_page: MakePage, author: User) -> None:
    parent = None
    for _level in range(4):
        parent = plant(author, parent, "x" * 60, Text(title="Long"))
    with pytest.raises(CannotStandThereError, match="too long"):
        plant(author, parent, "x" * 60, Text(title="Too long"))


def test_nothing_goes_below_a_page_that_was_deleted(page: Page, author: User) -> None:
    Page.objects.all().delete()
    with pytest.raises(CannotStandThereError, match="deleted"):
        plant(author, page, "b", Text(title="B"))


def test_a_page_with_others_below_it_is_not_deleted(make_page: MakePage) -> None:
    top = make_page("a")
    make_page("a/b")
    with pytest.raises(ProtectedError):
        top.delete()


def test_old_addresses_lead_to_the_new_ones_of_a_whole_subtree(
    client: Client, make_page: MakePage
) -> None:
    top = make_page("a")
    make_page("a/b")
    move(top, None, "c")
    for old, new in (("a", "c"), ("a/b", "c/b")):
        response = client.get(f"/pages/{old}/")
        assert (response.status_code, response["Location"]) == (301, f"/pages/{new}/")


def test_redirects_make_no_chain_and_no_loop(client: Client, make_page: MakePage) -> None:
    page = make_page("a")
    for slug in ("b", "c", "a", "b", "a"):
        move(page, None, slug)
    assert client.get("/pages/a/").status_code == 200
    for old in ("b", "c"):
        response = client.get(f"/pages/{old}/")
        assert response["Location"] == "/pages/a/"
    assert set(Redirect.objects.values_list("old_path", flat=True)) == {"b/", "c/"}


def test_two_pages_that_change_places_do_not_lead_in_circles(
    client: Client, make_page: MakePage
) -> None:
    one, two = make_page("a"), make_page("b")
    move(one, None, "c")
    move(two, None, "a")
    move(one, None, "b")
    assert "On b" in client.get("/pages/a/").content.decode()
    assert "On a" in client.get("/pages/b/").content.decode()
    assert client.get("/pages/c/")["Location"] == "/pages/b/"


def test_a_page_that_takes_an_old_address_ends_its_redirect(
    client: Client, make_page: MakePage
) -> None:
    move(make_page("a"), None, "b")
    new = make_page("a", live=False)
    assert client.get("/pages/a/")["Location"] == "/pages/b/"
    publish(new, 1)
    assert client.get("/pages/a/").status_code == 200
    assert not Redirect.objects.exists()


def test_no_address_leads_to_what_nobody_may_see(client: Client, make_page: MakePage) -> None:
    was_live, draft = make_page("a"), make_page("b", live=False)
    move(was_live, None, "c")
    move(draft, None, "d")
    assert list(Redirect.objects.values_list("old_path", flat=True)) == ["a/"]
    withdraw(was_live)
    for path in ("a", "b", "c", "d"):
        assert client.get(f"/pages/{path}/").status_code == 404


@pytest.mark.django_db
def test_migrate_makes_what_changes_of_the_tree_wait_for() -> None:
    Tree.objects.all().delete()
    make_tree("default", Apps())
    assert not Tree.objects.exists()
    call_command("migrate", verbosity=0)
    assert Tree.objects.get().pk == 1


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_leave_a_tree(make_page: MakePage) -> None:
    one, two = make_page("a"), make_page("b")
    make_page("a/x")
    results = at_once(partial(move, one, two, "a"), partial(move, two, one, "b"))
    [refused] = [result for result in results if result]
    assert isinstance(refused, CannotStandThereError)
    assert paths() in ({"b/", "b/a/", "b/a/x/"}, {"a/", "a/b/", "a/x/"})
    for page in Page.objects.select_related("parent"):
        assert page.path == rules.path_of(page.parent.path if page.parent else "", page.slug)


@pytest.mark.django_db(transaction=True)
def test_a_page_that_is_made_during_a_move_stands_below_its_parent(
    make_page: MakePage, author: User
) -> None:
    top = make_page("a")
    make = partial(plant, author, top, "new", Text(title="New"))
    at_once(partial(move, top, None, "b"), make)
    assert paths() == {"b/", "b/new/"}


@pytest.mark.django_db(transaction=True)
def test_of_two_pages_at_one_address_one_is_made(author: User) -> None:
    make = partial(plant, author, None, "a", Text(title="A"))
    results = at_once(make, make, make)
    assert sum(isinstance(result, CannotStandThereError) for result in results) == 2
    assert Page.objects.count() == 1
