"""Static files: their addresses change with what is in them, so browsers keep each for a year."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

SECONDS = 365 * 24 * 60 * 60


def init_app(app: Flask) -> None:
    """Add `?v=...` to the addresses of static files, and say how long their answers may be kept."""
    folder = Path(app.root_path) / "static"

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("v", version_of(folder / values["filename"]))

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code < 400:
            filename = (request.view_args or {})["filename"]
            if request.args.get("v") == version_of(folder / filename):
                response.cache_control.no_cache = None
                response.cache_control.public = True
                response.cache_control.immutable = True
                response.cache_control.max_age = SECONDS
        return response


def version_of(file: Path) -> str:
    """What changes whenever the file does."""
    return _digest(file, file.stat().st_mtime_ns)


@cache
def _digest(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
