def add_device(name: str, zone: str, token_digest: str) -> bool:
    """Store a device; say whether its name was free."""
    try:
        with Session(engine()) as session, session.begin():
            session.add(Device(name=name, zone=zone, token_digest=token_digest))
    except IntegrityError:
        return False
    return True


def set_token(name: str, token_digest: str | None) -> None:
    """Replace a device's token, of which the digest is kept; without one it is refused."""
    with engine().begin() as connection:
        same = update(Device).where(Device.name == name)
        connection.execute(same.values(token_digest=token_digest))


def find_device(name: str) -> Device | None:
    """Return the device of this name when it exists."""
    with Session(engine()) as session:
        return session.scalar(select(Device).where(Device.name == name))


def find_sender(token_digest: str) -> Device | None:
    """Return the device that has this token when there is one."""
    with Session(engine()) as session:
        return session.scalar(select(Device).where(Device.token_digest == token_digest))


def store_readings(
    device: Device, sent: Sequence[Measurement], now: datetime, most: int
) -> list[Outcome] | None:
    """Store the new ones of these readings; say what became of each, or nothing when it is too many.

    A device sends at most so many in a minute. Its row is locked, so that its requests take turns.
    """
    minute = int(now.timestamp()) // 60
    total = case((Device.minute == minute, Device.sent), else_=0) + len(sent)
    counted = update(Device).where(Device.id == device.id, total <= most)
{% if uses_mysql %}
    # MySQL sets one column after the other: `minute` must be the last.
    counted = counted.ordered_values((Device.sent, total), (Device.minute, minute))
{% else %}
    counted = counted.values(sent=total, minute=minute)
{% endif %}
    times = [milliseconds(each.measured_at) for each in sent]
    stored = select(Reading.measured_ms, Reading.metric, Reading.value).where(
        Reading.device_id == device.id, Reading.measured_ms.in_(times)
    )
    with engine().begin() as connection:
        if not connection.execute(counted).rowcount:
            return None
        known = {(row.measured_ms, row.metric): row.value for row in connection.execute(stored)}
        outcomes = judge(known, sent)
        rows = [
            {
                "device_id": device.id,
                "measured_ms": milliseconds(each.measured_at),
                "metric": each.metric,
                "value": each.value,
                "received_ms": milliseconds(now),
            }
            for each, outcome in zip(sent, outcomes, strict=True)
            if outcome == "stored"
        ]
        if rows:
            connection.execute(insert(Reading), rows)
    return outcomes


def find_latest(device: Device, metric: str) -> Latest | None:
    """Return what was measured last."""
    latest = (
        select(
            Reading.value,
            Reading.measured_ms.label("measured_at"),
            Reading.received_ms.label("received_at"),
        )
        .where(Reading.device_id == device.id, Reading.metric == metric)
        .order_by(Reading.measured_ms.desc())
        .limit(1)
    )
    with engine().connect() as connection:
        row = connection.execute(latest).mappings().first()
    return Latest(**row) if row else None


def sum_up(
    device: Device, metric: str, since: datetime, until: datetime, length: int
) -> list[Slot]:
    """Return what was measured since then, until then, in slots of so many milliseconds."""
    value = Reading.value
{% if uses_mysql %}
    number = Reading.measured_ms.op("DIV")(length).label("number")
{% else %}
    number = (Reading.measured_ms // length).label("number")
{% endif %}
    slots = (
        select(number, func.count(), func.sum(value), func.min(value), func.max(value))
        .where(
            Reading.device_id == device.id,
            Reading.metric == metric,
            Reading.measured_ms >= milliseconds(since),
            Reading.measured_ms < milliseconds(until),
        )
        .group_by("number")
    )
    with engine().connect() as connection:
        return [Slot(*row) for row in connection.execute(slots)]


def prune_readings(before: datetime) -> int:
    """Delete what was measured before; device by device, so that none waits for long."""
    with engine().connect() as connection:
        devices = connection.scalars(select(Device.id)).all()
    removed = 0
    for device in devices:
        old = delete(Reading).where(
            Reading.device_id == device, Reading.measured_ms < milliseconds(before)
        )
        with engine().begin() as connection:
            removed += connection.execute(old).rowcount
    return removed
