"""Names in TOML, YAML and JSON: keys, and the entries of lists that have one."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from typing import Any

import yaml

from waypost.update.merge.structure import requirements
from waypost.update.merge.structure.entries import reader_of

_ASSIGNED = re.compile(r"([-\w.]+)=")
_NAMING_FIELDS = frozenset({"repo", "id"})
_WORDS = {"requirement": "the requirement", "option": "the option", "table": "the entry with"}


def names_in_toml(text: str) -> Counter[str]:
    """Return the entries of lists that have a name; a repeated key is no TOML."""
    names: Counter[str] = Counter()
    _toml(tomllib.loads(text), (), names)
    return names


def names_in_yaml(text: str) -> Counter[str]:
    """Return the keys, and what lists hold: values, variables, requirements, and tables with an ``id`` or ``repo``."""
    names: Counter[str] = Counter()
    for document in yaml.compose_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        _yaml(document, (), names, set())
    return names


def names_in_json(text: str) -> Counter[str]:
    """Return the keys, and the objects of lists in Django's fixtures."""
    names: Counter[str] = Counter()

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        _count((f"the key {key!r}" for key, _ in pairs), names)
        return dict(pairs)

    value = json.loads(text, object_pairs_hook=keep)
    rows = [row for row in value if isinstance(row, dict) and row.get("pk")] if isinstance(value, list) else []
    _count((f"the object {row.get('model')} {row['pk']!r}" for row in rows), names)
    return names


def _toml(value: Any, path: tuple[str, ...], names: Counter[str]) -> None:
    if isinstance(value, dict):
        for key, child in value.items():
            _toml(child, (*path, key), names)
    elif isinstance(value, list):
        entries = [entry for entry in reader_of(path, [value])(value) if entry.kind in _WORDS]
        _count((f"{_WORDS[entry.kind]} {entry.key} in {'.'.join(path)}" for entry in entries), names)
        for child in value:
            _toml(child, path, names)


def _yaml(node: Any, path: tuple[str, ...], names: Counter[str], seen: set[int]) -> None:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        pairs = [(key.value, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
        _count((f"the key {key!r}{_at(path)}" for key, _ in pairs if key != "<<"), names)
        for key, value in pairs:
            _yaml(value, (*path, key), names, seen)
    elif isinstance(node, yaml.SequenceNode):
        _count((f"{name}{_at(path)}" for child in node.value for name in _names_of_entry(child, path)), names)
        for child in node.value:
            _yaml(child, path, names, seen)


def _names_of_entry(node: Any, path: tuple[str, ...]) -> Iterable[str]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in _NAMING_FIELDS and isinstance(value, yaml.ScalarNode):
                yield f"the entry with {key.value} {value.value!r}"
    elif isinstance(node, yaml.ScalarNode):
        name = requirements.name_of(node.value) if path and path[-1].endswith("dependencies") else ""
        assigned = _ASSIGNED.match(node.value)
        if name:
            yield f"the requirement {name!r}"
        else:
            yield f"the value {assigned[1] if assigned else node.value!r}"


def _at(path: tuple[str, ...]) -> str:
    return f" in {'.'.join(path)}" if path else ""


def _count(found: Iterable[str], names: Counter[str]) -> None:
    """Remember how often a name stands in one table or list; another one may have it as well."""
    names |= Counter(found)
