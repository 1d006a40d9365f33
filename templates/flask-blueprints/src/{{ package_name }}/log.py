"""Logs: one JSON object a line, with the id of the request it belongs to."""

import json
import logging
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Flask, Response, g, has_request_context, request

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class JsonFormatter(logging.Formatter):
    """Writes a record as JSON; gunicorn's access log goes through it too."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            # Werkzeug's development server colours its messages.
            "message": COLOURS.sub("", record.getMessage()),
        }
        if has_request_context() and "request_id" in g:
            entry["request_id"] = g.request_id
        if record.name == "gunicorn.access" and isinstance(record.args, Mapping):
            entry |= _request_fields(record.args)
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def configure(level: str) -> None:
    """Send all logs to standard error as JSON; calling it again changes only the level."""
    root = logging.getLogger()
    root.setLevel(level)
    if not any(isinstance(handler.formatter, JsonFormatter) for handler in root.handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(JsonFormatter())
        root.addHandler(handler)


def init_app(app: Flask) -> None:
    """Give each request an id: the caller's X-Request-ID when it is a valid one."""
    app.before_request(_identify_request)
    app.after_request(_echo_request_id)


def _identify_request() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if VALID_REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def _echo_request_id(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    return response


def _request_fields(atoms: Mapping[str, object]) -> dict[str, object]:
    """The parts of an access record. The query string stays out: it may hold something private."""
    return {
        "remote_address": atoms["h"],
        "method": atoms["m"],
        "path": atoms["U"],
        "status": atoms["s"],
        "microseconds": atoms["D"],
        "request_id": atoms["{x-request-id}o"],
    }
