import csv
import json
import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.approvals import standing_in, workflow
from apps.approvals.models import AuditEntry, Delegation, Department, PurchaseRequest
from apps.approvals.rules import Move
from tests.approvals.conftest import Ask, browser, delegated, step_of

LISTS = ("/approvals/", "/approvals/yours/", "/approvals/all/")


def form_of(department: Department, /, **changed: Any) -> dict[str, Any]:
    """Return what the form of a new request sends."""
    data = {
        "key": str(uuid.uuid4()),
        "title": "A laptop",
        "department": department.pk,
        "amount": "2140.00",
        "currency": "EUR",
        "reason": "The old one is slow.",
    }
    return data | changed


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def streamed(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    return b"".join(response).decode()


def test_a_request_goes_all_the_way(
    requester: User, lead: User, head: User, department: Department
) -> None:
    hers = browser(requester)
    form = read(hers, "/approvals/new/")
    key = re.findall(r'name="key" value="([^"]+)"', form)[0]
    page = hers.post("/approvals/new/", form_of(department, key=key), follow=True)
    request = PurchaseRequest.objects.get()
    assert "The draft is saved." in page.content.decode()
    assert "Waiting" in read_after(hers, f"{request.get_absolute_url()}submit/")
    for position, person in ((1, lead), (2, head)):
        theirs = browser(person)
        assert request.title in read(theirs, "/approvals/")
        assert "Your decision" in read(theirs, request.get_absolute_url())
        address = f"/approvals/steps/{step_of(request, position).pk}/decide/"
        page = theirs.post(address, {"decision": "approve", "comment": "Fine."}, follow=True)
        assert "Your decision is saved." in page.content.decode()
        assert "Nothing waits for you" in read(theirs, "/approvals/")
    page_of_hers = read(hers, request.get_absolute_url())
    assert ">Approved<" in page_of_hers
    assert "2,140.00 EUR" in page_of_hers
    assert "Fine." in page_of_hers
    assert "Submit request" not in page_of_hers


def read_after(client: Client, address: str) -> str:
    return client.post(address, follow=True).content.decode()


def test_a_form_that_is_sent_twice_makes_one_request(
    requester: User, department: Department
) -> None:
    data = form_of(department)
    first, second = (browser(requester).post("/approvals/new/", data) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert PurchaseRequest.objects.count() == 1


def test_a_key_of_somebody_else_s_request_is_refused(
    draft: PurchaseRequest, lead: User, department: Department
) -> None:
    data = form_of(department, key=str(draft.key))
    assert browser(lead).post("/approvals/new/", data).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"},
        {"amount": "-1"},
        {"amount": "1.234"},
        {"currency": "XXX"},
        {"department": 0},
        {"title": ""},
        {"reason": ""},
        {"key": "x"},
    ],
)
def test_a_form_says_what_is_wrong(
    requester: User, department: Department, wrong: dict[str, Any]
) -> None:
    response = browser(requester).post("/approvals/new/", form_of(department, **wrong))
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not PurchaseRequest.objects.exists()


def test_a_department_that_is_not_active_is_not_offered(
    draft: PurchaseRequest, requester: User, department: Department
) -> None:
    Department.objects.update(is_active=False)
    assert "Studio" not in read(browser(requester), "/approvals/new/")
    assert "Studio" in read(browser(requester), f"{draft.get_absolute_url()}edit/")


def test_of_two_who_edit_the_second_is_told(
    draft: PurchaseRequest, requester: User, department: Department
) -> None:
    hers, address = browser(requester), f"{draft.get_absolute_url()}edit/"
    assert 'name="version" value="1"' in read(hers, address)
    data = form_of(department, title="Two laptops", version=1)
    assert hers.post(address, data).status_code == 302
    second = hers.post(address, data | {"title": "Three laptops"})
    assert second.status_code == 409
    assert hers.post(address, data | {"title": "", "version": 2}).status_code == 422
    draft.refresh_from_db()
    assert draft.title == "Two laptops"


