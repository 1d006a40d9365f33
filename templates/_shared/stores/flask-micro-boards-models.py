{% set moment = 'DateTime(timezone=True)' if uses_postgresql else 'UtcDateTime' %}
{% set id = 'primary_key=True' if uses_sqlite else 'BigInteger, primary_key=True' %}
class BoardRow(Base):
    """A board; `revision` counts its changes and those of its cards."""

    __tablename__ = "boards"
{% if uses_sqlite %}
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name"),
        # No id is given twice: whoever knows a deleted board's would see another one.
        {"sqlite_autoincrement": True},
    )
{% else %}
    __table_args__ = (CheckConstraint("length(name) > 0", name="name"),)
{% endif %}

    id: Mapped[int] = mapped_column({{ id }})
    name: Mapped[str] = mapped_column(String(80))
    made_with: Mapped[str] = mapped_column(String(36), unique=True)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column({{ moment }})


class CardRow(Base):
    """A card: in one lane of its board, at a position that no other card there has."""

    __tablename__ = "cards"
    __table_args__ = (
        UniqueConstraint("board_id", "made_with", name="uq_cards_made_with"),
        UniqueConstraint("board_id", "lane", "position", name="uq_cards_place"),
        CheckConstraint("lane IN ('todo', 'doing', 'done')", name="lane"),
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("length(title) > 0", name="title"),
        CheckConstraint("version > 0", name="version"),
{% if uses_sqlite %}
        {"sqlite_autoincrement": True},
{% endif %}
    )

    id: Mapped[int] = mapped_column({{ id }})
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    lane: Mapped[str] = mapped_column(String(10))
    position: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(String(2000))
    made_with: Mapped[str] = mapped_column(String(36))
    version: Mapped[int] = mapped_column(default=1)
