import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.items.models import Item


@pytest.fixture
def item(user: User) -> Item:
    return Item.objects.create(owner=user, name="A lamp", description="It is\ngreen.")


@pytest.fixture
def foreign(other: User) -> Item:
    return Item.objects.create(owner=other, name="A secret lamp")


def test_an_item_is_made_and_shown(signed_in: Client, user: User) -> None:
    data = {"name": "A <lamp>", "description": "<script>alert(1)</script>"}
    page = signed_in.post("/items/new/", data, follow=True).content.decode()
    assert "has been saved" in page
    assert "A &lt;lamp&gt;" in page
    assert "<script>alert" not in page
    assert Item.objects.get().owner == user


@pytest.mark.parametrize(
    ("name", "description"), [("", ""), ("   ", ""), ("x" * 81, ""), ("x", "x" * 501)]
)
def test_an_item_that_cannot_be_is_refused(signed_in: Client, name: str, description: str) -> None:
    page = signed_in.post("/items/new/", {"name": name, "description": description})
    assert 'role="alert"' in page.content.decode()
    assert not Item.objects.exists()


def test_the_form_does_not_choose_the_owner(signed_in: Client, user: User, other: User) -> None:
    signed_in.post("/items/new/", {"name": "A lamp", "owner": other.pk, "owner_id": other.pk})
    assert Item.objects.get().owner == user


def test_an_item_is_changed(signed_in: Client, item: Item) -> None:
    assert "A lamp" in signed_in.get(f"/items/{item.pk}/edit/").content.decode()
    signed_in.post(f"/items/{item.pk}/edit/", {"name": "A lamp, red"})
    item.refresh_from_db()
    assert item.name == str(item) == "A lamp, red"
    assert item.updated_at > item.created_at


def test_an_item_is_deleted_after_a_question(signed_in: Client, item: Item) -> None:
    assert "Delete “A lamp”?" in signed_in.get(f"/items/{item.pk}/delete/").content.decode()
    assert Item.objects.exists()
    page = signed_in.post(f"/items/{item.pk}/delete/", follow=True).content.decode()
    assert "has been deleted" in page
    assert not Item.objects.exists()


@pytest.mark.parametrize("page", ["", "edit/", "delete/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_somebody_else_s_item_does_not_exist(
    signed_in: Client, foreign: Item, page: str, method: str
) -> None:
    response = signed_in.generic(method, f"/items/{foreign.pk}/{page}")
    assert response.status_code == (405 if (method, page) == ("POST", "") else 404)
    foreign.refresh_from_db()
    assert foreign.name == "A secret lamp"


def test_the_list_shows_your_own_newest_first(signed_in: Client, item: Item, foreign: Item) -> None:
    Item.objects.create(owner=item.owner, name="A bicycle")
    page = signed_in.get("/items/").content.decode()
    assert page.index("A bicycle") < page.index("A lamp")
    assert foreign.name not in page


def test_the_list_is_searched_by_name(signed_in: Client, item: Item) -> None:
    Item.objects.create(owner=item.owner, name="A bicycle")
    page = signed_in.get("/items/?name=LAMP").content.decode()
    assert "A lamp" in page
    assert "A bicycle" not in page
    assert 'value="LAMP"' in page


@pytest.mark.parametrize("query", ["%00", "x" * 5000, "%25_", "'--", "\U0001f4a1", "%ff"])
def test_no_search_is_too_odd(signed_in: Client, query: str) -> None:
    assert signed_in.get(f"/items/?name={query}").status_code == 200


def test_a_long_list_has_pages_that_keep_the_search(signed_in: Client, user: User) -> None:
    Item.objects.bulk_create(Item(owner=user, name=f"Lamp {n}") for n in range(41))
    first = signed_in.get("/items/?name=lamp").content.decode()
    assert "Page 1 of 3" in first
    assert "name=lamp&amp;page=2" in first
    last = signed_in.get("/items/?name=lamp&page=3").content.decode()
    assert last.count("/items/") - first.count("/items/") == -19
    assert signed_in.get("/items/?page=4").status_code == 404


def test_the_list_asks_the_database_the_same_however_long(signed_in: Client, user: User) -> None:
    def queries(count: int) -> int:
        Item.objects.bulk_create(Item(owner=user, name="Lamp") for _ in range(count))
        with CaptureQueriesContext(connection) as captured:
            signed_in.get("/items/")
        return len(captured)

    assert queries(1) == queries(15)
