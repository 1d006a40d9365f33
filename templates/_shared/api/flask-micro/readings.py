"""The JSON API: its data, its views, its errors and its OpenAPI document."""

import re
from datetime import UTC, datetime
from secrets import compare_digest
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, request
from pydantic import BaseModel, Field, JsonValue, TypeAdapter, ValidationError
from pydantic_core import to_json
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException, TooManyRequests, Unauthorized, UnprocessableEntity

from . import db, readings
from .commands import digest
from .config import PROJECT_NAME
from .readings import DEVICE, METRIC, Bucket, Latest, Measurement, Moment, Outcome, Size

bp = Blueprint("api", __name__)
LATEST = "/devices/<name>/metrics/<metric>/latest"
BUCKETS = "/devices/<name>/metrics/<metric>/buckets"


class Bulk(BaseModel, extra="forbid", strict=True):
    """Readings, each of which is judged by itself."""

    readings: list[JsonValue] = Field(min_length=1, max_length=500)


class Result(BaseModel):
    """What became of a reading; only one that is refused or in conflict is not stored."""

    outcome: Outcome
    detail: str = ""


class Results(BaseModel):
    """What became of each reading, in their order."""

    results: list[Result]


class BucketQuery(BaseModel, extra="forbid"):
    """Which buckets to return: how long, from when on, and how many."""

    size: Size = "hour"
    since: Moment
    count: int = Field(24, ge=1, le=400)


class Buckets(BaseModel):
    """Buckets of time, and the time zone that says when days begin."""

    zone: str
    buckets: list[Bucket]


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


@bp.post("/readings")
def create_reading() -> tuple[dict[str, Any], int]:
    """Store a reading of the device whose token is sent; to send it again changes nothing."""
    [result] = take(find_sender(), [Measurement(**validate(Measurement, read_body()))])
    if result.outcome in ("conflict", "refused"):
        abort(409, result.detail or "Another value is stored for this time.")
    return result.model_dump(), 201 if result.outcome == "stored" else 200


@bp.post("/readings/bulk")
def create_readings() -> dict[str, Any]:
    """Store up to 500 readings of the device whose token is sent, each judged by itself."""
    device = find_sender()
    rows = validate(Bulk, read_body())["readings"]
    return Results(results=take(device, [parse(row) for row in rows])).model_dump()


@bp.get(LATEST)
def get_latest(name: str, metric: str) -> dict[str, Any]:
    """Return what was measured last, in whatever order the readings came in."""
    latest = db.find_latest(readable(name, metric), metric) or abort(404)
    return latest.model_dump(mode="json")


@bp.get(BUCKETS)
def get_buckets(name: str, metric: str) -> dict[str, Any]:
    """Return the minutes, hours or days from `since` on, with what was measured in each."""
    device = readable(name, metric)
    query = validate(BucketQuery, {k: v[0] if len(v) == 1 else v for k, v in request.args.lists()})
    zone = ZoneInfo(device.zone)
    edges = readings.edges(zone=zone, **query)
    slots = db.sum_up(device, metric, edges[0], edges[-1], readings.slot_length(edges))
    return Buckets(zone=zone.key, buckets=readings.fill(edges, slots, zone)).model_dump(mode="json")


def take(device: db.Device, rows: list[Measurement | str]) -> list[Result]:
    """Store what is right; say what became of each row, which is a reading or what is wrong with it."""
    settings, time = current_app.config["SETTINGS"], now()
    limits = (settings.retention_days, settings.clock_drift_seconds)
    judged = [
        row if isinstance(row, str) else readings.fault(row.measured_at, time, *limits) or row
        for row in rows
    ]
    fit = [row for row in judged if isinstance(row, Measurement)]
    stored = db.store_readings(device, fit, time, settings.readings_per_minute) if fit else []
    if stored is None:
        most = f"Send at most {settings.readings_per_minute} readings a minute."
        raise TooManyRequests(most, retry_after=60 - time.second)
    outcomes = iter(stored)
    return [
        Result(outcome="refused", detail=row)
        if isinstance(row, str)
        else Result(outcome=next(outcomes))
        for row in judged
    ]


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def read_body() -> bytes:
    """Return the request's body, which has to be JSON."""
    if request.mimetype != "application/json":
        abort(415, "Send application/json.")
    return request.get_data()


def parse(row: JsonValue) -> Measurement | str:
    """Return the reading, or what is wrong with it."""
    try:
        return Measurement.model_validate_json(to_json(row))
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        return "; ".join(f"{(*each['loc'], 'reading')[0]}: {each['msg']}" for each in wrong)


def token() -> str:
    """Return the token that is sent, or an empty text."""
    sent = request.authorization
    return sent.token or "" if sent and sent.type == "bearer" else ""


def find_sender() -> db.Device:
    """Return the device whose token is sent, or answer with 401."""
    if not (device := db.find_sender(digest(token()))):
        raise Unauthorized("Send a valid token.", www_authenticate=WWWAuthenticate("bearer"))
    return device


def readable(name: str, metric: str) -> db.Device:
    """Return the device if whoever asks may read it; to all others it does not exist."""
    reader = current_app.config["SETTINGS"].reader_token
    if not (re.fullmatch(DEVICE, name) and re.fullmatch(METRIC, metric)):
        abort(404)
    if reader and compare_digest(token().encode(), reader.encode()):
        return db.find_device(name) or abort(404)
    device = find_sender()
    return device if device.name == name else abort(404)


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
    one, many = (content(form) | {"required": True} for form in (Measurement, Bulk))
    created = operation(create_reading, 201, Result, requestBody=one)
    created["responses"]["200"] = content(Result)  # sent before
    place = [
        {"name": key, "in": "path", "required": True, "schema": {"type": "string", "pattern": form}}
        for key, form in (("name", DEVICE), ("metric", METRIC))
    ]
    query = [
        {"name": key, "in": "query", "schema": schema, "required": "default" not in schema}
        for key, schema in BucketQuery.model_json_schema()["properties"].items()
    ]
    paths = {
        "/readings": {"post": created},
        "/readings/bulk": {"post": operation(create_readings, 200, Results, requestBody=many)},
        LATEST: {"get": operation(get_latest, 200, Latest, parameters=place)},
        BUCKETS: {"get": operation(get_buckets, 200, Buckets, parameters=place + query)},
    }
    security = {"token": {"type": "http", "scheme": "bearer"}}
    models = TypeAdapter(Measurement | Bulk | Results | Latest | Buckets | Problem)
    schemas = models.json_schema(ref_template="#/components/schemas/{model}")["$defs"]
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT_NAME, "version": "1"},
        "paths": {path.replace("<", "{").replace(">", "}"): each for path, each in paths.items()},
        "security": [{"token": []}],
        "components": {"schemas": schemas, "securitySchemes": security},
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
