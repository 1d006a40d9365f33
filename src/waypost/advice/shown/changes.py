"""What would change the advice, as people read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from waypost.advice.model import FRAMEWORK_NAMES, Change

NOTHING_REALISTIC: Final = "Nothing realistic: it takes more than two other answers."

_Answers = tuple[tuple[str, str], ...]


def flip_lines(
    flips: Sequence[Change], label: Callable[[str, str], str] = lambda _key, value: value
) -> tuple[str, ...]:
    """Return what would change the advice, with answers that lead the same way in one line, or that nothing would.

    ``label`` names a choice of a question as the reader knows it.
    """
    lasts: dict[tuple[_Answers, str, str], list[str]] = {}
    for flip in flips:
        *before, (key, value) = flip.changes.items()
        advice = f"{FRAMEWORK_NAMES[flip.framework]} ({flip.template})"
        lasts.setdefault((tuple(before), key, advice), []).append(value)
    # Two answers: those to the first question that go with the same ones to the second.
    firsts: dict[tuple[tuple[str, ...], str, tuple[str, ...], str], list[_Answers]] = {}
    for (given, key, advice), values in lasts.items():
        firsts.setdefault((tuple(other for other, _ in given), key, tuple(values), advice), []).append(given)
    return tuple(
        f"{''.join(f'{part}, and ' for part in _shown_once(befores, label))}{_shown(key, values, label)}: {advice}"
        for (_, key, values, advice), befores in firsts.items()
    ) or (NOTHING_REALISTIC,)


def _shown_once(befores: Sequence[_Answers], label: Callable[[str, str], str]) -> Iterator[str]:
    together: dict[str, list[str]] = {}
    for before in befores:
        for key, value in before:
            together.setdefault(key, []).append(value)
    for key, values in together.items():
        yield _shown(key, values, label)


def _shown(key: str, values: Sequence[str], label: Callable[[str, str], str]) -> str:
    *first, last = (label(key, value) for value in values)
    return f"{key} = {', '.join(first)} or {last}" if first else f"{key} = {last}"
