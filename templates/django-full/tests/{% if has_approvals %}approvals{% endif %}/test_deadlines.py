from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.utils import timezone

from apps.accounts.models import User
from apps.approvals import deadlines, workflow
from apps.approvals.models import AuditEntry, PurchaseRequest, Step
from apps.approvals.rules import Move
from tests.approvals.conftest import Ask, step_of


def make_overdue() -> None:
    Step.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(minutes=1))


def run() -> str:
    output = StringIO()
    call_command("escalate-approvals", stdout=output)
    return output.getvalue()


def test_a_step_is_due_when_its_days_are_over(waiting: PurchaseRequest) -> None:
    due = step_of(waiting).due_at
    assert due is not None
    assert abs(due - timezone.now() - timedelta(days=3)) < timedelta(minutes=1)
    assert step_of(waiting, 2).due_at is None
    assert "0 steps" in run()


def test_what_is_overdue_goes_to_the_backup(
    waiting: PurchaseRequest, lead: User, deputy: User
) -> None:
    make_overdue()
    assert "1 step " in run()
    step = step_of(waiting)
    assert (step.approver, step.backup) == (deputy, None)
    assert step.due_at is not None
    assert step.due_at > timezone.now()
    entry = AuditEntry.objects.get(action="escalate")
    assert (entry.actor, entry.differences) == ("", [("approver", lead.email, deputy.email)])
    with pytest.raises(PermissionDenied):
        workflow.decide(step.pk, lead, Move.APPROVE)
    workflow.decide(step.pk, deputy, Move.APPROVE)


def test_what_nobody_can_take_over_is_noted_once(waiting: PurchaseRequest, deputy: User) -> None:
    deputy.groups.clear()
    make_overdue()
    for _ in range(2):
        assert "0 steps" in run()
    assert step_of(waiting).is_overdue
    assert AuditEntry.objects.filter(action="overdue").count() == 1


def test_it_never_goes_to_whoever_asks(ask: Ask, deputy: User, lead: User) -> None:
    request = workflow.submit(ask(deputy).pk, deputy)
    make_overdue()
    run()
    assert step_of(request).approver == lead


def test_it_never_goes_to_whoever_asks_even_as_a_backup(
    waiting: PurchaseRequest, lead: User, requester: User
) -> None:
    requester.groups.set(lead.groups.all())
    Step.objects.filter(position=1).update(backup=requester)
    make_overdue()
    assert "0 steps" in run()
    assert step_of(waiting).approver == lead


def test_it_never_goes_to_whoever_has_another_step(
    waiting: PurchaseRequest, deputy: User, head: User
) -> None:
    make_overdue()
    run()
    workflow.decide(step_of(waiting).pk, deputy, Move.APPROVE)
    make_overdue()
    run()
    assert step_of(waiting, 2).approver == head


def test_what_has_been_decided_meanwhile_stays(waiting: PurchaseRequest, lead: User) -> None:
    make_overdue()
    step = step_of(waiting)
    workflow.decide(step.pk, lead, Move.APPROVE)
    assert not deadlines.pass_on(step.pk, waiting.pk, timezone.now())
