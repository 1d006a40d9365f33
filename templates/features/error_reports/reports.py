{% set settings_are = 'settings: Settings' if uses_flask else '' %}
{% set values = {'flask-micro': 'settings.model_dump()', 'flask-blueprints': 'vars(settings)', 'django-full': 'vars(all_settings)'}[template] %}
{% set environment = 'settings.app_env' if template == 'flask-micro' else '"production" if ' ~ ('PRODUCTION' if uses_django else 'settings.production') ~ ' else "development"' %}
"""Reports of errors, to Sentry or a server with the same protocol; imported only where SENTRY_DSN names one.

A report says what failed, and where in the code. It does not say for whom, or what they sent: sentry-sdk is
told to collect no such data, and `without_data` sends only what is named here, so that a later release of it
that collects more does not send more.
"""

import re
{% if uses_django and uses_realtime %}
import signal
import sys
{% endif %}
{% if uses_django %}
import tomllib
{% endif %}
from collections.abc import Collection, Mapping
from functools import partial
{% if uses_flask %}
from importlib import metadata
{% endif %}
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import sentry_sdk
{% if uses_django %}
from django.conf import settings
{% elif template == 'flask-micro' %}
from flask import has_request_context, request
{% else %}
from flask import g, has_request_context
{% endif %}
from sentry_sdk.integrations import Integration
from sentry_sdk.integrations.atexit import AtexitIntegration
{% if uses_celery %}
from sentry_sdk.integrations.celery import CeleryIntegration
{% endif %}
from sentry_sdk.integrations.dedupe import DedupeIntegration
{% if uses_django %}
from sentry_sdk.integrations.django import DjangoIntegration
{% endif %}
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
{% if uses_flask %}
from sentry_sdk.integrations.flask import FlaskIntegration
{% endif %}
from sentry_sdk.integrations.logging import LoggingIntegration{{ ', ignore_logger' if uses_django }}
from sentry_sdk.integrations.threading import ThreadingIntegration
from sentry_sdk.types import DataCollectionUserOptions, Event, Hint

{% if uses_django %}
from apps.core.logs import current_request_id
from config import settings as all_settings
from config.settings.environment import BASE_DIR, PRODUCTION
{% else %}
from .config import Settings
{% endif %}

# Nothing about people, and nothing of what they send: no headers, bodies, queries or values of variables.
NO_DATA: DataCollectionUserOptions = {
    "user_info": False,
    "cookies": {"mode": "off"},
    "http_headers": {"request": {"mode": "off"}},
    "http_bodies": [],
    "url_query_params": {"mode": "off"},
    "database_query_data": False,
    "queues": False,
    "stack_frame_variables": False,
}
# The address of a request is not among it: that of a new password is a secret. `transaction` is its route.
SENT = {
    "environment",
    "event_id",
    "exception",
    "level",
    "logentry",
    "logger",
    "platform",
    "release",
    "sdk",
    "server_name",
    "timestamp",
    "transaction",
}
# Messages of the project and of Python are sent. A library's may quote data: a row, an address.
OWN_PACKAGES = { {{- '"apps", "config"' if uses_django else '"' ~ package_name ~ '"' -}} }
HEALTH_CHECKS = {"/healthz", "/readyz"}
SHUTDOWN_SECONDS = 2

LEFT_OUT = "[left out]"
SECRET_NAMES = ("key", "password", "secret", "token")
SHORTEST_SECRET = 6  # a shorter one would be found in other words
CREDENTIALS = re.compile(
    r"(?<=://)[^\s/?#]+(?=@)"  # in an address: who signs in
    r"|(?<=\?)[^\s'\"]+"  # and what is asked for
    r"|((?<=bearer )|(?<=basic ))\S+"
    r"|((?<=password)|(?<=secret)|(?<=token)|(?<=key)|(?<=cookie)|(?<=session)|(?<=authorization))"
    r"['\"]?\s*[:=]\s*((bearer|basic) )?('[^']*'|\"[^\"]*\"|[^\s&,;)}\]]+)",
    re.IGNORECASE,
)


