"""Errors of the API as problem details (RFC 9457)."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback


def exception_handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """Answer an error that the API knows; leave the others to Django."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    status = error.status_code
    problem: dict[str, Any] = {"type": "about:blank"}
    if isinstance(error, exceptions.ValidationError):
        # The request could be read, but not with these values.
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        problem["errors"] = list(errors_in(error.detail))
        problem["detail"] = "Some values are not acceptable."
    else:
        problem["detail"] = str(error.detail)
    problem |= {"title": HTTPStatus(status).phrase, "status": int(status)}
    return Response(
        problem,
        status=status,
        headers=headers_of(error),
        content_type="application/problem+json",
    )


def errors_in(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """Yield what is wrong, and with which field."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from errors_in(inner, f"{field}.{name}" if field else str(name))
    elif isinstance(detail, list):
        for inner in detail:
            yield from errors_in(inner, field)
    else:
        yield {"field": field, "detail": str(detail)}


def headers_of(error: exceptions.APIException) -> dict[str, str]:
    """Return the headers that belong to an error."""
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers
