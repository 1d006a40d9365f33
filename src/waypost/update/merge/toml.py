"""Merges TOML by its structure, three ways: what git takes for a conflict is often only two neighbours.

The text is ours, with the changes of theirs worked into it, so that order, comments and layout stay as we had them.
Tables are merged key by key, lists as sets whose order is kept, dependencies by the name of what they ask for.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~@(;].*)?")
_STRING_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|(#[^\n]*)', re.DOTALL
)
_TEXT = r"""(?:"[^"]*"|'[^']*')"""
# Such lines may grow: a whole list in one line, and items of a list side by side.
_ITEMS = re.compile(rf"""(?:[\w."'-]+\s*=\s*\[.*\]|{_TEXT}(?:\s*,\s*{_TEXT})+)\s*,?\s*(?:#.*)?""")
_NOTHING: Any = object()


class _ConflictError(Exception):
    """Both sides changed one value, each in its own way."""


def merge_toml(base: str, ours: str, theirs: str) -> str | None:
    """Return ``ours`` with the changes from ``base`` to ``theirs``, or None where both changed one value differently.

    None is also what comes of a text that is no TOML, and where a line of ours would not stand in the result: the
    whole merge is then better left to a person.
    """
    try:
        values = [tomllib.loads(text) for text in (base, ours, theirs)]
        wanted = _merged(*values)
        document = tomlkit.parse(ours)
        _amend(document, values[1], wanted, tomlkit.parse(theirs))
        text = tomlkit.dumps(document)
        is_right = tomllib.loads(text) == wanted and _keeps_our_lines(base, ours, text)
    except (_ConflictError, tomllib.TOMLDecodeError, TOMLKitError, RecursionError):
        return None
    except (LookupError, TypeError, ValueError, AttributeError):
        # What tomlkit stumbles over in its own editing; the check above would have refused its result anyway.
        return None
    return text if is_right else None


def _merged(base: Any, ours: Any, theirs: Any) -> Any:
    """Return the merged value; ``_NOTHING`` stands for one that is not there."""
    if _same(theirs, base) or _same(ours, theirs):
        return ours
    if _same(ours, base):
        return theirs
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return _merged_table(base if isinstance(base, dict) else {}, ours, theirs)
    if isinstance(ours, list) and isinstance(theirs, list):
        return _merged_list(base if isinstance(base, list) else [], ours, theirs)
    raise _ConflictError


