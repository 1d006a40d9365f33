"""The JSON API: its views, who may use it, its errors and its OpenAPI document."""

from secrets import compare_digest
from typing import Any, NoReturn

import click
from flask import Blueprint, Response, abort, current_app, jsonify, request
from pydantic import BaseModel, TypeAdapter, ValidationError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import (
    Conflict,
    HTTPException,
    NotFound,
    Unauthorized,
    UnprocessableEntity,
)

from . import db
from .boards import (
    LARGEST_ID,
    MOST_CARDS,
    Board,
    BoardFields,
    BoardPage,
    BoardQuery,
    Card,
    CardChangedError,
    CardFields,
    CardPatch,
    Lane,
    TooManyError,
    VersionQuery,
    WholeBoard,
)
from .config import PROJECT_NAME

bp = Blueprint("api", __name__, cli_group=None)
BOARD = f"/boards/<int(min=1, max={LARGEST_ID}):board_id>"
CARD = f"/cards/<int(min=1, max={LARGEST_ID}):card_id>"
OPEN = {"api.index", "api.openapi"}  # what needs no token
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "600",  # seconds
}
READABLE = {"Access-Control-Expose-Headers": "ETag, Location"}
SAMPLES: tuple[tuple[Lane, str], ...] = (
    ("todo", "Choose a name"),
    ("todo", "Order the lamps"),
    ("doing", "Paint the shelves"),
    ("done", "Find a room"),
)


class Problem(BaseModel):
    """What went wrong (RFC 9457): `errors` by field, and in a conflict the card as it is now."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: dict[str, str] = {}
    card: Card | None = None


@bp.before_request
def require_token() -> None:
    """Answer with 401 to whoever does not send the token; where none is set, to everybody."""
    if request.endpoint in OPEN or request.method == "OPTIONS":
        return
    expected, sent = current_app.config["SETTINGS"].api_token, request.authorization
    token = sent.token or "" if sent and sent.type == "bearer" else ""
    if not (expected and compare_digest(token.encode(), expected.encode())):
        wanted = WWWAuthenticate("bearer")
        raise Unauthorized("Send the token that API_TOKEN is set to.", www_authenticate=wanted)


@bp.after_request
def allow_origins(response: Response) -> Response:
    """Let pages of the origins in CORS_ORIGINS read the answer, and those of no other."""
    if origins := current_app.config["SETTINGS"].cors_origins:
        response.vary.add("Origin")
        if request.origin in origins.split(","):
            response.access_control_allow_origin = request.origin
            response.headers.update(PREFLIGHT if request.method == "OPTIONS" else READABLE)
    return response


@bp.get("/")
def index() -> dict[str, str]:
    """Say what this is and where it is described."""
    return {"name": PROJECT_NAME, "openapi": "/openapi.json"}


@bp.get("/boards")
def list_boards() -> dict[str, Any]:
    """List boards, newest first."""
    query: BoardQuery = read_query(BoardQuery)
    found = db.list_boards(query.cursor, query.limit + 1)
    page = found[: query.limit]
    next_cursor = page[-1].id if found != page else None
    return BoardPage(boards=page, next_cursor=next_cursor).model_dump(mode="json")


@bp.post("/boards")
def create_board() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Create a board; with a key that was used before, return the one that it made."""
    board = db.create_board(read_body(BoardFields)) or abort(409, "Send the request again.")
    return board.model_dump(mode="json"), 201, {"Location": f"/boards/{board.id}"}


@bp.get(BOARD)
def get_board(board_id: int) -> Response:
    """Return a board with its cards; with If-None-Match, only when it has changed."""
    board = db.find_board(board_id) or abort(404)
    response = jsonify(board.model_dump(mode="json"))
    response.set_etag(f"{board.id}.{board.revision}")
    response.make_conditional(request)
    return response


@bp.delete(BOARD)
def delete_board(board_id: int) -> tuple[str, int]:
    """Delete a board with its cards."""
    if not db.delete_board(board_id):
        abort(404)
    return "", 204


@bp.post(f"{BOARD}/cards")
def create_card(board_id: int) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Add a card to the end of a lane; with a key that was used before, return what it made."""
    try:
        card = db.create_card(board_id, read_body(CardFields)) or abort(404)
    except TooManyError:
        abort(409, f"A board can have {MOST_CARDS} cards.")
    return card.model_dump(), 201, {"Location": f"/cards/{card.id}"}


@bp.get(CARD)
def get_card(card_id: int) -> dict[str, Any]:
    """Return a card."""
    card = db.find_card(card_id) or abort(404)
    return card.model_dump()


@bp.patch(CARD)
def change_card(card_id: int) -> dict[str, Any]:
    """Change or move a card, unless its version is another than the one that somebody has seen."""
    return db.change_card(card_id, read_body(CardPatch)).model_dump()


@bp.delete(CARD)
def delete_card(card_id: int) -> tuple[str, int]:
    """Delete a card, unless its version is another than the one that somebody has seen."""
    query: VersionQuery = read_query(VersionQuery)
    db.delete_card(card_id, query.version)
    return "", 204


def read_query(form: type[BaseModel]) -> Any:
    """Return the query's parameters, or answer with what is wrong with each of them."""
    try:
        return form(**{k: v[0] if len(v) == 1 else v for k, v in request.args.lists()})
    except ValidationError as error:
        invalid(error)


