"""What one person's page may do on this machine: make projects, show them, update them, and take that back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from waypost.commands.new import new
from waypost.commands.replies.pages import FoldersFields
from waypost.commands.replies.reply import Reply
from waypost.questions.answers import Inputs
from waypost.web.contents import Answerer, Asked
from waypost.web.folders import Folder
from waypost.web.safety import reply


def add_routes(app: Flask, answerer: Answerer, folder: Folder) -> None:
    """Add the routes that touch ``folder``."""

    @app.get("/api/projects")
    def projects() -> Response:
        found = [folder.described(id_, path) for id_, path in folder.projects().items()]
        fields: FoldersFields = {"folder": str(folder.path), "projects": found}
        return reply(Reply(fields=fields))

    @app.post("/api/projects")
    def make() -> Response:
        fields = body(answers=dict, name=str, git=bool)
        asked = understood(answerer, fields["answers"])
        with folder.changing:
            place = folder.place_for(fields["name"])
            return reply(new(_inputs(answerer, asked), str(place), uses_git=fields["git"]), 201)

    app.extensions["waypost-end"] = lambda patience: folder.changing.acquire(timeout=patience)


def body(**kinds: type) -> dict[str, Any]:
    """Return the values of a request's JSON body by name. Raises ``BadRequest`` where one is missing or another."""
    found = request.get_json(silent=True)
    if not isinstance(found, dict) or found.keys() != kinds.keys():
        raise BadRequest(f"The body is a JSON object with: {', '.join(kinds)}.")
    for name, kind in kinds.items():
        if not isinstance(found[name], kind):
            raise BadRequest(f"{name} has to be a JSON {kind.__name__}.")
    return found


def understood(answerer: Answerer, answers: Mapping[object, object]) -> Asked:
    """Return the answers of a body, each as text. Raises ``BadRequest`` where one is not, ``AnswersError`` for keys."""
    if not all(isinstance(text, str) for text in answers.values()):
        raise BadRequest("answers has to hold texts by question.")
    asked = answerer.understood([(str(key), str(text)) for key, text in answers.items()])
    if asked.unknown:
        raise BadRequest(f"There is no question {asked.unknown[0]!r}.")
    return asked


def _inputs(answerer: Answerer, asked: Asked) -> Inputs:
    """Return the inputs that make what was shown: a project is called as on the page, not after its folder."""
    named = answerer.draft(asked).resolution.answers.get("project_name")
    values = {"project_name": named, **asked.given} if named is not None else asked.given
    return Inputs(values=values, uses_defaults=True)
