"""Who sees whom and what: through every page, list, search and count."""

import pytest
from django.test import Client
from django.utils import timezone

from apps.community.models import Comment, Post, Profile
from apps.community.relations import block, mute
from apps.community.writing import comment, like, publish
from tests.community.conftest import befriend


@pytest.fixture
def shared(ada: Profile, grace: Profile, mei: Profile) -> Post:
    """Give a post of Mei's, public here, on which both others have commented and which both like."""
    Profile.objects.filter(pk=mei.pk).update(is_private=False)
    post = publish(mei, "A page that all read.")
    for one in (ada, grace):
        comment(one, post, f"Says {one.handle}.")
        like(one, post)
        befriend(one, mei)
    publish(grace, "A kettle sings.")
    return post


def seen(client: Client, shared: Post, viewer: Profile | None) -> set[str]:
    """Return in which places somebody meets Grace."""
    if viewer:
        client.force_login(viewer.user)
    places = {
        "everyone": "/community/",
        "search for people": "/community/search/?q=grac",
        "search for posts": "/community/search/?q=kettle",
        "profile": "/community/people/grace/",
        "comments": shared.get_absolute_url(),
        "followers": "/community/people/mei/followers/",
    }
    found = {
        name
        for name, address in places.items()
        if "/community/people/grace/" in client.get(address).content.decode()
    }
    one = Post.objects.visible_to(viewer).for_reading(viewer).get(pk=shared.pk)
    return found | ({"counts"} if (one.like_count, one.comment_count) == (2, 2) else set())


ALL = {
    *("everyone", "search for people", "search for posts"),
    *("profile", "comments", "followers", "counts"),
}


def test_everybody_sees_who_is_public(client: Client, shared: Post, ada: Profile) -> None:
    assert seen(client, shared, None) == ALL
    assert seen(client, shared, ada) == ALL


@pytest.mark.parametrize("is_turned_round", [False, True])
def test_a_block_hides_two_from_each_other_everywhere(
    client: Client, shared: Post, ada: Profile, grace: Profile, is_turned_round: bool
) -> None:
    befriend(ada, grace)
    block(*((grace, ada) if is_turned_round else (ada, grace)))
    assert seen(client, shared, ada) == set()
    assert client.get("/community/people/grace/").status_code == 404
    assert client.get(Post.objects.get(author=grace).get_absolute_url()).status_code == 404
    assert "kettle" not in client.get("/community/timeline/").content.decode()
    assert seen(Client(), shared, None) == ALL


def test_a_mute_hides_a_person_from_one_alone(
    client: Client, shared: Post, ada: Profile, grace: Profile
) -> None:
    befriend(ada, grace)
    mute(ada, grace)
    assert seen(client, shared, ada) == {"profile"}
    assert "kettle" not in client.get("/community/timeline/").content.decode()
    assert seen(client, shared, grace) == ALL


def test_suspended_people_are_seen_by_themselves_alone(
    client: Client, shared: Post, ada: Profile, grace: Profile
) -> None:
    Profile.objects.filter(pk=grace.pk).update(suspended_at=timezone.now())
    assert seen(client, shared, None) == set()
    assert seen(client, shared, ada) == set()
    assert "profile" in seen(client, shared, grace)
    assert "Suspended" in client.get("/community/people/grace/").content.decode()


def test_closed_accounts_are_seen_by_nobody(client: Client, shared: Post, grace: Profile) -> None:
    grace.user.is_active = False
    grace.user.save()
    assert seen(client, shared, None) == set()


def test_private_posts_are_for_those_who_were_accepted(
    client: Client, ada: Profile, grace: Profile, mei: Profile
) -> None:
    post = publish(mei, "Three herons.")
    befriend(ada, mei)
    for viewer, reads in ((None, False), (grace, False), (ada, True), (mei, True)):
        if viewer:
            client.force_login(viewer.user)
        assert (client.get(post.get_absolute_url()).status_code == 200) is reads
        for address in ("/community/people/mei/", "/community/search/?q=herons"):
            assert ("Three herons." in client.get(address).content.decode()) is reads
        status = 200 if reads else 404
        assert client.get("/community/people/mei/followers/").status_code == status
        assert client.get("/community/people/mei/following/").status_code == status
        assert "Three herons." not in client.get("/community/").content.decode()
    client.force_login(grace.user)
    assert "These posts are private" in client.get("/community/people/mei/").content.decode()
    for deed in ("like", "report"):
        assert client.post(f"{post.get_absolute_url()}{deed}/").status_code == 404
    assert client.post(post.get_absolute_url(), {"text": "Hello"}).status_code == 404


def test_what_was_removed_is_shown_to_nobody(client: Client, shared: Post, mei: Profile) -> None:
    said = Comment.objects.get(author__handle="grace")
    Comment.objects.filter(pk=said.pk).update(removed_at=timezone.now())
    assert "Says grace." not in client.get(shared.get_absolute_url()).content.decode()
    Post.objects.filter(pk=shared.pk).update(removed_at=timezone.now())
    client.force_login(mei.user)
    assert client.get(shared.get_absolute_url()).status_code == 404
    for address in ("/community/timeline/", "/community/", "/community/people/mei/"):
        assert "A page that all read." not in client.get(address).content.decode()


def test_a_text_is_no_markup(client: Client, ada: Profile, grace: Profile) -> None:
    post = publish(ada, "<script>alert(1)</script> @grace @nobody")
    page = client.get(post.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert '<a href="/community/people/grace/">@grace</a> @nobody' in page
