import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.community.models import Comment, Like, Notification, Post, Profile
from apps.community.reading import PAGE, page_of, suggested_to
from apps.community.writing import comment, like, publish
from tests.community.conftest import Join, befriend


def texts_in(page: str) -> list[int]:
    """Return the numbers of the posts on a page, in their order."""
    return [int(part.partition("<")[0]) for part in page.split("Number ")[1:]]


def write(author: Profile, count: int) -> None:
    """Let somebody write so many posts."""
    for number in range(count):
        Post.objects.create(author=author, text=f"Number {number}")


def test_the_timeline_has_what_those_write_whom_one_follows(
    as_ada: Client, ada: Profile, grace: Profile, mei: Profile, join: Join
) -> None:
    befriend(ada, grace)
    befriend(ada, mei)
    for author, text in ((ada, "of Ada"), (grace, "of Grace"), (mei, "of Mei")):
        publish(author, f"Words {text}")
    publish(join("noor"), "Words of Noor")
    page = as_ada.get("/community/timeline/").content.decode()
    found = [page.index(f"Words of {name}") for name in ("Mei", "Grace", "Ada")]
    assert found == sorted(found)
    assert "Words of Noor" not in page
    assert "Words of Noor" in as_ada.get("/community/").content.decode()


@pytest.mark.parametrize(
    "address", ["/community/timeline/", "/community/", "/community/people/grace/"]
)
def test_pages_stay_right_while_posts_come_in(
    as_ada: Client, ada: Profile, grace: Profile, address: str
) -> None:
    befriend(ada, grace)
    write(grace, PAGE + 5)
    first = as_ada.get(address)
    assert texts_in(first.content.decode()) == list(range(PAGE + 4, 4, -1))
    publish(grace, "Another one")
    older = as_ada.get(address, {"after": first.context["slice"].next})
    assert texts_in(older.content.decode()) == [4, 3, 2, 1, 0]
    assert older.context["slice"].next == ""


def test_posts_of_one_moment_are_all_shown(grace: Profile) -> None:
    write(grace, 2 * PAGE + 1)
    Post.objects.update(created_at=grace.created_at)
    found: list[Post] = []
    cursor = ""
    for _page in range(3):
        page = page_of(Post.objects.all(), cursor)
        found += page.rows
        cursor = page.next
    assert len(set(found)) == len(found) == 2 * PAGE + 1
    assert cursor == ""


@pytest.mark.parametrize("cursor", ["x", "1~x", "~", f"{'9' * 30}~1", "-1~%00", "1"])
@pytest.mark.parametrize("address", ["/community/", "/community/people/grace/following/"])
def test_a_cursor_that_was_not_given_out_leads_nowhere(
    client: Client, grace: Profile, address: str, cursor: str
) -> None:
    assert client.get(address, {"after": cursor}).status_code == 404


@pytest.fixture
def busy(ada: Profile, grace: Profile, join: Join) -> Profile:
    """Give somebody in a community in which others can do a lot."""
    befriend(ada, grace)
    befriend(grace, ada)
    return ada


@pytest.mark.parametrize(
    "address",
    [
        "/community/timeline/",
        "/community/",
        "/community/search/?q=e",
        "/community/people/grace/",
        "/community/people/grace/followers/",
        "/community/people/grace/following/",
        "/community/requests/",
        "/community/notifications/",
        "/community/settings/hidden/",
        "/community/moderation/",
        "post",
    ],
)
def test_a_list_asks_the_database_the_same_however_long(
    as_ada: Client, busy: Profile, grace: Profile, join: Join, address: str
) -> None:
    busy.user.is_superuser = True
    busy.user.save()
    post = publish(grace, "Where all meet, even @ada.")
    numbers = iter(range(50))

    def queries(count: int) -> int:
        for number in (next(numbers) for _ in range(count)):
            one = join(f"one{number}")
            befriend(one, grace)
            befriend(grace, one)
            befriend(busy, one)
            one.following.create(followed=busy, is_accepted=False)
            busy.blocks.create(blocked=join(f"blocked{number}"))
            busy.mutes.create(muted=join(f"muted{number}"))
            written = publish(one, f"Hello @ada and @grace, says {number}")
            one.reports.create(reporter=grace, topic=str(number), reason="spam", post=written)
            like(busy, publish(grace, f"Number {number}"))
            comment(one, post, "Well said, @ada.")
            like(one, post)
        with CaptureQueriesContext(connection) as captured:
            assert (
                as_ada.get(post.get_absolute_url() if address == "post" else address).status_code
                == 200
            )
        return len(captured)

    queries(1)
    assert queries(1) == queries(4)


