"""Merges TOML by its structure, three ways: what git takes for a conflict is often only two neighbours.

The text is ours, with the changes of theirs worked into it, so that order, comments and layout stay as we had them.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, MutableMapping, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array

from waypost.update.merge.structure import arrays
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


def with_entries(text: str, table: Sequence[str], key: str, entries: Iterable[str]) -> str:
    """Return ``text`` with ``entries`` at the end of the list ``key`` of a table, or as it is without that table."""
    try:
        document = tomlkit.parse(text)
        _table_in(document, table).setdefault(key, []).extend(entries)
    except (LookupError, TypeError, ValueError, AttributeError, TOMLKitError):
        return text
    return tomlkit.dumps(document)


def entries_of(text: str, table: Sequence[str], key: str) -> tuple[Any, ...]:
    """Return the entries of the list ``key`` of a table, or none where there is no such list."""
    try:
        return tuple(_table_in(tomllib.loads(text), table)[key])
    except (LookupError, TypeError, tomllib.TOMLDecodeError):
        return ()


def _table_in(document: Any, table: Sequence[str]) -> Any:
    for name in table:
        document = document[name]
    return document


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
        table[key] = _amended_array(table[key], now, wanted, theirs if isinstance(theirs, Array) else tomlkit.array())
    elif isinstance(table[key], AoT) and isinstance(wanted, list):
        _amend_tables(table[key], now, wanted, theirs)
    else:
        table[key] = theirs if theirs is not None else wanted


def _amended_array(array: Array, now: list[Any], wanted: list[Any], theirs: Array) -> Any:
    """Return ``array``, which holds ``now``, with what is ``wanted``; what is new is taken over from ``theirs``."""
    there: list[Any] = theirs.unwrap()
    (mine, others, after), written = _keys(now, there, wanted), arrays.layout_of(theirs.as_string())
    if not now:
        return theirs if same(there, wanted) else wanted
    values, texts = dict(zip(mine, now, strict=True)), dict(zip(others, written.items, strict=True))
    taken: dict[Hashable, str | None] = {}
    for key, item in zip(after, wanted, strict=True):
        is_changed = key in values and not same(values[key], item)
        is_theirs = is_changed and key in texts and same(there[others.index(key)], item)
        taken[key] = (texts[key].text if is_theirs else tomlkit.item(item).as_string()) if is_changed else None
    text = arrays.arranged(arrays.layout_of(array.as_string()), mine, texts, taken)
    return tomlkit.parse(f"array = {text}")["array"]


def _amend_tables(tables: AoT, now: list[Any], wanted: list[Any], theirs: AoT | None) -> None:
    """Change, take away and add ``[[tables]]``; added ones come last."""
    other = theirs if theirs is not None else []
    before, others, after = _keys(now, [table.unwrap() for table in other], wanted)
    for index, key in reversed(list(enumerate(before))):
        if key not in after:
            del tables[index]
    kept = [key for key in before if key in after]
    there = dict(zip(others, other, strict=True))
    for index, key in enumerate(kept):
        _amend(tables[index], now[before.index(key)], wanted[after.index(key)], there.get(key))
    for key in after:
        if key not in kept:
            tables.append(there[key])


def _keys(*lists: list[Any]) -> tuple[list[Hashable], ...]:
    """Return what tells the items of each list apart, one by one: the values of an option are items of their own."""
    read = reader_of((), lists)
    return tuple(_counted([(entry.kind, entry.key) for item in items for entry in read([item])]) for items in lists)


def _counted(keys: list[tuple[str, str]]) -> list[Hashable]:
    counts: Counter[tuple[str, str]] = Counter()
    result: list[Hashable] = []
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
