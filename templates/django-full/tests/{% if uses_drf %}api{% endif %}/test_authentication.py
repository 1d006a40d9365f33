from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.api.models import ApiToken

PROFILE = "/api/v1/profile"


@pytest.mark.django_db
def test_strangers_are_asked_who_they_are(client: Client) -> None:
    response = client.get(PROFILE)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 401


def test_a_token_opens_the_api_for_its_owner(api: Client, user: User) -> None:
    assert api.get(PROFILE).json()["email"] == user.email


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(user: User, scheme: str) -> None:
    _token, secret = ApiToken.objects.issue(user.pk, "test")
    browser = Client(headers={"Authorization": f"{scheme} {secret}"})
    assert browser.get(PROFILE).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "Bearer nonsense", "Bearer a b", "Bearer \xff\xfe", "Basic YTpi"]
)
def test_anything_else_does_not(client: Client, value: str) -> None:
    assert client.get(PROFILE, headers={"Authorization": value}).status_code == 401


def test_a_token_expires(api: Client) -> None:
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get(PROFILE).status_code == 401


def test_a_closed_account_s_token_is_useless(api: Client, user: User) -> None:
    User.objects.update(is_active=False)
    assert api.get(PROFILE).status_code == 401


def test_the_secret_itself_is_not_kept(user: User) -> None:
    token, secret = ApiToken.objects.issue(user.pk, "test")
    assert secret not in [str(getattr(token, field.name)) for field in token._meta.fields]
    assert len(secret) >= 43


def test_a_session_may_read(signed_in: Client) -> None:
    assert signed_in.get(PROFILE).status_code == 200


def test_a_session_may_change_only_with_the_csrf_token(user: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    data = {"name": "Mallory"}
    refused = browser.patch(PROFILE, data, content_type="application/json")
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    browser.get("/accounts/profile/")
    token = browser.cookies["csrftoken"].value
    allowed = browser.patch(
        PROFILE, {"name": "Ada L."}, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert allowed.status_code == 200
    user.refresh_from_db()
    assert user.name == "Ada L."


def test_answers_to_a_token_are_not_stored(api: Client) -> None:
    assert api.get(PROFILE)["Cache-Control"] == "no-store"
