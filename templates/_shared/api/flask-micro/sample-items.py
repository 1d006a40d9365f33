"""The JSON API: its data, its views, its errors and its OpenAPI document."""

from typing import Any, Literal

from flask import Blueprint, Response, abort, request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from werkzeug.exceptions import HTTPException, UnprocessableEntity

from .config import PROJECT_NAME

bp = Blueprint("api", __name__)
ITEM = "/items/<int(max=9223372036854775807):item_id>"


class Item(BaseModel):
    """A sample item."""

    id: int
    name: str
    done: bool


class ItemQuery(BaseModel, extra="forbid"):
    """Which items to list, and which page of them."""

    status: Literal["all", "open", "done"] = "all"
    limit: int = Field(20, ge=1, le=100)
    cursor: int = Field(0, ge=0, le=2**63 - 1)


class ItemPage(BaseModel):
    """Some items, and the cursor of the next page when there is one."""

    items: list[Item]
    next_cursor: int | None


class Problem(BaseModel):
    """What went wrong (RFC 9457); `errors` tells for each field what is wrong with it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: dict[str, str] = {}


ITEMS = [
    Item(id=1, name="Apples", done=False),
    Item(id=2, name="Bread", done=False),
    Item(id=3, name="Coffee", done=False),
    Item(id=4, name="Dates", done=True),
]


@bp.get("/")
def index() -> dict[str, str]:
    """Say what this is and where it is described."""
    return {"name": PROJECT_NAME, "openapi": "/openapi.json"}


@bp.get("/items")
def list_items() -> dict[str, Any]:
    """List items, oldest first."""
    query = validate(ItemQuery, {k: v[0] if len(v) == 1 else v for k, v in request.args.lists()})
    wanted = {"all": (True, False), "open": (False,), "done": (True,)}[query["status"]]
    items = [item for item in ITEMS if item.id > query["cursor"] and item.done in wanted]
    page = items[: query["limit"]]
    next_cursor = page[-1].id if items != page else None
    return ItemPage(items=page, next_cursor=next_cursor).model_dump(mode="json")


@bp.get(ITEM)
def get_item(item_id: int) -> Response:
    """Return an item; with If-None-Match, only when it has changed."""
    item = next((item for item in ITEMS if item.id == item_id), None)
    response = Response((item or abort(404)).model_dump_json(), mimetype="application/json")
    response.add_etag()
    response.make_conditional(request)
    return response


def validate(model: type[BaseModel], data: dict[str, Any]) -> dict[str, Any]:
    """Return the values, or answer with what is wrong with each of them."""
    try:
        return model(**data).model_dump()
    except ValidationError as error:
        details = error.errors(include_url=False)
        errors = {".".join(map(str, each["loc"])) or "body": each["msg"] for each in details}
        abort(problem(UnprocessableEntity("Some values are not valid."), errors))


@bp.app_errorhandler(HTTPException)
def problem(error: HTTPException, errors: dict[str, str] | None = None) -> Response:
    """Answer with problem details, and with the headers of the error such as Allow."""
    status, detail = error.code or 500, error.description or error.name
    body = Problem(title=error.name, status=status, detail=detail, errors=errors or {})
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return Response(body.model_dump_json(), status, headers, "application/problem+json")


@bp.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """Describe the API."""
    fields = ItemQuery.model_json_schema()["properties"].items()
    query = [{"name": name, "in": "query", "schema": schema} for name, schema in fields]
    number = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    item_id = {"name": "item_id", "in": "path", "required": True, "schema": number}
    items = {
        "get": operation(list_items, 200, ItemPage, parameters=query),
    }
    item = {
        "parameters": [item_id],
        "get": operation(get_item, 200, Item),
    }
    models = TypeAdapter(Item | ItemPage | Problem)
    schemas = models.json_schema(ref_template="#/components/schemas/{model}")["$defs"]
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT_NAME, "version": "1"},
        "paths": {"/items": items, "/items/{item_id}": item},
        "components": {"schemas": schemas},
    }


def operation(view: object, status: int, model: Any, **more: Any) -> Any:
    """Describe a view: what it does, what it returns, and that errors are problem details."""
    error = content(Problem, "application/problem+json")
    responses = {str(status): content(model), "default": error}
    return {"summary": view.__doc__, "responses": responses} | more


def content(model: type[BaseModel], kind: str = "application/json") -> dict[str, Any]:
    """Describe a body of this form."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": model.__doc__, "content": {kind: {"schema": schema}}}
