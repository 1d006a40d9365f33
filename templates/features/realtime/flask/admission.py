"""Who may connect: the same checks as at every other address, and a limited number of connections."""

from collections import Counter
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Response, abort, request
{% if uses_accounts %}
from flask_login import current_user
{% endif %}
{% if has_live_boards %}

from .cors import is_trusted
{% endif %}

PATH = "/socket.io/"
PLACE = "{{ package_name }}.place"  # what a request is known by
PLACES = "{{ package_name }}.places"
NO_CONTENT = 204


class Places:
    """The connections that may be open at a time, in all and from one address: each keeps a thread."""

    def __init__(
        self, clients: Mapping[str, WSGIEnvironment], *, in_all: int, per_address: int
    ) -> None:
        self.clients = clients
        self.in_all = in_all
        self.per_address = per_address
        self.requests: dict[object, str] = {}
        self.connecting: dict[object, str] = {}
        self.lock = Lock()

    def take(self, environ: WSGIEnvironment, *, connects: bool) -> bool:
        """Give a request its place, or say that there is none."""
        place, address = environ[PLACE], environ["REMOTE_ADDR"]
        with self.lock:
            counts = [Counter(self.requests.values())]
            if connects:
                # A client that polls is connected between its requests too.
                clients = list(self.clients.values())
                connected = {each[PLACE]: each["REMOTE_ADDR"] for each in clients}
                counts.append(Counter((self.connecting | connected).values()))
            if any(
                count[address] >= self.per_address or count.total() >= self.in_all
                for count in counts
            ):
                return False
            self.requests[place] = address
            if connects:
                self.connecting[place] = address
            return True

    def leave(self, place: object) -> None:
        """Take the place back from a request that has ended."""
        with self.lock:
            self.requests.pop(place, None)
            self.connecting.pop(place, None)


class Admission:
    """Asks the application about each request to Socket.IO before Socket.IO hears of it.

    The application knows hosts{{ ', accounts' if uses_accounts }} and headers; what its view `admit` refuses goes no further.
    """

    def __init__(
        self, application: WSGIApplication, sockets: WSGIApplication, places: Places
    ) -> None:
        self.application = application
        self.sockets = sockets
        self.places = places

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if not environ["PATH_INFO"].startswith(PATH):
            return self.application(environ, start_response)
        place = environ[PLACE] = object()
        asked = environ | {PLACES: self.places}
        asked.pop("HTTP_UPGRADE", None)  # the view answers, whatever the protocol will be
        try:
            answer = Response.from_app(self.application, asked, buffered=True)
            if answer.status_code != NO_CONTENT:
                return answer(environ, start_response)
            added = [(name, value) for name, value in answer.headers if is_general(name)]

            def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
                return start_response(status, headers + added, *rest)

            return self.sockets(environ, start)
        finally:
            self.places.leave(place)


def is_general(header: str) -> bool:
    """Whether a header says the same of each answer, whatever is in it."""
    return not header.startswith("Content-") or header == "Content-Security-Policy"


def admit() -> tuple[str, int, dict[str, str]]:
    """Let a page of this site {{ 'or of an origin in `CORS_ORIGINS` ' if has_live_boards }}connect{{ ', for somebody who is signed in' if uses_accounts }}; programs name no origin."""
{% if has_live_boards %}
    if not is_trusted(request.origin):
{% else %}
    if request.origin not in {None, f"{request.scheme}://{request.host}"}:
{% endif %}
        abort(403)
{% if uses_accounts %}
    if not current_user.is_authenticated:
        abort(401)
{% endif %}
    if request.method == "GET":
        places: Places = request.environ[PLACES]
        # Engine.IO too takes an empty `sid` for none.
        connects = not request.args.get("sid")
        if not places.take(request.environ, connects=connects):
            abort(429)
    return "", NO_CONTENT, {"Cache-Control": "no-store", "Content-Type": "text/plain"}
