"""What the site keeps: messages from its contact form, and events."""

from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..models import Base, UTCDateTime, now

NAME_LENGTH = 100
EMAIL_LENGTH = 254
MESSAGE_LENGTH = 5_000
TITLE_LENGTH = 120
SUMMARY_LENGTH = 2_000
PLACE_LENGTH = 200


class Message(Base):
    """What somebody wrote in the contact form."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    # The form that it was written in: one form is one message, however often it is sent.
    form_id: Mapped[UUID] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)


class Event(Base):
    """Something that takes place; its id is what calendars know it by."""

    __tablename__ = "events"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    summary: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(PLACE_LENGTH), default="")
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    # Whose clocks the event goes by, such as Europe/Berlin.
    time_zone: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)
    version: Mapped[int] = mapped_column()

    # Of two changes made at the same time the second one is refused.
    __mapper_args__ = {"version_id_col": version}

    @property
    def starts(self) -> datetime:
        """When it begins by the clocks where it is."""
        return self.starts_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def ends(self) -> datetime:
        """When it ends by the clocks where it is."""
        return self.ends_at.astimezone(ZoneInfo(self.time_zone))
