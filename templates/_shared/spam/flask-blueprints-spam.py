"""What tells people from programs that fill in every form they find, without asking anybody else.

A form carries a signed stamp that says when it was shown. People take a few seconds to write
something. Programs often send at once, make up a stamp, or fill in a field that nobody sees.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from itsdangerous import BadSignature, URLSafeSerializer

SHORTEST = timedelta(seconds=3)
LONGEST = timedelta(days=1)


@dataclass(frozen=True)
class Stamp:
    """Which form it is, and when it was shown."""

    form_id: UUID
    shown_at: datetime


def new_stamp(key: str, moment: datetime) -> str:
    """The stamp of a form that is shown now."""
    return _signer(key).dumps([uuid4().hex, moment.timestamp()])


def read_stamp(key: str, text: str) -> Stamp | None:
    """What a stamp says, if it is one of ours."""
    try:
        form_id, moment = _signer(key).loads(text)
    except BadSignature:
        return None
    return Stamp(UUID(form_id), datetime.fromtimestamp(moment, UTC))


def is_timely(stamp: Stamp, moment: datetime) -> bool:
    """Whether a person could have filled in the form by this moment, and not too long ago."""
    return SHORTEST <= moment - stamp.shown_at <= LONGEST


def _signer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="{{ 'contact' if has_pages else 'comment' }} form")
