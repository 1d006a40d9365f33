"""Visitors who have done nothing yet: what pages note about them is in a signed cookie.

Whoever only opens a page with a form leaves nothing in the store.
"""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.json.tag import TaggedJSONSerializer
from itsdangerous import BadSignature, URLSafeTimedSerializer

KEYS = frozenset({"csrf_token", "_flashes"})


def is_visitor(session: Mapping[str, Any]) -> bool:
    """Whether there is nothing in a session but what pages themselves note."""
    return session.keys() <= KEYS


def to_cookie(app: Flask, session: Mapping[str, Any]) -> str:
    """The session as a cookie says it."""
    return str(_signer(app).dumps(dict(session)))


def from_cookie(app: Flask, value: str) -> dict[str, Any]:
    """What a cookie says. It can say nothing else, such as who is signed in."""
    seconds = int(app.permanent_session_lifetime.total_seconds())
    try:
        session: dict[str, Any] = _signer(app).loads(value, max_age=seconds)
    except BadSignature:
        return {}
    return session if is_visitor(session) else {}


def _signer(app: Flask) -> URLSafeTimedSerializer:
    key = app.secret_key or ""
    return URLSafeTimedSerializer(key, salt="visitors", serializer=TaggedJSONSerializer())
