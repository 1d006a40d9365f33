"""Personal data: what people may download, and what stays when they go. The README has the policy and its reasons."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.approvals import workflow
from apps.approvals.exports import Row, entry_rows, request_rows
from apps.approvals.models import AuditEntry, Delegation, PurchaseRequest, Step
from apps.approvals.rules import CLOSED


def data_of(user: User) -> dict[str, Any]:
    """Return what is kept about somebody, and nothing about anybody else that they cannot see anyhow."""
    mine = PurchaseRequest.objects.filter(requester=user).with_names()
    delegations = Delegation.objects.filter(Q(principal=user) | Q(delegate=user))
    return {
        "account": {
            "email": user.email,
            "name": user.name,
            "date_joined": user.date_joined,
            "last_login": user.last_login,
        },
        "requests": list(request_rows(mine)),
        "decisions": [decision(step) for step in Step.objects.filter(decided_by=user)],
        "delegations": [
            {
                "approver": each.principal.email,
                "delegate": each.delegate.email,
                "from": each.starts_at,
                "until": each.ends_at,
            }
            for each in delegations.select_related("principal", "delegate")
        ],
        "audit_trail": list(
            entry_rows(AuditEntry.objects.filter(actor_id=user.pk).with_requests())
        ),
    }


def decision(step: Step) -> Row:
    """Return what is exported of a decision."""
    return {
        "request": f"REQ-{step.request_id}",
        "step": step.position,
        "decision": step.outcome,
        "comment": step.comment,
        "decided_at": step.decided_at,
    }


@transaction.atomic
def let_go(user: User) -> None:
    """Withdraw what somebody has asked for and nobody has decided yet, before their account is deleted."""
    theirs = PurchaseRequest.objects.filter(requester=user).exclude(status__in=CLOSED)
    for pk in theirs.values_list("pk", flat=True):
        request = workflow.locked(pk)
        if request.status not in CLOSED:
            workflow.give_up(request, None, _("The account of the requester is deleted."))
