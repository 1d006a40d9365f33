"""What follows from practice.toml: the page of what public projects use, and how far to trust it."""

from __future__ import annotations

import textwrap
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from practice.agreement import agreement, by_documents, by_majority, by_neighbours, hits
from practice.rules import LARGE_COMMITS, LARGE_FILES, SIMPLE_TABLES, SMALL_FILES
from waypost.practice.table import CHOICES, load_projects

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "src/waypost/practice/practice.toml"
CODED = ("framework", "size", "admin", "accounts", "data", "database", "jobs", "api", "realtime")
"""What the script codes; the subject of a project is written by hand."""

BROUGHT_BY_DJANGO: Final = ("admin", "accounts")
"""What Django ships, so that it says something about the framework as well as about the project."""

_INTRODUCTION = """\
<!-- Made by `make docs` from src/waypost/practice/practice.toml and scripts/practice/; change it there. -->

# What public projects use

The advice rests on what five documents say. Beside it, and never added to its points, stands what public projects use:
how many of those that are like yours chose which framework, and the three nearest by name."""

_LIMITS: Final = (
    "The projects were chosen, most are self-hosted, and all are public: closed ones and small ones are missing.",
    "What many use need not suit you. Many projects started when another choice was usual.",
    "Django brings an admin and accounts. That a project has them partly follows from its framework.",
    (
        "Experience, philosophy, delivery, security and growth cannot be read in a repository, so they are not coded."
        " No kind tells a prototype, or the backend of a single page, from the others."
    ),
    "A script reads names and patterns, not meaning. The agreement below says how often it goes wrong.",
)

_RULES: Mapping[str, str] = {
    "framework": "The one that more Python files import; the file is the manifest that lists it, if one does.",
    "kind": "The subject in the table below that is nearest, by hand from the project's own description.",
    "size": f"`small`: at most {SMALL_FILES} Python files. `large`: at least {LARGE_FILES}, and at least"
    f" {LARGE_COMMITS} commits.",
    "admin": "`basic`: Django's or Wagtail's admin is routed, flask-admin is imported, or the code has an admin area or"
    " tells administrators apart. `multi-role`: it also asks for permissions, groups or roles.",
    "accounts": "`login`: people sign in. `registration`: they can sign up. `full`: they can, and the code tells"
    " roles or permissions apart.",
    "data": f"`simple`: at most {SIMPLE_TABLES} tables or models. `relational`: more. `document`: a document store"
    " and no tables.",
    "database": "What the manifests name, else the settings, else the code: PostgreSQL before MySQL before SQLite.",
    "jobs": "The first of Celery, RQ, Huey, Dramatiq, Django Q, Procrastinate and APScheduler that is imported.",
    "api": "`rest`: a library for it is imported, or a route or module is called `api`. `graphql`: only a library for"
    " that.",
    "realtime": "A library for WebSockets is imported, or events are streamed.",
}


@cache
def practice_page() -> str:
    """Return the page."""
    return "\n".join(_lines())


def codings() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the second coding by hand, the script's first run on the same projects, and the table, by repository."""
    folder = ROOT / "scripts/practice"
    by_hand, first = (
        tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in ("second_coding.toml", "first_run.toml")
    )
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["project"]
    return by_hand, first, {row["address"].removeprefix("https://github.com/"): row for row in rows}


def _lines() -> Iterator[str]:
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["project"]
    yield from (_INTRODUCTION, "")
    yield from _choice_of_projects(rows)
    yield from _rules()
    yield from _kinds()
    yield from _agreement()
    yield from _accuracy()
    yield from _counts(rows)
    yield from _projects(rows)
    yield ""


def _choice_of_projects(rows: list[dict[str, Any]]) -> Iterator[str]:
    used = Counter(row["framework"] for row in rows)
    own_file = ROOT / "scripts/practice/awesome_selfhosted.toml"
    listed = tomllib.loads(own_file.read_text(encoding="utf-8"))
    days = " and ".join(sorted({str(row["looked_at"]) for row in rows}))
    yield from ("## Which projects", "")
    yield from _paragraph(
        f"{len(rows)} applications, {used['flask']} with Flask and {used['django']} with Django, each at one commit"
        f" (looked at on {days}). Libraries, extensions, tutorials and Django's own site are left out. We chose them by"
        " hand, from what we know of open-source applications and from awesome-selfhosted's data, where a copy of the"
        " repository could be had. It is no sample: the share of each framework is ours, so only differences between"
        " groups say something."
    )
    yield from _paragraph(
        f"{len(listed['addresses'])} of them are in awesome-selfhosted's data, which is under {listed['licence']}."
        " Which"
        " they are stands in a file of its own, `scripts/practice/awesome_selfhosted.toml`; none of its text is"
        " used."
    )
    yield from ("## What a comparison cannot say", "")
    yield from (f"- {limit}" for limit in _LIMITS)
    yield ""


