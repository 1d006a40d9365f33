import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.accounts.models import User
from apps.approvals import standing_in, workflow
from apps.approvals.models import ApprovalRule, AuditEntry, PurchaseRequest, Step
from apps.approvals.rules import CLOSED, Move, Status
from apps.approvals.workflow import CannotMoveError, decide
from tests.approvals.conftest import Ask, at_once, delegated, step_of


def approve(request: PurchaseRequest, position: int, person: User) -> PurchaseRequest:
    return decide(step_of(request, position).pk, person, Move.APPROVE)


def test_the_last_approval_approves(waiting: PurchaseRequest, lead: User, head: User) -> None:
    assert approve(waiting, 1, lead).status == Status.WAITING
    assert approve(waiting, 2, head).status == Status.APPROVED


def test_a_small_amount_takes_one_step(ask: Ask, requester: User, lead: User) -> None:
    request = workflow.submit(ask(amount=Decimal("999.99")).pk, requester)
    assert approve(request, 1, lead).status == Status.APPROVED


def test_steps_are_decided_in_their_order(waiting: PurchaseRequest, head: User) -> None:
    with pytest.raises(CannotMoveError):
        approve(waiting, 2, head)


@pytest.mark.parametrize(
    ("move", "status"), [(Move.DECLINE, Status.DECLINED), (Move.SEND_BACK, Status.RETURNED)]
)
def test_a_decision_against_it_ends_the_round_and_says_why(
    waiting: PurchaseRequest, lead: User, move: Move, status: Status
) -> None:
    step = step_of(waiting)
    with pytest.raises(CannotMoveError):
        decide(step.pk, lead, move)
    assert decide(step.pk, lead, move, "Too dear.").status == status
    assert step_of(waiting, 1).comment == "Too dear."
    assert step_of(waiting, 2).outcome == Step.Outcome.SKIPPED


def test_what_was_sent_back_goes_through_new_steps(
    waiting: PurchaseRequest, requester: User, lead: User, head: User
) -> None:
    old = step_of(waiting)
    decide(old.pk, lead, Move.SEND_BACK, "Which model?")
    waiting.refresh_from_db()
    workflow.edit(waiting.pk, requester, waiting.version, reason="The repairable one.")
    workflow.submit(waiting.pk, requester)
    with pytest.raises(CannotMoveError):
        decide(old.pk, lead, Move.APPROVE)
    approve(waiting, 1, lead)
    assert approve(waiting, 2, head).status == Status.APPROVED


def test_who_asks_does_not_decide(ask: Ask, lead: User, deputy: User) -> None:
    request = workflow.submit(ask(lead).pk, lead)
    step = step_of(request)
    assert step.approver == deputy
    with pytest.raises(PermissionDenied):
        decide(step.pk, lead, Move.APPROVE)
    Step.objects.filter(pk=step.pk).update(approver=lead)
    with pytest.raises(PermissionDenied):
        decide(step.pk, lead, Move.APPROVE)


def test_who_asks_does_not_decide_by_delegation(ask: Ask, lead: User, deputy: User) -> None:
    request = workflow.submit(ask(lead).pk, lead)
    delegated(deputy, lead)
    assert not PurchaseRequest.objects.waiting_for(lead)
    with pytest.raises(PermissionDenied):
        approve(request, 1, lead)


def test_nobody_decides_two_steps_of_a_request(
    waiting: PurchaseRequest, lead: User, head: User
) -> None:
    delegated(head, lead)
    approve(waiting, 1, lead)
    assert not PurchaseRequest.objects.waiting_for(lead)
    with pytest.raises(PermissionDenied):
        approve(waiting, 2, lead)


def test_an_administrator_decides_nothing_that_is_not_theirs(
    waiting: PurchaseRequest, administrator: User
) -> None:
    with pytest.raises(PermissionDenied):
        approve(waiting, 1, administrator)


def test_who_may_no_longer_decide_does_not(waiting: PurchaseRequest, lead: User) -> None:
    lead.groups.clear()
    with pytest.raises(PermissionDenied):
        approve(waiting, 1, User.objects.get(pk=lead.pk))


def test_a_delegate_decides_in_somebody_s_place_and_it_is_noted(
    waiting: PurchaseRequest, lead: User, deputy: User
) -> None:
    with pytest.raises(PermissionDenied):
        approve(waiting, 1, deputy)
    delegated(lead, deputy)
    assert list(PurchaseRequest.objects.waiting_for(deputy)) == [waiting]
    approve(waiting, 1, deputy)
    entry = AuditEntry.objects.get(action="approve")
    assert (entry.actor, entry.before["approver"]) == (deputy.email, lead.email)


