"""The JSON API: its views, its errors and its OpenAPI document."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

import click
from flask import Blueprint, Response, abort, jsonify, request
from pydantic import BaseModel, TypeAdapter, ValidationError
from werkzeug.exceptions import HTTPException, PreconditionRequired, UnprocessableEntity

from . import db
from .bookmarks import (
    Batch,
    Bookmark,
    BookmarkFields,
    BookmarkPage,
    BookmarkPatch,
    BookmarkQuery,
    FieldsQuery,
    Results,
    SparseBookmark,
    cursor_after,
    digest,
    patched,
    read_cursor,
    reasons,
    samples,
    sparse,
    try_row,
)
from .config import PROJECT_NAME

bp = Blueprint("api", __name__, cli_group=None)
BOOKMARK = "/bookmarks/<uuid:bookmark_id>"
KEY = r"[!-~]{1,200}"  # what an Idempotency-Key is made of
REMEMBERED = timedelta(hours=24)  # how long the answer to an Idempotency-Key is kept


class Problem(BaseModel):
    """What went wrong (RFC 9457); `errors` tells for each field what is wrong with it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: dict[str, str] = {}


@bp.get("/")
def index() -> dict[str, str]:
    """Say what this is and where it is described."""
    return {"name": PROJECT_NAME, "openapi": "/openapi.json"}


@bp.get("/bookmarks")
def list_bookmarks() -> Response:
    """List bookmarks by pages, which stay right while bookmarks come and go."""
    query: BookmarkQuery = read_query(BookmarkQuery)
    try:
        after = read_cursor(query.cursor, query.sort)
    except ValueError:
        invalid({"cursor": "Send a next_cursor of the same order."})
    wanted = query.model_copy(update={"limit": query.limit + 1})
    found = [Bookmark.model_validate(row) for row in db.list_bookmarks(wanted, after)]
    page = found[: query.limit]
    next_cursor = cursor_after(page[-1], query.sort) if found != page else None
    body = {"bookmarks": [sparse(each, query.fields) for each in page], "next_cursor": next_cursor}
    response = jsonify(body)
    response.add_etag()
    return unless_known(response)


@bp.post("/bookmarks")
def create_bookmark() -> Response:
    """Create a bookmark; with an Idempotency-Key only once, however often it is sent."""
    made = Bookmark.new(read_body(BookmarkFields))
    made = Bookmark.model_validate_json(create_once([made], made.model_dump_json()))
    return answer(made, 201, Location=f"/bookmarks/{made.id}")


@bp.post("/bookmarks/batch")
def create_batch() -> Response:
    """Create up to 100 bookmarks: each row has its own result, and a wrong one stops no other."""
    batch: Batch = read_body(Batch)
    results = Results(results=[try_row(row) for row in batch.bookmarks])
    made = [each.bookmark for each in results.results if each.bookmark]
    return Response(create_once(made, results.model_dump_json()), mimetype="application/json")


@bp.get(BOOKMARK)
def get_bookmark(bookmark_id: UUID) -> Response:
    """Return a bookmark; with If-None-Match, only when it has changed."""
    query: FieldsQuery = read_query(FieldsQuery)
    return answer(find(bookmark_id), fields=query.fields)


@bp.put(BOOKMARK)
def replace_bookmark(bookmark_id: UUID) -> Response:
    """Replace a bookmark, unless it is no longer the one that If-Match names."""
    fields: BookmarkFields = read_body(BookmarkFields)
    return change(find_unchanged(bookmark_id), fields)


@bp.patch(BOOKMARK)
def patch_bookmark(bookmark_id: UUID) -> Response:
    """Change some fields of a bookmark, unless it is no longer the one that If-Match names."""
    patch: BookmarkPatch = read_body(BookmarkPatch)
    before = find_unchanged(bookmark_id)
    return change(before, patched(before, patch))


@bp.delete(BOOKMARK)
def delete_bookmark(bookmark_id: UUID) -> tuple[str, int]:
    """Delete a bookmark, unless it is no longer the one that If-Match names."""
    bookmark = find_unchanged(bookmark_id)
    if not db.delete_bookmark(bookmark.id, bookmark.version):
        abort(412)
    return "", 204


def find(bookmark_id: UUID) -> Bookmark:
    """Return the bookmark, or answer with 404."""
    return Bookmark.model_validate(db.find_bookmark(bookmark_id) or abort(404))


def find_unchanged(bookmark_id: UUID) -> Bookmark:
    """Return the bookmark; answer with 428 without If-Match, with 412 when it names another."""
    bookmark = find(bookmark_id)
    if not request.if_match:
        raise PreconditionRequired("Send the ETag of the bookmark that you have seen in If-Match.")
    if str(bookmark.version) not in request.if_match:
        abort(412)
    return bookmark


def change(before: Bookmark, fields: BookmarkFields) -> Response:
    """Store the next version of a bookmark, unless another request was faster."""
    after = before.changed(fields)
    if not db.replace_bookmark(after, before.version):
        abort(412)
    return answer(after)


