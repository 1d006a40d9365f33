import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.community.errors import RefusedError, TooMuchError
from apps.community.models import Activity, Comment, Like, Notification, Post, Profile
from apps.community.relations import block, follow, mute
from apps.community.writing import comment, delete, like, publish, unlike
from tests.community.conftest import Join, at_once, befriend


def test_people_post(as_ada: Client) -> None:
    page = as_ada.post("/community/timeline/", {"text": "First."}, follow=True).content.decode()
    assert "First." in page


@pytest.mark.parametrize("text", ["", "   ", "x" * 501])
def test_a_post_that_cannot_be_is_refused(as_ada: Client, text: str) -> None:
    assert "errorlist" in as_ada.post("/community/timeline/", {"text": text}).content.decode()
    assert not Post.objects.exists()


def test_a_page_that_is_sent_twice_posts_once(as_ada: Client, post: Post) -> None:
    data = {"text": "Twice.", "key": str(uuid.uuid4())}
    for _click in range(2):
        as_ada.post("/community/timeline/", data)
        as_ada.post(post.get_absolute_url(), data)
    assert Post.objects.filter(text="Twice.").count() == 1
    assert Comment.objects.count() == 1


def test_people_comment_and_like(as_ada: Client, post: Post) -> None:
    page = as_ada.post(post.get_absolute_url(), {"text": "So it does."}, follow=True)
    assert "So it does." in page.content.decode()
    for _click in range(2):
        page = as_ada.post(f"{post.get_absolute_url()}like/", follow=True)
        assert "Liked 1" in page.content.decode()
    for _click in range(2):
        page = as_ada.post(f"{post.get_absolute_url()}unlike/", follow=True)
        assert "Like 0" in page.content.decode()
    assert "errorlist" in as_ada.post(post.get_absolute_url(), {"text": ""}).content.decode()


def test_buttons_lead_back_to_pages_of_ours_alone(as_ada: Client, post: Post) -> None:
    address = f"{post.get_absolute_url()}like/"
    places = {
        "/community/timeline/?after=x": "/community/timeline/?after=x",
        "//evil.example/": post.get_absolute_url(),
    }
    for wanted, place in places.items():
        assert as_ada.post(address, {"next": wanted})["Location"] == place


def test_whoever_is_not_in_the_community_joins_before_a_comment(
    signed_in: Client, post: Post
) -> None:
    answer = signed_in.post(post.get_absolute_url(), {"text": "Hello"})
    assert answer["Location"].startswith("/community/join/?next=")
    assert not Comment.objects.exists()


def test_people_delete_what_is_theirs(
    client: Client, ada: Profile, grace: Profile, mei: Profile, post: Post
) -> None:
    said, other = comment(ada, post, "Hello."), comment(mei, post, "Hi.")
    client.force_login(ada.user)
    assert client.post(f"{post.get_absolute_url()}delete/").status_code == 404
    assert client.post(f"/community/comments/{other.pk}/delete/").status_code == 404
    client.post(f"/community/comments/{said.pk}/delete/")
    client.force_login(grace.user)
    client.post(f"/community/comments/{other.pk}/delete/")
    assert not Comment.objects.exists()
    comment(ada, post, "Again.")
    like(ada, post)
    client.post(f"{post.get_absolute_url()}delete/")
    assert not Post.objects.exists()
    assert not Comment.objects.exists()
    assert not Like.objects.exists()
    assert not Notification.objects.exists()


def kinds_of(recipient: Profile) -> list[str]:
    return sorted(recipient.notifications.values_list("kind", flat=True))


def test_people_hear_what_others_do(ada: Profile, grace: Profile, post: Post, mei: Profile) -> None:
    comment(ada, post, "Listen, @mei and @grace.")
    for _again in range(2):
        like(ada, post)
        unlike(ada, post)
    follow(ada, grace)
    assert kinds_of(grace) == ["commented", "followed", "liked"]
    assert kinds_of(mei) == ["mentioned"]
    publish(ada, "Hello @mei, says @ada.")
    assert kinds_of(mei) == ["mentioned", "mentioned"]
    assert kinds_of(ada) == []
    comment(grace, post, "Mine.")
    assert kinds_of(grace) == ["commented", "followed", "liked"]


def test_nobody_hears_of_whom_they_have_muted_or_blocked(
    ada: Profile, grace: Profile, mei: Profile, post: Post
) -> None:
    mute(grace, ada)
    comment(ada, post, "Hello @grace.")
    block(mei, ada)
    publish(ada, "Hello @mei.")
    assert not Notification.objects.exists()
    assert not Post.objects.get(author=ada).mentions.exists()


