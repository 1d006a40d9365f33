import pytest
from django.test import Client
from openapi_spec_validator import validate

pytestmark = pytest.mark.django_db


def test_the_document_is_valid_openapi_3_1(client: Client) -> None:
    response = client.get("/openapi.json")
    assert response["Content-Type"] == "application/json"
    document = response.json()
    assert document["openapi"].startswith("3.1.")
    validate(document)


def test_the_document_is_made_once(client: Client) -> None:
    first, second = (client.get("/openapi.json") for _ in range(2))
    assert first.content == second.content
    assert "max-age=" in second["Cache-Control"]
    assert "Age" not in second or int(second["Age"]) >= 0


def test_every_operation_says_how_to_sign_in_and_how_it_fails(client: Client) -> None:
    document = client.get("/openapi.json").json()
    assert set(document["components"]["securitySchemes"]) == {"bearer", "cookieAuth"}
    for path, operations in document["paths"].items():
        assert path.startswith("/api/v1/")
        for operation in operations.values():
            assert {"bearer": []} in operation["security"]
            problem = operation["responses"]["401"]["content"]["application/problem+json"]
            assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_people_read_it_without_anybody_else_s_server(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "/openapi.json" in page
    assert "/static/drf_spectacular_sidecar/" in page
    assert "https://" not in page