def read_body(form: type[BaseModel]) -> Any:
    """Return what is in the body, or answer with what is wrong with it."""
    if request.mimetype != "application/json":
        abort(415, "Send application/json.")
    try:
        return form.model_validate_json(request.get_data())
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            abort(400, error.errors()[0]["msg"])
        invalid(error)


def invalid(error: ValidationError) -> NoReturn:
    """Answer with what is wrong with each value."""
    details = error.errors(include_url=False)
    errors = {".".join(map(str, each["loc"])) or "body": each["msg"] for each in details}
    abort(problem(UnprocessableEntity("Some values are not valid."), errors=errors))


@bp.errorhandler(CardChangedError)
def conflict(error: CardChangedError) -> Response:
    """Answer with the card as it is now, or with 404 when it is no longer there."""
    if error.card is None:
        return problem(NotFound())
    return problem(Conflict("Somebody else has changed this card meanwhile."), card=error.card)


@bp.app_errorhandler(HTTPException)
def problem(error: HTTPException, **more: Any) -> Response:
    """Answer with problem details, and with the headers of the error such as Allow."""
    status, detail = error.code or 500, error.description or error.name
    body = Problem(title=error.name, status=status, detail=detail, **more)
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    said = body.model_dump_json(exclude=None if body.card else {"card"})
    return Response(said, status, headers, "application/problem+json")


@bp.cli.command()
def seed() -> None:
    """Add a sample board; when it is there, it stays as it is."""
    board = db.create_board(BoardFields(name="Lamp library", key="sample-board"))
    for number, (lane, title) in enumerate(SAMPLES, 1):
        card = CardFields(lane=lane, title=title, key=f"sample-card-{number}")
        db.create_card(board.id if board else 0, card)
    click.echo("There is a sample board.")


@bp.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """Describe the API."""
    board, card, patch = (
        {"requestBody": content(form) | {"required": True}}
        for form in (BoardFields, CardFields, CardPatch)
    )
    known = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
    get_whole = operation(get_board, 200, WholeBoard, parameters=[known])
    get_whole["responses"]["304"] = {"description": "It has not changed"}
    seen = {"parameters": parameters(VersionQuery)}
    paths = {
        "/boards": {
            "get": operation(list_boards, 200, BoardPage, parameters=parameters(BoardQuery)),
            "post": operation(create_board, 201, Board, **board),
        },
        "/boards/{board_id}": {
            "parameters": [path("board_id")],
            "get": get_whole,
            "delete": operation(delete_board, 204),
        },
        "/boards/{board_id}/cards": {
            "parameters": [path("board_id")],
            "post": operation(create_card, 201, Card, **card),
        },
        "/cards/{card_id}": {
            "parameters": [path("card_id")],
            "get": operation(get_card, 200, Card),
            "patch": operation(change_card, 200, Card, **patch),
            "delete": operation(delete_card, 204, **seen),
        },
    }
    models = TypeAdapter(BoardFields | CardFields | CardPatch | WholeBoard | BoardPage | Problem)
    schemas = models.json_schema(ref_template="#/components/schemas/{model}")["$defs"]
    security = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT_NAME, "version": "1"},
        "paths": paths,
        "security": [{"token": []}],
        "components": {"schemas": schemas, "securitySchemes": security},
    }


def operation(view: object, status: int, model: Any = None, **more: Any) -> Any:
    """Describe a view: what it does, what it returns, and that errors are problem details."""
    success = content(model) if model else {"description": "Done"}
    error = content(Problem, "application/problem+json")
    return {"summary": view.__doc__, "responses": {str(status): success, "default": error}} | more


def parameters(form: type[BaseModel]) -> list[dict[str, Any]]:
    """Describe a query of this form."""
    fields = form.model_json_schema()["properties"].items()
    return [
        {"name": name, "in": "query", "required": "default" not in schema, "schema": schema}
        for name, schema in fields
    ]


def path(name: str) -> dict[str, Any]:
    """Describe an id in the path."""
    number = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
    return {"name": name, "in": "path", "required": True, "schema": number}


def content(model: type[BaseModel], kind: str = "application/json") -> dict[str, Any]:
    """Describe a body of this form."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": model.__doc__, "content": {kind: {"schema": schema}}}
