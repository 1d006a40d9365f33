"""What follows from docs/security.toml: the page of the rules that generated projects keep, and how each is proved."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
_INTRODUCTION = """\
<!-- Made by `make docs` from docs/security.toml; change it there. -->

# Security rules

What every generated project keeps to, why, and where. A test renders the projects and looks for each file and each test
that stands here; the tests themselves run with the suites of the projects. A test under `tests/templates/` is one of
Waypost's own, against a running service. `src/…` is the project's own package."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where one template keeps a rule: the file, with the answers that bring it, and the tests that prove it.

    A ``reason`` instead of a file says why the rule has no place there. ``holds`` is a word that the file contains, so
    that the row does not outlive what it speaks of.
    """

    file: str = ""
    holds: str = ""
    tests: tuple[str, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule, why it is one, and its place in each template."""

    rule: str
    why: str
    places: Mapping[str, Place]


def rules() -> tuple[Rule, ...]:
    """Return the rules in the order of the table. Raises ``TypeError`` for a key that no rule or place has."""
    table = tomllib.loads((ROOT / "docs" / "security.toml").read_text(encoding="utf-8"))
    return tuple(
        Rule(
            rule=row["rule"],
            why=row["why"],
            places={name: _place(row[name]) for name in TEMPLATES if name in row},
        )
        for row in table["rules"]
    )


def security_page() -> str:
    """Return the page."""
    return "\n".join([_INTRODUCTION, *_rows(), ""])


def _place(row: Mapping[str, Any]) -> Place:
    return Place(**{**row, "tests": tuple(row.get("tests", ()))})


def _rows() -> Iterator[str]:
    for rule in rules():
        yield from ("", f"## {rule.rule}", "", f"{rule.why}", "", "| template | kept in | proved by |", "|---|---|---|")
        for name, place in rule.places.items():
            yield f"| {name} | {_where(place)} | {'<br>'.join(f'`{test}`' for test in place.tests)} |"


def _where(place: Place) -> str:
    if place.reason:
        return place.reason
    beside = ", ".join(f"`{key} = {_shown(value)}`" for key, value in place.answers.items())
    return f"`{place.file}`" + (f", with {beside}" if beside else "")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, list) else str(value)
