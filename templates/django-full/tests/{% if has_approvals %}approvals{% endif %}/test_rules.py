from decimal import Decimal
from itertools import product

import pytest

from apps.approvals.rules import (
    CLOSED,
    MOVES,
    Move,
    Refusal,
    Stage,
    Status,
    cell,
    changes,
    destination,
    refusal,
    route,
)

ALLOWED = {
    (Status.DRAFT, Move.EDIT),
    (Status.DRAFT, Move.SUBMIT),
    (Status.DRAFT, Move.WITHDRAW),
    (Status.RETURNED, Move.EDIT),
    (Status.RETURNED, Move.SUBMIT),
    (Status.RETURNED, Move.WITHDRAW),
    (Status.WAITING, Move.APPROVE),
    (Status.WAITING, Move.SEND_BACK),
    (Status.WAITING, Move.DECLINE),
    (Status.WAITING, Move.WITHDRAW),
}
REQUESTER, LEAD, HEAD, DEPUTY = 1, 2, 3, 4


@pytest.mark.parametrize(("status", "move"), list(product(Status, Move)))
def test_each_state_allows_its_moves_alone(status: Status, move: Move) -> None:
    assert (destination(status, move) is not None) is ((status, move) in ALLOWED)


def test_every_state_is_in_the_table_and_the_closed_ones_lead_nowhere() -> None:
    assert set(MOVES) == set(Status)
    assert set(CLOSED) == {Status.APPROVED, Status.DECLINED, Status.WITHDRAWN}


def stages() -> list[Stage]:
    return [
        Stage(from_amount=Decimal(1000), approver=HEAD, backup=DEPUTY),
        Stage(from_amount=Decimal(0), approver=LEAD, backup=DEPUTY),
    ]


@pytest.mark.parametrize(
    ("amount", "approvers"),
    [("0.01", [LEAD]), ("999.99", [LEAD]), ("1000", [LEAD, HEAD]), ("50000", [LEAD, HEAD])],
)
def test_the_amount_says_who_approves(amount: str, approvers: list[int]) -> None:
    found = route(Decimal(amount), stages(), REQUESTER)
    assert [assignment.approver for assignment in found or ()] == approvers


def test_nobody_approves_their_own_request() -> None:
    found = route(Decimal(2000), stages(), LEAD)
    assert [assignment.approver for assignment in found or ()] == [DEPUTY, HEAD]
    assert [assignment.backup for assignment in found or ()] == [None, None]


def test_nobody_approves_twice() -> None:
    same = [
        Stage(from_amount=Decimal(0), approver=LEAD, backup=None),
        Stage(from_amount=Decimal(10), approver=LEAD, backup=DEPUTY),
    ]
    found = route(Decimal(10), same, REQUESTER)
    assert [assignment.approver for assignment in found or ()] == [LEAD, DEPUTY]


@pytest.mark.parametrize(
    "stages",
    [
        [],
        [Stage(from_amount=Decimal(11), approver=LEAD, backup=None)],
        [Stage(from_amount=Decimal(0), approver=REQUESTER, backup=None)],
        [Stage(from_amount=Decimal(0), approver=None, backup=REQUESTER)],
        [
            Stage(from_amount=Decimal(0), approver=LEAD, backup=None),
            Stage(from_amount=Decimal(1), approver=LEAD, backup=LEAD),
        ],
    ],
)
def test_a_request_that_nobody_else_may_approve_goes_nowhere(stages: list[Stage]) -> None:
    assert route(Decimal(10), stages, REQUESTER) is None


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, None),
        ({"approver": HEAD, "stands_in_for": {HEAD}}, None),
        ({"approver": HEAD}, Refusal.FOREIGN),
        ({"requester": LEAD}, Refusal.OWN),
        ({"requester": LEAD, "approver": HEAD, "stands_in_for": {HEAD}}, Refusal.OWN),
        ({"is_open": False}, Refusal.CLOSED),
        ({"status": Status.WITHDRAWN}, Refusal.CLOSED),
        ({"is_next": False}, Refusal.NOT_YET),
        ({"has_decided": {LEAD}}, Refusal.TWICE),
        ({"approver": None}, Refusal.FOREIGN),
    ],
)
def test_who_decides(changed: dict[str, object], expected: Refusal | None) -> None:
    facts = {
        "status": Status.WAITING,
        "is_open": True,
        "is_next": True,
        "requester": REQUESTER,
        "approver": LEAD,
        "stands_in_for": set(),
        "has_decided": {None},
    }
    assert refusal(LEAD, **{**facts, **changed}) is expected  # type: ignore[arg-type]


def test_what_has_changed_is_named() -> None:
    assert list(changes({"a": 1, "b": 2}, {"a": 1, "b": 3})) == ["b"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "=cmd|'/C calc'!A0"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["A lamp", "2140.00", 7, "", "a=b"])
def test_other_cells_stay_as_they_are(value: object) -> None:
    assert cell(value) == str(value)
