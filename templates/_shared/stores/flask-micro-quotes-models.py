{% set moment = 'DateTime(timezone=True)' if uses_postgresql else 'UtcDateTime' %}
{% set numbers = ['Exact', 'Exact', 'Exact'] if uses_sqlite else ['Numeric(11, 2)', 'Numeric(21, 10)', 'Numeric(22, 2)'] %}
{% if uses_sqlite %}
class Exact(TypeDecorator[Decimal]):
    """A number with all its digits, which SQLite keeps as text."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Return what the column takes."""
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Return the number."""
        return None if value is None else Decimal(value)


{% endif %}
class Quote(Base):
    """What an amount was worth; of the client's key only the digest is kept."""

    __tablename__ = "quotes"
    __table_args__ = (
{% if uses_sqlite %}
        CheckConstraint("CAST(amount AS REAL) > 0", name="amount"),
        CheckConstraint("CAST(rate AS REAL) > 0", name="rate"),
        CheckConstraint("CAST(result AS REAL) >= 0", name="result"),
{% else %}
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("rate > 0", name="rate"),
        CheckConstraint("result >= 0", name="result"),
{% endif %}
        CheckConstraint("expires_at > made_at", name="expires_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    key_digest: Mapped[str] = mapped_column(String(64), unique=True)
    source: Mapped[str] = mapped_column(String(3))
    target: Mapped[str] = mapped_column(String(3))
    amount: Mapped[Decimal] = mapped_column({{ numbers[0] }})
    rate: Mapped[Decimal] = mapped_column({{ numbers[1] }})
    result: Mapped[Decimal] = mapped_column({{ numbers[2] }})
    rates_at: Mapped[datetime] = mapped_column({{ moment }})
    age_seconds: Mapped[int]
    made_at: Mapped[datetime] = mapped_column({{ moment }})
    expires_at: Mapped[datetime] = mapped_column({{ moment }})
