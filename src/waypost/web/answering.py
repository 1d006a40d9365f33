"""What the page asks about answers: functions of the version and of the query, so that every reply has a mark."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from waypost.commands.replies.pages import (
    ContentsFields,
    DraftFields,
    TakeAwayFields,
    catalogue_fields,
    draft_fields,
)
from waypost.commands.replies.reply import Reply
from waypost.drafts.archives import MIMETYPES, Form, packed
from waypost.questions.answers import raise_problems
from waypost.questions.schema import answers_toml
from waypost.questions.values import as_text
from waypost.web.contents import Answerer, Asked, highlighted
from waypost.web.safety import reply

FOLLOWING = frozenset({"catalogue", "plan", "files", "take_away", "archive", "starter"})
"""The endpoints whose replies follow from version and query."""
MOST_FILES = 120
MOST_BYTES = 2 * 1024 * 1024
_LINE = 74
_SHAS = "shas"


def add_routes(app: Flask, answerer: Answerer) -> None:
    """Add the routes that need nothing but a query."""

    @app.get("/api/catalogue")
    def catalogue() -> Response:
        return reply(Reply(fields=catalogue_fields(answerer.catalogue, answerer.source.version)))

    @app.get("/api/plan")
    def plan() -> Response:
        return reply(Reply(fields=_plan(answerer, answerer.asked(request.query_string))))

    @app.get("/api/files")
    def files() -> Response:
        return reply(Reply(fields=_contents(answerer, answerer.asked(_without(_SHAS)), _wanted())))

    @app.get("/api/answers")
    def take_away() -> Response:
        return reply(Reply(fields=_take_away(answerer, answerer.asked(request.query_string))))

    @app.get("/api/archive")
    def archive() -> Response:
        return _archive(answerer, answerer.asked(request.query_string), "zip")

    @app.get("/starter.<any('zip', 'tar.gz'):form>")
    def starter(form: Form) -> Response:
        asked = answerer.asked(request.query_string)
        if asked.unknown:
            raise_problems([answerer.catalogue.unknown(key) for key in asked.unknown], {})
        return _archive(answerer, asked, form)


def _plan(answerer: Answerer, asked: Asked) -> DraftFields:
    draft = answerer.draft(asked)
    fields = draft_fields(draft, key=asked.key, version=answerer.source.version, unknown=asked.unknown)
    if not draft.refusals:
        fields["files"] = [
            {
                "path": path,
                "sha": file.sha,
                "lines": file.lines,
                "bytes": len(file.file.content),
                "is_executable": file.file.is_executable,
            }
            for path, file in answerer.shown_tree(asked).items()
        ]
    return fields


def _contents(answerer: Answerer, asked: Asked, wanted: frozenset[str]) -> ContentsFields:
    found = {
        file.sha: (path, file.file.content) for path, file in answerer.shown_tree(asked).items() if file.sha in wanted
    }
    if sum(len(content) for _, content in found.values()) > MOST_BYTES:
        raise RequestEntityTooLarge("These files are too much for one reply; ask for fewer at once.")
    return {"contents": {sha: highlighted(path, content) for sha, (path, content) in found.items()}}


def _wanted() -> frozenset[str]:
    shas = frozenset(request.args.get(_SHAS, "").split(",")) - {""}
    if not 0 < len(shas) <= MOST_FILES:
        raise BadRequest(f"Name the files by their shas, 1 to {MOST_FILES} of them.")
    return shas


def _without(key: str) -> str:
    """Return the query without one of its keys."""
    parts = request.query_string.decode("ascii", errors="replace").split("&")
    return "&".join(part for part in parts if part.partition("=")[0] != key)


def _take_away(answerer: Answerer, asked: Asked) -> TakeAwayFields:
    draft = answerer.draft(asked)
    raise_problems(draft.problems, {})
    return {
        "command": command_of(draft.resolution.answers.get("project_slug", "my-project"), asked),
        "toml": answers_toml(answerer.catalogue, draft.resolution, asked.given),
    }


def command_of(folder: object, asked: Asked) -> str:
    """Return the command that makes the project, in lines that a terminal shows whole."""
    settings = (f"--set {shlex.quote(f'{key}={as_text(value)}')}" for key, value in asked.given.items())
    return " \\\n  ".join(_filled(["waypost new", shlex.quote(str(folder)), "--defaults", *settings]))


def _filled(parts: list[str]) -> Iterator[str]:
    line = parts[0]
    for part in parts[1:]:
        if len(line) + len(part) > _LINE:
            yield line
            line = part
        else:
            line = f"{line} {part}"
    yield line


def _archive(answerer: Answerer, asked: Asked, form: Form) -> Response:
    files = {path: file.file for path, file in answerer.tree(asked).items()}
    folder = str(answerer.draft(asked).resolution.answers.get("project_slug", "project"))
    response = Response(packed(files, folder, form), mimetype=MIMETYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{folder}.{form}"'
    return response
