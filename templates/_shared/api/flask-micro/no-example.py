"""The JSON API: its data, its views, its errors and its OpenAPI document."""

from typing import Any

from flask import Blueprint, Response
from pydantic import BaseModel, TypeAdapter
from werkzeug.exceptions import HTTPException

from .config import PROJECT_NAME

bp = Blueprint("api", __name__)


class Index(BaseModel):
    """What this is and where it is described."""

    name: str
    openapi: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


@bp.get("/")
def index() -> dict[str, str]:
    """Say what this is and where it is described."""
    return {"name": PROJECT_NAME, "openapi": "/openapi.json"}


@bp.app_errorhandler(HTTPException)
def problem(error: HTTPException) -> Response:
    """Answer with problem details, and with the headers of the error such as Allow."""
    status, detail = error.code or 500, error.description or error.name
    body = Problem(title=error.name, status=status, detail=detail)
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return Response(body.model_dump_json(), status, headers, "application/problem+json")


@bp.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """Describe the API."""
    models = TypeAdapter(Index | Problem)
    schemas = models.json_schema(ref_template="#/components/schemas/{model}")["$defs"]
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT_NAME, "version": "1"},
        "paths": {"/": {"get": operation(index, 200, Index)}},
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