def _merged_table(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    result = {}
    for key in dict.fromkeys([*ours, *theirs]):
        value = _merged(base.get(key, _NOTHING), ours.get(key, _NOTHING), theirs.get(key, _NOTHING))
        if value is not _NOTHING:
            result[key] = value
    return result


def _merged_list(base: list[Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Merge lists as sets of what they hold; a list that is a sequence of numbers or lists is one value."""
    if any(not isinstance(item, str | dict) for item in [*base, *ours, *theirs]):
        raise _ConflictError
    identity = _identity_in(base, ours, theirs)
    before, mine, other = ({identity(item): item for item in items} for items in (base, ours, theirs))
    result = dict(mine)
    for key in dict.fromkeys([*before, *other]):
        value = _merged(before.get(key, _NOTHING), mine.get(key, _NOTHING), other.get(key, _NOTHING))
        if value is _NOTHING:
            result.pop(key, None)
        elif key in result:
            result[key] = value
        else:
            result = _with_neighbour(result, key, value, list(other))
    return list(result.values())


def _with_neighbour(result: dict[str, Any], key: str, value: Any, order: list[str]) -> dict[str, Any]:
    """Put a new item behind the nearest one that stands before it on the other side, or first."""
    before = next((name for name in reversed(order[: order.index(key)]) if name in result), None)
    items = list(result.items())
    position = 0 if before is None else [name for name, _ in items].index(before) + 1
    return dict([*items[:position], (key, value), *items[position:]])


def _identity_in(*lists: list[Any]) -> Callable[[Any], str]:
    """Return what tells the items of the lists apart: the name they ask for if all are requirements, or themselves."""
    for identity in (_requirement, _itself):
        if all(len({identity(item) for item in items}) == len(items) for items in lists):
            return identity
    raise _ConflictError


def _requirement(item: Any) -> str:
    found = _REQUIREMENT.fullmatch(item) if isinstance(item, str) else None
    if not found:
        return _itself(item)
    marker = item.partition(";")[2].replace(" ", "")
    return f"{re.sub(r'[-_.]+', '-', found[1]).lower()};{marker}"


def _itself(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=repr)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal in TOML, which tells 1 from true and from 1.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _amend(table: MutableMapping[str, Any], now: dict[str, Any], wanted: dict[str, Any], theirs: Any) -> None:
    """Change ``table``, which holds ``now``, to hold what is ``wanted``; what is new is taken over from ``theirs``."""
    for key in [key for key in now if key not in wanted]:
        del table[key]
    for key, value in wanted.items():
        if key not in now:
            table[key] = theirs[key]
        elif not _same(now[key], value):
            there = theirs.get(key) if isinstance(theirs, MutableMapping) else None
            _amend_value(table, key, now[key], value, there)


def _amend_value(table: MutableMapping[str, Any], key: str, now: Any, wanted: Any, theirs: Any) -> None:
    if isinstance(now, dict) and isinstance(wanted, dict):
        _amend(table[key], now, wanted, theirs if theirs is not None else {})
    elif isinstance(table[key], Array) and isinstance(wanted, list):
        _amend_array(table[key], now, wanted)
    elif isinstance(table[key], AoT) and isinstance(wanted, list):
        _amend_tables(table[key], now, wanted, theirs)
    else:
        table[key] = theirs if theirs is not None else wanted


def _amend_array(array: Array, now: list[Any], wanted: list[Any]) -> None:
    now = list(now)
    for index, item in reversed(list(enumerate(now))):
        if not any(_same(item, other) for other in wanted) and not _is_replaced(item, now, wanted):
            del array[index]
            del now[index]
    for index, item in enumerate(wanted):
        if index < len(now) and _same(now[index], item):
            continue
        if index < len(now) and _requirement(now[index]) == _requirement(item):
            array[index] = item
            now[index] = item
        else:
            array.insert(index, item)
            now.insert(index, item)
    for _ in range(len(now) - len(wanted)):  # what was inserted further ahead because its place changed
        del array[-1]


def _is_replaced(item: Any, now: list[Any], wanted: list[Any]) -> bool:
    name = _requirement(item)
    return [_requirement(other) for other in wanted].count(name) == [_requirement(other) for other in now].count(name)


def _amend_tables(tables: AoT, now: list[Any], wanted: list[Any], theirs: Any) -> None:
    """Take away and add whole ``[[tables]]``; added ones come last."""
    for index, item in reversed(list(enumerate(now))):
        if not any(_same(item, other) for other in wanted):
            del tables[index]
    kept = [item for item in now if any(_same(item, other) for other in wanted)]
    for item in wanted:
        if not any(_same(item, other) for other in kept):
            tables.append(next(table for table in theirs if _same(table.unwrap(), item)))


def _keeps_our_lines(base: str, ours: str, result: str) -> bool:
    """Whether each line and comment that is ours alone stands in the result; lines of items may have grown."""
    before, mine, after = (Counter(_lines(text)) for text in (base, ours, result))
    lost = (mine - before) - after
    comments = (Counter(_comments(ours)) - Counter(_comments(base))) - Counter(_comments(result))
    return not comments and all(_ITEMS.fullmatch(line) for line in lost)


def _lines(text: str) -> Iterator[str]:
    return (line.strip().rstrip(",") for line in text.splitlines() if line.strip())


def _comments(text: str) -> Iterator[str]:
    return (found[1].strip() for found in _STRING_OR_COMMENT.finditer(text) if found[1])