def create_once(bookmarks: list[Bookmark], body: str) -> str:
    """Store the bookmarks and return the body, or the one that this Idempotency-Key got before.

    The key is stored in the transaction of the bookmarks, and can be there only once. So of two
    requests at the same time the later one waits, and gets the answer to the other.
    """
    key, now = request.headers.get("Idempotency-Key"), datetime.now(UTC)
    if key is None:
        db.create_bookmarks(bookmarks)
        return body
    if not re.fullmatch(KEY, key):
        abort(400, "Send an Idempotency-Key of up to 200 visible ASCII characters.")
    scope = digest(request.path.encode(), key.encode())
    sent = digest(request.get_data())
    db.forget_answers(now - REMEMBERED)
    row = {"id": scope, "request": sent, "answer": body, "created_at": now}
    if db.create_bookmarks(bookmarks, row):
        return body
    known = db.find_answer(scope) or abort(409, "Send the request again.")
    if known["request"] != sent:
        raise UnprocessableEntity("This Idempotency-Key came with another request before.")
    return str(known["answer"])


def answer(bookmark: Bookmark, status: int = 200, fields: str = "", **headers: str) -> Response:
    """Return the bookmark with its ETag."""
    response = jsonify(sparse(bookmark, fields) if fields else bookmark.model_dump(mode="json"))
    response.status_code = status
    response.headers.update(headers)
    response.set_etag(str(bookmark.version))
    return unless_known(response)


def unless_known(response: Response) -> Response:
    """Return 304 to a client whose If-None-Match names this, and the response to others."""
    response.make_conditional(request.environ | {"HTTP_IF_MATCH": ""})  # which is for changes
    return response


def read_query(form: type[BaseModel]) -> Any:
    """Return the query's parameters, or answer with what is wrong with each of them."""
    try:
        return form(**{k: v[0] if len(v) == 1 else v for k, v in request.args.lists()})
    except ValidationError as error:
        invalid(reasons(error))


def read_body(form: type[BaseModel]) -> Any:
    """Return what is in the body, or answer with what is wrong with it."""
    if request.mimetype != "application/json":
        abort(415, "Send application/json.")
    try:
        return form.model_validate_json(request.get_data())
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            abort(400, error.errors()[0]["msg"])
        invalid(reasons(error))


def invalid(errors: dict[str, str]) -> NoReturn:
    """Answer with what is wrong with each value."""
    abort(problem(UnprocessableEntity("Some values are not valid."), errors))


@bp.app_errorhandler(HTTPException)
def problem(error: HTTPException, errors: dict[str, str] | None = None) -> Response:
    """Answer with problem details, and with the headers of the error such as Allow."""
    status, detail = error.code or 500, error.description or error.name
    body = Problem(title=error.name, status=status, detail=detail, errors=errors or {})
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return Response(body.model_dump_json(), status, headers, "application/problem+json")


@bp.cli.command()
def seed() -> None:
    """Add sample bookmarks; those that are there stay as they are."""
    missing = [sample for sample in samples() if not db.find_bookmark(sample.id)]
    db.create_bookmarks(missing)
    click.echo(f"{len(missing)} bookmark(s) added")


@bp.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """Describe the API."""
    fields, patch, batch = (
        {"requestBody": content(form) | {"required": True}}
        for form in (BookmarkFields, BookmarkPatch, Batch)
    )
    number = {"type": "string", "format": "uuid"}
    bookmark_id = {"name": "bookmark_id", "in": "path", "required": True, "schema": number}
    key, known = header("Idempotency-Key", pattern=f"^{KEY}$"), header("If-None-Match")
    seen = {"parameters": [header("If-Match") | {"required": True}]}
    many = {"parameters": [known, *parameters(BookmarkQuery)]}
    one = {"parameters": [known, *parameters(FieldsQuery)]}
    bookmarks = {
        "get": operation(list_bookmarks, 200, BookmarkPage, **many),
        "post": operation(create_bookmark, 201, Bookmark, parameters=[key], **fields),
    }
    bookmark = {
        "parameters": [bookmark_id],
        "get": operation(get_bookmark, 200, SparseBookmark, **one),
        "put": operation(replace_bookmark, 200, Bookmark, **fields, **seen),
        "patch": operation(patch_bookmark, 200, Bookmark, **patch, **seen),
        "delete": operation(delete_bookmark, 204, **seen),
    }
    rows = {"post": operation(create_batch, 200, Results, parameters=[key], **batch)}
    models = TypeAdapter(
        BookmarkFields | BookmarkPatch | BookmarkPage | Bookmark | Batch | Results | Problem
    )
    schemas = models.json_schema(ref_template="#/components/schemas/{model}")["$defs"]
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT_NAME, "version": "1"},
        "paths": {
            "/bookmarks": bookmarks,
            "/bookmarks/batch": rows,
            "/bookmarks/{bookmark_id}": bookmark,
        },
        "components": {"schemas": schemas},
    }


def operation(view: object, status: int, model: Any = None, **more: Any) -> Any:
    """Describe a view: what it does, what it returns, and that errors are problem details."""
    success = content(model) if model else {"description": "Done"}
    error = content(Problem, "application/problem+json")
    responses = {str(status): success, "default": error}
    if view in {list_bookmarks, get_bookmark}:
        responses["304"] = {"description": "It has not changed"}
    return {"summary": view.__doc__, "responses": responses} | more


def parameters(form: type[BaseModel]) -> list[dict[str, Any]]:
    """Describe a query of this form."""
    fields = form.model_json_schema()["properties"].items()
    return [{"name": name, "in": "query", "schema": schema} for name, schema in fields]


def header(name: str, **schema: str) -> dict[str, Any]:
    """Describe a header of the request."""
    return {"name": name, "in": "header", "schema": {"type": "string"} | schema}


def content(model: type[BaseModel], kind: str = "application/json") -> dict[str, Any]:
    """Describe a body of this form."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": model.__doc__, "content": {kind: {"schema": schema}}}
