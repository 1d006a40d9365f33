"""What `manage.py seed` makes: people of each role, and a request in each state."""

import uuid
from decimal import Decimal

from django.contrib.auth.models import Group

from apps.accounts.models import User
from apps.approvals import workflow
from apps.approvals.models import ApprovalRule, Department, PurchaseRequest, Step
from apps.approvals.rules import Move

# Those whom this example needs beside the two people that there are anyhow.
OTHERS = {"leo@example.com": "Leo", "mei@example.com": "Mei"}
GROUPS = {
    "ada@example.com": ("Requesters",),
    "grace@example.com": ("Requesters", "Approvers"),
    "leo@example.com": ("Requesters", "Approvers"),
    "mei@example.com": ("Auditors",),
}
# A title, an amount, a reason, and what was decided.
REQUESTS: tuple[tuple[str, str, str, Move | None], ...] = (
    ("Standing desk", "620.00", "For the place by the window.", None),
    ("New laptop for the studio", "2140.00", "The old one gets no updates.", Move.SUBMIT),
    ("Extra storage", "460.00", "The disks are full in March.", Move.SEND_BACK),
    ("Second espresso machine", "1299.00", "The queue is long at nine.", Move.DECLINE),
    ("Conference in Lisbon", "890.00", "Two talks are about what we do.", Move.WITHDRAW),
    ("Office plants", "175.00", "The new rooms are bare.", Move.APPROVE),
)
COMMENTS = {
    Move.APPROVE: "Fits the budget.",
    Move.DECLINE: "The first one is hardly a year old.",
    Move.SEND_BACK: "Which model, and for how many years?",
}


def fill() -> None:
    """Make what is not there yet."""
    for email, groups in GROUPS.items():
        User.objects.get(email=email).groups.add(*Group.objects.filter(name__in=groups))
    if Department.objects.exists():
        return
    ada, grace, leo = (User.objects.get(email=email) for email in list(GROUPS)[:3])
    studio = Department.objects.create(name="Studio")
    for amount, approver, backup in (("0", grace, leo), ("1000", leo, None)):
        ApprovalRule.objects.create(
            department=studio,
            currency="EUR",
            from_amount=Decimal(amount),
            approver=approver,
            backup=backup,
        )
    for title, amount, reason, move in REQUESTS:
        made = workflow.create(
            ada,
            uuid.uuid5(uuid.NAMESPACE_URL, title),
            title=title,
            amount=Decimal(amount),
            currency="EUR",
            reason=reason,
            department=studio,
        )
        go_on(made, move, ada, grace)


def go_on(request: PurchaseRequest, move: Move | None, requester: User, approver: User) -> None:
    """Take a request to the state that a move leads to."""
    if move is None:
        return
    workflow.submit(request.pk, requester)
    if move is Move.WITHDRAW:
        workflow.withdraw(request.pk, requester)
    elif move in COMMENTS:
        step = Step.objects.get(request=request, position=1)
        workflow.decide(step.pk, approver, move, COMMENTS[move])
