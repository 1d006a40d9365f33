from http import HTTPStatus

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from rest_framework import exceptions

from apps.api.problems import exception_handler
from apps.api.throttling import AccountThrottle, AnonymousThrottle

PROFILE = "/api/v1/profile"


@pytest.mark.parametrize(
    ("method", "body", "kind", "status"),
    [
        ("PATCH", b"{", "application/json", 400),
        ("PATCH", b"\xff", "application/json", 400),
        ("DELETE", b"", "application/json", 405),
        ("PATCH", b"<name/>", "application/xml", 415),
        ("PATCH", b'{"name": 5}', "application/json", 422),
        ("PATCH", b'{"name": null}', "application/json", 422),
        ("PATCH", b'{"name": "a\\u0000b"}', "application/json", 422),
        ("PATCH", b"[]", "application/json", 422),
    ],
)
def test_what_is_wrong_is_said_as_problem_details(
    api: Client, method: str, body: bytes, kind: str, status: int
) -> None:
    response = api.generic(method, PROFILE, body, content_type=kind)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"] == HTTPStatus(status).phrase
    assert problem["type"] == "about:blank"
    assert problem["detail"]


def test_a_refused_value_names_its_field(api: Client) -> None:
    data = {"name": "x" * 81, "about": ["no", "text"]}
    problem = api.patch(PROFILE, data, content_type="application/json").json()
    assert {error["field"] for error in problem["errors"]} == {"name", "about"}


def test_a_refused_method_says_which_are_taken(api: Client) -> None:
    assert api.delete(PROFILE)["Allow"] == "GET, PATCH, HEAD, OPTIONS"


def test_nobody_but_json_readers(api: Client) -> None:
    assert api.get(PROFILE, headers={"Accept": "application/xml"}).status_code == 406


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_does_not_exist_is_said_to_programs_as_they_like(client: Client, method: str) -> None:
    response = client.generic(method, "/api/v2/nothing")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("error", "status"),
    [(Http404(), 404), (PermissionDenied(), 403), (exceptions.Throttled(wait=7), 429)],
)
def test_errors_of_django_are_problems_too(error: Exception, status: int) -> None:
    response = exception_handler(error, {})
    assert response is not None
    assert response.data["status"] == response.status_code == status


def test_errors_that_nobody_expected_are_left_to_django() -> None:
    assert exception_handler(ZeroDivisionError(), {}) is None


@pytest.mark.django_db
def test_strangers_are_slowed_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnonymousThrottle, "rate", "2/minute", raising=False)
    codes = [client.get(PROFILE).status_code for _ in range(2)]
    assert codes == [401, 401]


def test_accounts_are_slowed_down(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AccountThrottle, "rate", "2/minute", raising=False)
    codes = [api.get(PROFILE).status_code for _ in range(2)]
    response = api.get(PROFILE)
    assert [*codes, response.status_code] == [200, 200, 429]
    assert 0 < int(response["Retry-After"]) <= 60
    assert response["Content-Type"] == "application/problem+json"


def test_what_may_not_be_changed_is_left_as_it_is(api: Client) -> None:
    before = api.get(PROFILE).json()
    data = {"email": "x@example.com", "id": 7, "name": "Countess"}
    after = api.patch(PROFILE, data, content_type="application/json").json()
    assert after == before | {"name": "Countess"}


def test_a_field_that_does_not_exist_is_refused(api: Client) -> None:
    response = api.patch(PROFILE, {"is_staff": True}, content_type="application/json")
    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": "is_staff", "detail": "Unknown field."}]
