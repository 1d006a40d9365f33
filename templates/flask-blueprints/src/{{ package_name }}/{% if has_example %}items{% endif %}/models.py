"""The items' table."""

from datetime import datetime

from sqlalchemy import Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from ..models import Base, UTCDateTime, now

NAME_LENGTH = 80
DESCRIPTION_LENGTH = 500


class Item(Base):
    """Something with a name."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), index=True)
    description: Mapped[str] = mapped_column(String(DESCRIPTION_LENGTH), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)
    version: Mapped[int] = mapped_column()

    # Of two changes made at the same time the second one is refused.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it so

    @staticmethod
    def matching(query: str) -> Select["Item"]:
        """The items with this text in their name or description, whatever its case."""
        text = query.replace("\0", "").strip()
        return select(Item).where(
            Item.name.icontains(text, autoescape=True)
            | Item.description.icontains(text, autoescape=True)
        )