def start({{ settings_are }}) -> None:
    """Report errors from now on: what ends a request{{ ', a task' if uses_celery }} or a command, and what is logged as an error."""
{% if uses_django %}
    # Requests that Django refuses, with 400.
    ignore_logger("django.security.*")
{% endif %}
{% if uses_django and uses_realtime %}
    # uvicorn ends its process by the signal itself, and the reports still to be sent would be lost.
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
{% endif %}
    sentry_sdk.init(
        dsn={{ 'settings.SENTRY_DSN' if uses_django else 'settings.sentry_dsn' }},
        release={{ 'settings.SENTRY_RELEASE' if uses_django else 'settings.sentry_release' }} or project_version(),
        environment={{ environment }},
        integrations=integrations(),
        default_integrations=False,
        auto_enabling_integrations=False,
        data_collection=NO_DATA,
        include_local_variables=False,
        max_breadcrumbs=0,
        ignore_errors=[KeyboardInterrupt, SystemExit],
        before_send=partial(without_data, secrets=secrets_in({{ values }})),
        # Errors alone: no counts of requests or of lost reports.
        auto_session_tracking=False,
        send_client_reports=False,
        enable_backpressure_handling=False,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )


def integrations() -> list[Integration]:
    """Where errors are noticed. Others of sentry-sdk would send command lines, queries and requests too."""
    return [
        AtexitIntegration(callback=lambda _pending, _seconds: None),
{% if uses_celery %}
        CeleryIntegration(propagate_traces=False),
{% endif %}
        DedupeIntegration(),
{% if uses_django %}
        DjangoIntegration(signals_spans=False),
{% endif %}
        ExcepthookIntegration(),
{% if uses_flask %}
        FlaskIntegration(transaction_style="url"),
{% endif %}
        LoggingIntegration(level=None, sentry_logs_level=None),
        ThreadingIntegration(),
    ]


def project_version() -> str | None:
{% if uses_django %}
    """The project's name and version."""
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
    return f"{project['name']}@{project['version']}"
{% else %}
    """The project's name and version; none where it runs without being installed."""
    try:
        return f"{{ project_slug }}@{metadata.version('{{ project_slug }}')}"
    except metadata.PackageNotFoundError:
        return None
{% endif %}


def secrets_in(values: Mapping[str, object]) -> set[str]:
    """The keys and passwords among settings, those inside addresses too."""
    found: set[str] = set()
    for name, value in values.items():
        match value:
            case str() if str(name).lower().endswith(SECRET_NAMES):
                found.add(value)
            case str() if "://" in value and (password := urlsplit(value).password):
                found |= {password, unquote(password)}
            case dict():
                found |= secrets_in(value)
    return {secret for secret in found if len(secret) >= SHORTEST_SECRET}


def without_data(event: Event, _hint: Hint, *, secrets: Collection[str]) -> Event | None:
    """Return what is sent of a report; None sends nothing, which is right for a health check that failed."""
    report = cast("dict[str, Any]", event)
    request_data = report.get("request", {})
    if urlsplit(request_data.get("url", "")).path in HEALTH_CHECKS:
        return None
{% if uses_django %}
    if report.get("transaction_info", {}).get("source") == "url":
        del report["transaction"]  # an address for which there is no route
{% endif %}
    for error in report.get("exception", {}).get("values", []):
        package = (error.get("module") or "").partition(".")[0]
        is_own = not package or package in OWN_PACKAGES
        message = error.get("value") or ""
        error["value"] = CREDENTIALS.sub(LEFT_OUT, message) if is_own else LEFT_OUT
    if "logentry" in report:
        # Without the values that were put into it.
        report["logentry"] = {"message": CREDENTIALS.sub(LEFT_OUT, report["logentry"]["message"])}
    sent = {name: value for name, value in report.items() if name in SENT}
    sent["request"] = {"method": request_data.get("method")}
    sent["tags"] = {"request_id": request_id()}
    return cast("Event", _without(sent, secrets))


def _without(value: Any, secrets: Collection[str]) -> Any:
    match value:
        case str():
            for secret in secrets:
                value = value.replace(secret, LEFT_OUT)
            return value
        case dict():
            return {name: _without(part, secrets) for name, part in value.items()}
        case list():
            return [_without(part, secrets) for part in value]
    return value


def request_id() -> str | None:
{% if uses_django %}
    """The id under which the log tells more."""
    return current_request_id.get()
{% elif template == 'flask-micro' %}
    """The id under which the log tells more, during a request."""
    return request.environ.get("request_id") if has_request_context() else None
{% else %}
    """The id under which the log tells more, during a request."""
    return g.get("request_id") if has_request_context() else None
{% endif %}