def test_counts_are_right(ada: Profile, grace: Profile, mei: Profile, post: Post) -> None:
    for one in (ada, mei):
        Like.objects.create(profile=one, post=post)
        for text in ("One", "Two"):
            Comment.objects.create(author=one, post=post, text=text)
    shown = Post.objects.for_reading(ada).get(pk=post.pk)
    assert (shown.like_count, shown.comment_count, shown.is_liked) == (2, 4, True)
    assert not Post.objects.for_reading(grace).get(pk=post.pk).is_liked
    assert not Post.objects.for_reading(None).get(pk=post.pk).is_liked


def test_people_are_suggested_whom_friends_follow(
    ada: Profile, grace: Profile, mei: Profile, join: Join
) -> None:
    noor, leo = join("noor"), join("leo")
    befriend(ada, grace)
    befriend(ada, mei)
    befriend(grace, noor)
    befriend(mei, noor)
    befriend(mei, leo)
    assert [person.handle for person in suggested_to(ada)] == ["noor", "leo"]
    ada.mutes.create(muted=noor)
    grace.blocks.create(blocked=ada)
    leo.blocks.create(blocked=ada)
    assert suggested_to(ada) == []


def test_an_empty_community_says_so(as_ada: Client) -> None:
    for address, text in (
        ("/community/timeline/", "You follow everybody already."),
        ("/community/", "No posts yet"),
        ("/community/people/ada/", "No posts yet"),
        ("/community/people/ada/followers/", "Nobody yet"),
        ("/community/people/ada/following/", "Nobody yet"),
        ("/community/requests/", "Nobody asks to follow you"),
        ("/community/notifications/", "No notifications yet"),
        ("/community/search/?q=nothing", "Nobody and nothing matches"),
    ):
        assert text in as_ada.get(address).content.decode()


@pytest.mark.django_db
def test_a_search_for_nothing_finds_nothing(client: Client) -> None:
    for query in ("", "%00", "+"):
        page = client.get(f"/community/search/?q={query}").content.decode()
        assert "matches" not in page


def test_people_are_found_by_handle_and_name(client: Client, join: Join) -> None:
    join("tomas", name="Tomás Vega")
    for query in ("@tomas", "VEGA", "tomás"):
        page = client.get("/community/search/", {"q": query}).content.decode()
        assert "/community/people/tomas/" in page


def test_notifications_are_counted_and_read(as_ada: Client, ada: Profile, grace: Profile) -> None:
    publish(grace, "Hello @ada")
    page = as_ada.get("/community/").content.decode()
    assert '<span class="count">1' in page
    page = as_ada.get("/community/notifications/").content.decode()
    assert "mentioned you" in page
    assert ">New<" in page
    page = as_ada.post("/community/notifications/", follow=True).content.decode()
    assert ">New<" not in page
    assert '<span class="count">' not in page


def test_notifications_of_people_who_are_hidden_are_not_shown(
    as_ada: Client, ada: Profile, grace: Profile
) -> None:
    publish(grace, "Hello @ada")
    assert Notification.objects.shown_to(ada).count() == 1
    ada.mutes.create(muted=grace)
    assert Notification.objects.shown_to(ada).count() == 0
    ada.mutes.all().delete()
    Post.objects.update(removed_at=grace.created_at)
    assert Notification.objects.shown_to(ada).count() == 0
