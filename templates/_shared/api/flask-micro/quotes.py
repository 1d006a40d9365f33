"""The JSON API: its data, its views, its errors and its OpenAPI document."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from flask import Blueprint, Response, abort, current_app, request
from pydantic import (
    BaseModel,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from werkzeug.exceptions import HTTPException, ServiceUnavailable, UnprocessableEntity

from .config import PROJECT_NAME
from .quotes import AMOUNT, CURRENCIES, Currency, exchange, exchange_rate
from .upstream import COOL_DOWN, Known, NoRatesError, Upstream

bp = Blueprint("api", __name__)


# Written out, never as 1E-10, and as text.
Exact = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}),
]


class Rate(BaseModel):
    """What one unit of the source is worth in the target; stale where the upstream does not answer."""

    source: Currency
    target: Currency
    rate: Exact
    rates_at: datetime
    age_seconds: int
    is_stale: bool


class QuoteFields(BaseModel, extra="forbid", strict=True):
    """What is to be exchanged; an amount is text with at most two decimals."""

    source: Currency
    target: Currency
    amount: str = Field(pattern=AMOUNT)


class Quote(BaseModel):
    """What an amount is worth in another currency, and how old the rates are."""

    source: Currency
    target: Currency
    amount: Exact
    rate: Exact
    result: Exact
    rates_at: datetime
    age_seconds: int


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


@bp.get("/rates/<source>/<target>")
def get_rate(source: Currency, target: Currency) -> dict[str, Any]:
    """Return what one unit of a currency is worth in another one, and how old that is."""
    if not {source, target} <= {*CURRENCIES}:
        abort(404, f"There are rates for {', '.join(CURRENCIES)}.")
    known = latest_rates()
    return Rate(
        source=source,
        target=target,
        rate=exchange_rate(known.rates, source, target),
        rates_at=known.rates.at,
        age_seconds=age_in_seconds(known),
        is_stale=not upstream().is_fresh(known),
    ).model_dump(mode="json")


@bp.get("/quotes")
def get_quote() -> dict[str, Any]:
    """Return what an amount is worth now; nothing is kept, so asking again does no harm."""
    values = {k: v[0] if len(v) == 1 else v for k, v in request.args.lists()}
    wanted = QuoteFields(**validate(QuoteFields, values))
    known = latest_rates()
    rate = exchange_rate(known.rates, wanted.source, wanted.target)
    return Quote(
        source=wanted.source,
        target=wanted.target,
        amount=Decimal(wanted.amount),
        rate=rate,
        result=exchange(Decimal(wanted.amount), rate, wanted.target),
        rates_at=known.rates.at,
        age_seconds=age_in_seconds(known),
    ).model_dump(mode="json")


def latest_rates() -> Known:
    """Return the newest rates there are, or answer that there are none."""
    try:
        return upstream().latest(request.environ["request_id"])
    except NoRatesError:
        abort(problem(ServiceUnavailable("There are no rates now.", retry_after=COOL_DOWN)))


def age_in_seconds(known: Known) -> int:
    """Return how many seconds ago the upstream gave the rates."""
    return max(0, int(known.age().total_seconds()))


def upstream() -> Upstream:
    """Return the upstream that the application was started with."""
    found: Upstream = current_app.extensions["upstream"]
    return found


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
    currency = {"type": "string", "enum": [*CURRENCIES]}
    pair = [
        {"name": name, "in": "path", "required": True, "schema": currency}
        for name in ("source", "target")
    ]
    fields = QuoteFields.model_json_schema()["properties"].items()
    query = [
        {"name": name, "in": "query", "required": True, "schema": schema} for name, schema in fields
    ]
    models = TypeAdapter(Quote | Rate | Problem)
    schemas = models.json_schema(ref_template="#/components/schemas/{model}")["$defs"]
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT_NAME, "version": "1"},
        "paths": {
            "/rates/{source}/{target}": {
                "parameters": pair,
                "get": operation(get_rate, 200, Rate),
            },
            "/quotes": {"get": operation(get_quote, 200, Quote, parameters=query)},
        },
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
