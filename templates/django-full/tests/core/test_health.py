import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from config.wsgi import application


def test_alive_asks_nobody(client: Client) -> None:
    # Not marked django_db: a query would fail the test.
    response = client.get("/healthz")
    assert response.json() == {"status": "ok"}


@pytest.mark.django_db
def test_the_web_server_s_entry_point_answers() -> None:
    request = RequestFactory().get("/healthz")
    assert application.get_response(request).status_code == 200


@pytest.mark.django_db
def test_ready_when_the_database_answers(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {"database": "ok"}}


@pytest.mark.django_db
def test_not_ready_when_the_database_is_down(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == {"database": "down"}
