"""What one person's page may do on this machine: make projects, show them, update them, and take that back."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any, cast

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from waypost.commands.answers import answers_show
from waypost.commands.changes.updates import update_fields
from waypost.commands.check import check_projects
from waypost.commands.new import new
from waypost.commands.replies.pages import FoldersFields, ProjectFields, draft_fields
from waypost.commands.replies.reply import Reply
from waypost.commands.update import undo
from waypost.drafts.draft import draft_of
from waypost.questions.answers import Inputs, recorded_answers, values_of
from waypost.questions.record import read_record
from waypost.web.contents import Answerer, Asked
from waypost.web.folders import Folder
from waypost.web.safety import reply
from waypost.web.updating import Updates


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

    _add_project_routes(app, answerer, folder, updates := Updates())

    def end(patience: float) -> None:
        """Let a change that is being written come to its end, and rehearsals end now."""
        updates.is_over.set()
        folder.changing.acquire(timeout=patience)

    app.extensions["waypost-end"] = end


def _add_project_routes(app: Flask, answerer: Answerer, folder: Folder, updates: Updates) -> None:
    @app.get("/api/projects/<id_>")
    def project(id_: str) -> Response:
        path = folder.project(id_)
        shown = answers_show(str(path)).fields
        standing = check_projects([str(path)]).fields
        fields = {**standing, "folder": str(path), "answers": shown["answers"]}
        return reply(Reply(fields=cast("ProjectFields", fields)))

    @app.get("/api/projects/<id_>/plan")
    def draft(id_: str) -> Response:
        record = read_record(folder.project(id_))
        recorded = values_of(recorded_answers(record, answerer.catalogue))
        asked = answerer.asked(request.query_string)
        found = draft_of(answerer.catalogue, {**recorded, **asked.given})
        version = answerer.source.version
        return reply(Reply(fields=draft_fields(found, key=asked.key, version=version, unknown=asked.unknown)))

    @app.post("/api/projects/<id_>/preview")
    def preview(id_: str) -> Response:
        fields = body(answers=dict, to=(str, NoneType), stays=bool)
        path, asked = folder.project(id_), understood(answerer, fields["answers"])
        shown = updates.show(path, folder.name_of(path), asked, to=fields["to"], stays=fields["stays"])
        return reply(Reply(fields=shown))

    @app.post("/api/projects/<id_>/apply")
    def apply(id_: str) -> Response:
        fields = body(plan=str, agreed=bool)
        with folder.changing:
            plan = updates.apply(folder.project(id_), fields["plan"], is_agreed=fields["agreed"])
        return reply(Reply(fields=update_fields(plan, is_preview=False)))

    @app.post("/api/projects/<id_>/undo")
    def take_back(id_: str) -> Response:
        body()
        with folder.changing:
            return reply(undo(str(folder.project(id_))))

    @app.post("/api/projects/<id_>/rehearse")
    def rehearse(id_: str) -> Response:
        lines = updates.rehearsal(folder.project(id_), body(plan=str)["plan"])
        return Response(lines, mimetype="application/x-ndjson")


def body(**kinds: type | tuple[type, ...]) -> dict[str, Any]:
    """Return the values of a request's JSON body by name. Raises ``BadRequest`` where one is missing or another."""
    found = request.get_json(silent=True)
    if not isinstance(found, dict) or found.keys() != kinds.keys():
        raise BadRequest(f"The body is a JSON object with: {', '.join(kinds)}.")
    for name, kind in kinds.items():
        if not isinstance(found[name], kind):
            raise BadRequest(f"{name} is not of the kind that it has to be.")
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