def test_what_waits_cannot_be_edited(waiting: PurchaseRequest, requester: User) -> None:
    response = browser(requester).get(f"{waiting.get_absolute_url()}edit/", follow=True)
    assert "can’t be changed now" in response.content.decode()


def test_a_decision_against_it_needs_a_reason(waiting: PurchaseRequest, lead: User) -> None:
    address = f"/approvals/steps/{step_of(waiting).pk}/decide/"
    response = browser(lead).post(address, {"decision": "decline", "comment": " "})
    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    assert browser(lead).post(address, {"decision": "burn"}).status_code == 422


def test_who_comes_too_late_is_told(waiting: PurchaseRequest, lead: User, deputy: User) -> None:
    delegated(lead, deputy)
    address = f"/approvals/steps/{step_of(waiting).pk}/decide/"
    browser(deputy).post(address, {"decision": "approve"})
    response = browser(lead).post(address, {"decision": "approve"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "has been decided already" in page
    assert "decided by Leo" in page


def test_who_decided_for_somebody_still_sees_what_they_decided(
    waiting: PurchaseRequest, lead: User, deputy: User
) -> None:
    made = delegated(lead, deputy)
    workflow.decide(step_of(waiting).pk, deputy, Move.APPROVE)
    standing_in.end_delegation(made.pk, lead)
    assert "A laptop" in read(browser(deputy), waiting.get_absolute_url())


def test_the_end_of_a_request_is_withdrawal(waiting: PurchaseRequest, requester: User) -> None:
    hers, address = browser(requester), waiting.get_absolute_url()
    assert "The request is withdrawn." in read_after(hers, f"{address}withdraw/")
    assert hers.post(f"{address}submit/").status_code == 409


def test_requests_are_found_by_their_words_and_state(waiting: PurchaseRequest, ask: Ask) -> None:
    ask(title="A plant")
    hers = browser(User.objects.get(email="sana@example.com"))
    assert "A plant" not in read(hers, "/approvals/yours/?q=LAPTOP")
    assert "A laptop" not in read(hers, "/approvals/all/?status=draft")
    assert "No request matches" in read(hers, "/approvals/all/?q=bicycle")
    assert "A laptop" in read(hers, f"/approvals/all/?status=lost&q={'x' * 81}")


def test_approvers_delegate_and_end_it(lead: User, deputy: User, waiting: PurchaseRequest) -> None:
    his, address = browser(lead), "/approvals/delegations/"
    today = timezone.localdate()
    data = {"delegate": deputy.email, "first_day": today, "last_day": today}
    assert "Leo" in his.post(address, data, follow=True).content.decode()
    assert "A laptop" in read(browser(deputy), "/approvals/")
    made = Delegation.objects.get()
    assert str(made) == f"{lead.email} → {deputy.email}"
    assert browser(deputy).post(f"{address}{made.pk}/end/").status_code == 404
    assert "The delegation has ended." in read_after(his, f"{address}{made.pk}/end/")
    assert "Leo" not in read(his, address)
    assert "Nothing waits for you" in read(browser(deputy), "/approvals/")


@pytest.mark.parametrize(
    ("delegate", "days"),
    [
        ("sana@example.com", (0, 0)),
        ("tomas@example.com", (0, 0)),
        ("nobody@example.com", (0, 0)),
        ("leo@example.com", (1, 0)),
        ("leo@example.com", (-3, -1)),
    ],
)
def test_a_delegation_that_cannot_be_is_refused(
    requester: User, lead: User, deputy: User, delegate: str, days: tuple[int, int]
) -> None:
    first, last = (timezone.localdate() + timedelta(days=day) for day in days)
    data: dict[str, str | date] = {"delegate": delegate, "first_day": first, "last_day": last}
    assert browser(lead).post("/approvals/delegations/", data).status_code == 422
    assert not Delegation.objects.exists()


def test_exports_hold_what_may_be_seen_and_no_formulas(
    ask: Ask, requester: User, lead: User, auditor: User
) -> None:
    ask(title='=HYPERLINK("//evil")', reason="+1")
    ask(lead, title="Not hers")
    rows = list(csv.DictReader(StringIO(streamed(browser(requester), "/approvals/requests.csv"))))
    assert [(row["title"], row["reason"]) for row in rows] == [('\'=HYPERLINK("//evil")', "'+1")]
    [one] = json.loads(streamed(browser(requester), "/approvals/requests.json"))
    assert one["amount"] == "2140.00"
    assert one["title"] == '=HYPERLINK("//evil")'
    assert len(json.loads(streamed(browser(auditor), "/approvals/requests.json"))) == 2
    assert json.loads(streamed(browser(auditor), "/approvals/requests.json?q=nothing")) == []


def test_auditors_read_and_export_the_trail(
    waiting: PurchaseRequest, auditor: User, lead: User, deputy: User
) -> None:
    delegated(lead, deputy)
    page = read(browser(auditor), "/approvals/audit/")
    assert "Created" in page
    assert "Delegated" in page
    rows = json.loads(streamed(browser(auditor), "/approvals/audit-trail.json"))
    assert [row["what"] for row in rows] == ["delegate", "submit", "create"]
    assert rows[1]["before"] == {"status": "draft"}
    table = list(csv.DictReader(StringIO(streamed(browser(auditor), "/approvals/audit-trail.csv"))))
    assert json.loads(table[1]["before"]) == {"status": "draft"}
    assert table[0]["request"] == ""


def test_an_empty_trail_says_so(auditor: User) -> None:
    assert "Nothing has happened yet" in read(browser(auditor), "/approvals/audit/")


def test_lists_come_in_pages(ask: Ask, requester: User) -> None:
    for number in range(21):
        ask(title=f"Laptop {number}.")
    hers = browser(requester)
    assert "Laptop 0." not in read(hers, "/approvals/yours/")
    assert "Laptop 0." in read(hers, "/approvals/yours/?page=2")


@pytest.mark.parametrize(
    "address",
    [*LISTS, "/approvals/audit/", "/approvals/requests.csv", "/approvals/audit-trail.json"],
)
def test_a_list_asks_the_database_the_same_however_long(
    ask: Ask, administrator: User, make_member: Callable[..., User], lead: User, address: str
) -> None:
    administrator.groups.clear()
    people = iter(range(99))

    def queries(count: int) -> int:
        for _ in range(count):
            person = make_member(f"person{next(people)}@example.com", "Requesters")
            workflow.submit(ask(person).pk, person)
            ask(administrator)
        client = browser(lead if address == "/approvals/" else administrator)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
            assert b"".join(response)
        return len(captured)

    assert queries(2) == queries(5)


def test_a_page_asks_the_database_the_same_however_long(
    waiting: PurchaseRequest, requester: User, lead: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            read(browser(requester), waiting.get_absolute_url())
        return len(captured)

    before = queries()
    workflow.decide(step_of(waiting).pk, lead, Move.SEND_BACK, "Why?")
    waiting.refresh_from_db()
    workflow.edit(waiting.pk, requester, waiting.version, amount=Decimal(5000))
    workflow.submit(waiting.pk, requester)
    assert AuditEntry.objects.count() == 5
    assert queries() == before


def test_what_a_deleted_account_asked_for_stays(
    waiting: PurchaseRequest, requester: User, auditor: User
) -> None:
    requester.delete()
    page = read(browser(auditor), waiting.get_absolute_url())
    assert "Deleted account" in page
    assert "sana@example.com" in page
    assert "Deleted account" in read(browser(auditor), "/approvals/all/")


def test_nobody_waits_for_nothing(requester: User) -> None:
    hers = browser(requester)
    assert "Nothing waits for you" in read(hers, "/approvals/")
    assert "No requests yet" in read(hers, "/approvals/yours/")
