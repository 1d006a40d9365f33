import json
from functools import partial

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.community import leaving
from apps.community.models import Block, Follow, Notification, Post, Profile, Report
from apps.community.moderation import report
from apps.community.relations import block, follow, mute
from apps.community.writing import comment, like, publish
from tests.community.conftest import at_once, befriend
from tests.conftest import confirm_password, sign_in

JOIN = "/community/join/"


def test_people_join_with_a_handle(signed_in: Client, user: User) -> None:
    assert (
        "Choose a handle first."
        in signed_in.get("/community/timeline/", follow=True).content.decode()
    )
    answer = signed_in.post(f"{JOIN}?next=/community/search/", {"handle": "ada", "name": "Ada"})
    assert answer["Location"] == "/community/search/"
    assert Profile.objects.get().user == user
    assert signed_in.get(JOIN)["Location"] == "/community/timeline/"


@pytest.mark.parametrize("handle", ["", "ab", "Ada", "a-b-c", "x" * 31, "ädä", "grace", "admin"])
def test_a_handle_that_cannot_be_is_refused(signed_in: Client, grace: Profile, handle: str) -> None:
    page = signed_in.post(JOIN, {"handle": handle, "name": "Ada"}).content.decode()
    assert "errorlist" in page
    assert not Profile.objects.exclude(pk=grace.pk).exists()


def test_of_two_who_want_a_handle_at_once_one_gets_it(
    signed_in: Client, grace: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Profile, "validate_unique", lambda *_args, **_more: None)
    page = signed_in.post(JOIN, {"handle": "grace", "name": "Ada"}).content.decode()
    assert "Somebody else has this handle." in page


@pytest.mark.django_db(transaction=True)
def test_a_double_click_joins_once(user: User) -> None:
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(user)
    send = [partial(one.post, JOIN, {"handle": "ada", "name": "Ada"}) for one in browsers]
    assert [answer.status_code for answer in at_once(*send)] == [302, 302]
    assert Profile.objects.count() == 1


def test_people_change_what_they_say_about_themselves(
    as_ada: Client, ada: Profile, grace: Profile
) -> None:
    values = {"name": "Countess", "about": "Counts.", "is_private": "on"}
    page = as_ada.post("/community/settings/", values, follow=True).content.decode()
    assert "Your profile is saved." in page
    ada.refresh_from_db()
    assert (ada.handle, ada.name, ada.about, ada.is_private) == ("ada", "Countess", "Counts.", True)
    assert not follow(grace, ada).is_accepted
    as_ada.post("/community/settings/", {"name": "Countess"})
    assert Follow.objects.get().is_accepted
    assert Profile.objects.matching("countess").get() == ada
    assert "errorlist" in as_ada.post("/community/settings/", {"name": ""}).content.decode()


@pytest.fixture
def busy(ada: Profile, grace: Profile, mei: Profile) -> Profile:
    """Give Ada, with something of every kind."""
    theirs = publish(grace, "A kettle sings.")
    post = publish(ada, "Words of mine for @grace")
    comment(ada, theirs, "Said by me")
    comment(grace, post, "Said by Grace")
    like(ada, theirs)
    like(grace, post)
    befriend(grace, ada)
    follow(ada, mei)
    follow(ada, grace)
    block(ada, Profile.objects.create(user=User.objects.create_user("b@example.com"), handle="bob"))
    mute(ada, grace)
    report(ada, theirs, "spam", "A note of mine")
    report(grace, post, "spam", "A note about Ada")
    return ada


