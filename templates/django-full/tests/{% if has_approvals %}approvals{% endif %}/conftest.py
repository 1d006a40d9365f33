import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.approvals import standing_in, workflow
from apps.approvals.models import ApprovalRule, Delegation, Department, PurchaseRequest, Step
from apps.approvals.protection import lift
from tests.conftest import MakeUser

Ask = Callable[..., PurchaseRequest]


@pytest.fixture
def emptied(transactional_db: None) -> Iterator[None]:
    """Let the tables be emptied after a test that writes as production does."""
    yield
    with connection.cursor() as cursor:
        lift(cursor)


@pytest.fixture
def make_member(make_user: MakeUser) -> Callable[..., User]:
    """Make somebody who belongs to groups."""

    def make(email: str, *groups: str) -> User:
        member = make_user(email, name=email.partition("@")[0].capitalize())
        member.groups.set(Group.objects.filter(name__in=groups))
        return member

    return make


@pytest.fixture
def requester(make_member: Callable[..., User]) -> User:
    return make_member("sana@example.com", "Requesters")


@pytest.fixture
def lead(make_member: Callable[..., User]) -> User:
    return make_member("tomas@example.com", "Approvers", "Requesters")


@pytest.fixture
def head(make_member: Callable[..., User]) -> User:
    return make_member("ines@example.com", "Approvers", "Requesters")


@pytest.fixture
def deputy(make_member: Callable[..., User]) -> User:
    return make_member("leo@example.com", "Approvers", "Requesters")


@pytest.fixture
def auditor(make_member: Callable[..., User]) -> User:
    return make_member("mei@example.com", "Auditors")


@pytest.fixture
def person(
    request: pytest.FixtureRequest, make_member: Callable[..., User], requester: User, lead: User
) -> User:
    """Give somebody of a role, who has nothing else to do with the request."""
    lead.groups.set(lead.groups.filter(name="Approvers"))
    match request.param:
        case "requester":
            return requester
        case "approver":
            return lead
        case "administrator":
            return request.getfixturevalue("administrator")
        case "auditor":
            return make_member("mei@example.com", "Auditors")
    return make_member("eve@example.com")


@pytest.fixture
def department(lead: User, head: User, deputy: User) -> Department:
    """Give a department where the lead approves all, and the head what costs 1000 and more."""
    studio = Department.objects.create(name="Studio")
    for amount, approver in (("0", lead), ("1000", head)):
        ApprovalRule.objects.create(
            department=studio,
            currency="EUR",
            from_amount=Decimal(amount),
            approver=approver,
            backup=deputy,
        )
    return studio


@pytest.fixture
def ask(requester: User, department: Department) -> Ask:
    """Make a draft."""

    def make(person: User = requester, **changed: Any) -> PurchaseRequest:
        content: dict[str, Any] = {
            "title": "A laptop",
            "reason": "The old one is slow.",
            "amount": Decimal("2140.00"),
            "currency": "EUR",
            "department": department,
        }
        return workflow.create(person, **{"key": uuid.uuid4(), **content, **changed})

    return make


@pytest.fixture
def draft(ask: Ask) -> PurchaseRequest:
    return ask()


@pytest.fixture
def waiting(draft: PurchaseRequest, requester: User) -> PurchaseRequest:
    return workflow.submit(draft.pk, requester)


def step_of(request: PurchaseRequest, position: int = 1) -> Step:
    """Return a step of the present round."""
    request.refresh_from_db()
    return Step.objects.get(request=request, round=request.round, position=position)


def delegated(principal: User, delegate: User, days: int = 2) -> Delegation:
    """Have somebody decide for somebody else, since yesterday."""
    now = timezone.now()
    return standing_in.delegate(
        principal, delegate, now - timedelta(days=1), now + timedelta(days=days)
    )


def browser(user: User) -> Client:
    """Give a browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Do several things in the same moment, and return what came of each."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(run, action) for action in actions]
    return [future.exception() or future.result() for future in futures]
