"""Logs: lines to read while developing, and one JSON object a line in production."""

import json
import logging
import os
import re
import secrets
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Flask, Response, g, has_request_context, request

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
BOLD, DIM, RED, YELLOW, PLAIN = ("\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[33m", "\x1b[0m")
COLOUR_OF = {"DEBUG": DIM, "WARNING": YELLOW, "ERROR": RED, "CRITICAL": RED}
VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

# What every record has; anything else came with `extra={...}`.
USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"}


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
        entry |= _fields(record)
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """Writes a record as a line for people, with the whole traceback of an error below it."""

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self.colours = colours

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        message = COLOURS.sub("", record.getMessage())
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        line = f"{time} {record.levelname:7} {record.name}: {message}"
        if self.colours:
            line = f"{COLOUR_OF.get(record.levelname, '')}{line}{PLAIN}"
            fields = f"{DIM}{fields}{PLAIN}" if fields else ""
        if record.exc_info:
            fields += "\n" + self.formatException(record.exc_info)
        return line + fields


def make_formatter(*, as_json: bool) -> logging.Formatter:
    """What writes records to standard error: coloured on a terminal, unless NO_COLOR is set."""
    if as_json:
        return JsonFormatter()
    return TextFormatter(colours=sys.stderr.isatty() and not os.environ.get("NO_COLOR"))


def configure(level: str, *, as_json: bool) -> None:
    """Send all logs to standard error; calling it again changes only the level and the form."""
    root = logging.getLogger()
    root.setLevel(level)
    ours = [
        item for item in root.handlers if isinstance(item.formatter, JsonFormatter | TextFormatter)
    ]
    handler = ours[0] if ours else logging.StreamHandler()
    handler.setFormatter(make_formatter(as_json=as_json))
    if not ours:
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


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """What is known beside the message."""
    fields: dict[str, object] = {
        name: value for name, value in vars(record).items() if name not in USUAL
    }
    if has_request_context() and "request_id" in g:
        fields["request_id"] = g.request_id
    if record.name == "gunicorn.access" and isinstance(record.args, Mapping):
        fields |= _request_fields(record.args)
    return fields


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
