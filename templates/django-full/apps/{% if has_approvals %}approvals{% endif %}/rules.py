"""The rules of approvals, as functions that ask no database."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """How far a request has come."""

    DRAFT = "draft", _("draft")
    WAITING = "waiting", _("waiting")
    RETURNED = "returned", _("sent back")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Move(TextChoices):
    """What can be done with a request."""

    EDIT = "edit", _("edited")
    SUBMIT = "submit", _("submitted")
    WITHDRAW = "withdraw", _("withdrawn")
    APPROVE = "approve", _("approved")
    SEND_BACK = "return", _("sent back")
    DECLINE = "decline", _("declined")


# Where each move leads from each state. What is not here cannot be done.
MOVES: dict[Status, dict[Move, Status]] = {
    Status.DRAFT: {
        Move.EDIT: Status.DRAFT,
        Move.SUBMIT: Status.WAITING,
        Move.WITHDRAW: Status.WITHDRAWN,
    },
    Status.RETURNED: {
        Move.EDIT: Status.RETURNED,
        Move.SUBMIT: Status.WAITING,
        Move.WITHDRAW: Status.WITHDRAWN,
    },
    Status.WAITING: {
        Move.APPROVE: Status.APPROVED,
        Move.SEND_BACK: Status.RETURNED,
        Move.DECLINE: Status.DECLINED,
        Move.WITHDRAW: Status.WITHDRAWN,
    },
    Status.APPROVED: {},
    Status.DECLINED: {},
    Status.WITHDRAWN: {},
}
# Nothing leads out of these: the database keeps what is in one as it is.
CLOSED = tuple(status for status, moves in MOVES.items() if not moves)
EDITABLE = tuple(status for status, moves in MOVES.items() if Move.EDIT in moves)

DECISIONS = (Move.APPROVE, Move.SEND_BACK, Move.DECLINE)
# Whoever decides against a request says why.
NEEDS_COMMENT = (Move.SEND_BACK, Move.DECLINE)


class Refusal(TextChoices):
    """Why somebody cannot decide a step."""

    CLOSED = "closed", _("This step has been decided already.")
    NOT_YET = "not-yet", _("An earlier step has to be decided first.")
    OWN = "own", _("Nobody decides their own request.")
    TWICE = "twice", _("You have decided another step of this request.")
    FOREIGN = "foreign", _("This step is somebody else’s to decide.")


# Those that depend on who asks, not on how far the request has come.
PERSONAL = (Refusal.OWN, Refusal.TWICE, Refusal.FOREIGN)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Who approves from an amount on, and who does so in their place. A person is known by number."""

    from_amount: Decimal
    approver: int | None
    backup: int | None


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Who approves in one stage, and who is left to do so in their place."""

    stage: Stage
    approver: int
    backup: int | None


def destination(status: str, move: Move) -> Status | None:
    """Return where a move leads from a state, or None where it cannot be made."""
    return MOVES[Status(status)].get(move)


def route(
    amount: Decimal, stages: Iterable[Stage], requester: int | None
) -> list[Assignment] | None:
    """Return who approves an amount, in order; None where a stage has nobody who may.

    Each stage whose amount is reached takes part, the lowest first. Nobody approves their own request, and nobody
    approves twice: the backup does so instead.
    """
    taken = {requester}
    assignments = []
    for stage in sorted(stages, key=lambda stage: stage.from_amount):
        if stage.from_amount > amount:
            continue
        free = [
            person for person in (stage.approver, stage.backup) if person and person not in taken
        ]
        if not free:
            return None
        approver, *rest = free
        taken.add(approver)
        assignments.append(
            Assignment(stage=stage, approver=approver, backup=rest[0] if rest else None)
        )
    return assignments or None


def refusal(  # noqa: PLR0913  # all that a decision depends on
    person: int,
    *,
    status: str,
    is_open: bool,
    is_next: bool,
    requester: int | None,
    approver: int | None,
    stands_in_for: Collection[int],
    has_decided: Collection[int | None],
) -> Refusal | None:
    """Return why a person cannot decide a step, or None where they can.

    `stands_in_for` are those who have delegated to the person, `has_decided` those who have decided other steps.
    """
    if requester == person:
        return Refusal.OWN
    if approver != person and approver not in stands_in_for:
        return Refusal.FOREIGN
    if not is_open or status != Status.WAITING:
        return Refusal.CLOSED
    if not is_next:
        return Refusal.NOT_YET
    if person in has_decided:
        return Refusal.TWICE
    return None


def changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the values that are not the same."""
    return (name for name in after if before.get(name) != after[name])


def cell(value: object) -> str:
    """Return a value for a cell of a table, which no spreadsheet takes for a formula."""
    text = str(value)
    is_formula = text.lstrip().startswith(("=", "+", "-", "@")) or text.startswith(
        ("\t", "\r", "\n")
    )
    return f"'{text}" if is_formula else text
