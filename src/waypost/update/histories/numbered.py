"""Numbered SQL files, run in the order of their numbers."""

from __future__ import annotations

from collections.abc import Mapping

from waypost.update.histories.numbers import Added, number_of, renumbered


def follow(
    _folder: str, existing: Mapping[str, str], new: Mapping[str, str], _renamed: Mapping[tuple[str, str], str]
) -> dict[str, Added]:
    """Return the new files under numbers that come after all of the project's own."""
    number = max((number_of(name) for name in existing), default=0)
    added = {}
    for name in sorted(new, key=lambda each: (number_of(each), each)):
        here_as = name if number_of(name) > number else renumbered(name, number + 1)
        number = max(number, number_of(here_as))
        added[name] = Added(name=here_as, text=new[name])
    return added
