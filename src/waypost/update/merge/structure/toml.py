"""Merges TOML by its structure, three ways: what git takes for a conflict is often only two neighbours.

The text is ours, with the changes of theirs worked into it, so that order, comments and layout stay as we had them.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, MutableMapping
from difflib import SequenceMatcher
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array

from waypost.update.merge.structure.entries import reader_of
from waypost.update.merge.structure.values import ConflictError, merged_values, same

_STRING_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|(#[^\n]*)', re.DOTALL
)
_TEXT = r"""(?:"[^"]*"|'[^']*')"""
# Such lines may grow: a whole list in one line, and items of a list side by side.
_ITEMS = re.compile(rf"""(?:[\w."'-]+\s*=\s*\[.*\]|{_TEXT}(?:\s*,\s*{_TEXT})+)\s*,?\s*(?:#.*)?""")


def merge_toml(base: str, ours: str, theirs: str) -> str | None:
    """Return ``ours`` with the changes from ``base`` to ``theirs``, or None where both changed one value differently.

    None is also what comes of a text that is no TOML, and where a line of ours would not stand in the result: the
    whole merge is then better left to a person.
    """
    try:
        before, mine, other = (tomllib.loads(text) for text in (base, ours, theirs))
        wanted = merged_values(before, mine, other)
        document = tomlkit.parse(ours)
        _amend(document, mine, wanted, tomlkit.parse(theirs))
        text = tomlkit.dumps(document)
        is_right = tomllib.loads(text) == wanted and _keeps_our_lines(base, ours, text)
    except (ConflictError, tomllib.TOMLDecodeError, TOMLKitError, RecursionError):
        return None
    except (LookupError, TypeError, ValueError, AttributeError):
        # What tomlkit stumbles over in its own editing; the check above would have refused its result anyway.
        return None
    return text if is_right else None


def _amend(table: MutableMapping[str, Any], now: dict[str, Any], wanted: dict[str, Any], theirs: Any) -> None:
    """Change ``table``, which holds ``now``, to hold what is ``wanted``; what is new is taken over from ``theirs``."""
    for key in [key for key in now if key not in wanted]:
        del table[key]
    for key, value in wanted.items():
        if key not in now:
            table[key] = theirs[key]
        elif not same(now[key], value):
            there = theirs.get(key) if isinstance(theirs, MutableMapping) else None
            _amend_value(table, key, now[key], value, there)


def _amend_value(table: MutableMapping[str, Any], key: str, now: Any, wanted: Any, theirs: Any) -> None:
    if isinstance(now, dict) and isinstance(wanted, dict):
        _amend(table[key], now, wanted, theirs if theirs is not None else {})
    elif isinstance(table[key], Array) and isinstance(wanted, list):
        if _is_reordered(now, wanted) and isinstance(theirs, Array):
            now = theirs.unwrap()
            table[key] = theirs
        _amend_array(table[key], now, wanted)
    elif isinstance(table[key], AoT) and isinstance(wanted, list):
        _amend_tables(table[key], now, wanted, theirs)
    else:
        table[key] = theirs if theirs is not None else wanted


def _is_reordered(now: list[Any], wanted: list[Any]) -> bool:
    before, after = _keys(now, wanted)
    return [key for key in before if key in after] != [key for key in after if key in before]


def _amend_array(array: Array, now: list[Any], wanted: list[Any]) -> None:
    """Change the items that differ, each at its place, where the comment that goes with it stands."""
    before, after = _keys(now, wanted)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for action, start, end, new_start, new_end in reversed(steps):
        if action == "equal":
            for index, item in zip(range(start, end), wanted[new_start:new_end], strict=True):
                if not same(now[index], item):
                    array[index] = item
            continue
        for item in reversed(wanted[new_start:new_end]):
            array.insert(end, item)
        for index in reversed(range(start, end)):
            del array[index]


def _amend_tables(tables: AoT, now: list[Any], wanted: list[Any], theirs: AoT | None) -> None:
    """Change, take away and add ``[[tables]]``; added ones come last."""
    before, after = _keys(now, wanted)
    for index, key in reversed(list(enumerate(before))):
        if key not in after:
            del tables[index]
    kept = [key for key in before if key in after]
    there = dict(zip(_keys(theirs.unwrap(), wanted)[0], theirs, strict=True)) if theirs is not None else {}
    for index, key in enumerate(kept):
        _amend(tables[index], now[before.index(key)], wanted[after.index(key)], there.get(key))
    for key in after:
        if key not in kept:
            tables.append(there[key])


def _keys(now: list[Any], wanted: list[Any]) -> tuple[list[object], list[object]]:
    """Return what tells the items of a list apart, one by one: options and their values are entries of their own."""
    read = reader_of((), (now, wanted))
    entries = ([entry for item in items for entry in read([item])] for items in (now, wanted))
    before, after = (_counted([(entry.kind, entry.key) for entry in side]) for side in entries)
    return before, after


def _counted(keys: list[tuple[str, str]]) -> list[object]:
    counts: Counter[tuple[str, str]] = Counter()
    result: list[object] = []
    for key in keys:
        result.append((key, counts[key]))
        counts[key] += 1
    return result


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
