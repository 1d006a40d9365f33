{% macro of(name) %}{{ ':' ~ name if uses_sqlite else '%(' ~ name ~ ')s' }}{% endmacro %}
{% set IntegrityError = {'sqlite': 'sqlite3', 'postgresql': 'psycopg', 'mysql': 'pymysql'}[database] ~ '.IntegrityError' %}
class Device(NamedTuple):
    """What sends readings, and the time zone of its days."""

    id: int
    name: str
    zone: str


def add_device(name: str, zone: str, token_digest: str) -> bool:
    """Store a device; say whether its name was free."""
    try:
        with transaction() as cursor:
            cursor.execute(
                "INSERT INTO devices (name, zone, token_digest) VALUES ({{ of('name') }}, {{ of('zone') }}, {{ of('digest') }})",
                {"name": name, "zone": zone, "digest": token_digest},
            )
    except {{ IntegrityError }}:
        return False
    return True


def set_token(name: str, token_digest: str | None) -> None:
    """Replace a device's token, of which the digest is kept; without one it is refused."""
    statement = "UPDATE devices SET token_digest = {{ of('digest') }} WHERE name = {{ of('name') }}"
    with transaction() as cursor:
        cursor.execute(statement, {"name": name, "digest": token_digest})


def find_device(name: str) -> Device | None:
    """Return the device of this name when it exists."""
    rows = fetch("SELECT id, name, zone FROM devices WHERE name = {{ of('name') }}", {"name": name})
    return next((Device(**row) for row in rows), None)


def find_sender(token_digest: str) -> Device | None:
    """Return the device that has this token when there is one."""
    statement = "SELECT id, name, zone FROM devices WHERE token_digest = {{ of('digest') }}"
    rows = fetch(statement, {"digest": token_digest})
    return next((Device(**row) for row in rows), None)


def store_readings(
    device: Device, sent: Sequence[Measurement], now: datetime, most: int
) -> list[Outcome] | None:
    """Store the new ones of these readings; say what became of each, or nothing when it is too many.

    A device sends at most so many in a minute. Its row is locked, so that its requests take turns.
    """
    minute = int(now.timestamp()) // 60
    times = [milliseconds(each.measured_at) for each in sent]
    with transaction() as cursor:
        cursor.execute(
{% if uses_mysql %}
            # MySQL sets one column after the other: `minute` must be the last.
{% endif %}
            "UPDATE devices SET sent = {{ of('count') }} + CASE minute WHEN {{ of('minute') }} THEN sent ELSE 0 END,"
            " minute = {{ of('minute') }} WHERE id = {{ of('id') }}"
            " AND {{ of('count') }} + CASE minute WHEN {{ of('minute') }} THEN sent ELSE 0 END <= {{ of('most') }}",
            {"id": device.id, "minute": minute, "count": len(sent), "most": most},
        )
        if not cursor.rowcount:
            return None
        cursor.execute(
            "SELECT measured_ms, metric, value FROM readings"
{% if uses_sqlite %}
            " WHERE device_id = :id AND measured_ms IN (SELECT value FROM json_each(:times))",
            {"id": device.id, "times": json.dumps(times)},
{% elif uses_postgresql %}
            " WHERE device_id = %(id)s AND measured_ms = ANY(%(times)s)",
            {"id": device.id, "times": times},
{% else %}
            " WHERE device_id = %(id)s AND measured_ms IN %(times)s",
            {"id": device.id, "times": times},
{% endif %}
        )
        known = {(row["measured_ms"], row["metric"]): row["value"] for row in cursor.fetchall()}
        outcomes = judge(known, sent)
        cursor.executemany(
            "INSERT INTO readings (device_id, measured_ms, metric, value, received_ms)"
            " VALUES ({{ of('id') }}, {{ of('time') }}, {{ of('metric') }}, {{ of('value') }}, {{ of('received') }})",
            [
                each.model_dump() | {"id": device.id, "time": time, "received": milliseconds(now)}
                for time, each, outcome in zip(times, sent, outcomes, strict=True)
                if outcome == "stored"
            ],
        )
    return outcomes


def find_latest(device: Device, metric: str) -> Latest | None:
    """Return what was measured last."""
    rows = fetch(
        "SELECT value, measured_ms AS measured_at, received_ms AS received_at FROM readings"
        " WHERE device_id = {{ of('id') }} AND metric = {{ of('metric') }} ORDER BY measured_ms DESC LIMIT 1",
        {"id": device.id, "metric": metric},
    )
    return next((Latest(**row) for row in rows), None)


def sum_up(
    device: Device, metric: str, since: datetime, until: datetime, length: int
) -> list[Slot]:
    """Return what was measured since then, until then, in slots of so many milliseconds."""
    place = {"id": device.id, "metric": metric, "length": length}
    rows = fetch(
        "SELECT measured_ms {{ 'DIV' if uses_mysql else '/' }} {{ of('length') }} AS number, COUNT(*) AS readings,"
        " SUM(value) AS total, MIN(value) AS lowest, MAX(value) AS highest FROM readings WHERE device_id = {{ of('id') }}"
        " AND metric = {{ of('metric') }} AND measured_ms >= {{ of('since') }} AND measured_ms < {{ of('until') }}"
        " GROUP BY number",
        place | {"since": milliseconds(since), "until": milliseconds(until)},
    )
    return [Slot(**row) for row in rows]


def prune_readings(before: datetime) -> int:
    """Delete what was measured before; device by device, so that none waits for long."""
    removed = 0
    for row in fetch("SELECT id FROM devices", {}):
        with transaction() as cursor:
            cursor.execute(
                "DELETE FROM readings WHERE device_id = {{ of('id') }} AND measured_ms < {{ of('before') }}",
                {"id": row["id"], "before": milliseconds(before)},
            )
            removed += cursor.rowcount
    return removed


def fetch(statement: {{ 'LiteralString' if uses_postgresql else 'str' }}, values: Row) -> list[Row]:
    """Run a statement in a transaction of its own, and return its rows."""
    with transaction() as cursor:
        cursor.execute(statement, values)
        return [dict(row) for row in cursor.fetchall()]
