"""The JSON API: its data, its views, its errors and its OpenAPI document."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid4

import click
from flask import Blueprint, Response, abort, current_app, request
from pydantic import (
    BaseModel,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from werkzeug.exceptions import HTTPException, ServiceUnavailable, UnprocessableEntity

from . import db
from .config import PROJECT_NAME
from .quotes import AMOUNT, CURRENCIES, Currency, exchange, exchange_rate, round_to, smallest_unit
from .upstream import COOL_DOWN, INVENTED, Known, NoRatesError, Upstream

bp = Blueprint("api", __name__, cli_group=None)
IDEMPOTENCY_KEY = r"^[A-Za-z0-9._-]{8,100}$"
QUOTES_HOLD = timedelta(minutes=15)
SAMPLES: tuple[tuple[Currency, Currency, str], ...] = (
    ("EUR", "USD", "100"),
    ("USD", "JPY", "19.90"),
    ("GBP", "CHF", "2500"),
)


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


class Quote(BaseModel{{ ', from_attributes=True' if uses_orm }}):
    """An amount in another currency, which holds until it expires; the age is that of the rates then."""

    id: UUID
    source: Currency
    target: Currency
    amount: Exact
    rate: Exact
    result: Exact
    rates_at: datetime
    age_seconds: int
    made_at: datetime
    expires_at: datetime

    @field_validator("result")
    @classmethod
    def in_coins(cls, result: Decimal, info: ValidationInfo) -> Decimal:
        """Return the result in the target's coins, however many decimals the database keeps."""
        return round_to(result, smallest_unit(info.data["target"]))


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


@bp.post("/quotes")
def create_quote() -> Response:
    """Make a quote and keep it; the same Idempotency-Key with the same values gives the same quote."""
    key = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch(IDEMPOTENCY_KEY, key):
        abort(400, "Send an Idempotency-Key of 8 to 100 letters, digits and the signs . _ -")
    wanted = QuoteFields(**read(QuoteFields))
    digest = sha256(key.encode()).hexdigest()
    row = db.find_quote_by_key(digest)
    if row is None:
        row = db.create_quote(price(wanted, latest_rates()) | {"key_digest": digest})
    quote = Quote.model_validate(row)
    values = (wanted.source, wanted.target, Decimal(wanted.amount))
    if (quote.source, quote.target, quote.amount) != values:
        abort(409, "This Idempotency-Key belongs to a quote with other values.")
    headers = {"Location": f"/quotes/{quote.id}"}
    return Response(quote.model_dump_json(), 201, headers, "application/json")


@bp.get("/quotes/<uuid:quote_id>")
def get_quote(quote_id: UUID) -> dict[str, Any]:
    """Return a quote as it was made."""
    row = db.find_quote(str(quote_id)) or abort(404)
    return Quote.model_validate(row).model_dump(mode="json")


def price(wanted: QuoteFields, known: Known) -> dict[str, Any]:
    """Return the values of a new quote."""
    now = datetime.now(UTC)
    amount = round_to(Decimal(wanted.amount), Decimal("0.01"))
    rate = exchange_rate(known.rates, wanted.source, wanted.target)
    return {
        "id": str(uuid4()),
        "source": wanted.source,
        "target": wanted.target,
        "amount": amount,
        "rate": rate,
        "result": exchange(amount, rate, wanted.target),
        "rates_at": known.rates.at.astimezone(UTC),
        "age_seconds": age_in_seconds(known),
        "made_at": now,
        "expires_at": now + QUOTES_HOLD,
    }


@bp.cli.command()
def seed() -> None:
    """Make three sample quotes from invented rates, the same ones each time."""
    known = Known(fetched_at=datetime.now(UTC), rates=INVENTED)
    for source, target, amount in SAMPLES:
        wanted = QuoteFields(source=source, target=target, amount=amount)
        digest = sha256(f"sample {source} {target} {amount}".encode()).hexdigest()
        row = db.create_quote(price(wanted, known) | {"key_digest": digest})
        quote = Quote.model_validate(row)
        click.echo(f"{quote.amount} {source} are {quote.result} {target}: /quotes/{quote.id}")


@bp.cli.command()
@click.option("--days", default=30, show_default=True, type=click.IntRange(1))
def forget_quotes(days: int) -> None:
    """Delete the quotes that expired this many days ago; their keys can then be used again."""
    count = db.delete_quotes(datetime.now(UTC) - timedelta(days=days))
    click.echo(f"{count} quote(s) deleted")


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


def read(form: type[BaseModel]) -> dict[str, Any]:
    """Return the values in the request's body, or answer with what is wrong with each of them."""
    if request.mimetype != "application/json":
        abort(415, "Send application/json.")
    try:
        return form.model_validate_json(request.get_data()).model_dump()
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
    currency = {"type": "string", "enum": [*CURRENCIES]}
    pair = [
        {"name": name, "in": "path", "required": True, "schema": currency}
        for name in ("source", "target")
    ]
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "pattern": IDEMPOTENCY_KEY},
    }
    body = content(QuoteFields) | {"required": True}
    uuid = {"type": "string", "format": "uuid"}
    quote_id = {"name": "quote_id", "in": "path", "required": True, "schema": uuid}
    models = TypeAdapter(Quote | QuoteFields | Rate | Problem)
    schemas = models.json_schema(ref_template="#/components/schemas/{model}")["$defs"]
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT_NAME, "version": "1"},
        "paths": {
            "/rates/{source}/{target}": {
                "parameters": pair,
                "get": operation(get_rate, 200, Rate),
            },
            "/quotes": {
                "post": operation(create_quote, 201, Quote, parameters=[key], requestBody=body),
            },
            "/quotes/{quote_id}": {
                "parameters": [quote_id],
                "get": operation(get_quote, 200, Quote),
            },
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
