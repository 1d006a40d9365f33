"""Times as people write them, and the moments that they mean."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def known_zones() -> frozenset[str]:
    """The names of all time zones, such as Europe/Berlin."""
    return frozenset(available_timezones())


def moment_of(local: datetime, zone: str) -> datetime:
    """When the clocks of a time zone show this; of the two moments in autumn, the first.

    Raises:
        ValueError: when there is no such zone, or its clocks skip that time in spring.
    """
    if zone not in known_zones():
        raise ValueError("Enter a time zone such as Europe/Berlin.")
    moment = local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise ValueError("The clocks skip this time on that day. Choose another one.")
    return moment


def span(starts: datetime, ends: datetime) -> str:
    """From when to when, as people read it: the day once where it is the same."""
    begin = f"{starts:%a %d %b %Y, %H:%M}"
    if starts.date() == ends.date():
        return f"{begin} to {ends:%H:%M}"
    return f"{begin} to {ends:%a %d %b %Y, %H:%M}"
