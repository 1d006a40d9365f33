"""Proves that every combination of choices works, and writes what was seen into `docs/proof.md`.

    make proof [EXAMPLES=1000]

Every pair of choices of each template is really installed, checked, tested against real servers, started and asked for
its pages; so many random sets of answers more are rendered, parsed and linted. An hour or two on two cores.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / ".cache" / "proof"
PAGE = ROOT / "docs" / "proof.md"
TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
TESTS = ("tests/test_choices.py", "tests/templates/test_combinations.py")
# What a reader wants to know the version of.
NAMED = ("flask", "django", "sqlalchemy", "djangorestframework", "celery", "gunicorn")

_INTRODUCTION = """\
<!-- Made by `make proof`. -->

# Proof that every combination works

Last run on {day}: {minutes:.0f} minutes on {cores} cores, and all passed.

Every pair of choices that the catalogue does not refuse stands in at least one of these projects. Each was rendered,
installed on the Python it asks for, put through ruff, mypy and its own tests with their coverage, against real servers,
migrated, started under gunicorn and asked for its pages. Where there is no server for its database the tests were left
out, and the table says how often. Beside these, {examples} random sets of answers a template were rendered, every file
parsed, and all of them linted.

| template | projects | without a server | tests of their own | median seconds each | Python |
|---|---|---|---|---|---|"""


def main() -> int:
    """Run the tests, write the page if all passed, and give pytest's exit code."""
    examples = sys.argv[1] if len(sys.argv) > 1 else "1000"
    shutil.rmtree(RESULTS, ignore_errors=True)
    began = time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            ROOT / "scripts" / "services.py",
            "run",
            "--",
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "2",
            *TESTS,
        ],
        cwd=ROOT,
        env=os.environ | {"WAYPOST_PROOF": "1", "WAYPOST_EXAMPLES": examples},
        check=False,
    )
    if done.returncode == 0:
        PAGE.write_text("\n".join(_page(int(examples), time.monotonic() - began)), encoding="utf-8")
        print(f"written: {PAGE.relative_to(ROOT)}", file=sys.stderr)
    return done.returncode


def _page(examples: int, seconds: float) -> Iterator[str]:
    results = {
        template: [json.loads(path.read_text()) for path in sorted(RESULTS.glob(f"{template}-*.json"))]
        for template in TEMPLATES
    }
    yield _INTRODUCTION.format(
        day=datetime.now(UTC).strftime("%Y-%m-%d"), minutes=seconds / 60, cores=os.cpu_count(), examples=examples
    )
    for template, rows in results.items():
        yield _row(template, rows)
    yield from ("", f"With {', '.join(_versions())}; Waypost ran on Python {platform.python_version()}.", "")


def _row(template: str, rows: Sequence[Mapping[str, Any]]) -> str:
    tests = [int(row["tests"].split()[0]) for row in rows if row["tests"][0].isdigit()]
    seconds = sorted(row["seconds"] for row in rows)[len(rows) // 2]
    pythons = sorted({row["python"] for row in rows})
    left_out = len(rows) - len(tests)
    return f"| {template} | {len(rows)} | {left_out} | {sum(tests)} | {seconds:.0f} | {', '.join(pythons)} |"


def _versions() -> Iterator[str]:
    """What the newest environment of each template holds."""
    found: dict[str, set[str]] = {}
    for folder in (ROOT / ".cache" / "environments").glob("*/lib/python*/site-packages/*.dist-info"):
        name, _, version = folder.name.removesuffix(".dist-info").partition("-")
        if name.lower() in NAMED:
            found.setdefault(name, set()).add(version)
    for name, versions in sorted(found.items(), key=lambda item: item[0].lower()):
        yield f"{name} {' and '.join(sorted(versions))}"


if __name__ == "__main__":
    sys.exit(main())
