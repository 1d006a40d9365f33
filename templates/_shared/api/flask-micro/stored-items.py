"""The JSON API: its data, its views, its errors and its OpenAPI document."""

from datetime import datetime
from typing import Any, Literal
{% if has_item_cache %}
from urllib.parse import urlencode
{% endif %}

from flask import Blueprint, Response, abort, request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from werkzeug.exceptions import HTTPException, UnprocessableEntity

{% if has_suggestions %}
from . import db, suggestions
{% else %}
from . import db
{% endif %}
{% if has_item_cache %}
from .cache import cached
{% endif %}
from .config import PROJECT_NAME
{% if announces_items %}
from .events import item_changed
{% endif %}

bp = Blueprint("api", __name__)
ITEM = "/items/<int(max=9223372036854775807):item_id>"


class ItemFields(BaseModel, extra="forbid", strict=True):
    """What clients may set."""

    name: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*$")
    description: str = Field("", max_length=500, pattern=r"^[^\x00]*$")
    done: bool = False


class Item(ItemFields, extra="ignore", strict=False{{ ', from_attributes=True' if uses_orm }}):
    """An item as it is stored; `version` counts its changes and is its ETag."""

    id: int
    version: int
    created_at: datetime
    updated_at: datetime


class ItemQuery(BaseModel, extra="forbid"):
    """Which items to list, and which page of them."""

    status: Literal["all", "open", "done"] = "all"
    limit: int = Field(20, ge=1, le=100)
    cursor: int = Field(0, ge=0, le=2**63 - 1)


class ItemPage(BaseModel):
    """Some items, and the cursor of the next page when there is one."""

    items: list[Item]
    next_cursor: int | None
{% if has_suggestions %}


{% include 'templates/_shared/api/flask-micro/suggestion-forms.py' %}
{% endif %}


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


{% if has_item_cache %}
@bp.get("/items")
def list_items() -> Response:
    """List items, oldest first."""
{% if has_suggestions %}
    query = validate(ItemQuery, arguments())
{% else %}
    query = validate(ItemQuery, {k: v[0] if len(v) == 1 else v for k, v in request.args.lists()})
{% endif %}
    body = cached("items", urlencode(query), lambda: read_page(query).model_dump_json())
    return Response(body, mimetype="application/json")


def read_page(query: dict[str, Any]) -> ItemPage:
    """Return a page of items."""
    rows = db.list_items(query | {"limit": query["limit"] + 1})
    items = [Item.model_validate(row) for row in rows]
    page = items[: query["limit"]]
    return ItemPage(items=page, next_cursor=page[-1].id if items != page else None)
{% else %}
@bp.get("/items")
def list_items() -> dict[str, Any]:
    """List items, oldest first."""
{% if has_suggestions %}
    query = validate(ItemQuery, arguments())
{% else %}
    query = validate(ItemQuery, {k: v[0] if len(v) == 1 else v for k, v in request.args.lists()})
{% endif %}
    rows = db.list_items(query | {"limit": query["limit"] + 1})
    items = [Item.model_validate(row) for row in rows]
    page = items[: query["limit"]]
    next_cursor = page[-1].id if items != page else None
    return ItemPage(items=page, next_cursor=next_cursor).model_dump(mode="json")
{% endif %}


@bp.post("/items")
def create_item() -> Response:
    """Create an item."""
    item = Item.model_validate(db.create_item(read_item()))
{% if announces_items %}
    item_changed.send(before=None, after=item)
{% endif %}
    return answer(item, 201, Location=f"/items/{item.id}")


@bp.get(ITEM)
def get_item(item_id: int) -> Response:
    """Return an item; with If-None-Match, only when it has changed."""
    return answer(find_item(item_id))


@bp.put(ITEM)
def replace_item(item_id: int) -> Response:
    """Replace an item; with If-Match, only when nobody else has changed it."""
    values = read_item()
{% if announces_items %}
    before = find_item(item_id)
    while not (row := db.replace_item(item_id, before.version, values)):
        before = find_item(item_id)  # another request came between reading and writing
    after = Item.model_validate(row)
    item_changed.send(before=before, after=after)
    return answer(after)
{% else %}
    while not (row := db.replace_item(item_id, find_item(item_id).version, values)):
        pass  # another request came between reading and writing
    return answer(Item.model_validate(row))
{% endif %}


