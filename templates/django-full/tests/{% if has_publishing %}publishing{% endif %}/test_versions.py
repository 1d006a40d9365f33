from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.publishing.models import Page, Revision, Schedule
from apps.publishing.versions import (
    CannotScheduleError,
    OutdatedError,
    Text,
    keep_the_schedule,
    publish,
    revert,
    schedule,
    withdraw,
    write,
)
from tests.publishing.conftest import MakePage, at_once, correct

HOUR = timedelta(hours=1)


def shown_of(page: Page) -> int | None:
    """Return the number of the revision that the world sees."""
    shown = Page.objects.shown().filter(pk=page.pk).first()
    return shown.live.number if shown and shown.live else None


def newest_of(page: Page) -> int:
    return page.revisions.order_by("-number")[0].number


def test_a_draft_stands_beside_what_is_published(page: Page, author: User) -> None:
    correct(page, author)
    assert (shown_of(page), newest_of(page)) == (1, 2)
    publish(page, 2)
    assert shown_of(page) == 2


def test_what_says_nothing_new_is_not_kept_twice(page: Page, author: User) -> None:
    first = correct(page, author)
    again = write(page, author, Text(title=first.title, body=first.body), based_on=2)
    assert again == first


def test_nobody_saves_over_what_somebody_else_has_written(page: Page, author: User) -> None:
    correct(page, author)
    with pytest.raises(OutdatedError) as caught:
        write(page, author, Text(title="Late"), based_on=1)
    assert caught.value.newest == 2
    assert newest_of(page) == 2


def test_a_page_is_as_it_was_and_its_history_stays(page: Page, author: User) -> None:
    correct(page, author)
    again = revert(page, author, 1, based_on=2)
    first = page.revisions.get(number=1)
    assert (again.number, again.title, again.body) == (3, first.title, first.body)
    assert again.note == "As in revision 1"
    assert page.revisions.count() == 3
    assert shown_of(page) == 1


def test_a_page_that_was_withdrawn_is_gone_and_keeps_its_drafts(page: Page) -> None:
    withdraw(page)
    assert shown_of(page) is None
    assert page.revisions.count() == 1
    publish(page, 1)
    assert shown_of(page) == 1


def test_the_first_moment_of_a_page_stays(page: Page, author: User) -> None:
    first, since = page.published_at, page.live_since
    correct(page, author)
    publish(page, 2)
    page.refresh_from_db()
    assert page.published_at == first
    assert page.live_since
    assert since
    assert page.live_since > since


def test_only_revisions_of_a_page_are_published_on_it(page: Page, draft: Page) -> None:
    correct(draft, User.objects.get(email="authors@example.com"))
    with pytest.raises(Revision.DoesNotExist):
        publish(page, 2)
    assert shown_of(page) == 1


def test_a_page_is_published_when_its_time_has_come(draft: Page) -> None:
    now = timezone.now()
    schedule(draft, 1, now + HOUR, now + 3 * HOUR)
    assert keep_the_schedule(now) == (0, 0)
    assert shown_of(draft) is None
    assert keep_the_schedule(now + HOUR) == (1, 0)
    assert shown_of(draft) == 1
    assert keep_the_schedule(now + 2 * HOUR) == (0, 0)
    assert keep_the_schedule(now + 3 * HOUR) == (0, 1)
    assert shown_of(draft) is None
    assert keep_the_schedule(now + 3 * HOUR) == (0, 0)


def test_a_page_that_has_expired_is_gone_before_any_job_says_so(page: Page) -> None:
    Page.objects.update(expires_at=timezone.now())
    assert shown_of(page) is None
    assert Page.objects.get().state == "draft"


def test_the_revision_that_was_planned_is_published_whatever_was_written_since(
    page: Page, author: User
) -> None:
    now = timezone.now()
    correct(page, author)
    schedule(page, 2, now + HOUR, None)
    correct(page, author, "Even better.")
    keep_the_schedule(now + HOUR)
    assert (shown_of(page), newest_of(page)) == (2, 3)


def test_whoever_publishes_or_withdraws_drops_the_plan(page: Page) -> None:
    now = timezone.now()
    for decide in (withdraw, partial(publish, number=1)):
        schedule(page, 1, now + HOUR, None)
        schedule(page, 1, now + 2 * HOUR, None)
        assert Schedule.objects.count() == 1
        decide(page)
        assert not Schedule.objects.exists()


def test_nothing_is_planned_for_the_past(page: Page) -> None:
    with pytest.raises(CannotScheduleError):
        schedule(page, 1, timezone.now() - HOUR, None)


def test_the_database_refuses_a_plan_that_expires_first(page: Page) -> None:
    now = timezone.now()
    [revision] = page.revisions.all()
    with pytest.raises(IntegrityError), transaction.atomic():
        Schedule.objects.create(page=page, revision=revision, publish_at=now, expires_at=now)


def test_a_plan_that_was_dropped_meanwhile_is_not_kept(
    draft: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.publishing import versions

    now = timezone.now()
    schedule(draft, 1, now + HOUR, None)
    due = versions.publish_due

    def dropped_meanwhile(pk: int, now: object) -> bool:
        withdraw(draft)
        return due(pk, timezone.now() + HOUR)

    monkeypatch.setattr(versions, "publish_due", dropped_meanwhile)
    assert keep_the_schedule(now + HOUR) == (0, 0)
    assert shown_of(draft) is None


def test_a_page_outlives_its_author(page: Page, author: User, client: Client) -> None:
    author.delete()
    page.refresh_from_db()
    assert page.owner is None
    assert page.revisions.get().author is None
    assert client.get("/pages/about/").status_code == 200
    assert "Authors" not in client.get("/pages/about/").content.decode()


def test_a_page_goes_with_its_history_and_its_plan(page: Page, author: User) -> None:
    correct(page, author)
    schedule(page, 2, timezone.now() + HOUR, None)
    page.delete()
    assert not Revision.objects.exists()
    assert not Schedule.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_published_is_what_was_read_whoever_saves_at_the_same_time(
    make_page: MakePage, author: User
) -> None:
    for round_ in range(3):
        page = make_page(f"page-{round_}", live=False)
        results = at_once(partial(publish, page, 1), partial(correct, page, author))
        assert not any(isinstance(result, Exception) for result in results), results
        assert (shown_of(page), newest_of(page)) == (1, 2)
        page.refresh_from_db()
        assert page.draft
        assert page.draft.number == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_learns_of_the_other(page: Page, author: User) -> None:
    texts = [Text(title="One"), Text(title="Two")]
    results = at_once(*(partial(write, page, author, text, based_on=1) for text in texts))
    assert sorted(type(result).__name__ for result in results) == ["OutdatedError", "Revision"]
    assert page.revisions.count() == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_due_is_published_once_by_jobs_at_the_same_time(draft: Page) -> None:
    now = timezone.now()
    schedule(draft, 1, now + HOUR, now + 2 * HOUR)
    keep = partial(keep_the_schedule, now + HOUR)
    assert sorted(at_once(keep, keep, keep)) == [(0, 0), (0, 0), (1, 0)]
    expire = partial(keep_the_schedule, now + 2 * HOUR)
    assert sorted(at_once(expire, expire, expire)) == [(0, 0), (0, 0), (0, 1)]
