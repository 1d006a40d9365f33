"""The variables that a project's ``.env.example`` describes, and what changed in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

EXAMPLE = ".env.example"
"""The file that lists every variable of a project."""
_VARIABLE = re.compile(r"(# )?([A-Z][A-Z0-9_]*)=(.*)")


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable of the environment: its name, the value of the example, and what the comment above it says.

    One that is commented out (``is_optional``) has a default that the program knows.
    """

    name: str
    value: str
    meaning: str
    is_optional: bool


@dataclass(frozen=True, kw_only=True)
class EnvironmentChange:
    """What becomes of the variables: which are new, which have another value or meaning now, which are not read."""

    added: tuple[Variable, ...]
    changed: tuple[tuple[Variable, Variable], ...]
    removed: tuple[Variable, ...]


def environment_of(folder: Path) -> str:
    """Return the text of a project's ``.env``; nothing where there is none. It holds secrets: print nothing of it."""
    try:
        return (folder / ".env").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def environment_change(old: bytes, new: bytes) -> EnvironmentChange:
    """Return what changes between two versions of ``.env.example``."""
    before, after = _variables(old), _variables(new)
    both = [(before[name], after[name]) for name in after if name in before]
    return EnvironmentChange(
        added=tuple(variable for name, variable in after.items() if name not in before),
        changed=tuple((one, other) for one, other in both if one != other),
        removed=tuple(variable for name, variable in before.items() if name not in after),
    )


def values_set_in(content: str) -> Mapping[str, str]:
    """Return what an environment file sets."""
    found = (_VARIABLE.match(line) for line in content.splitlines())
    return {match[2]: match[3].strip() for match in found if match and not match[1]}


def _variables(content: bytes) -> dict[str, Variable]:
    return {variable.name: variable for variable in _parsed(content.decode(errors="replace"))}


def _parsed(text: str) -> Iterator[Variable]:
    comment: list[str] = []
    for line in text.splitlines():
        found = _VARIABLE.fullmatch(line)
        if found:
            yield Variable(name=found[2], value=found[3], meaning=" ".join(comment), is_optional=bool(found[1]))
        elif line.startswith("#"):
            comment.append(line.removeprefix("#").strip())
            continue
        comment = [] if not line else comment