@bp.delete(ITEM)
def delete_item(item_id: int) -> tuple[str, int]:
    """Delete an item; with If-Match, only when nobody else has changed it."""
{% if announces_items %}
    item = find_item(item_id)
    while not db.delete_item(item_id, item.version):
        item = find_item(item_id)
    item_changed.send(before=item, after=None)
{% else %}
    while not db.delete_item(item_id, find_item(item_id).version):
        pass
{% endif %}
    return "", 204


def read_item() -> dict[str, Any]:
    """Return the values for an item from the request's body."""
    if request.mimetype != "application/json":
        abort(415, "Send application/json.")
    return validate(ItemFields, request.get_data())


def find_item(item_id: int) -> Item:
    """Return the item; answer with 404 without one, with 412 when If-Match names others."""
    item = Item.model_validate(db.find_item(item_id) or abort(404))
    if request.if_match and str(item.version) not in request.if_match:
        abort(412)
    return item


def answer(item: Item, status: int = 200, **headers: str) -> Response:
    """Return the item with its ETag, or 304 to a client that has this version."""
    response = Response(item.model_dump_json(), status, headers, "application/json")
    response.set_etag(str(item.version))
    response.make_conditional(request.environ | {"HTTP_IF_MATCH": ""})  # find_item sees to that
    return response
{% if has_suggestions %}


@bp.get("/suggestions")
def suggest() -> dict[str, Any]:
    """Suggest items whose names begin with what has been typed so far."""
    query = validate(SuggestionQuery, arguments())
    return {"suggestions": suggestions.find(query["prefix"], query["limit"])}


def arguments() -> dict[str, Any]:
    """Return the query's parameters; one that is repeated is a list."""
    return {k: v[0] if len(v) == 1 else v for k, v in request.args.lists()}
{% endif %}


def validate(model: type[BaseModel], data: bytes | dict[str, Any]) -> dict[str, Any]:
    """Return the values, or answer with what is wrong with each of them."""
    try:
        valid = model.model_validate_json(data) if isinstance(data, bytes) else model(**data)
        return valid.model_dump()
    except ValidationError as error:
        details = error.errors(include_url=False)
        if details[0]["type"] == "json_invalid":
            abort(400, details[0]["msg"])
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
{% if has_suggestions %}
    query = parameters(ItemQuery)
{% else %}
    fields = ItemQuery.model_json_schema()["properties"].items()
    query = [{"name": name, "in": "query", "schema": schema} for name, schema in fields]
{% endif %}
    number = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    item_id = {"name": "item_id", "in": "path", "required": True, "schema": number}
    body = content(ItemFields) | {"required": True}
    items = {
        "get": operation(list_items, 200, ItemPage, parameters=query),
        "post": operation(create_item, 201, Item, requestBody=body),
    }
    item = {
        "parameters": [item_id],
        "get": operation(get_item, 200, Item),
        "put": operation(replace_item, 200, Item, requestBody=body),
        "delete": operation(delete_item, 204),
    }
{% if has_suggestions %}
    wanted = parameters(SuggestionQuery)
    suggested = {"get": operation(suggest, 200, Suggestions, parameters=wanted)}
{% endif %}
    models = TypeAdapter(Item | ItemFields | ItemPage | {{ 'Suggestions | ' if has_suggestions }}Problem)
    schemas = models.json_schema(ref_template="#/components/schemas/{model}")["$defs"]
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT_NAME, "version": "1"},
{% if has_suggestions %}
        "paths": {"/items": items, "/items/{item_id}": item, "/suggestions": suggested},
{% else %}
        "paths": {"/items": items, "/items/{item_id}": item},
{% endif %}
        "components": {"schemas": schemas},
    }


def operation(view: object, status: int, model: Any = None, **more: Any) -> Any:
    """Describe a view: what it does, what it returns, and that errors are problem details."""
    success = content(model) if model else {"description": "Done"}
    error = content(Problem, "application/problem+json")
    return {"summary": view.__doc__, "responses": {str(status): success, "default": error}} | more
{% if has_suggestions %}


def parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    """Describe a query of this form."""
    schema = model.model_json_schema()
    needed = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": field}
        for name, field in schema["properties"].items()
    ]
{% endif %}


def content(model: type[BaseModel], kind: str = "application/json") -> dict[str, Any]:
    """Describe a body of this form."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": model.__doc__, "content": {kind: {"schema": schema}}}
