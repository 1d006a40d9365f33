"""The three-way merge of what a structured file holds: tables key by key, lists entry by entry.

An entry that both sides changed, or that one changed and the other deleted, is a conflict. So is an order that both
changed; one that a single side changed holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from waypost.update.merge.structure.entries import Entry, Kind, reader_of

Identity = tuple[Kind, str, int]
_NOTHING: Any = object()
# Their key is what they say, so one that changed looks like one that went and another that came.
_SAY_WHAT_THEY_ARE = frozenset({"itself", "table"})


class ConflictError(Exception):
    """Both sides changed one value, each in its own way."""


def merged_values(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Return ``ours`` with the changes from ``base`` to ``theirs``.

    Raises ``ConflictError`` where both changed one value differently.
    """
    result: dict[str, Any] = _merged(base, ours, theirs, ())
    return result


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal in TOML, which tells 1 from true and from 1.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _merged(base: Any, ours: Any, theirs: Any, path: tuple[str, ...]) -> Any:
    """Return the merged value at ``path``; ``_NOTHING`` stands for one that is not there."""
    if same(theirs, base) or same(ours, theirs):
        return ours
    if same(ours, base):
        return theirs
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return _merged_table(base if isinstance(base, dict) else {}, ours, theirs, path)
    if isinstance(ours, list) and isinstance(theirs, list):
        return _merged_list(base if isinstance(base, list) else [], ours, theirs, path)
    raise ConflictError


def _merged_table(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], path: tuple[str, ...]
) -> dict[str, Any]:
    result = {}
    for key in dict.fromkeys([*ours, *theirs]):
        before, mine, other = (side.get(key, _NOTHING) for side in (base, ours, theirs))
        value = _merged(before, mine, other, (*path, key))
        if value is not _NOTHING:
            result[key] = value
    return result


def _merged_list(base: list[Any], ours: list[Any], theirs: list[Any], path: tuple[str, ...]) -> list[Any]:
    """Merge lists of texts and tables; a list that is a sequence of numbers or lists is one value."""
    if any(not isinstance(item, str | dict) for item in [*base, *ours, *theirs]):
        raise ConflictError
    read = reader_of(path, (base, ours, theirs))
    before, mine, other = (read(side) for side in (base, ours, theirs))
    _refuse_two_replacements(before, mine, other)
    kept: dict[Identity, tuple[Any, ...]] = {}
    for kind, key in dict.fromkeys((entry.kind, entry.key) for entry in [*mine, *other]):
        groups = [[entry for entry in side if (entry.kind, entry.key) == (kind, key)] for side in (before, mine, other)]
        kept |= {entry.identity: entry.items for entry in _merged_group(groups[0], groups[1], groups[2], path)}
    orders = [[entry.identity for entry in side] for side in (before, mine, other)]
    return [item for identity in _order(orders[0], orders[1], orders[2], kept) for item in kept[identity]]


def _merged_group(base: list[Entry], ours: list[Entry], theirs: list[Entry], path: tuple[str, ...]) -> list[Entry]:
    """Merge the entries of one key, which are most often a single one."""
    before, mine, other = ([entry.plain for entry in side] for side in (base, ours, theirs))
    if other in (before, mine):
        return ours
    if mine == before:
        return theirs
    kind = (ours or theirs)[0].kind
    if kind == "table" and len(ours) == len(theirs) == 1 and len(base) <= 1:
        value = _merged_table(base[0].items[0] if base else {}, ours[0].items[0], theirs[0].items[0], path)
        return [replace(ours[0], items=(value,))]
    may_repeat = kind == "option" and max(map(len, (before, mine, other))) > 1
    if may_repeat and set(before) <= set(mine) & set(other):
        added = [entry for entry in theirs if entry.plain not in mine]
        return [*ours, *(replace(entry, number=number) for number, entry in enumerate(added, start=len(ours)))]
    raise ConflictError


def _refuse_two_replacements(base: list[Entry], ours: list[Entry], theirs: list[Entry]) -> None:
    """Raise where an entry went on both sides, and another came in its place on one of them or two on both."""
    by_us, by_them = _replacements(base, ours), _replacements(base, theirs)
    still_there = {entry.identity for entry in [*ours, *theirs]}
    for entry in base:
        if entry.identity not in still_there and by_us.get(entry.identity) != by_them.get(entry.identity):
            raise ConflictError


def _replacements(base: list[Entry], side: list[Entry]) -> dict[Identity, list[str]]:
    """Return what stands in the place of entries that went, where anything does."""
    before, after = ([entry.identity for entry in entries] for entries in (base, side))
    result: dict[Identity, list[str]] = {}
    for action, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if action == "replace":
            new = [entry for entry in side[new_start:new_end] if entry.identity not in before]
            came = [entry.plain for entry in new if entry.kind in _SAY_WHAT_THEY_ARE]
            went = [identity for identity in before[start:end] if identity not in after]
            result |= {identity: came for identity in went if came and identity[0] in _SAY_WHAT_THEY_ARE}
    return result


def _order(
    base: list[Identity], ours: list[Identity], theirs: list[Identity], kept: Iterable[Identity]
) -> list[Identity]:
    """Return what is ``kept`` in our order, or in theirs where they alone changed the order of what is old.

    Where both changed it, ours holds for requirements, whose order means nothing; of others nobody knows that.
    """
    kept = dict.fromkeys(kept)
    old = set(base) & set(ours) & set(theirs)
    before, mine, other = ([identity for identity in side if identity in old] for side in (base, ours, theirs))
    if other in (before, mine) or (mine != before and all(kind == "requirement" for kind, _, _ in old)):
        first, second = ours, theirs
    elif mine == before:
        first, second = theirs, ours
    else:
        raise ConflictError
    result = [identity for identity in first if identity in kept]
    _insert(second, result, kept)
    for kind, key, number in kept:  # an option that may repeat and that both sides added
        _insert([(kind, key, number - 1), (kind, key, number)], result, kept)
    return result


def _insert(side: Sequence[Identity], result: list[Identity], kept: Iterable[Identity]) -> None:
    """Put what ``result`` lacks behind the nearest one that stands before it in ``side``, or first."""
    before: Identity | None = None
    for identity in side:
        if identity in kept and identity not in result:
            result.insert(result.index(before) + 1 if before else 0, identity)
        if identity in result:
            before = identity