def _rules() -> Iterator[str]:
    yield from ("## How each fact is read", "")
    yield from _paragraph(
        "`scripts/practice/coding.py` reads the files of one commit, without tests, migrations, documentation, and what"
        " others wrote. `seen` in `practice.toml` names the file that shows a fact, or for the size the counts;"
        " where it"
        " names none, no file showed more."
    )
    yield from ("| fact | rule |", "|---|---|")
    yield from (f"| `{key}` | {rule} |" for key, rule in _RULES.items())
    yield ""


def _kinds() -> Iterator[str]:
    projects = tomllib.loads((ROOT / "scripts/practice/projects.toml").read_text(encoding="utf-8"))
    found = Counter(project["subject"] for project in projects["project"])
    yield from (
        "## Which subject counts as which kind",
        "",
        "| subject | means | kind | projects |",
        "|---|---|---|---|",
    )
    for subject in projects["subject"]:
        yield f"| {subject['name']} | {subject['means']} | `{subject['kind']}` | {found[subject['name']]} |"
    yield ""


def _agreement() -> Iterator[str]:
    by_hand, first, table = codings()
    yield from ("## How far two codings agree", "")
    yield from _paragraph(
        f"{len(by_hand)} projects were drawn at random, half with each framework, and coded by hand before the"
        " script had"
        " coded any. Whoever coded them also wrote the rules, and read lists of files, dependencies, routes and models"
        " rather than every file. So the agreement shows whether the script does what the rules mean, and not whether"
        " strangers would read them alike. The first run is the script before anybody compared. Some faults that the"
        " comparison showed were then corrected in the script, so the figures of the table flatter it. Kappa is"
        " Cohen's."
        " The draw itself counted imports, so the figure for the framework proves nothing."
    )
    yield from ("| fact | first run: the same | kappa | table: the same | kappa |", "|---|---|---|---|---|")
    for key in CODED:
        cells = []
        for coding in (first, table):
            found = agreement([(by_hand[name][key], coding[name][key]) for name in by_hand])
            cells += [f"{found.same} of {found.of}", f"{found.kappa:.2f}"]
        yield f"| `{key}` | {' | '.join(cells)} |"
    yield ""


def _accuracy() -> Iterator[str]:
    projects = load_projects()
    used = Counter(project.framework for project in projects)
    without = [key for key in CHOICES if key not in BROUGHT_BY_DJANGO]
    yield from ("## How well either kind of evidence foretells what a project uses", "")
    yield from _paragraph(
        "Each project in turn is left out of the table and predicted from its own answers: by what most of the five"
        " nearest others use, and by the documents' advice. A tie of the documents is Flask, as in the advice. Both see"
        " only what a repository shows; the documents say what fits, and do not claim to foretell what people chose."
    )
    with_flask, with_django = f"of {used['flask']} with Flask", f"of {used['django']} with Django"
    yield f"| prediction | right, of {len(projects)} | {with_flask} | {with_django} |"
    yield "|---|---|---|---|"
    for name, predict in (
        ("the nearest five, by all five questions", by_neighbours(projects, CHOICES)),
        ("the documents' advice, from all five questions", by_documents(CHOICES)),
        ("the nearest five, without admin and accounts", by_neighbours(projects, without)),
        ("the documents' advice, without admin and accounts", by_documents(without)),
        ("what most of the others use, whatever they are", by_majority(projects)),
    ):
        right = hits(projects, predict)
        yield f"| {name} | {right.total} ({right.total / len(projects):.0%}) | {right.flask} | {right.django} |"
    yield ""


def _counts(rows: list[dict[str, Any]]) -> Iterator[str]:
    kinds = tomllib.loads(TABLE.read_text(encoding="utf-8"))["kinds"]
    yield from ("## What the projects have", "", "| fact | value | Flask | Django |", "|---|---|---|---|")
    for key in ("kind", *CODED[1:]):
        pairs = Counter((_value(row, key, kinds), row["framework"]) for row in rows)
        for value in dict.fromkeys((*CHOICES.get(key, ()), *sorted({value for value, _ in pairs}))):
            yield f"| `{key}` | `{value}` | {pairs[value, 'flask']} | {pairs[value, 'django']} |"
    yield ""


def _paragraph(text: str) -> Iterator[str]:
    yield from (textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False), "")


def _value(row: Mapping[str, Any], key: str, kinds: Mapping[str, str]) -> str:
    value = kinds[row["subject"]] if key == "kind" else row[key]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _projects(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield from ("## The projects", "")
    yield "| project | commit | framework | subject | size | admin | accounts | data | database | jobs | api |"
    yield "realtime |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for row in sorted(rows, key=lambda row: str(row["name"]).lower()):
        values = [_value(row, key, {}) for key in CODED[1:]]
        name = f"[{row['name']}]({row['address']})"
        yield f"| {name} | `{row['commit'][:10]}` | {row['framework']} | {row['subject']} | {' | '.join(values)} |"
