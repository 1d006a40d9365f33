from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.publishing.models import Page, Schedule
from tests.publishing.conftest import MakePage, as_person, correct

FORM = {"title": "Tea", "summary": "Short.", "body": "*Hot*", "note": "New", "based_on": "0"}


@pytest.fixture
def writing(client: Client, author: User) -> Client:
    return as_person(client, author)


@pytest.fixture
def editing(client: Client, editor: User) -> Client:
    return as_person(client, editor)


@pytest.fixture
def publishing(client: Client, publisher: User) -> Client:
    return as_person(client, publisher)


def send(client: Client, page: Page, action: str, **data: Any) -> str:
    """Send a form about a page; return what is shown next."""
    response = client.post(f"/writing/{page.pk}/{action}/", data, follow=True)
    return response.content.decode()


def fresh(page: Page) -> Page:
    return Page.objects.select_related("draft", "live", "parent").get(pk=page.pk)


def test_an_author_writes_a_page_that_nobody_else_sees(writing: Client, author: User) -> None:
    response = writing.post("/writing/new/", FORM | {"slug": "tea", "parent": ""})
    page = Page.objects.select_related("draft").get()
    assert response["Location"] == f"/writing/{page.pk}/"
    assert (page.path, page.owner, page.live) == ("tea/", author, None)
    assert "<em>Hot</em>" in writing.get(response["Location"]).content.decode()
    assert "Tea" in writing.get("/writing/").content.decode()
    assert Client().get("/pages/tea/").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"slug": "Tea"},
        {"slug": "a/b"},
        {"slug": "-a"},
        {"slug": "feed.xml"},
        {"parent": "99"},
        {"slug": "about"},
        {"body": "x" * 50_001},
    ],
)
def test_a_page_that_cannot_be_is_refused(
    writing: Client, page: Page, wrong: dict[str, str]
) -> None:
    response = writing.post("/writing/new/", FORM | {"slug": "tea", "parent": ""} | wrong)
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    assert Page.objects.count() == 1


def test_authors_write_below_what_they_know(
    writing: Client, page: Page, editor: User, make_page: MakePage
) -> None:
    hidden = make_page("hidden", live=False)
    Page.objects.update(owner=editor)
    data = FORM | {"slug": "tea", "parent": str(hidden.pk)}
    assert writing.post("/writing/new/", data).status_code == 422
    writing.post("/writing/new/", data | {"parent": str(page.pk)})
    assert Page.objects.filter(path="about/tea/").exists()


def test_an_edit_makes_a_draft_beside_what_is_published(writing: Client, page: Page) -> None:
    form = writing.get(f"/writing/{page.pk}/edit/").content.decode()
    assert "All of about." in form
    assert 'name="based_on" value="1"' in form
    assert "The draft is saved." in send(writing, page, "edit", **(FORM | {"based_on": 1}))
    page = fresh(page)
    assert page.draft
    assert page.live
    assert (page.draft.number, page.draft.note, page.live.number) == (2, "New", 1)
    assert "Changed since" in writing.get("/writing/").content.decode()


def test_an_edit_over_somebody_else_s_is_refused_and_nothing_typed_is_lost(
    writing: Client, page: Page, editor: User
) -> None:
    correct(page, editor)
    data = FORM | {"based_on": 1, "body": "What I typed"}
    response = writing.post(f"/writing/{page.pk}/edit/", data)
    body = response.content.decode()
    assert response.status_code == 422
    assert "Somebody else has saved this page" in body
    assert "What I typed" in body
    assert f"/writing/{page.pk}/compare/?from=1&amp;to=2" in body
    assert page.revisions.count() == 2


def test_an_edit_that_cannot_be_is_refused(writing: Client, page: Page) -> None:
    response = writing.post(f"/writing/{page.pk}/edit/", FORM | {"title": "", "based_on": 1})
    assert response.status_code == 422
    assert page.revisions.count() == 1


def test_revisions_are_compared_and_one_comes_back(
    writing: Client, page: Page, author: User
) -> None:
    correct(page, author, body="Better.")
    history = writing.get(f"/writing/{page.pk}/history/").content.decode()
    assert f"/writing/{page.pk}/compare/?from=1&amp;to=2" in history
    body = writing.get(f"/writing/{page.pk}/compare/?from=1&to=2").content.decode()
    assert "<del>All of about.</del>" in body
    assert "<ins>Better.</ins>" in body
    page_now = send(writing, page, "revert", number=1, based_on=2)
    assert "The draft is as in revision 1." in page_now
    newest = fresh(page).draft
    assert newest
    assert (newest.number, newest.body) == (3, "All of about.")


@pytest.mark.parametrize("question", ["", "from=1", "from=x&to=1", "from=1&to=9", "from=1&to=%00"])
def test_what_was_never_written_is_not_compared(writing: Client, page: Page, question: str) -> None:
    assert writing.get(f"/writing/{page.pk}/compare/?{question}").status_code == 404


def test_nothing_comes_back_over_what_was_written_meanwhile(
    writing: Client, page: Page, author: User
) -> None:
    correct(page, author)
    assert "Somebody else has saved" in send(writing, page, "revert", number=1, based_on=1)
    send(writing, page, "revert", number="x")
    response = writing.post(f"/writing/{page.pk}/revert/", {"number": 9, "based_on": 2})
    assert response.status_code == 404
    assert page.revisions.count() == 2


