"""The application: its page and its files, who may ask, how errors are answered, and which routes there are."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from waypost.commands.replies.reply import error_fields
from waypost.errors import ExitCode, InternalError, UsageError, WaypostError
from waypost.projects.planning import catalogue_of
from waypost.sources.embedded import TemplateSource, embedded
from waypost.sources.plain import compile_all
from waypost.web.answering import FOLLOWING
from waypost.web.answering import add_routes as add_questions
from waypost.web.contents import Answerer
from waypost.web.folders import Folder
from waypost.web.local import add_routes as add_projects
from waypost.web.safety import Gate, Rate, as_json, dress

_STATIC = Path(__file__).with_name("static")
_MOST_BODY = 64 * 1024
_WORTH_PACKING = 1_000
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
_STATUSES = {
    ExitCode.USAGE: 400,
    ExitCode.ANSWERS: 422,
    ExitCode.STATE: 409,
    ExitCode.SOURCE: 502,
}
_UNRELEASED = ".dev"


@dataclass(frozen=True, kw_only=True)
class Site:
    """The files of the page, by name, and the hash that their addresses hold: other files have another."""

    files: Mapping[str, bytes]
    digest: str

    def page(self, *, is_hosted: bool) -> bytes:
        """Return the page, which names its files by that hash."""
        mode = b"hosted" if is_hosted else b"local"
        return self.files["index.html"].replace(b"STATIC", f"static/{self.digest}".encode()).replace(b"MODE", mode)


def site() -> Site:
    """Return the files that the package carries."""
    paths = sorted(path for path in _STATIC.rglob("*") if path.is_file())
    files = {path.relative_to(_STATIC).as_posix(): path.read_bytes() for path in paths}
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:16]
    return Site(files=files, digest=digest)


def hosted(
    *, hosts: Sequence[str] = (), rate: float | None = 10, burst: float = 60, proxies: int = 0, **settings: Any
) -> Flask:
    """Return the application without anything that touches a disk: stateless, every set of answers has an address.

    ``hosts`` are what a request's ``Host`` may be, by default anything; ``rate`` is how many requests a second one
    client may make of one worker after a ``burst``, or None for no limit; ``proxies`` how many proxies in front of it
    add to ``X-Forwarded-For``. ``settings`` go into the application's own.
    """
    app = _app(Gate(hosts=frozenset(hosts)), Rate(per_second=rate, most=burst) if rate else None, is_hosted=True)
    app.config.update(settings)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies)  # type: ignore[method-assign]
    return app


def for_one(host: str, token: str, folder: Path) -> Flask:
    """Return the application for one person, whose browser asks for ``host`` and knows the ``token`` of the run.

    It makes projects in ``folder``, and shows and updates those that are there.
    """
    app = _app(Gate(hosts={host}, token=token), None, is_hosted=False)
    add_projects(app, app.extensions["waypost"], Folder(folder))
    return app


def _app(gate: Gate, rate: Rate | None, *, is_hosted: bool) -> Flask:
    app = Flask("waypost.web", static_folder=None, template_folder=None)
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BODY
    source = embedded()
    answerer = Answerer(source, catalogue_of(source.root))
    marks = Marks(source=source)
    app.extensions["waypost"] = answerer
    _add_page(app, site(), is_hosted=is_hosted)

    @app.before_request
    def _may_pass() -> Response | None:
        gate.check(request)
        if rate is not None and not request.path.startswith("/static/"):
            rate.check(request.remote_addr or "")
        return marks.not_modified(request)

    @app.after_request
    def _dressed(response: Response) -> Response:
        marks.mark(request, response)
        return _packed(dress(response))

    app.register_error_handler(Exception, _error)
    add_questions(app, answerer)
    return app


def warm_up(app: Flask) -> None:
    """Compile every template meanwhile, so that the first who asks waits no longer than the next."""
    Thread(target=compile_all, args=(app.extensions["waypost"].catalogue,), daemon=True).start()


def _add_page(app: Flask, files: Site, *, is_hosted: bool) -> None:
    page = files.page(is_hosted=is_hosted)

    @app.get("/")
    def index() -> Response:
        response = Response(page, mimetype="text/html")
        response.headers["Cache-Control"] = "no-cache"
        return response

    @app.get("/static/<digest>/<path:name>")
    def static_file(digest: str, name: str) -> Response:
        if digest != files.digest or name not in files.files or name == "index.html":
            raise NotFound
        kind = _TYPES.get(os.path.splitext(name)[1]) or mimetypes.guess_type(name)[0]  # noqa: PTH122 - no path
        response = Response(files.files[name], mimetype=kind or "application/octet-stream")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The marks by which a browser knows that a reply is still the same: of the version and the query alone.

    So they are known before any work is done. While a version is not released its templates change; then the mark is
    of this process, too.
    """

    source: TemplateSource
    _salt: str = field(default_factory=lambda: secrets.token_hex(4))

    def not_modified(self, asked: Request) -> Response | None:
        """Return the answer to a request for what the browser has already, or None where there is work to do."""
        mark = self._mark_of(asked)
        if not mark or mark not in asked.if_none_match:
            return None
        response = Response(status=304)
        response.set_etag(mark)
        return response

    def mark(self, asked: Request, response: Response) -> None:
        """Mark a reply that follows from the query."""
        mark = self._mark_of(asked)
        if mark and response.status_code in (200, 304):
            response.set_etag(mark)
            response.headers["Cache-Control"] = "private, no-cache"
            response.vary.add("Accept-Encoding")

    def _mark_of(self, asked: Request) -> str:
        if asked.method not in ("GET", "HEAD") or asked.endpoint not in FOLLOWING:
            return ""
        salt = f"-{self._salt}" if _UNRELEASED in self.source.version else ""
        hashed = hashlib.sha256(asked.path.encode() + b"?" + asked.query_string).hexdigest()[:32]
        return f"{self.source.version}{salt}-{hashed}"


def _error(error: Exception) -> Response:
    """Answer an error: to a program as the commands do, with the status that browsers know."""
    if isinstance(error, WaypostError):
        response = as_json(error_fields(error), _STATUSES.get(error.exit_code, 500))
    elif isinstance(error, HTTPException):
        response = as_json(error_fields(UsageError(error.description or error.name)), error.code or 500)
    else:
        _log(error)
        response = as_json(error_fields(InternalError("That is a mistake in Waypost.")), 500)
    if isinstance(error, HTTPException):
        response.headers.update({key: value for key, value in error.get_headers() if key == "Retry-After"})
    return response


def _log(error: Exception) -> None:
    """Write down where a mistake is, and nothing of what the request held: answers may name a project."""
    import logging  # noqa: PLC0415 - only a mistake of ours needs it
    import traceback  # noqa: PLC0415 - as above

    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    logging.getLogger("waypost.web").error("%s in %s", type(error).__name__, where)


def _packed(response: Response) -> Response:
    is_text = (response.mimetype or "").startswith("text/") or response.mimetype in (
        "application/json",
        "image/svg+xml",
    )
    if response.is_streamed or not is_text or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return response
    if len(response.get_data()) >= _WORTH_PACKING:
        response.set_data(gzip.compress(response.get_data(), 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
    return response
