"""What stands against something that somebody wants to do, in words for them."""

from datetime import timedelta

from django.utils.translation import ngettext


class RefusedError(Exception):
    """A rule does not let somebody do it."""


class TooMuchError(Exception):
    """Somebody has done it too often within an hour."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = int(wait.total_seconds()) + 1
        minutes = -(-self.seconds // 60)
        text = ngettext(
            "You have done this too often. Try again in %(minutes)d minute.",
            "You have done this too often. Try again in %(minutes)d minutes.",
            minutes,
        )
        super().__init__(text % {"minutes": minutes})
