"""Requirements of Python packages as text: the package that one asks for, and how it is written plainly."""

from __future__ import annotations

import re

_REQUIREMENT = re.compile(
    r"""\s*
    (?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*
    (?:\[(?P<extras>[^\]]*)\])?\s*
    (?P<asked>(?:[<>=!~(][^;]*|@\s*\S+)?)\s*
    (?:;(?P<marker>.*))?""",
    re.VERBOSE | re.DOTALL,
)
_LISTS = frozenset({"dependencies", "requires"})
_TABLES_OF_LISTS = frozenset({"dependency-groups", "optional-dependencies", "dev-dependencies", "extras"})


def name_of(text: str) -> str:
    """Return the normalized name of the package that a requirement asks for, or nothing where it is none."""
    found = _REQUIREMENT.fullmatch(text)
    return _normalized(found["name"]) if found else ""


def plain(text: str) -> str:
    """Return a requirement so that two which ask for the same are equal: no spaces, extras and versions sorted."""
    found = _REQUIREMENT.fullmatch(text)
    if not found:
        return text
    extras = ",".join(sorted({_normalized(extra.strip()) for extra in (found["extras"] or "").split(",")}))
    asked = found["asked"].strip()
    if not asked.startswith("@"):
        asked = ",".join(sorted(_without_spaces(asked).strip("()").split(",")))
    marker = _without_spaces(found["marker"] or "").replace('"', "'")
    return f"{_normalized(found['name'])}[{extras}]{asked};{marker}"


def names_a_version(text: str) -> bool:
    """Whether a text says more than a name, so that it can be nothing but a requirement."""
    found = _REQUIREMENT.fullmatch(text)
    return bool(found and (found["asked"] or found["extras"] or found["marker"]))


def stand_at(path: tuple[str, ...]) -> bool:
    """Whether the list at this path of keys holds requirements, by the name that tools have given it."""
    return bool(path) and (
        path[-1] in _LISTS or path[-1].endswith("-dependencies") or any(key in _TABLES_OF_LISTS for key in path[:-1])
    )


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _without_spaces(text: str) -> str:
    return "".join(text.split())
