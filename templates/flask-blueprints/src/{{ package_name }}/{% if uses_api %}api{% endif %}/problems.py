"""Errors of the API: problem documents (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from apispec import APISpec
from flask import json
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

MEDIA_TYPE = "application/problem+json"


class ProblemSchema(Schema):
    """What a problem document holds."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(allow_none=True)
    errors = fields.Dict(metadata={"description": "What is wrong, by place and field"})


def describe_problems(spec: APISpec) -> None:
    """Let operations name the answers they have in common, such as NOT_FOUND."""
    content = {MEDIA_TYPE: {"schema": ProblemSchema}}
    for status in HTTPStatus:
        response: dict[str, Any] = {"description": status.phrase}
        if status >= HTTPStatus.BAD_REQUEST:
            response["content"] = dict(content)
        spec.components.response(status.name, response, lazy=True)
    fallback = {"description": "Error", "content": content}
    spec.components.response("DEFAULT_ERROR", fallback, lazy=True)


def problem(error: HTTPException, response: Response) -> Response:
    """Put a problem document into the error's own response."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": error.name,
        "status": response.status_code,
        "detail": error.description,
    }
    # Where webargs keeps what is wrong with a request:
    if errors := getattr(error, "data", {}).get("messages"):
        document["errors"] = errors
    response.set_data(json.dumps(document))
    response.content_type = MEDIA_TYPE
    return response
