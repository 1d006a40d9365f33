"""The tables of uploads."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..models import Base, UTCDateTime, now


class ProfilePicture(Base):
    """The picture of a person, at most one; it goes with their account."""

    __tablename__ = "profile_pictures"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    file: Mapped[str] = mapped_column(String(40))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)