def test_an_author_cannot_publish_schedule_withdraw_or_move(
    writing: Client, page: Page, draft: Page
) -> None:
    body = writing.get(f"/writing/{page.pk}/").content.decode()
    for action in ("publish", "withdraw", "move"):
        assert f"/{action}/" not in body
        data = {"number": 1, "slug": "elsewhere", "parent": "", "position": 1}
        for own in (page, draft):
            assert writing.post(f"/writing/{own.pk}/{action}/", data).status_code == 403
    assert writing.get(f"/writing/{page.pk}/move/").status_code == 403
    assert (fresh(page).live_id, fresh(page).path) == (page.live_id, "about/")
    assert fresh(draft).live is None
    assert not Schedule.objects.exists()


def test_an_editor_moves_what_others_have_written_and_cannot_publish(
    editing: Client, make_page: MakePage, draft: Page
) -> None:
    above, page = make_page("above"), make_page("about")
    data = {"slug": "us", "parent": above.pk, "in_menu": "on", "position": 7}
    assert "/above/us/" in send(editing, page, "move", **data)
    page = fresh(page)
    assert (page.path, page.in_menu, page.position) == ("above/us/", True, 7)
    for action in ("publish", "withdraw"):
        response = editing.post(f"/writing/{draft.pk}/{action}/", {"number": 1})
        assert response.status_code == 403
    assert fresh(draft).live is None


def test_a_move_that_cannot_be_is_refused(editing: Client, make_page: MakePage) -> None:
    page = make_page("about")
    below = make_page("about/team")
    data = {"slug": "about", "parent": below.pk, "position": 1}
    response = editing.post(f"/writing/{page.pk}/move/", data)
    assert response.status_code == 422
    assert "A page cannot stand below itself." in response.content.decode()
    assert editing.post(f"/writing/{page.pk}/move/", data | {"slug": ""}).status_code == 422
    assert fresh(page).path == "about/"


def test_a_publisher_publishes_what_they_have_read(
    publishing: Client, draft: Page, author: User
) -> None:
    body = publishing.get(f"/writing/{draft.pk}/").content.decode()
    assert '<input type="hidden" name="number" value="1">' in body
    correct(draft, author)
    assert "Revision 1 is published." in send(publishing, draft, "publish", number=1)
    live = fresh(draft).live
    assert live
    assert live.number == 1
    assert "The page is withdrawn." in send(publishing, draft, "withdraw")
    assert fresh(draft).live is None


def test_a_publisher_schedules(publishing: Client, draft: Page) -> None:
    coming = timezone.now().replace(second=0, microsecond=0) + timedelta(days=1)
    moments = {
        "publish_at": f"{coming:%Y-%m-%dT%H:%M}",
        "expires_at": f"{coming + timedelta(days=1):%Y-%m-%dT%H:%M}",
    }
    body = send(publishing, draft, "publish", number=1, **moments)
    assert "Revision 1 is planned." in body
    assert "Scheduled" in body
    plan = Schedule.objects.get()
    assert (plan.publish_at, plan.expires_at) == (coming, coming + timedelta(days=1))
    assert fresh(draft).live is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"publish_at": "2000-01-01T00:00"}, "Choose moments to come"),
        ({"expires_at": "2999-01-01T00:00"}, "Say when it is published, too."),
        ({"publish_at": "soon"}, "Enter a valid date/time."),
        ({"number": ""}, "This field is required."),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    publishing: Client, draft: Page, wrong: dict[str, str], said: str
) -> None:
    assert said in send(publishing, draft, "publish", **({"number": "1"} | wrong))
    assert not Schedule.objects.exists()
    assert fresh(draft).live is None


def test_a_revision_that_is_not_there_is_not_published(publishing: Client, draft: Page) -> None:
    response = publishing.post(f"/writing/{draft.pk}/publish/", {"number": 9})
    assert response.status_code == 404


def test_drafts_are_found_by_their_words(writing: Client, draft: Page, page: Page) -> None:
    body = writing.get("/writing/?q=STRANGERS").content.decode()
    assert "/plans/" in body
    assert "/about/" not in body
    assert "No drafts match" in writing.get("/writing/?q=nothing").content.decode()


def test_who_has_written_nothing_reads_so(writing: Client) -> None:
    assert "Nothing written yet" in writing.get("/writing/").content.decode()


def test_writing_is_stored_by_nobody(writing: Client, page: Page) -> None:
    for address in ("/writing/", f"/writing/{page.pk}/", f"/writing/{page.pk}/edit/"):
        assert "no-store" in writing.get(address)["Cache-Control"]


def test_lists_ask_the_database_the_same_however_long(
    publishing: Client, page: Page, author: User, make_page: MakePage
) -> None:
    numbers = iter(range(50))

    def queries(count: int) -> list[int]:
        for _ in range(count):
            make_page(f"page-{next(numbers)}")
            correct(page, author, body=f"Version {next(numbers)}")
        found = []
        for address in ("/writing/", f"/writing/{page.pk}/history/"):
            with CaptureQueriesContext(connection) as captured:
                publishing.get(address)
            found.append(len(captured))
        return found

    assert queries(1) == queries(5)
