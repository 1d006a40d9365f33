{% set moment = 'DateTime(timezone=True)' if uses_postgresql else 'UtcDateTime' %}
class BookmarkRow(Base):
    """A bookmark; `version` counts its changes."""

    __tablename__ = "bookmarks"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("length(title) > 0", name="title"),
        Index("ix_bookmarks_created_at", "created_at", "id"),
        Index("ix_bookmarks_title", "title", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    url: Mapped[str] = mapped_column(String(2000))
    title: Mapped[str] = mapped_column(String(200))
    folder: Mapped[str] = mapped_column(String(40))
    notes: Mapped[str] = mapped_column(String(2000))
    archived: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column({{ moment }})
    updated_at: Mapped[datetime] = mapped_column({{ moment }})


class IdempotencyKey(Base):
    """A key, the digest of the request that came with it, and the answer."""

    __tablename__ = "idempotency_keys"

    id: Mapped[str] = mapped_column(CHAR(64), primary_key=True)
    request: Mapped[str] = mapped_column(CHAR(64))
    answer: Mapped[str] = mapped_column({{ 'MEDIUMTEXT' if uses_mysql else 'Text' }})
    created_at: Mapped[datetime] = mapped_column({{ moment }}, index=True)
