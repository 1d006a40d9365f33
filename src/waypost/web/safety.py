"""What every request has to satisfy, and what every reply says to browsers."""

from __future__ import annotations

import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from flask import Request, Response
from werkzeug.exceptions import Forbidden, HTTPException, RequestURITooLarge, TooManyRequests, UnsupportedMediaType

from waypost.commands.replies.reply import Reply

QUERY_BYTES = 4096
"""What a query may hold; the answers to all questions need less than half of it."""
TOKEN_HEADER = "X-Waypost-Token"  # noqa: S105 - the name of a header
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
"""What every reply carries."""
_MOST_CLIENTS = 10_000


class MisdirectedRequest(HTTPException):
    """The request is for another host than this one."""

    code = 421
    description = "This is not the host that the request is for."


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What a request must bring: the ``hosts`` it may be for, and for one person's page the ``token`` of the run.

    With no hosts any will do, as where a proxy in front looks at them. An empty token asks for none.
    """

    hosts: Collection[str] = ()
    token: str = ""

    def check(self, request: Request) -> None:
        """Raise an ``HTTPException`` unless the request may pass.

        A name that a stranger's domain resolves to this machine is in ``Host``, and is refused; nothing else that a
        request says of its host counts. What another site's page asks for is refused by ``Sec-Fetch-Site``, and a
        write must also come from this page by its ``Origin``, as JSON, which no form can send.
        """
        if self.hosts and request.headers.get("Host", "") not in self.hosts:
            raise MisdirectedRequest
        if len(request.query_string) > QUERY_BYTES:
            raise RequestURITooLarge(f"A query may hold {QUERY_BYTES} bytes.")
        is_page = request.path == "/" or request.path.startswith("/static/")
        allowed = {"", "same-origin", "none"} | ({"cross-site", "same-site"} if self._may_lead_here(request) else set())
        if request.headers.get("Sec-Fetch-Site", "") not in allowed:
            raise Forbidden("Another site's page may not ask this.")
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            self._check_write(request)
        if self.token and not is_page and not self._has_token(request):
            raise Forbidden("This needs the token of the run: open the address that waypost web printed.")

    def _may_lead_here(self, request: Request) -> bool:
        """Whether a link on another site may lead to what is asked for: the page itself, and a hosted download."""
        is_target = request.path == "/" or (not self.token and request.path.startswith("/starter."))
        return is_target and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"

    def _check_write(self, request: Request) -> None:
        origin = request.headers.get("Origin", "")
        if origin not in {f"http://{host}" for host in self.hosts}:
            raise Forbidden("A change must come from this page.")
        if request.mimetype != "application/json":
            raise UnsupportedMediaType("A change is asked for in JSON.")

    def _has_token(self, request: Request) -> bool:
        given = request.headers.get(TOKEN_HEADER, "")
        return hmac.compare_digest(given.encode(), self.token.encode())


@dataclass(kw_only=True)
class Rate:
    """How many requests a client may make: ``most`` at once, and as many a second as ``per_second`` after that.

    It counts in this process; several workers allow several times as much.
    """

    per_second: float
    most: float
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def check(self, client: str) -> None:
        """Raise ``TooManyRequests`` where the client has none left; count the request otherwise."""
        now = self.clock()
        with self._lock:
            left, since = self._left.pop(client, (self.most, now))
            left = min(self.most, left + (now - since) * self.per_second)
            is_allowed = left >= 1
            self._left[client] = (left - 1 if is_allowed else left, now)
            if len(self._left) > _MOST_CLIENTS:
                self._left.popitem(last=False)
        if not is_allowed:
            raise TooManyRequests("That was too fast; try again in a moment.", retry_after=1)


def dress(response: Response) -> Response:
    """Add what every reply says to browsers."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.pop("Server", None)
    return response


def reply(answer: Reply, status: int = 200) -> Response:
    """Return what a command replies with ``--json``, as the body of a response."""
    return as_json(answer.envelope, status)


def as_json(fields: Mapping[str, Any], status: int = 200) -> Response:
    """Return fields in JSON."""
    body = json.dumps(fields, default=str, separators=(",", ":"), ensure_ascii=True)
    return Response(body, status=status, mimetype="application/json")
