"""The rules of the community: functions of their arguments, which know no database and no clock."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

HANDLE_LENGTH = 30
HANDLE = r"^[a-z0-9_]{3,30}\Z"
# A handle in a text, unless it is a part of an address or another word.
MENTION = re.compile(r"(?<![\w@./])@([a-z0-9_]{3,30})(?![\w@])", re.IGNORECASE | re.ASCII)
# More of them in one text look like spam, and notify nobody.
MOST_MENTIONS = 10
HOUR = timedelta(hours=1)
# Addresses and words that would look official.
RESERVED = frozenset({"admin", "administrator", "moderator", "root", "support", "system"})


def handles_in(text: str) -> list[str]:
    """Return whom a text mentions, each once, in the order of their first mention."""
    found = dict.fromkeys(name.lower() for name in MENTION.findall(text))
    return list(found)[:MOST_MENTIONS]


def pieces(text: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a text, each with the handle that it mentions: none, or one that is known."""
    end = 0
    for match in MENTION.finditer(text):
        if match[1].lower() in known:
            yield text[end : match.start()], ""
            yield match[0], match[1].lower()
            end = match.end()
    yield text[end:], ""


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name."""
    words = name.split() or ["?"]
    letters = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()[:2]


def limit(joined_at: datetime, now: datetime, new_for: timedelta, limits: tuple[int, int]) -> int:
    """Return how often something may be done in an hour, of the limits for new people and for others."""
    new, others = limits
    return new if now - joined_at < new_for else others


def wait(moments: Sequence[datetime], limit: int, now: datetime) -> timedelta:
    """Return how long somebody has to wait who did something at these moments, oldest first."""
    lately = [moment for moment in moments if now - moment < HOUR]
    if len(lately) < limit:
        return timedelta()
    return lately[len(lately) - limit] + HOUR - now


def may_decide(moderator: int | None, reporter: int | None, person: int) -> bool:
    """Tell whether a moderator may decide on a report: nobody decides on what is about them or by them."""
    return moderator is None or moderator not in (reporter, person)