@pytest.mark.parametrize("hours", [(-48, -1), (1, 48)])
def test_a_delegation_counts_while_it_lasts(
    waiting: PurchaseRequest, lead: User, deputy: User, hours: tuple[int, int]
) -> None:
    start, end = (timezone.now() + timedelta(hours=hour) for hour in hours)
    standing_in.delegate(lead, deputy, start, end)
    with pytest.raises(PermissionDenied):
        approve(waiting, 1, deputy)


def test_a_delegation_is_not_passed_on(
    waiting: PurchaseRequest, lead: User, head: User, deputy: User
) -> None:
    delegated(lead, head)
    delegated(head, deputy)
    with pytest.raises(PermissionDenied):
        approve(waiting, 1, deputy)


def test_a_delegation_that_has_ended_counts_no_longer(
    waiting: PurchaseRequest, lead: User, deputy: User
) -> None:
    made = delegated(lead, deputy)
    standing_in.end_delegation(made.pk, lead)
    standing_in.end_delegation(made.pk, lead)
    with pytest.raises(PermissionDenied):
        approve(waiting, 1, deputy)
    assert AuditEntry.objects.filter(request=None).count() == 2


def test_only_those_who_decide_delegate_and_only_to_their_like(lead: User, requester: User) -> None:
    for principal, delegate in ((lead, requester), (requester, lead)):
        with pytest.raises(PermissionDenied):
            delegated(principal, delegate)


def test_a_request_that_nobody_may_approve_is_not_submitted(
    ask: Ask, requester: User, lead: User, deputy: User
) -> None:
    dollars = ask(currency="USD")
    with pytest.raises(CannotMoveError):
        workflow.submit(dollars.pk, requester)
    euros = ask()
    lead.groups.clear()
    User.objects.filter(pk=deputy.pk).update(is_active=False)
    with pytest.raises(CannotMoveError):
        workflow.submit(euros.pk, requester)
    assert not Step.objects.exists()


def test_only_its_requester_moves_it(draft: PurchaseRequest, lead: User) -> None:
    for action in (
        partial(workflow.submit, draft.pk, lead),
        partial(workflow.withdraw, draft.pk, lead),
        partial(workflow.edit, draft.pk, lead, 1, title="Two laptops"),
    ):
        with pytest.raises(PermissionDenied):
            action()


def test_who_may_not_ask_does_not(ask: Ask, draft: PurchaseRequest, requester: User) -> None:
    requester.groups.clear()
    stranger = User.objects.get(pk=requester.pk)
    with pytest.raises(PermissionDenied):
        ask(stranger)
    with pytest.raises(PermissionDenied):
        workflow.submit(draft.pk, stranger)


@pytest.mark.parametrize("status", [*CLOSED, Status.WAITING])
def test_what_is_decided_or_closed_does_not_change(
    draft: PurchaseRequest, requester: User, status: Status
) -> None:
    PurchaseRequest.objects.update(status=status)
    actions: list[Callable[[], object]] = [
        partial(workflow.edit, draft.pk, requester, 1, title="Two laptops"),
    ]
    if status != Status.WAITING:
        actions.append(partial(workflow.submit, draft.pk, requester))
    if status in {Status.APPROVED, Status.DECLINED}:
        actions.append(partial(workflow.withdraw, draft.pk, requester))
    for action in actions:
        with pytest.raises(CannotMoveError):
            action()


def test_an_edit_of_an_older_version_is_refused(draft: PurchaseRequest, requester: User) -> None:
    workflow.edit(draft.pk, requester, 1, title="Two laptops")
    with pytest.raises(CannotMoveError):
        workflow.edit(draft.pk, requester, 1, title="Three laptops")
    workflow.edit(draft.pk, requester, 2, title="Two laptops")
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("Two laptops", 2)


def test_a_withdrawn_request_is_nobody_s_to_decide(
    waiting: PurchaseRequest, requester: User, lead: User
) -> None:
    workflow.withdraw(waiting.pk, requester)
    assert not PurchaseRequest.objects.waiting_for(lead)
    with pytest.raises(CannotMoveError):
        approve(waiting, 1, lead)


