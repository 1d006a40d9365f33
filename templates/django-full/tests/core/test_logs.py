import json
import logging
import sys

import pytest
from django.test import Client

from apps.core.logs import JsonFormatter, current_request_id


def line(message: str, *arguments: object, error: bool = False) -> dict[str, str]:
    info = sys.exc_info() if error else None
    record = logging.LogRecord("shop", logging.INFO, __file__, 1, message, arguments, info)
    written = JsonFormatter().format(record)
    assert "\n" not in written
    entry: dict[str, str] = json.loads(written)
    return entry


def test_a_record_becomes_one_json_object() -> None:
    entry = line("%s sold\nto %s", "lamp", "Zoë")
    assert entry["message"] == "lamp sold\nto Zoë"
    assert (entry["level"], entry["logger"]) == ("INFO", "shop")
    assert entry["time"].endswith("+00:00")


def test_an_error_comes_with_its_traceback() -> None:
    try:
        [].pop()
    except IndexError:
        assert "IndexError: pop from empty list" in line("no sale", error=True)["exception"]


def test_a_record_names_the_request_it_belongs_to(client: Client) -> None:
    response = client.get("/healthz")
    assert line("hello")["request_id"] == current_request_id.get() == response["X-Request-ID"]


def test_a_valid_request_id_is_kept(client: Client) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": "abc-123.4"})
    assert response["X-Request-ID"] == "abc-123.4"


@pytest.mark.parametrize("given", ["", "two words", "x" * 65, "a\tb", "<script>"])
def test_any_other_request_id_is_replaced(client: Client, given: str) -> None:
    identifiers = {
        client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] for _ in range(2)
    }
    assert len(identifiers) == 2
    assert given not in identifiers
