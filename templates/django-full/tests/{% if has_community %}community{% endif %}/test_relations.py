import time
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.community import relations
from apps.community.errors import RefusedError
from apps.community.models import Block, Follow, Mute, Notification, Profile
from apps.community.relations import (
    accept,
    block,
    follow,
    mute,
    remove_follower,
    set_private,
    unblock,
    unfollow,
    unmute,
)
from tests.community.conftest import at_once, befriend


def test_people_follow_and_stop(ada: Profile, grace: Profile) -> None:
    assert follow(ada, grace) == follow(ada, grace)
    assert Follow.objects.get().is_accepted
    assert unfollow(ada, grace)
    assert not unfollow(ada, grace)
    assert not Follow.objects.exists()


def test_a_private_person_is_asked_first(ada: Profile, mei: Profile) -> None:
    assert not follow(ada, mei).is_accepted
    assert accept(mei, ada)
    assert not accept(mei, ada)
    assert Follow.objects.get().is_accepted
    assert remove_follower(mei, ada)
    assert not Follow.objects.exists()


def test_a_request_that_was_taken_back_is_not_accepted(ada: Profile, mei: Profile) -> None:
    follow(ada, mei)
    unfollow(ada, mei)
    assert not accept(mei, ada)
    assert not Follow.objects.exists()
    assert not Notification.objects.exists()


def test_whoever_opens_their_posts_accepts_who_has_asked(ada: Profile, mei: Profile) -> None:
    follow(ada, mei)
    set_private(mei, is_private=False)
    assert Follow.objects.get().is_accepted
    set_private(mei, is_private=True)
    mei.refresh_from_db()
    assert mei.is_private
    assert Follow.objects.get().is_accepted


def test_nobody_has_to_do_with_themselves(ada: Profile) -> None:
    for deed in (follow, block, mute):
        with pytest.raises(RefusedError):
            deed(ada, ada)


def test_a_block_ends_what_two_follow_of_each_other(
    ada: Profile, grace: Profile, mei: Profile
) -> None:
    befriend(ada, grace)
    befriend(grace, ada)
    kept = befriend(mei, ada)
    assert block(ada, grace) == block(ada, grace)
    assert Follow.objects.get() == kept
    for reader, person in ((ada, grace), (grace, ada)):
        for deed in (follow, mute):
            with pytest.raises(Profile.DoesNotExist):
                deed(reader, person)
    assert unblock(ada, grace)
    assert not unblock(ada, grace)
    assert follow(grace, ada).is_accepted


def test_a_block_takes_the_notifications_between_two_along(ada: Profile, grace: Profile) -> None:
    follow(ada, grace)
    follow(grace, ada)
    block(ada, grace)
    assert not Notification.objects.exists()


def test_people_mute_and_stop(ada: Profile, grace: Profile) -> None:
    befriend(ada, grace)
    assert mute(ada, grace) == mute(ada, grace)
    assert Follow.objects.exists()
    assert unmute(ada, grace)
    assert not unmute(ada, grace)


def test_suspended_people_follow_nobody_and_are_followed_by_nobody(
    ada: Profile, grace: Profile
) -> None:
    Profile.objects.filter(pk=ada.pk).update(suspended_at=ada.created_at)
    with pytest.raises(RefusedError):
        follow(ada, grace)
    with pytest.raises(Profile.DoesNotExist):
        follow(grace, ada)


def test_whose_account_is_closed_is_followed_by_nobody(ada: Profile, grace: Profile) -> None:
    grace.user.is_active = False
    grace.user.save()
    with pytest.raises(Profile.DoesNotExist):
        follow(ada, grace)


def test_whoever_is_gone_is_not_there(ada: Profile, grace: Profile) -> None:
    Profile.objects.filter(pk=grace.pk).delete()
    with pytest.raises(Profile.DoesNotExist):
        follow(ada, grace)


def test_the_database_keeps_the_rules(ada: Profile, grace: Profile) -> None:
    befriend(ada, grace)
    Block.objects.create(blocker=ada, blocked=grace)
    Mute.objects.create(muter=ada, muted=grace)
    for change in (
        partial(befriend, ada, ada),
        partial(befriend, ada, grace),
        partial(Block.objects.create, blocker=ada, blocked=ada),
        partial(Block.objects.create, blocker=ada, blocked=grace),
        partial(Mute.objects.create, muter=ada, muted=ada),
        partial(Mute.objects.create, muter=ada, muted=grace),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_buttons_do_it_once(as_ada: Client, grace: Profile) -> None:
    for _click in range(2):
        page = as_ada.post(f"{grace.get_absolute_url()}follow/", follow=True).content.decode()
        assert "stop following" in page
    assert Follow.objects.count() == 1
    page = as_ada.post(f"{grace.get_absolute_url()}mute/", follow=True).content.decode()
    assert "Show again" in page
    page = as_ada.post(f"{grace.get_absolute_url()}block/", follow=True).content.decode()
    assert "Unblock" in page
    assert as_ada.get(grace.get_absolute_url()).status_code == 404
    page = as_ada.post(f"{grace.get_absolute_url()}unblock/", follow=True).content.decode()
    assert "Unblock" not in page
    assert as_ada.post(f"{grace.get_absolute_url()}hug/").status_code == 404


def test_a_button_says_what_stands_against_it(as_ada: Client, ada: Profile) -> None:
    page = as_ada.post(f"{ada.get_absolute_url()}follow/", follow=True).content.decode()
    assert "You cannot follow yourself." in page


def test_requests_are_accepted_and_refused(
    client: Client, ada: Profile, grace: Profile, mei: Profile
) -> None:
    follow(ada, mei)
    follow(grace, mei)
    client.force_login(mei.user)
    page = client.get("/community/requests/").content.decode()
    assert "@ada" in page
    assert "@grace" in page
    page = client.post("/community/people/ada/accept/", follow=True).content.decode()
    assert "@ada" not in page
    page = client.post("/community/people/grace/refuse/", follow=True).content.decode()
    assert "Nobody asks to follow you" in page
    assert Follow.objects.get().follower == ada


@pytest.fixture
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave time between the look at two people and what follows from it."""
    look = relations.is_visible

    def look_slowly(person: Profile, viewer: Profile) -> bool:
        found = look(person, viewer)
        time.sleep(0.2)
        return found

    monkeypatch.setattr(relations, "is_visible", look_slowly)


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_of_a_follow_and_a_block_at_once_the_block_stays(ada: Profile, grace: Profile) -> None:
    at_once(partial(follow, ada, grace), partial(block, grace, ada), partial(follow, ada, grace))
    assert Block.objects.count() == 1
    assert not Follow.objects.exists()
    assert not Notification.objects.exists()


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_a_double_click_follows_once(ada: Profile, grace: Profile) -> None:
    first, second = at_once(*[partial(follow, ada, grace)] * 2)
    assert first == second == Follow.objects.get()


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_two_who_follow_each_other_at_once_do_not_wait_for_ever(
    ada: Profile, grace: Profile
) -> None:
    made = at_once(partial(follow, ada, grace), partial(follow, grace, ada))
    assert {one.follower for one in made} == {ada, grace}


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_person_who_has_just_opened_their_posts(
    ada: Profile, mei: Profile
) -> None:
    at_once(partial(follow, ada, mei), partial(set_private, mei, is_private=False))
    assert Follow.objects.get().is_accepted
