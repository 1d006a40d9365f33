"""Events as calendars read them (iCalendar, RFC 5545)."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from .models import Event

PRODUCT = "-//Events//EN"
LONGEST_LINE = 75  # octets, without its end
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def calendar(name: str, events: Iterable[tuple[Event, str]]) -> str:
    """A calendar of events, each with the address of its page; times are in UTC."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escaped(name)}",
        *(line for event, address in events for line in _event(event, address)),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def escaped(text: str) -> str:
    """A text as the value of a property (section 3.3.11)."""
    text = UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def folded(line: str) -> str:
    """A line in parts of at most 75 octets, no character of which is torn (section 3.1)."""
    parts, part, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LONGEST_LINE:
            parts.append(part)
            part, size = " ", 1
        part, size = part + character, size + octets
    return "\r\n".join([*parts, part])


def _event(event: Event, address: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.id}"
    yield f"DTSTAMP:{_utc(event.updated_at)}"
    yield f"SEQUENCE:{event.version - 1}"
    yield f"DTSTART:{_utc(event.starts_at)}"
    yield f"DTEND:{_utc(event.ends_at)}"
    yield f"SUMMARY:{escaped(event.title)}"
    if event.summary:
        yield f"DESCRIPTION:{escaped(event.summary)}"
    if event.place:
        yield f"LOCATION:{escaped(event.place)}"
    yield f"URL:{address}"
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"
