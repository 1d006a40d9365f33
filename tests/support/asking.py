"""Asking a JSON API, as a program does."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any


def ask(method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
    """Return the status of the answer, whichever it is, and what its JSON says; nothing where it has no body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, _said(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _said(error.read())


def eventually(asked: Callable[[], Any], is_there: Callable[[Any], bool]) -> Any:
    """Return the first answer that is the one waited for, or the last of ten seconds."""
    latest = time.monotonic() + 10
    while not is_there(answer := asked()) and time.monotonic() < latest:
        time.sleep(0.1)
    return answer


def _said(body: bytes) -> Any:
    return json.loads(body) if body else None