def test_nobody_hears_of_a_post_that_they_cannot_read(ada: Profile, mei: Profile) -> None:
    post = publish(mei, "For friends, @ada.")
    assert kinds_of(ada) == []
    befriend(ada, mei)
    comment(mei, post, "Now, @ada.")
    assert kinds_of(ada) == ["mentioned"]


def test_nothing_is_said_to_what_one_cannot_read(ada: Profile, grace: Profile, post: Post) -> None:
    block(grace, ada)
    for deed in (partial(comment, ada, post, "Hello."), partial(like, ada, post)):
        with pytest.raises(Post.DoesNotExist):
            deed()


def test_suspended_people_write_nothing(client: Client, ada: Profile, post: Post) -> None:
    Profile.objects.filter(pk=ada.pk).update(suspended_at=timezone.now())
    deeds = (
        partial(publish, ada, "Hello."),
        partial(comment, ada, post, "Hello."),
        partial(like, ada, post),
    )
    for deed in deeds:
        with pytest.raises(RefusedError):
            deed()
    client.force_login(ada.user)
    for address in ("/community/timeline/", post.get_absolute_url()):
        page = client.post(address, {"text": "Hello."}).content.decode()
        assert "Your account is suspended." in page
    page = client.post(f"{post.get_absolute_url()}like/", follow=True).content.decode()
    assert "Your account is suspended." in page


@pytest.mark.parametrize(("days", "most"), [(0, 2), (30, 4)])
def test_new_people_may_do_less(settings: Settings, join: Join, days: int, most: int) -> None:
    settings.COMMUNITY_LIMITS = {"post": (2, 4)}
    noor = join("noor")
    joined = timezone.now() - timedelta(days=days)
    Profile.objects.filter(pk=noor.pk).update(created_at=joined)
    for number in range(most):
        delete(publish(noor, f"Number {number}"))
    with pytest.raises(TooMuchError):
        publish(noor, "One more")
    Activity.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    publish(noor, "An hour later")
    assert Activity.objects.count() == 1


def test_pages_say_how_long_to_wait(
    settings: Settings, as_ada: Client, post: Post, grace: Profile
) -> None:
    settings.COMMUNITY_LIMITS = dict.fromkeys(("post", "comment", "like", "follow"), (0, 1))
    for address in ("/community/timeline/", post.get_absolute_url()):
        assert as_ada.post(address, {"text": "One."}).status_code == 302
        answer = as_ada.post(address, {"text": "Two."})
        assert answer.status_code == 429
        assert "Try again in 60 minutes." in answer.content.decode()
        assert "Two." in answer.content.decode()
    as_ada.post(f"{grace.get_absolute_url()}follow/")
    as_ada.post(f"{grace.get_absolute_url()}unfollow/")
    page = as_ada.post(f"{grace.get_absolute_url()}follow/", follow=True)
    assert "Try again in 60 minutes." in page.content.decode()


def test_the_database_keeps_the_rules(ada: Profile, post: Post) -> None:
    like(ada, post)
    said = comment(ada, post, "Hello.")
    told = Notification.objects.latest("pk")
    for change in (
        partial(Like.objects.create, profile=ada, post=post),
        partial(Post.objects.create, author=post.author, text="x", key=post.key),
        partial(Comment.objects.create, author=ada, post=post, text="x", key=said.key),
        partial(Notification.objects.create, recipient=told.recipient, topic=told.topic),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_likes_once(ada: Profile, post: Post) -> None:
    made = at_once(*[partial(like, ada, post)] * 3)
    assert set(made) == {Like.objects.get()}
    assert Notification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_posts_once(ada: Profile) -> None:
    made = at_once(*[partial(publish, ada, "Once.", uuid.uuid4())] * 3)
    assert set(made) == {Post.objects.get()}


@pytest.mark.django_db(transaction=True)
def test_two_who_mention_each_other_at_once_do_not_wait_for_ever(
    ada: Profile, grace: Profile
) -> None:
    made = at_once(partial(publish, ada, "@grace?"), partial(publish, grace, "@ada?"))
    assert {one.author for one in made} == {ada, grace}
    assert Notification.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_limits_hold_for_posts_at_once(settings: Settings, ada: Profile) -> None:
    settings.COMMUNITY_LIMITS = {"post": (2, 2)}
    made = at_once(*[partial(publish, ada, f"Number {number}") for number in range(4)])
    assert Post.objects.count() == 2
    assert sum(isinstance(one, TooMuchError) for one in made) == 2
