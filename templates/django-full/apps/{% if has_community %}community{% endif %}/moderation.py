"""What people report, and what moderators do about it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.community import rules
from apps.community.errors import RefusedError
from apps.community.limits import count
from apps.community.models import Comment, Notification, Post, Profile, Report
from apps.community.notifications import notify
from apps.community.relations import check_active, lock

# Whoever may do this decides on reports.
MODERATE = "community.moderate_report"
Decision = Report.Decision


@transaction.atomic
def report(reporter: Profile, about: Profile | Post | Comment, reason: str, note: str) -> Report:
    """Ask moderators to look at a person or at what one has written; the same thing is reported once.

    Raises `RefusedError` or `TooMuchError`.
    """
    person = about if isinstance(about, Profile) else about.author
    reporter, person = lock(reporter, person)
    topic = f"{type(about).__name__.lower()}:{about.pk}"
    if found := Report.objects.filter(reporter=reporter, topic=topic).first():
        return found
    check_active(reporter)
    if person == reporter:
        raise RefusedError(_("You cannot report yourself."))
    count(reporter, "report")
    return Report.objects.create(
        reporter=reporter,
        person=person,
        post=about if isinstance(about, Post) else None,
        comment=about if isinstance(about, Comment) else None,
        topic=topic,
        reason=reason,
        note=note,
    )


@transaction.atomic
def decide(moderator: User, asked: Report, decision: Report.Decision) -> Report:
    """Decide on a report, and do what was decided. Of two moderators at once one decides.

    Raises `RefusedError` where another one has decided, or the moderator is part of it.
    """
    (person,) = lock(asked.person)
    asked = Report.objects.select_for_update().get(pk=asked.pk)
    own = Profile.objects.filter(user=moderator).first()
    if not rules.may_decide(own.pk if own else None, asked.reporter_id, asked.person_id):
        raise RefusedError(_("Somebody else has to decide: this report is yours, or about you."))
    if asked.decision != Decision.NONE:
        raise RefusedError(_("Another moderator has decided already."))
    if decision == Decision.REMOVED:
        remove(asked, person)
    if decision == Decision.SUSPENDED:
        person.suspended_at = person.suspended_at or timezone.now()
        person.save(update_fields=["suspended_at"])
    asked.decision = decision
    asked.decided_by = moderator
    asked.decided_at = timezone.now()
    asked.save(update_fields=["decision", "decided_by", "decided_at"])
    return asked


def remove(asked: Report, person: Profile) -> None:
    """Hide what was reported, and tell its author. It stays in the admin area."""
    row = asked.comment or asked.post
    if row is None:
        raise RefusedError(_("A person cannot be removed. Suspend the account."))
    row.removed_at = row.removed_at or timezone.now()
    row.save(update_fields=["removed_at"])
    notify(person, None, Notification.Kind.REMOVED, row)


@transaction.atomic
def reinstate(person: Profile) -> None:
    """End somebody's suspension."""
    (person,) = lock(person)
    person.suspended_at = None
    person.save(update_fields=["suspended_at"])