def test_a_key_of_somebody_else_makes_nothing(ask: Ask, lead: User) -> None:
    key = uuid.uuid4()
    assert ask(key=key) == ask(key=key)
    with pytest.raises(CannotMoveError):
        ask(lead, key=key)


def test_the_trail_says_who_did_what_and_what_it_was_before(
    draft: PurchaseRequest, requester: User, lead: User
) -> None:
    workflow.edit(draft.pk, requester, 1, title="Two laptops", amount=Decimal("900.00"))
    workflow.submit(draft.pk, requester)
    decide(step_of(draft).pk, lead, Move.DECLINE, "Too dear.")
    created, edited, submitted, declined = AuditEntry.objects.order_by("pk")
    assert created.after["department"] == "Studio"
    assert edited.differences == [
        ("title", "A laptop", "Two laptops"),
        ("amount", "2140.00", "900.00"),
    ]
    assert submitted.differences[0] == ("status", "draft", "waiting")
    assert submitted.differences[1] == ("approvers", None, lead.email)
    assert (declined.actor, declined.actor_id, declined.comment) == (
        lead.email,
        lead.pk,
        "Too dear.",
    )
    assert "declined" in str(declined)
    assert abs(declined.created_at - timezone.now()) < timedelta(minutes=1)


@pytest.fixture
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave time between the look at a step and the decision."""
    check = workflow.check

    def look_slowly(*arguments: Any) -> None:
        check(*arguments)
        time.sleep(0.3)

    monkeypatch.setattr(workflow, "check", look_slowly)


@pytest.mark.usefixtures("_slow", "emptied")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_does(
    waiting: PurchaseRequest, lead: User, deputy: User
) -> None:
    delegated(lead, deputy)
    step = step_of(waiting)
    results = at_once(
        partial(decide, step.pk, lead, Move.APPROVE),
        partial(decide, step.pk, deputy, Move.DECLINE, "Too dear."),
    )
    assert {type(result) for result in results} == {PurchaseRequest, CannotMoveError}
    assert AuditEntry.objects.filter(action__in=("approve", "decline")).count() == 1
    step.refresh_from_db()
    assert (step.outcome, step.decided_by) in {("approve", lead), ("decline", deputy)}


@pytest.mark.usefixtures("_slow", "emptied")
@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_approve_decides_one_step(waiting: PurchaseRequest, lead: User) -> None:
    click = partial(decide, step_of(waiting).pk, lead, Move.APPROVE)
    assert {type(result) for result in at_once(click, click)} == {PurchaseRequest, CannotMoveError}
    assert AuditEntry.objects.filter(action="approve").count() == 1


@pytest.mark.usefixtures("_slow", "emptied")
@pytest.mark.django_db(transaction=True)
def test_a_request_is_withdrawn_or_approved_but_not_both(
    ask: Ask, requester: User, lead: User
) -> None:
    request = workflow.submit(ask(amount=Decimal(5)).pk, requester)
    results = at_once(
        partial(decide, step_of(request).pk, lead, Move.APPROVE),
        partial(workflow.withdraw, request.pk, requester),
    )
    assert {type(result) for result in results} == {PurchaseRequest, CannotMoveError}
    assert AuditEntry.objects.filter(action__in=("approve", "withdraw")).count() == 1


@pytest.mark.usefixtures("emptied")
@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_request_and_submits_it_once(ask: Ask, requester: User) -> None:
    key = uuid.uuid4()
    first, second = at_once(*[partial(ask, key=key)] * 2)
    assert first == second == PurchaseRequest.objects.get()
    submit = partial(workflow.submit, first.pk, requester)
    assert at_once(submit, submit) == [first, first]
    assert Step.objects.count() == 2
    assert AuditEntry.objects.filter(action="submit").count() == 1


def test_a_request_that_is_withdrawn_twice_is_withdrawn_once(
    waiting: PurchaseRequest, requester: User
) -> None:
    for _ in range(2):
        workflow.withdraw(waiting.pk, requester)
    assert AuditEntry.objects.filter(action="withdraw").count() == 1
    assert {step.outcome for step in waiting.steps.all()} == {"skip"}


def test_a_rule_is_one_amount_of_one_currency(waiting: PurchaseRequest) -> None:
    assert str(ApprovalRule.objects.first()) == "Studio: 0.00 EUR"
    assert str(step_of(waiting)) == f"{waiting.pk}.1.1"
