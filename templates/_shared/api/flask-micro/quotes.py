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


{% if stores_quotes %}
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
{% else %}
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
{% endif %}


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
