"""What becomes of steps that nobody decides in time."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.approvals.models import AuditEntry, Step
from apps.approvals.workflow import advance, begin, deciders, locked, record, steps_of


def escalate(now: datetime | None = None) -> int:
    """Pass on what is overdue to whoever stands in, and return how many steps that were.

    Where nobody is left to stand in, it is noted once that the step is overdue.
    """
    now = now or timezone.now()
    overdue = Step.objects.filter(outcome="", due_at__lte=now, is_overdue=False)
    return sum(pass_on(pk, request, now) for pk, request in overdue.values_list("pk", "request_id"))


@transaction.atomic
def pass_on(step_pk: int, request_pk: int, now: datetime) -> bool:
    """Pass an overdue step on, unless it has been decided meanwhile, and tell whether it was."""
    request = locked(request_pk)
    steps = steps_of(request)
    step = next((step for step in steps if step.pk == step_pk and not step.outcome), None)
    if step is None or step.due_at is None or step.due_at > now or step.is_overdue:
        return False
    busy = {other.approver_id for other in steps} | {other.decided_by_id for other in steps}
    before = {"approver": str(step.approver or "")}
    unfit = {request.requester_id, *busy}
    if not step.backup or step.backup_id in unfit or not deciders([step.backup]):
        step.is_overdue = True
        step.save(update_fields=["is_overdue"])
        record(AuditEntry.Action.OVERDUE, None, request, before=before)
        return False
    step.approver, step.backup = step.backup, None
    begin(step, now)
    step.save(update_fields=["approver", "backup", "due_at"])
    advance(request, request.status)
    after = {"approver": str(step.approver)}
    record(AuditEntry.Action.ESCALATED, None, request, before=before, after=after)
    return True
