"""The entries of a list, each with the key that tells it from the others.

What asks for a package goes by the package's name, an option of a command by the option's name and takes its values
along, a table by its name or what it is about. Everything else is its own key.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from waypost.update.merge.structure import requirements

Kind = Literal["requirement", "option", "table", "itself"]
_FIELDS = ("name", "id", "module", "repo", "include-group", "path", "url", "email")
_OPTION = re.compile(r"--[^=\s]+|-[^-=\s]")


@dataclass(frozen=True)
class Entry:
    """An entry: what kind of ``key`` it has, which of those with this key it is, and the items that make it up."""

    kind: Kind
    key: str
    number: int
    items: tuple[Any, ...]

    @property
    def identity(self) -> tuple[Kind, str, int]:
        """What an entry has in common with the one that it is on the other side."""
        return self.kind, self.key, self.number

    @property
    def plain(self) -> str:
        """The entry as text that is equal where two entries say the same."""
        if self.kind == "requirement":
            return requirements.plain(self.items[0])
        return _as_json(self.items)


def reader_of(path: tuple[str, ...], lists: Iterable[Sequence[Any]]) -> Callable[[Sequence[Any]], list[Entry]]:
    """Return what takes the versions of the list at ``path`` apart, alike for all of them."""
    texts = [item for items in lists for item in items if isinstance(item, str)]
    if any(_OPTION.match(text) for text in texts):
        return lambda items: _numbered(_arguments(items))
    named = [text for text in texts if requirements.name_of(text)]
    are_requirements = requirements.stand_at(path) or (
        len(named) == len(texts) and any(map(requirements.names_a_version, texts))
    )
    return lambda items: _numbered((*_key_of(item, are_requirements=are_requirements), (item,)) for item in items)


def _arguments(items: Sequence[Any]) -> Iterator[tuple[Kind, str, tuple[Any, ...]]]:
    """Yield the options of a command, each with the values that follow it."""
    taken: list[Any] = []
    for item in items:
        found = _OPTION.match(item) if isinstance(item, str) else None
        if taken and (found or not isinstance(item, str)):
            yield _argument(taken)
            taken = []
        if found or taken:
            taken.append(item)
        else:
            yield (*_key_of(item, are_requirements=False), (item,))
    if taken:
        yield _argument(taken)


def _argument(items: list[Any]) -> tuple[Kind, str, tuple[Any, ...]]:
    found = _OPTION.match(items[0])
    return "option", found[0] if found else items[0], tuple(items)


def _key_of(item: Any, *, are_requirements: bool) -> tuple[Kind, str]:
    if isinstance(item, dict):
        field = next((field for field in _FIELDS if field in item), None)
        return ("table", f"{field} {_as_json(item[field])}") if field else ("itself", _as_json(item))
    name = requirements.name_of(item) if are_requirements and isinstance(item, str) else ""
    return ("requirement", name) if name else ("itself", _as_json(item))


def _numbered(found: Iterable[tuple[Kind, str, tuple[Any, ...]]]) -> list[Entry]:
    counts: Counter[tuple[Kind, str]] = Counter()
    entries = []
    for kind, key, items in found:
        entries.append(Entry(kind, key, counts[kind, key], items))
        counts[kind, key] += 1
    return entries


def _as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)
