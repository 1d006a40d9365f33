"""What pages say: drafts, what is published, and when. Nothing else makes a revision or publishes one.

Whoever does has locked the page. What is published is the revision that somebody has read, never one that was saved
meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.publishing import rules
from apps.publishing.models import Page, Redirect, Revision, Schedule


class OutdatedError(Exception):
    """Somebody has saved since: the number of their revision."""

    def __init__(self, newest: int) -> None:
        self.newest = newest
        super().__init__(_("Somebody else has saved this page since you opened it."))


class CannotScheduleError(Exception):
    """Why a page cannot be published when somebody wants it, in words for them."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """What a revision says."""

    title: str
    summary: str = ""
    body: str = ""
    note: str = ""


@transaction.atomic
def write(page: Page, author: User, text: Text, *, based_on: int) -> Revision:
    """Keep a new draft; what is published stays. A draft that says nothing new is not kept twice.

    Raises `OutdatedError` where the newest revision is not the one that the draft is based on.
    """
    page = locked(page)
    newest = page.draft
    number = newest.number if newest else 0
    if number != based_on:
        raise OutdatedError(number)
    if newest and says(newest, text):
        return newest
    made = Revision.objects.create(
        page=page,
        number=number + 1,
        author=author,
        title=text.title,
        summary=text.summary,
        body=text.body,
        note=text.note,
    )
    page.draft = made
    page.save(update_fields=["draft"])
    return made


def revert(page: Page, author: User, number: int, *, based_on: int) -> Revision:
    """Make a draft of what an earlier revision says; what came after it stays in the history."""
    earlier = page.revisions.get(number=number)
    text = Text(
        title=earlier.title,
        summary=earlier.summary,
        body=earlier.body,
        note=_("As in revision %(number)s") % {"number": number},
    )
    return write(page, author, text, based_on=based_on)


@transaction.atomic
def publish(page: Page, number: int) -> Page:
    """Show a revision to the world, at once and until further notice. What was planned for the page is dropped."""
    page = locked(page)
    revision = page.revisions.get(number=number)
    Schedule.objects.filter(page=page).delete()
    show(page, revision, None)
    return page


@transaction.atomic
def schedule(
    page: Page, number: int, publish_at: datetime, expires_at: datetime | None
) -> Schedule:
    """Plan to show a revision from one moment until another one. What was planned before is dropped.

    Raises `CannotScheduleError` where the moments are over or in the wrong order.
    """
    page = locked(page)
    revision = page.revisions.get(number=number)
    if not rules.is_possible(publish_at, expires_at, timezone.now()):
        raise CannotScheduleError(_("Choose moments to come, the first one to publish."))
    Schedule.objects.filter(page=page).delete()
    return Schedule.objects.create(
        page=page, revision=revision, publish_at=publish_at, expires_at=expires_at
    )


@transaction.atomic
def withdraw(page: Page) -> Page:
    """Show a page to nobody any more, and drop what was planned for it; its drafts stay."""
    page = locked(page)
    Schedule.objects.filter(page=page).delete()
    hide(page)
    return page


def keep_the_schedule(now: datetime | None = None) -> tuple[int, int]:
    """Publish what is due and withdraw what has expired; return how many of each.

    However often and wherever it runs at the same time, each is done once.
    """
    now = now or timezone.now()
    due = Schedule.objects.filter(publish_at__lte=now).order_by("publish_at", "pk")
    published = sum(publish_due(pk, now) for pk in list(due.values_list("page_id", flat=True)))
    over = Page.objects.filter(live__isnull=False, expires_at__lte=now)
    expired = sum(expire(pk, now) for pk in list(over.values_list("pk", flat=True)))
    return published, expired


@transaction.atomic
def publish_due(pk: int, now: datetime) -> bool:
    """Publish what is planned for a page, unless somebody has done or changed that meanwhile; say whether it was."""
    page = Page.objects.select_for_update().filter(pk=pk).first()
    plan = Schedule.objects.select_related("revision").filter(page=pk, publish_at__lte=now).first()
    if not (page and plan):
        return False
    plan.delete()
    show(page, plan.revision, plan.expires_at)
    return True


@transaction.atomic
def expire(pk: int, now: datetime) -> bool:
    """Withdraw a page that has expired, unless somebody has published it anew meanwhile; say whether it was."""
    pages = Page.objects.select_for_update().filter(live__isnull=False, expires_at__lte=now)
    page = pages.filter(pk=pk).first()
    if page:
        hide(page)
    return page is not None


def show(page: Page, revision: Revision, expires_at: datetime | None) -> None:
    """Publish a revision of a page that is locked. Its address is now nobody's old one."""
    now = timezone.now()
    page.live, page.live_since, page.expires_at = revision, now, expires_at
    page.published_at = page.published_at or now
    page.save(update_fields=["live", "live_since", "expires_at", "published_at"])
    Redirect.objects.filter(old_path=page.path).delete()


def hide(page: Page) -> None:
    """Withdraw a page that is locked."""
    page.live, page.expires_at = None, None
    page.save(update_fields=["live", "expires_at"])


def locked(page: Page) -> Page:
    """Return a page as it is now, which nobody else changes until the transaction ends."""
    return Page.objects.select_for_update().get(pk=page.pk)


def says(revision: Revision, text: Text) -> bool:
    """Tell whether a revision says this already."""
    return (revision.title, revision.summary, revision.body) == (
        text.title,
        text.summary,
        text.body,
    )
