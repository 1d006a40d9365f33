class Device(Base):
    """What sends readings, the time zone of its days, and how much it has sent in the last minute."""

    __tablename__ = "devices"

    id: Mapped[int] = mapped_column({{ 'BigInteger, ' if not uses_sqlite }}primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    zone: Mapped[str] = mapped_column(String(60))
    token_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    minute: Mapped[int] = mapped_column(BigInteger, default=0)
    sent: Mapped[int] = mapped_column(default=0)


class Reading(Base):
    """What a device has measured; what it sends again is found by its key."""

    __tablename__ = "readings"
{% if uses_sqlite %}
    __table_args__ = ({"sqlite_with_rowid": False},)
{% endif %}

    device_id: Mapped[int] = mapped_column(
        ForeignKey("devices.id", ondelete="RESTRICT"), primary_key=True
    )
    measured_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    metric: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[float] = mapped_column(Double)
    received_ms: Mapped[int] = mapped_column(BigInteger)
