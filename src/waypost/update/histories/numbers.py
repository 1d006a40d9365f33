"""The numbers that the names of migrations begin with."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBERED = re.compile(r"(\d+)(.*)", re.DOTALL)
# Longer ones are moments, such as 20261129: another way of naming, which leaves no number to count on from.
_MOST_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Added:
    """A migration that a template adds, as it comes into the project: its name there and its text."""

    name: str
    text: str


def number_of(name: str) -> int:
    """Return the number that a file's name begins with; 0 where it has none."""
    found = _NUMBERED.match(name)
    return int(found[1]) if found and len(found[1]) <= _MOST_DIGITS else 0


def renumbered(name: str, number: int) -> str:
    """Return a file's name with another number at its beginning."""
    found = _NUMBERED.match(name)
    return f"{number:0{len(found[1])}}{found[2]}" if found else f"{number:04}_{name}"
