{% set app = 'app' if template == 'flask-micro' else 'fresh_app' %}
import json
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
{% if template != 'flask-micro' %}
from dataclasses import replace
{% endif %}
from typing import Any, NoReturn

import pytest
import sentry_sdk
{% if uses_celery %}
from celery import Celery
{% endif %}
from flask import Flask, abort, request
from flask.testing import FlaskClient
{% if template == 'flask-micro' %}
from pydantic import ValidationError
{% endif %}
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

{% if template == 'flask-micro' %}
from {{ package_name }}.config import Settings
{% else %}
from {{ package_name }}.config import Settings, SettingsError
{% endif %}
from {{ package_name }}.error_reports import LEFT_OUT, secrets_in

DSN = "https://public@reports.example.com/1"
KEY = "key-0123456789-0123456789-0123456789"
EMAIL = "ada@example.com"
# Each is somewhere in a request, in the settings or in a message. None may be in a report.
PLACES = ["path", "query", "form", "json", "cookie", "header", "address", "message"]
SECRETS = [f"{place}-9f86d081884c7d65" for place in PLACES]
IN_PATH, IN_QUERY, IN_FORM, IN_JSON, IN_COOKIE, IN_HEADER, IN_ADDRESS, IN_MESSAGE = SECRETS


class Received(Transport):
    """A stand-in for the server: keeps the reports it would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: list[Any] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.reports += [item.payload.json for item in envelope.items]

    def only(self) -> Any:
        """The one report there is, which holds no secret."""
        [report] = self.reports
        text = json.dumps(report)
        assert not [secret for secret in (*SECRETS, KEY, EMAIL) if secret in text]
        return report


@pytest.fixture
def settings(settings: Settings) -> Settings:
{% if template == 'flask-micro' %}
    return settings.model_copy(
        update={"sentry_dsn": DSN, "sentry_release": "release-7", "secret_key": KEY}
    )
{% else %}
    return replace(settings, sentry_dsn=DSN, sentry_release="release-7", secret_key=KEY)
{% endif %}


@pytest.fixture
def received({{ app }}: Flask) -> Iterator[Received]:
    """What the application reports; it has pages that fail."""
    sentry_sdk.get_client().transport = received = Received()
{% if template != 'flask-micro' %}
    {{ app }}.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
{% endif %}
    {{ app }}.add_url_rule("/fail/<token>", view_func=fail, methods=["POST"])
    {{ app }}.add_url_rule("/row", view_func=quote_a_row)
    {{ app }}.add_url_rule("/log", view_func=log_an_error)
    {{ app }}.add_url_rule("/refuse/<int:code>", view_func=abort)
    {{ app }}.add_url_rule("/stop/<name>", view_func=stop)
    yield received
    sentry_sdk.get_global_scope().set_client(None)


@pytest.fixture
def browser({{ app }}: Flask, received: Received) -> FlaskClient:
    client = {{ app }}.test_client()
    client.set_cookie("preference", IN_COOKIE)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {IN_HEADER}"
    return client


def fail(token: str) -> NoReturn:
    secret = request.form.get("password") or request.get_json()["password"]
    address = f"postgresql://app:{IN_ADDRESS}@database/app?sslmode=require"
    raise ValueError(f"{len(secret + token)} {address} with {KEY}, token={IN_MESSAGE}")


def quote_a_row() -> NoReturn:
    raise sqlite3.IntegrityError(f"UNIQUE constraint failed: {EMAIL}")


def log_an_error() -> str:
    logging.getLogger("shop").error("No answer for %s", EMAIL, extra={"email": EMAIL})
    return "logged"


def stop(name: str) -> NoReturn:
    raise {"exit": SystemExit(3), "interrupt": KeyboardInterrupt()}[name]


def test_a_report_names_the_error_the_route_and_the_release(
    browser: FlaskClient, received: Received
) -> None:
    answer = browser.post(f"/fail/{IN_PATH}?reset={IN_QUERY}", data={"password": IN_FORM})
    assert answer.status_code == 500
    report = received.only()
    [error] = report["exception"]["values"]
    assert error["type"] == "ValueError"
    assert error["stacktrace"]["frames"][-1]["function"] == "fail"
    assert report["transaction"] == "/fail/<token>"
    assert report["request"] == {"method": "POST"}
    assert (report["release"], report["environment"]) == ("release-7", "development")
    assert report["tags"]["request_id"] == answer.headers["X-Request-ID"]


def test_a_report_leaves_json_out(browser: FlaskClient, received: Received) -> None:
    browser.post(f"/fail/{IN_PATH}", json={"password": IN_JSON})
    assert received.only()["request"] == {"method": "POST"}


def test_the_message_of_a_library_is_left_out(browser: FlaskClient, received: Received) -> None:
    browser.get("/row")
    [error] = received.only()["exception"]["values"]
    assert (error["type"], error["value"]) == ("IntegrityError", LEFT_OUT)


def test_what_is_logged_as_an_error_is_reported_without_its_values(
    browser: FlaskClient, received: Received
) -> None:
    browser.get("/log")
    assert received.only()["logentry"] == {"message": "No answer for %s"}


@pytest.mark.parametrize("path", ["/missing", "/log/more", "/refuse/403", "/refuse/503"])
def test_what_is_refused_is_not_reported(
    path: str, browser: FlaskClient, received: Received
) -> None:
    assert browser.get(path).status_code >= 400
    assert received.reports == []


def test_a_health_check_that_fails_is_not_reported(
    {{ app }}: Flask, browser: FlaskClient, received: Received
) -> None:
    {{ app }}.before_request(log_an_error)
    browser.get("/readyz")
    assert received.reports == []
    browser.get("/log")
    assert received.only()["logger"] == "shop"


def test_stopping_is_not_reported(browser: FlaskClient, received: Received) -> None:
    with pytest.raises(SystemExit):
        browser.get("/stop/exit")
    with pytest.raises(KeyboardInterrupt):
        browser.get("/stop/interrupt")
    assert received.reports == []
{% if uses_celery %}


def test_a_task_that_fails_is_reported_without_its_arguments(
    {{ app }}: Flask, received: Received
) -> None:
    celery: Celery = {{ app }}.extensions["celery"]
    celery.set_default()

    @celery.task
    def remind(email: str) -> NoReturn:
        raise ValueError(f"{len(email)} with {KEY}")

    remind.apply((EMAIL,))
    report = received.only()
    assert report["transaction"].endswith("remind")
    assert report["exception"]["values"][0]["type"] == "ValueError"
{% endif %}


def test_keys_and_passwords_are_found_among_the_settings() -> None:
    values = {"database_url": "postgresql://app:p%40ssword@database/app", "api_token": KEY}
    more = {"secret": "short", "mail": {"password": IN_FORM}, "page": "https://example.com", "n": 1}
    assert secrets_in(values | more) == {"p%40ssword", "p@ssword", KEY, IN_FORM}


def test_nothing_is_loaded_without_a_dsn() -> None:
    made = "from {{ package_name }} import create_app; create_app()"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {made}; print('sentry_sdk' in sys.modules)"],
        env=os.environ | {"SENTRY_DSN": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize("dsn", ["example.com", "https://example.com/1", "https://k@example.com/x"])
def test_a_malformed_dsn_is_refused(dsn: str) -> None:
{% if template == 'flask-micro' %}
    with pytest.raises(ValidationError, match="sentry_dsn"):
        Settings(sentry_dsn=dsn)
{% else %}
    with pytest.raises(SettingsError, match="SENTRY_DSN is no DSN"):
        Settings.from_variables({"SENTRY_DSN": dsn})
{% endif %}