def test_people_take_along_all_that_is_kept_about_them(client: Client, busy: Profile) -> None:
    client.force_login(busy.user)
    answer = client.get("/community/settings/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="ada.json"'
    data = json.loads(answer.content)
    assert data["account"]["email"] == "ada@example.com"
    assert data["profile"]["handle"] == "ada"
    assert [row["text"] for row in data["posts"]] == ["Words of mine for @grace"]
    assert [row["text"] for row in data["comments"]] == ["Said by me"]
    assert len(data["likes"]) == 1
    handles = {name: [row["handle"] for row in data[name]] for name in RELATIONS}
    assert handles == RELATIONS
    assert [row["note"] for row in data["reports"]] == ["A note of mine"]
    assert {row["kind"] for row in data["notifications"]} == {"commented", "liked"}
    for foreign in ("Said by Grace", "A note about Ada", "grace@example.com"):
        assert foreign not in answer.content.decode()


RELATIONS = {
    "following": ["mei", "grace"],
    "followers": ["grace"],
    "blocked": ["bob"],
    "muted": ["grace"],
}


def test_everything_of_somebody_is_exported_or_named_here() -> None:
    """A relation that you add belongs into the export, or into this list with a reason."""
    left_out = {
        "activities",  # counted for an hour, to know who does too much
        "blocked_by",  # what others have decided
        "muted_by",  # likewise, and secret
        "reports",  # by others
    }
    exported = {
        *("posts", "comments", "likes", "following", "followers"),
        *("blocks", "mutes", "notifications", "reports_made"),
    }
    relations = {
        field.get_accessor_name()
        for field in Profile._meta.related_objects
        if not field.hidden and field.get_accessor_name()
    }
    assert relations == exported | left_out


def test_an_account_goes_with_all_that_belongs_to_it(
    client: Client, busy: Profile, grace: Profile
) -> None:
    sign_in(client, "ada@example.com")
    confirm_password(client)
    address = "/community/settings/delete/"
    assert "errorlist" in client.post(address, {"handle": "grace"}).content.decode()
    assert User.objects.filter(email="ada@example.com").exists()
    page = client.post(address, {"handle": "@ada"}, follow=True).content.decode()
    assert "Your account is deleted." in page
    assert not User.objects.filter(email="ada@example.com").exists()
    assert not Profile.objects.filter(handle="ada").exists()
    assert Post.objects.get().author == grace
    assert not Post.objects.get().comments.exists()
    assert not Post.objects.get().likes.exists()
    assert not grace.notifications.exists()
    assert not Follow.objects.exists()
    assert not Block.objects.exists()
    kept = Report.objects.get()
    assert (kept.reporter, kept.person, kept.note) == (None, grace, "A note of mine")
    assert "Ada" not in client.get("/community/").content.decode()
    assert client.get("/community/settings/").status_code == 302


def test_a_mention_of_a_deleted_account_is_a_word(
    client: Client, ada: Profile, grace: Profile
) -> None:
    post = publish(grace, "Hello @ada")
    leaving.forget(ada)
    page = client.get(post.get_absolute_url()).content.decode()
    assert "Hello @ada" in page
    assert "/community/people/ada/" not in page


def test_nobody_deletes_an_account_without_the_password(as_ada: Client) -> None:
    address = "/community/settings/delete/"
    assert as_ada.get(address).status_code == 200
    answer = as_ada.post(address, {"handle": "ada"})
    assert "/reauthenticate/" in answer["Location"]
    assert User.objects.filter(email="ada@example.com").exists()


def test_staff_do_not_delete_themselves(client: Client, ada: Profile) -> None:
    User.objects.filter(pk=ada.user_id).update(is_staff=True)
    sign_in(client, "ada@example.com")
    confirm_password(client)
    page = client.post("/community/settings/delete/", {"handle": "ada"}).content.decode()
    assert "an administrator has to delete your account" in page
    assert Profile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_whoever_is_followed_while_they_go_is_gone(ada: Profile, grace: Profile) -> None:
    for result in at_once(partial(leaving.forget, grace), *[partial(follow, ada, grace)] * 2):
        assert result is None or isinstance(result, Follow | Profile.DoesNotExist)
    assert not Profile.objects.filter(handle="grace").exists()
    assert not Follow.objects.exists()
    assert not Notification.objects.exists()
