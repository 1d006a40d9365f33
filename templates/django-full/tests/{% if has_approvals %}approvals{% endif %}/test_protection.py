from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.approvals import workflow
from apps.approvals.models import (
    ApprovalRule,
    AuditEntry,
    Delegation,
    Department,
    PurchaseRequest,
    Step,
)
from apps.approvals.protection import lift, protect
from apps.approvals.rules import Move
from tests.approvals.conftest import Ask, delegated, step_of


def refuse(action: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        action()


@pytest.fixture
def approved(waiting: PurchaseRequest, lead: User, head: User) -> PurchaseRequest:
    for position, person in ((1, lead), (2, head)):
        workflow.decide(step_of(waiting, position).pk, person, Move.APPROVE)
    waiting.refresh_from_db()
    return waiting


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE approvals_auditentry SET actor = 'nobody@example.com'",
        "UPDATE approvals_auditentry SET created_at = created_at",
        "DELETE FROM approvals_auditentry",
        "DELETE FROM approvals_purchaserequest",
        "DELETE FROM approvals_step",
    ],
)
def test_the_database_keeps_what_happened(approved: PurchaseRequest, statement: str) -> None:
    before = list(AuditEntry.objects.values())
    refuse(partial(execute, statement))
    assert list(AuditEntry.objects.values()) == before


def test_the_model_keeps_what_happened(draft: PurchaseRequest) -> None:
    entry = draft.entries.get()
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


@pytest.mark.parametrize(
    "values",
    [
        {"amount": 1},
        {"title": "a LAPTOP"},
        {"reason": ""},
        {"currency": "USD"},
        {"status": "draft"},
        {"round": 7},
        {"version": 7},
        {"created_at": timezone.now() - timedelta(days=900)},
    ],
)
def test_the_database_locks_a_closed_request(
    approved: PurchaseRequest, values: dict[str, object]
) -> None:
    refuse(partial(PurchaseRequest.objects.update, **values))


def test_the_database_locks_whose_and_where_a_closed_request_is(
    approved: PurchaseRequest, lead: User
) -> None:
    refuse(partial(PurchaseRequest.objects.update, requester=lead))
    refuse(partial(PurchaseRequest.objects.update, department=Department.objects.create(name="B")))


def test_an_open_request_is_not_locked(draft: PurchaseRequest) -> None:
    assert PurchaseRequest.objects.update(amount=F("amount") + 1) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "skip"},
        {"comment": "Never said."},
        {"decided_at": timezone.now() - timedelta(days=900)},
    ],
)
def test_the_database_locks_a_decision(
    approved: PurchaseRequest, values: dict[str, object]
) -> None:
    refuse(partial(Step.objects.update, **values))


def test_the_database_locks_who_has_decided(approved: PurchaseRequest, deputy: User) -> None:
    steps = Step.objects.filter(position=1)
    refuse(partial(steps.update, decided_by=deputy))
    refuse(partial(steps.update, approver=deputy))


def test_the_database_lets_nobody_decide_their_own_request(
    waiting: PurchaseRequest, requester: User
) -> None:
    decided = {"outcome": "approve", "decided_at": timezone.now(), "decided_by": requester}
    refuse(partial(Step.objects.filter(position=1).update, **decided))
    refuse(partial(Step.objects.create, request=waiting, round=1, position=9, days=1, **decided))


def test_the_database_refuses_what_cannot_be(waiting: PurchaseRequest, lead: User) -> None:
    refuse(partial(PurchaseRequest.objects.update, amount=0))
    refuse(partial(PurchaseRequest.objects.update, status="lost"))
    refuse(partial(PurchaseRequest.objects.update, currency="XXX"))
    refuse(partial(Step.objects.update, outcome="approve"))
    refuse(partial(Step.objects.update, decided_at=timezone.now()))
    refuse(partial(Step.objects.update, outcome="decline", decided_at=timezone.now()))
    refuse(partial(Step.objects.update, position=1))
    decided = {"outcome": "approve", "decided_at": timezone.now(), "decided_by": lead}
    refuse(partial(Step.objects.update, **decided))
    refuse(partial(ApprovalRule.objects.update, from_amount=5))
    refuse(partial(ApprovalRule.objects.update, days=0))
    now = timezone.now()
    to_self = {"principal": lead, "delegate": lead, "starts_at": now, "ends_at": now}
    refuse(partial(Delegation.objects.create, **to_self))


@pytest.mark.usefixtures("emptied")
@pytest.mark.django_db(transaction=True)
def test_a_migration_puts_the_triggers_back(draft: PurchaseRequest) -> None:
    config = apps.get_app_config("approvals")
    with connection.cursor() as cursor:
        lift(cursor)
    protect(config, "default")
    protect(config, "default")
    refuse(partial(execute, "DELETE FROM approvals_auditentry"))


def test_where_the_tables_are_not_there_is_nothing_to_protect(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = apps.get_app_config("approvals")
    with monkeypatch.context() as patch:
        patch.setattr(connection.introspection, "table_names", lambda _cursor: [])
        protect(config, "default")
    monkeypatch.setattr("django.db.router.allow_migrate_model", lambda *_arguments: False)
    protect(config, "default")


def test_an_account_is_deleted_and_the_trail_keeps_who_it_was(
    approved: PurchaseRequest, ask: Ask, lead: User, deputy: User
) -> None:
    requester = User.objects.get(email="sana@example.com")
    opened = workflow.submit(ask().pk, requester)
    delegated(lead, deputy)
    trail = list(AuditEntry.objects.order_by("pk").values())
    for person in User.objects.all():
        person.delete()
    *before, last = AuditEntry.objects.order_by("pk").values()
    assert before == trail
    assert (last["request_id"], last["action"], last["actor"]) == (opened.pk, "withdraw", "")
    assert not Delegation.objects.exists()
    assert not PurchaseRequest.objects.exclude(requester=None)
    assert not Step.objects.exclude(approver=None, backup=None, decided_by=None)
    assert not ApprovalRule.objects.exclude(approver=None, backup=None)
    connection.check_constraints()


def test_the_model_locks_a_closed_request(approved: PurchaseRequest) -> None:
    approved.title = "Two laptops"
    for action in (approved.save, approved.delete):
        with pytest.raises(TypeError):
            action()
