from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.publishing.models import Page
from apps.publishing.tree import move
from apps.publishing.versions import withdraw
from tests.conftest import MakeUser
from tests.publishing.conftest import SECRET, MakePage, correct

ADDRESSES = ("/", "/pages/", "/pages/?q=strangers", "/pages/feed.xml", "/sitemap.xml")


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_everybody_reads_what_is_published(client: Client, page: Page) -> None:
    body = text_of(client, page.get_absolute_url())
    assert "<h1>On about</h1>" in body
    assert "<p>All of about.</p>" in body
    assert "On about" in text_of(client, "/pages/")


def test_drafts_reach_no_stranger(
    client: Client, draft: Page, page: Page, author: User, make_page: MakePage
) -> None:
    correct(page, author, body=SECRET, title=SECRET)
    make_page("about/plans", live=False, title=SECRET)
    expired = make_page("over", title=SECRET)
    Page.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    withdraw(make_page("gone", title=SECRET))
    Page.objects.update(in_menu=True)
    addresses = [*ADDRESSES, page.get_absolute_url(), "/pages/?q=on"]
    for address in addresses:
        body = text_of(client, address)
        assert SECRET not in body, address
        assert "/plans/" not in body, address
        assert "/over/" not in body, address
        assert "/gone/" not in body, address
    for path in ("plans", "about/plans", "over", "gone"):
        assert client.get(f"/pages/{path}/").status_code == 404


def test_writers_see_no_drafts_among_what_is_published(
    client: Client, draft: Page, publisher: User
) -> None:
    client.force_login(publisher)
    assert client.get("/pages/plans/").status_code == 404
    for address in ADDRESSES:
        assert SECRET not in text_of(client, address), address


def test_pages_are_found_by_what_is_published(client: Client, page: Page, author: User) -> None:
    correct(page, author, body="Quicksilver")
    assert "/pages/about/" in text_of(client, "/pages/?q=ALL+OF+ABOUT")
    assert "No pages match" in text_of(client, "/pages/?q=quicksilver")


@pytest.mark.django_db
def test_without_pages_it_says_so(client: Client) -> None:
    assert "No pages yet" in text_of(client, "/pages/")
    assert client.get("/pages/feed.xml").status_code == 200
    assert client.get("/sitemap.xml").status_code == 200


def test_a_page_leads_up_and_down_where_the_world_may_go(
    client: Client, make_page: MakePage
) -> None:
    hidden = make_page("a")
    make_page("a/b")
    make_page("a/b/c")
    withdraw(hidden)
    middle = text_of(client, "/pages/a/b/")
    assert 'href="/pages/a/b/c/"' in middle
    assert 'href="/pages/a/"' not in middle
    assert 'href="/pages/a/b/"' in text_of(client, "/pages/a/b/c/")


def test_the_menu_shows_what_is_chosen_and_published(client: Client, make_page: MakePage) -> None:
    for position, slug in ((2, "second"), (1, "first")):
        page = make_page(slug)
        Page.objects.filter(pk=page.pk).update(in_menu=True, position=position)
    make_page("other")
    Page.objects.filter(pk=make_page("first/below").pk).update(in_menu=True)
    home = text_of(client, "/")
    assert home.index("/pages/first/") < home.index("/pages/second/")
    assert "/pages/other/" not in home
    assert "/pages/first/below/" not in home
    assert 'href="/pages/first/" aria-current="page"' in text_of(client, "/pages/first/")


def test_the_feed_has_the_newest_pages_at_the_site_s_own_address(
    client: Client, page: Page, settings: Settings
) -> None:
    settings.SITE_URL = "https://example.org"
    settings.ALLOWED_HOSTS = ["other.example"]
    response = client.get("/pages/feed.xml", headers={"Host": "other.example"})
    assert response["Content-Type"].startswith("application/atom+xml")
    assert "other.example" not in response.content.decode()
    atom = ET.fromstring(response.content)
    [entry] = atom.findall("{*}entry")
    assert entry.findtext("{*}title") == "On about"
    [link] = entry.findall("{*}link")
    assert link.get("href") == "https://example.org/pages/about/"


def test_an_entry_of_the_feed_stays_the_same_when_its_page_moves(
    client: Client, page: Page
) -> None:
    def identifier() -> str | None:
        return ET.fromstring(client.get("/pages/feed.xml").content).findtext("{*}entry/{*}id")

    before = identifier()
    move(page, None, "elsewhere")
    assert before == identifier()


def test_the_sitemap_names_what_is_published(
    client: Client, make_page: MakePage, settings: Settings
) -> None:
    settings.SITE_URL = "https://example.org"
    make_page("a")
    make_page("a/b")
    response = client.get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml"
    sitemap = ET.fromstring(response.content)
    addresses = [entry.findtext("{*}loc") for entry in sitemap]
    assert addresses == [f"https://example.org/pages/{path}/" for path in ("a", "a/b")]
    assert all(entry.findtext("{*}lastmod") for entry in sitemap)


@pytest.mark.parametrize(
    "path", ["x", "x" * 300, "a%00b", "..", "about//", "About", "%F0%9F%90%9D"]
)
def test_what_is_not_there_is_not_found(client: Client, page: Page, path: str) -> None:
    assert client.get(f"/pages/{path}/").status_code == 404


@pytest.mark.parametrize("address", ["/pages/", "/pages/feed.xml", "/sitemap.xml", "/pages/about/"])
def test_a_page_asks_the_database_the_same_however_much_there_is(
    client: Client, page: Page, make_page: MakePage, make_user: MakeUser, address: str
) -> None:
    numbers = iter(range(50))

    def queries(count: int) -> int:
        for _ in range(count):
            make_page(f"about/page-{next(numbers)}")
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    assert queries(1) == queries(5)


def test_long_lists_come_in_pages(client: Client, make_page: MakePage) -> None:
    for number in range(21):
        make_page(f"page-{number}")
    assert text_of(client, "/pages/").count('class="card tile"') == 20
    assert "/pages/page-0/" in text_of(client, "/pages/?page=2")


def test_a_text_is_no_script(client: Client, make_page: MakePage) -> None:
    page = make_page(title="<script>alert(1)</script>", body="<script>alert(1)</script>")
    for address in ("/pages/", page.get_absolute_url(), "/pages/feed.xml"):
        assert "<script>alert" not in text_of(client, address)
