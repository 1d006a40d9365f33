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
