"""Codes the projects of `projects.toml` whose checkouts lie in a folder, and writes `practice.toml`.

    python scripts/practice/coding.py FOLDER [--date 2026-11-30]

A checkout lies in FOLDER/OWNER+NAME, or in FOLDER/OWNER/NAME; a git directory without a work tree will do. A project
without a checkout keeps its row, so that a few can be coded again.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from practice.checkout import Checkout, git_directory, read_checkout
from practice.rules import Fact, facts_of

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "src/waypost/practice/practice.toml"
PROJECTS = HERE / "projects.toml"
_TOP = """\
# What public Flask and Django projects use, as their repositories show it. Made by scripts/practice/coding.py from
# scripts/practice/projects.toml and a folder of checkouts; docs/practice.md says how each fact is read.
#
# `seen` names the file that shows a fact; a fact that is not there was shown by no file: nothing in any file says more.
"""


def main() -> int:
    """Write the table and say what could not be coded."""
    parser = argparse.ArgumentParser(description="Code the projects whose checkouts lie in a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="the day on which they are looked at")
    given = parser.parse_args()
    projects = tomllib.loads(PROJECTS.read_text(encoding="utf-8"))
    known = tomllib.loads(TABLE.read_text(encoding="utf-8"))["project"] if TABLE.exists() else []
    rows = {row["address"]: row for row in known}
    for project in projects["project"]:
        try:
            row = row_of(project, given.folder, given.date)
        except ValueError as error:
            print(f"{project['name']}: {error}", file=sys.stderr)
            continue
        rows[project["address"]] = row
    listed = [rows[project["address"]] for project in projects["project"] if project["address"] in rows]
    TABLE.write_text(table(projects["subject"], listed), encoding="utf-8")
    print(f"{len(listed)} of {len(projects['project'])} projects are in the table")
    return 0


def row_of(project: Mapping[str, str], folder: Path, day: date) -> dict[str, Any]:
    """Return the row of one project. Raises ValueError if it has no checkout, or is made with neither framework."""
    owner, name = project["address"].split("/")[-2:]
    git = git_directory(folder / f"{owner}+{name}") or git_directory(folder / owner / name)
    if git is None:
        raise ValueError(f"no checkout in {folder}")
    checkout = read_checkout(git, within=project.get("within", ""))
    return {**_head(project, checkout, day), **_body(facts_of(checkout), checkout)}


def _head(project: Mapping[str, str], checkout: Checkout, day: date) -> dict[str, Any]:
    return {key: project[key] for key in ("name", "address", "subject")} | {"looked_at": day, "commit": checkout.commit}


def _body(facts: Mapping[str, Fact], checkout: Checkout) -> dict[str, Any]:
    seen = {"subject": checkout.readme} | {key: fact.file for key, fact in facts.items()}
    return {key: fact.value for key, fact in facts.items()} | {
        "seen": {key: file for key, file in seen.items() if file}
    }


def table(subjects: list[dict[str, str]], rows: list[dict[str, Any]]) -> str:
    """Return the table as TOML."""
    return "\n".join(_lines(subjects, rows)) + "\n"


def _lines(subjects: list[dict[str, str]], rows: list[dict[str, Any]]) -> Iterator[str]:
    yield from (_TOP, "[kinds]")
    yield from (f"{_toml(subject['name'])} = {_toml(subject['kind'])}" for subject in subjects)
    for row in rows:
        yield from ("", "[[project]]")
        yield from (f"{key} = {_toml(value)}" for key, value in row.items() if key != "seen")
        yield f"seen = {{ {', '.join(f'{key} = {_toml(file)}' for key, file in row['seen'].items())} }}"


def _toml(value: str | bool | date) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    sys.exit(main())
