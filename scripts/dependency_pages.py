"""What follows from the table of dependencies: the pages under docs/dependencies/, and names that are taken."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from waypost.questions import Catalogue

ROOT = Path(__file__).parents[1]
_TABLE = re.compile(
    r"(?P<opening><!-- (?P<group>run|dev): made by `make docs` from .*? -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)
_NAMES = """\
# Made by `make docs` from dependencies.yml and the well-known names of reserved.yml; change it there. What the projects
# depend on, what that is imported as and what it brings along, with underscores. A project of that name would depend on
# itself.
dependency_names:
  type: str
  when: false
  default: >-
"""


@dataclass(frozen=True, kw_only=True)
class Use:
    """Where a package is needed: in which templates, with which features, with which extras and in which range."""

    templates: tuple[str, ...]
    features: tuple[str, ...]
    extras: tuple[str, ...]
    range: str


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """A row of the table. ``two_ranges`` says why it has more than one; ``also`` are further names that it takes."""

    name: str
    group: str
    uses: tuple[Use, ...]
    two_ranges: str
    reason: str
    licence: str
    also: tuple[str, ...]


def dependencies(catalogue: Catalogue) -> tuple[Dependency, ...]:
    """Return the table of ``templates/questions/dependencies.yml``."""
    templates = catalogue.by_key["template"].values
    return tuple(
        Dependency(
            name=name,
            group=row.get("group", "run"),
            uses=tuple(_use(use, row, templates) for use in row.get("uses", [{}])),
            two_ranges=row.get("two_ranges", ""),
            reason=row["reason"],
            licence=row["licence"],
            also=tuple(row.get("also", "").split()),
        )
        for name, row in _value(catalogue, "dependencies").items()
    )


def dependency_pages(catalogue: Catalogue) -> dict[Path, str]:
    """Return each page under ``docs/dependencies`` with its tables made anew, and the file of the names taken."""
    rows = dependencies(catalogue)
    pages = {Path("templates/questions/dependency_names.yml"): _names(catalogue, rows)}
    for template in catalogue.by_key["template"].values:
        path = Path(f"docs/dependencies/{template}.md")
        text = (ROOT / path).read_text(encoding="utf-8")
        pages[path] = _TABLE.sub(partial(_section, rows, template), text)
    return pages


def _section(rows: tuple[Dependency, ...], template: str, found: re.Match[str]) -> str:
    table = "".join(f"{line}\n" for line in _table(rows, template, found["group"]))
    return f"{found['opening']}{table}{found['end']}"


def _value(catalogue: Catalogue, key: str) -> Any:
    entry = next(entry for entry in catalogue.entries if entry.key == key)
    return catalogue.default_of(entry, {})


def _use(use: Mapping[str, Any], row: Mapping[str, Any], templates: tuple[str, ...]) -> Use:
    return Use(
        templates=tuple(use.get("in", templates)),
        features=tuple(use.get("when", ())),
        extras=tuple(use.get("extras", ())),
        range=use.get("range", row.get("range", "")),
    )


def _table(rows: tuple[Dependency, ...], template: str, group: str) -> Iterator[str]:
    yield from ("", "| package | range | with | reason | licence |", "|---|---|---|---|---|")
    for row in rows:
        uses = _reached([use for use in row.uses if template in use.templates])
        if uses and row.group == group:
            ranges = list(dict.fromkeys(use.range for use in uses))
            reason = row.reason + (f"; two ranges, as {row.two_ranges}" if row.two_ranges else "")
            shown = " or ".join(f"`{text}`" for text in ranges)
            yield f"| {row.name} | {shown} | {_conditions(uses)} | {reason} | {row.licence} |"
    yield ""


def _reached(uses: list[Use]) -> list[Use]:
    """Leave out each use before which another one always fits."""
    return [
        use
        for index, use in enumerate(uses)
        if not any(set(earlier.features) <= set(use.features) for earlier in uses[:index])
    ]


def _conditions(uses: list[Use]) -> str:
    """Return with which features a package is there; the shortest lists suffice, as the longer ones hold them."""
    needed = [set(use.features) for use in uses]
    least = [one for one in needed if not any(other < one for other in needed)]
    return " or ".join(" and ".join(sorted(one)).replace("_", " ") or "always" for one in least)


def _names(catalogue: Catalogue, rows: tuple[Dependency, ...]) -> str:
    names = {name for row in rows for name in (row.name.replace("-", "_"), *row.also)}
    names |= set(_value(catalogue, "well_known_names").split())
    lines = textwrap.wrap(" ".join(sorted(names)), width=116, initial_indent="    ", subsequent_indent="    ")
    return _NAMES + "\n".join(lines) + "\n"
