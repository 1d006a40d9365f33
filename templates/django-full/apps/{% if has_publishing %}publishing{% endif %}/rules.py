"""The rules of publishing: functions of their arguments, which know no database and no clock."""

import re
from collections.abc import Iterator
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum

# What is below the root has depth 1.
DEEPEST = 6
# An index of every database takes so much.
LONGEST_PATH = 255
PATH = re.compile(r"(?:[a-z0-9-]+/)+")
# What became of a line, and the line.
Change = tuple[str, str]


class Problem(StrEnum):
    """Why a page cannot stand somewhere in the tree."""

    GONE = "gone"
    BELOW_ITSELF = "below itself"
    TAKEN = "taken"
    TOO_DEEP = "too deep"
    TOO_LONG = "too long"


class State(StrEnum):
    """What the world sees of a page."""

    DRAFT = "draft"
    LIVE = "live"
    CHANGED = "changed"


def path_of(parent: str, slug: str) -> str:
    """Return the path of a page below another: slugs, each with a slash behind it, so that one is the prefix of what is below it."""
    return f"{parent}{slug}/"


def is_path(text: str) -> bool:
    """Tell whether a page could have this path. Some databases would take others, such as one in capitals, for it."""
    return len(text) <= LONGEST_PATH and PATH.fullmatch(text) is not None


def is_within(path: str, top: str) -> bool:
    """Tell whether a path is another one, or below it."""
    return path.startswith(top)


def moved(path: str, old: str, new: str) -> str:
    """Return the path of a page within a subtree that goes from an old path to a new one."""
    return new + path.removeprefix(old)


def ancestors(path: str) -> list[str]:
    """Return the paths above a path, the highest first."""
    slugs = path.rstrip("/").split("/")[:-1]
    return ["/".join(slugs[: count + 1]) + "/" for count in range(len(slugs))]


def depth(path: str) -> int:
    """Return how many slugs a path has."""
    return path.count("/")


def problem_of(paths: list[str]) -> Problem | None:
    """Return what is wrong with the paths that pages would get, if anything."""
    if any(depth(path) > DEEPEST for path in paths):
        return Problem.TOO_DEEP
    if any(len(path) > LONGEST_PATH for path in paths):
        return Problem.TOO_LONG
    return None


def state_of(live: int | None, draft: int | None) -> State:
    """Return the state of a page from which revision is live, if any, and which is the newest."""
    if live is None:
        return State.DRAFT
    return State.LIVE if live == draft else State.CHANGED


def is_shown(expires_at: datetime | None, now: datetime) -> bool:
    """Tell whether a page that was published has not expired yet."""
    return expires_at is None or now < expires_at


def is_possible(publish_at: datetime, expires_at: datetime | None, now: datetime) -> bool:
    """Tell whether a page could be published at one moment and expire at another: both to come, in this order."""
    return now < publish_at and (expires_at is None or publish_at < expires_at)


def changes(old: str, new: str) -> Iterator[Change]:
    """Yield the lines of two texts with what became of them: "same", "removed" or "added"."""
    before, after = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for what, start, end, new_start, new_end in matcher.get_opcodes():
        if what == "equal":
            yield from (("same", line) for line in before[start:end])
            continue
        yield from (("removed", line) for line in before[start:end])
        yield from (("added", line) for line in after[new_start:new_end])
