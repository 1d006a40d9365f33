import json
from decimal import Decimal

import pytest
from django.contrib.auth import get_user
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.approvals import workflow
from apps.approvals.models import AuditEntry, Delegation, PurchaseRequest
from apps.approvals.rules import Move
from tests.approvals.conftest import Ask, browser, delegated, step_of
from tests.conftest import confirm_password, sign_in

DATA = "/approvals/your-data.json"
LEAVE = "/approvals/leave/"


@pytest.fixture
def approved(ask: Ask, requester: User, lead: User) -> PurchaseRequest:
    """Give a request that is closed."""
    request = workflow.submit(ask(amount=Decimal(5), title="A chair").pk, requester)
    return workflow.decide(step_of(request).pk, lead, Move.APPROVE, "Sit well.")


def confirmed(user: User) -> Client:
    """Give a browser in which somebody has just typed their password."""
    client = Client()
    sign_in(client, user.email)
    confirm_password(client)
    return client


def test_people_take_along_what_is_theirs_alone(
    approved: PurchaseRequest, ask: Ask, requester: User, lead: User, deputy: User
) -> None:
    workflow.submit(ask(deputy, title="Not hers").pk, deputy)
    delegated(lead, deputy)
    hers = browser(requester).get(DATA)
    assert hers["Content-Disposition"] == 'attachment; filename="your-data.json"'
    data = json.loads(hers.content)
    assert data["account"]["email"] == requester.email
    assert [row["title"] for row in data["requests"]] == ["A chair"]
    assert [row["what"] for row in data["audit_trail"]] == ["submit", "create"]
    assert data["decisions"] == data["delegations"] == []
    assert "Not hers" not in hers.content.decode()
    theirs = browser(lead).get(DATA).json()
    [decision] = theirs["decisions"]
    assert (decision["request"], decision["comment"]) == (str(approved), "Sit well.")
    assert [row["delegate"] for row in theirs["delegations"]] == [deputy.email]
    assert theirs["requests"] == []


def test_what_is_taken_along_takes_the_same_number_of_queries(ask: Ask, requester: User) -> None:
    def queries() -> int:
        workflow.submit(ask().pk, requester)
        client = browser(requester)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(DATA).status_code == 200
        return len(captured)

    assert queries() == queries()


def test_people_delete_their_account_and_what_has_to_stay_stays(
    approved: PurchaseRequest, waiting: PurchaseRequest, requester: User
) -> None:
    delegated(requester_who_decides(requester), step_of(waiting).backup or requester)
    trail = AuditEntry.objects.count()
    client = confirmed(requester)
    page = client.get(LEAVE).content.decode()
    assert "keeps your email" in page
    response = client.post(LEAVE, {"email": "Sana@Example.com"}, follow=True)
    assert "Your account is deleted." in response.content.decode()
    assert get_user(client).is_anonymous
    assert not User.objects.filter(email="sana@example.com").exists()
    assert not Delegation.objects.exists()
    for request, status in ((approved, "approved"), (waiting, "withdrawn")):
        request.refresh_from_db()
        assert (request.requester, request.status) == (None, status)
    assert AuditEntry.objects.filter(actor="sana@example.com").count() == trail - 1
    last = AuditEntry.objects.latest("pk")
    assert (last.action, last.actor, last.request) == ("withdraw", "", waiting)
    assert "deleted" in last.comment
    connection.check_constraints()


def requester_who_decides(requester: User) -> User:
    """Have somebody who asks decide too."""
    requester.groups.add(*User.objects.get(email="tomas@example.com").groups.all())
    return User.objects.get(pk=requester.pk)


def test_nobody_else_deletes_an_account_at_an_open_browser(requester: User) -> None:
    response = browser(requester).post(LEAVE, {"email": requester.email})
    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.filter(pk=requester.pk).exists()


def test_an_account_is_not_deleted_by_mistake(requester: User, lead: User) -> None:
    client = confirmed(requester)
    for email in ("", lead.email):
        assert client.post(LEAVE, {"email": email}).status_code == 422
    assert User.objects.filter(pk=requester.pk).exists()


def test_staff_do_not_delete_themselves(requester: User) -> None:
    client = confirmed(requester)
    User.objects.filter(pk=requester.pk).update(is_staff=True)
    assert "An administrator deletes" in client.get(LEAVE).content.decode()
    assert client.post(LEAVE, {"email": requester.email}).status_code == 403
    assert User.objects.filter(pk=requester.pk).exists()
