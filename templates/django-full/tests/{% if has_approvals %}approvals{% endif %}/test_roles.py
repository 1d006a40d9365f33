"""What each role may do at every address: what is not listed is refused."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import URLPattern

from apps.accounts.models import User
from apps.approvals.models import AuditEntry, PurchaseRequest, Step
from apps.approvals.urls import urlpatterns
from tests.approvals.conftest import browser, delegated, step_of

# Whoever leaves has to type their password first.
OWN_DATA = {"your_data", "leave"}
EVERYBODY = {"inbox", "yours", "all", "export_csv", "export_json"} | OWN_DATA
TRAIL = {"audit", "export_trail_csv", "export_trail_json"}
MAY_READ = {
    "requester": EVERYBODY | {"new", "request"},
    "approver": EVERYBODY | {"request", "delegations"},
    "auditor": EVERYBODY | TRAIL | {"request"},
    "stranger": EVERYBODY,
    "administrator": EVERYBODY | TRAIL | {"new", "request", "delegations"},
}
# The request waits for the approver.
MAY_DO = {
    "requester": {"withdraw", "submit", "edit"},
    "approver": {"decide", "end_delegation"},
    "auditor": set(),
    "stranger": set(),
    "administrator": set(),
}
CHANGES = {"submit", "withdraw", "decide", "end_delegation", "edit"}
ONLY_READ = (EVERYBODY - {"leave"}) | TRAIL | {"request"}


def addresses(request: PurchaseRequest, delegation: int) -> dict[str, str]:
    """Return every address there is, by its name."""
    numbers = {"decide": step_of(request).pk, "end_delegation": delegation}
    found = {}
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        name = str(pattern.name)
        number = str(numbers.get(name, request.pk))
        found[name] = f"/approvals/{pattern.pattern}".replace("<int:pk>", number)
    return found


@pytest.mark.parametrize(
    ("person", "role"), [(role, role) for role in MAY_READ], indirect=["person"]
)
def test_a_role_may_what_it_should_and_nothing_else(
    waiting: PurchaseRequest, deputy: User, lead: User, person: User, role: str
) -> None:
    delegation = delegated(lead, deputy)
    client = browser(person)
    for name, address in addresses(waiting, delegation.pk).items():
        if name not in CHANGES:
            expected = {200} if name in MAY_READ[role] else {403, 404}
            assert client.get(address).status_code in expected, (role, name)
    trail = AuditEntry.objects.count()
    for name, address in addresses(waiting, delegation.pk).items():
        data = {"decision": "approve"}
        status = client.post(address, data).status_code
        if name in ONLY_READ:
            assert status in {403, 405}, (role, name)
        elif name == "leave":
            assert status == 302, (role, name)
            assert User.objects.filter(pk=person.pk).exists()
        elif name in MAY_DO[role]:
            assert status in {302, 409}, (role, name)
        elif name in MAY_READ[role]:
            assert status == 422, (role, name)
        else:
            assert status in {403, 404}, (role, name)
    if not MAY_DO[role]:
        assert AuditEntry.objects.count() == trail
        assert not Step.objects.exclude(outcome="")


@pytest.mark.django_db
def test_strangers_are_asked_to_sign_in(client: Client, waiting: PurchaseRequest) -> None:
    for address in addresses(waiting, 1).values():
        for response in (client.get(address), client.post(address)):
            assert response["Location"] == f"/accounts/login/?next={address}"


def test_what_is_not_yours_to_see_does_not_exist(
    waiting: PurchaseRequest, make_member: Callable[..., User]
) -> None:
    other = browser(make_member("eve@example.com", "Requesters", "Approvers"))
    assert other.get(waiting.get_absolute_url()).status_code == 404
    assert "A laptop" not in other.get("/approvals/all/").content.decode()
    assert other.get(f"/approvals/{'9' * 40}/").status_code == 404
