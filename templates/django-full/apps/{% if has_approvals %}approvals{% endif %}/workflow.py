"""How requests come about and how they go on. Nothing else changes the state of one.

Each function locks the request first, so that whoever comes second finds what the first has done.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.approvals.models import (
    MAY_ASK,
    MAY_DECIDE,
    ApprovalRule,
    AuditEntry,
    Delegation,
    Department,
    PurchaseRequest,
    Step,
)
from apps.approvals.rules import (
    NEEDS_COMMENT,
    PERSONAL,
    Move,
    Stage,
    Status,
    changes,
    destination,
    refusal,
    route,
)

CONTENT = ("title", "reason", "amount", "currency")


class CannotMoveError(Exception):
    """What stands against a move, in words for whoever tried."""


def stand_against(move: Move) -> CannotMoveError:
    """Return the error of a move that the state of a request does not allow."""
    return CannotMoveError(
        _("The request has changed meanwhile: it can no longer be %(move)s.") % {"move": move.label}
    )


@transaction.atomic
def create(requester: User, key: uuid.UUID, **content: Any) -> PurchaseRequest:
    """Make a draft. A key makes one, however often it is sent."""
    if not requester.has_perm(MAY_ASK):
        raise PermissionDenied
    # The requests of one person come one after the other: a second click finds what the first made.
    User.objects.select_for_update().get(pk=requester.pk)
    if made := PurchaseRequest.objects.filter(key=key).first():
        if made.requester_id != requester.pk:
            raise CannotMoveError(_("This key belongs to another request."))
        return made
    request = PurchaseRequest.objects.create(requester=requester, key=key, **content)
    record(AuditEntry.Action.CREATED, requester, request, after=content_of(request))
    return request


@transaction.atomic
def edit(pk: int, actor: User, version: int, **content: Any) -> PurchaseRequest:
    """Change what is asked for, as long as nobody decides it and nobody else has changed it."""
    request = locked(pk)
    own(request, actor)
    if destination(request.status, Move.EDIT) is None:
        raise stand_against(Move.EDIT)
    if request.version != version:
        raise CannotMoveError(
            _("The request has changed since you opened it. Nothing of yours is saved.")
        )
    before = content_of(request)
    for name, value in content.items():
        setattr(request, name, value)
    after = content_of(request)
    changed = list(changes(before, after))
    if changed:
        advance(request, request.status, fields=[*CONTENT, "department"])
        record(
            AuditEntry.Action.EDITED,
            actor,
            request,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return request


@transaction.atomic
def submit(pk: int, actor: User) -> PurchaseRequest:
    """Ask those to decide who have to, in their order. Twice is as once."""
    request = locked(pk)
    own(request, actor)
    if not actor.has_perm(MAY_ASK):
        raise PermissionDenied
    if request.status == Status.WAITING:
        return request  # The first of two clicks has done it.
    before, after = request.status, destination(request.status, Move.SUBMIT)
    if after is None:
        raise stand_against(Move.SUBMIT)
    rules = ApprovalRule.objects.filter(
        department=request.department_id, currency=request.currency
    ).select_related("approver", "backup")
    people = deciders(person for rule in rules for person in (rule.approver, rule.backup))
    days = {rule.from_amount: rule.days for rule in rules}
    stages = [
        Stage(
            from_amount=rule.from_amount,
            approver=rule.approver_id if rule.approver_id in people else None,
            backup=rule.backup_id if rule.backup_id in people else None,
        )
        for rule in rules
    ]
    assignments = route(request.amount, stages, request.requester_id)
    if assignments is None:
        raise CannotMoveError(
            _("Nobody else may approve this amount in this department. Ask its staff for a rule.")
        )
    request.round += 1
    steps = [
        Step(
            request=request,
            round=request.round,
            position=position,
            approver_id=assignment.approver,
            backup_id=assignment.backup,
            days=days[assignment.stage.from_amount],
        )
        for position, assignment in enumerate(assignments, 1)
    ]
    begin(steps[0])
    advance(request, after, fields=["round"])
    Step.objects.bulk_create(steps)
    record(
        AuditEntry.Action.SUBMITTED,
        actor,
        request,
        before={"status": before},
        after={"status": after, "approvers": [people[a.approver].email for a in assignments]},
    )
    return request


@transaction.atomic
def withdraw(pk: int, actor: User) -> PurchaseRequest:
    """Give a request up. Twice is as once."""
    request = locked(pk)
    own(request, actor)
    if request.status == Status.WITHDRAWN:
        return request  # The first of two clicks has done it.
    return give_up(request, actor)


def give_up(request: PurchaseRequest, actor: User | None, comment: str = "") -> PurchaseRequest:
    """Close a request that is locked and that nobody wants any longer."""
    before, after = request.status, destination(request.status, Move.WITHDRAW)
    if after is None:
        raise stand_against(Move.WITHDRAW)
    skip_rest(request)
    advance(request, after)
    record(
        AuditEntry.Action.WITHDRAWN,
        actor,
        request,
        before={"status": before},
        after={"status": after},
        comment=comment,
    )
    return request


@transaction.atomic
def decide(step_pk: int, actor: User, move: Move, comment: str = "") -> PurchaseRequest:
    """Decide a step: once, whoever else does so in the same moment.

    The last approval approves the request. Raises `PermissionDenied` where it is not the actor's to decide, and
    `CannotMoveError` where it can no longer be decided.
    """
    if not actor.has_perm(MAY_DECIDE):
        raise PermissionDenied
    if move in NEEDS_COMMENT and not comment:
        raise CannotMoveError(_("Say why in a comment."))
    request = locked(Step.objects.values_list("request_id", flat=True).get(pk=step_pk))
    steps = steps_of(request)
    step = next((step for step in steps if step.pk == step_pk), None) or Step.objects.get(
        pk=step_pk
    )
    waiting = [other for other in steps if not other.outcome]
    check(step, request, actor, waiting, steps)
    now = timezone.now()
    step.outcome, step.decided_by, step.decided_at, step.comment = move.value, actor, now, comment
    step.save(update_fields=["outcome", "decided_by", "decided_at", "comment"])
    rest = waiting[1:]
    before = {"status": request.status, "step": step.position, "approver": str(step.approver)}
    if move is Move.APPROVE and rest:
        begin(rest[0])
        rest[0].save(update_fields=["due_at"])
        after = Status.WAITING
    else:
        skip_rest(request)
        after = MOVES_OF_DECISION[move]
    advance(request, after)
    record(
        AuditEntry.Action(move.value),
        actor,
        request,
        before=before,
        after={"status": after},
        comment=comment,
    )
    return request


MOVES_OF_DECISION = {
    Move.APPROVE: Status.APPROVED,
    Move.SEND_BACK: Status.RETURNED,
    Move.DECLINE: Status.DECLINED,
}


def check(
    step: Step, request: PurchaseRequest, actor: User, waiting: list[Step], steps: list[Step]
) -> None:
    """Raise an error if somebody cannot decide a step."""
    against = refusal(
        actor.pk,
        status=request.status,
        is_open=step in waiting,
        is_next=step in waiting[:1],
        requester=request.requester_id,
        approver=step.approver_id,
        stands_in_for=set(Delegation.objects.to(actor)),
        has_decided={other.decided_by_id for other in steps},
    )
    if against in PERSONAL:
        raise PermissionDenied(str(against.label))
    if against:
        raise CannotMoveError(str(against.label))


def department_called(name: str) -> Department:
    """Return the active department of a name. Raises `CannotMoveError` where there is none."""
    found = Department.objects.filter(name=name, is_active=True).first()
    if found is None:
        raise CannotMoveError(_("There is no such department."))
    return found


def step_numbered(request: PurchaseRequest, pk: int) -> Step:
    """Return a step of a request. Raises `CannotMoveError` where it has no such."""
    found = request.steps.filter(pk=pk).first()
    if found is None:
        raise CannotMoveError(_("The request has no such step."))
    return found


def locked(pk: int) -> PurchaseRequest:
    """Return a request that nobody else changes meanwhile."""
    return PurchaseRequest.objects.select_for_update().get(pk=pk)


def own(request: PurchaseRequest, actor: User) -> None:
    """Raise `PermissionDenied` for anybody but the requester."""
    if request.requester_id != actor.pk:
        raise PermissionDenied


def advance(request: PurchaseRequest, status: str, fields: list[str] | None = None) -> None:
    """Save a state, and other fields with it, as a new version."""
    request.status = status
    request.version += 1
    request.changed_at = timezone.now()
    request.save(update_fields=["status", "version", "changed_at", *(fields or ())])


def begin(step: Step, now: datetime | None = None) -> None:
    """Give a step, which is the next to be decided, its deadline."""
    step.due_at = (now or timezone.now()) + timedelta(days=step.days)


def skip_rest(request: PurchaseRequest) -> None:
    """Close the steps that nobody has to decide any longer."""
    still_open = Step.objects.filter(request=request, outcome="")
    still_open.update(outcome=Step.Outcome.SKIPPED, decided_at=timezone.now())


def steps_of(request: PurchaseRequest) -> list[Step]:
    """Return the steps that a request goes through, since it was last submitted, in their order."""
    steps = Step.objects.filter(request=request, round=request.round).order_by("position")
    return list(steps.select_related("approver", "backup"))


def deciders(people: Iterable[User | None]) -> dict[int | None, User]:
    """Return those who may decide anything, by their numbers."""
    return {
        person.pk: person
        for person in people
        if person and person.is_active and person.has_perm(MAY_DECIDE)
    }


def content_of(request: PurchaseRequest) -> dict[str, Any]:
    """Return what a request asks for, for the audit trail."""
    return {name: getattr(request, name) for name in CONTENT} | {
        "department": str(request.department)
    }


def record(  # noqa: PLR0913  # all that an entry says
    action: AuditEntry.Action,
    actor: User | None,
    request: PurchaseRequest | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    comment: str = "",
) -> None:
    """Write into the audit trail; what nobody did was done by the schedule."""
    AuditEntry.objects.create(
        request=request,
        action=action,
        actor_id=actor.pk if actor else None,
        actor=actor.email if actor else "",
        before=dict(before or {}),
        after=dict(after or {}),
        comment=comment,
    )
