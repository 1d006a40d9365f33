"""The entries of a list, each with the key that tells it from the others.

What asks for a package goes by the package's name, an option of a command by the option's name and takes its values
along, a table by its name or what it is about. Tables about modules are one where they share a module. Everything else
is its own key.
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
_FIELDS = ("name", "id", "repo", "include-group", "path", "url", "email")
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
    lists = tuple(lists)
    texts = [item for items in lists for item in items if isinstance(item, str)]
    if any(_OPTION.match(text) for text in texts):
        return lambda items: _numbered(_arguments(items))
    named = [text for text in texts if requirements.name_of(text)]
    are_requirements = requirements.stand_at(path) or (
        len(named) == len(texts) and any(map(requirements.names_a_version, texts))
    )
    modules = _joined_modules(item for items in lists for item in items)

    def key_of(item: Any) -> tuple[Kind, str]:
        name = requirements.name_of(item) if are_requirements and isinstance(item, str) else ""
        module = next(iter(_modules(item)), "")
        return ("requirement", name) if name else ("table", f"module {modules[module]}") if module else _key_of(item)

    return lambda items: _numbered((*key_of(item), (item,)) for item in items)


def _modules(item: Any) -> tuple[str, ...]:
    """Return the modules that a table such as one of mypy's overrides is about."""
    about = item.get("module", ()) if isinstance(item, dict) and "name" not in item else ()
    return (about,) if isinstance(about, str) else tuple(name for name in about if isinstance(name, str))


def _joined_modules(items: Iterable[Any]) -> dict[str, str]:
    """Return for each module the one by which all tables go that share it, or share another with one that does."""
    groups: list[set[str]] = []
    for modules in filter(None, map(_modules, items)):
        apart = [group for group in groups if group.isdisjoint(modules)]
        groups = [*apart, set(modules).union(*(group for group in groups if group not in apart))]
    return {module: min(group) for group in groups for module in group}


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
            yield (*_key_of(item), (item,))
    if taken:
        yield _argument(taken)


def _argument(items: list[Any]) -> tuple[Kind, str, tuple[Any, ...]]:
    found = _OPTION.match(items[0])
    return "option", found[0] if found else items[0], tuple(items)


def _key_of(item: Any) -> tuple[Kind, str]:
    field = next((field for field in _FIELDS if field in item), None) if isinstance(item, dict) else None
    return ("table", f"{field} {_as_json(item[field])}") if field else ("itself", _as_json(item))


def _numbered(found: Iterable[tuple[Kind, str, tuple[Any, ...]]]) -> list[Entry]:
    counts: Counter[tuple[Kind, str]] = Counter()
    entries = []
    for kind, key, items in found:
        entries.append(Entry(kind, key, counts[kind, key], items))
        counts[kind, key] += 1
    return entries


def _as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)
