"""The public Flask and Django projects of ``practice.toml``, as values.

``docs/practice.md`` says how each fact was read in a repository; ``scripts/practice/`` reads them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pkgutil import get_data
from types import MappingProxyType
from typing import Any, Final, Literal

from waypost.system.private import parsed

CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "kind": (
            *("rest-api", "microservice", "ml-service", "iot-backend", "lightweight-app", "website", "ecommerce"),
            *("cms", "social-network", "education", "enterprise"),
        ),
        "size": ("small", "medium", "large"),
        "admin": ("none", "basic", "multi-role"),
        "accounts": ("none", "login", "registration", "full"),
        "data": ("none", "simple", "relational", "document"),
    }
)
"""The decision questions that a repository answers, and the answers that were found in one.

Whether something is a prototype, or the backend of one page among others, no repository says.
"""

IN_ORDER: Final = frozenset({"size", "admin", "accounts"})
"""The questions whose answers go from less to more."""

_NOT_COMPARED: Final = ("seen ", "looked_at ", "database ", "jobs ", "api ", "realtime ")
"""How the lines begin that nothing here needs: most of the file, each on one line, and slow to parse."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """One public project at one commit; ``answers`` are what its repository says to the questions of ``CHOICES``."""

    name: str
    address: str
    commit: str
    framework: Literal["flask", "django"]
    answers: Mapping[str, str]


@cache
def load_projects() -> tuple[Project, ...]:
    """Return the projects that ship with Waypost, read once."""
    return parse_projects((get_data("waypost.practice", "practice.toml") or b"").decode())


def parse_projects(text: str) -> tuple[Project, ...]:
    """Return the projects in ``text`` (TOML).

    Raises ValueError, with the project, for a value that no question has: that is a fault in Waypost, no user's.
    """
    compared = (line for line in text.splitlines() if not line.startswith(_NOT_COMPARED))
    tables = parsed("toml", "\n".join(compared), tomllib.loads)
    projects = tuple(_project(row, tables["kinds"]) for row in tables["project"])
    addresses = [project.address for project in projects]
    if repeated := {address for address in addresses if addresses.count(address) > 1}:
        raise ValueError(f"practice: listed more than once: {', '.join(sorted(repeated))}")
    return projects


def _project(row: Mapping[str, Any], kinds: Mapping[str, str]) -> Project:
    if row["subject"] not in kinds:
        raise ValueError(f"practice: {row['name']}: no such subject: {row['subject']!r}")
    if row["framework"] not in ("flask", "django"):
        raise ValueError(f"practice: {row['name']}: no such framework: {row['framework']!r}")
    answers = {"kind": kinds[row["subject"]], **{key: row[key] for key in CHOICES if key != "kind"}}
    for key, value in answers.items():
        if value not in CHOICES[key]:
            raise ValueError(f"practice: {row['name']}: {key} has no choice {value!r}")
    return Project(
        name=row["name"],
        address=row["address"],
        commit=row["commit"],
        framework=row["framework"],
        answers=MappingProxyType(answers),
    )
