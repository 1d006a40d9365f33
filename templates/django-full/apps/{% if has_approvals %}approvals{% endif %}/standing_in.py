"""How somebody comes to decide in the place of somebody else, and how that ends."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.approvals.models import MAY_DECIDE, AuditEntry, Delegation
from apps.approvals.workflow import record


@transaction.atomic
def delegate(principal: User, to: User, starts_at: datetime, ends_at: datetime) -> Delegation:
    """Let somebody decide in somebody's place, for a time."""
    if not (principal.has_perm(MAY_DECIDE) and to.has_perm(MAY_DECIDE)):
        raise PermissionDenied
    made = Delegation.objects.create(
        principal=principal, delegate=to, starts_at=starts_at, ends_at=ends_at
    )
    record(AuditEntry.Action.DELEGATED, principal, after=terms_of(made))
    return made


@transaction.atomic
def end_delegation(pk: int, principal: User) -> Delegation:
    """Let nobody decide in one's place any longer; what has begun stays on record as long as it lasted."""
    delegations = Delegation.objects.select_for_update().filter(principal=principal)
    found = delegations.get(pk=pk)
    now = timezone.now()
    if found.ends_at > now:
        before = terms_of(found)
        found.starts_at, found.ends_at = min(found.starts_at, now), now
        found.save(update_fields=["starts_at", "ends_at"])
        record(AuditEntry.Action.DELEGATION_ENDED, principal, before=before, after=terms_of(found))
    return found


def terms_of(delegation: Delegation) -> dict[str, Any]:
    """Return what a delegation says, for the audit trail."""
    return {
        "delegate": str(delegation.delegate),
        "from": delegation.starts_at,
        "until": delegation.ends_at,
    }
