"""Proves that every combination of choices works, and writes what was seen into `docs/proof.md`.

    make proof [EXAMPLES=1000]

Every pair of choices of each template is really installed, checked, tested against real servers, started and asked for
its pages; so many random sets of answers more are rendered, parsed and linted. An hour or two on two cores. What has
passed is remembered in `.cache/proof`: a run that comes after repeats only what has changed, or did not pass.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / ".cache" / "proof"
PAGE = ROOT / "docs" / "proof.md"
TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
# The combinations, and what other tests leave to the proof.
TESTS = {
    "combinations": ("tests/templates/test_choices.py", "tests/templates/test_combinations.py"),
    "thorough": ("-m", "thorough", "tests"),
}

_PAGE = """\
<!-- Made by `make proof`. -->

# Proof that every combination works

Every pair of choices that the catalogue does not refuse stands in at least one of these projects, and so do some sets
of answers by chance (`WAYPOST_SEED={seed}`). Each was rendered, installed, put through ruff, mypy and its own tests
with their coverage against real servers, migrated, started under gunicorn and asked for its pages. A few more, which
together ask for every dependency, passed their tests with each dependency at the lowest version that they allow.
Beside these, {examples} random sets of answers a template were rendered, every file parsed, and all of them linted,
and {thorough} of the tests of Waypost that `make test` leaves out were run.

All of it passed on {day}. The seconds are those of a processor; servers are not counted.

| template | projects | by chance | at lowest versions | tests of their own | seconds | on Python |
|---|---|---|---|---|---|---|
{rows}

{versions}

## Left out

{left_out}
"""


def main() -> int:
    """Run the tests, write the page if all passed, and give the exit code of the pytest that failed."""
    examples = sys.argv[1] if len(sys.argv) > 1 else "1000"
    # Others each day; the same ones when an interrupted proof goes on.
    seed = os.environ.get("WAYPOST_SEED") or datetime.now(UTC).strftime("%Y%m%d")
    for name, tests in TESTS.items():
        done = subprocess.run(
            [
                *(sys.executable, ROOT / "scripts" / "services", "run", "--require", "--"),
                *(sys.executable, "-m", "pytest", "-n", os.environ.get("WORKERS", "auto"), "--dist", "worksteal"),
                *(f"--junitxml={REPORTS / name}.xml", *tests),
            ],
            cwd=ROOT,
            env=os.environ | {"WAYPOST_PROOF": "1", "WAYPOST_EXAMPLES": examples, "WAYPOST_SEED": seed},
            check=False,
        )
        if done.returncode != 0:
            return done.returncode
    PAGE.write_text(page(REPORTS, examples, seed), encoding="utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}", file=sys.stderr)
    return 0


def page(reports: Path, examples: str, seed: str) -> str:
    """What the tests have reported, for people; remembered results are in it like new ones."""
    cases = _cases(reports / "combinations.xml")
    properties = [found for case in cases for found in case.iter("property") if found.get("name") == "proved"]
    results = [json.loads(found.get("value", "")) for found in properties]
    skipped = Counter(found.get("message", "") for case in cases for found in case.iter("skipped"))
    return _PAGE.format(
        seed=seed,
        examples=examples,
        thorough=len([case for case in _cases(reports / "thorough.xml") if case.find("skipped") is None]),
        day=datetime.now(UTC).strftime("%Y-%m-%d"),
        rows="\n".join(_row(template, results) for template in TEMPLATES),
        versions=f"With {', '.join(_versions(results))}.",
        left_out="\n".join(f"- {sentence}" for sentence in _left_out(results, skipped)),
    )


def _cases(report: Path) -> list[ET.Element]:
    return list(ET.parse(report).iter("testcase"))  # noqa: S314 (pytest has just written it)


def _row(template: str, results: Sequence[Mapping[str, Any]]) -> str:
    own = [result for result in results if result["answers"]["template"] == template]
    kinds = Counter(result["kind"] for result in own)
    tests, seconds = (sum(result[key] for result in own) for key in ("tests", "seconds"))
    pythons = sorted(Counter(result["python"] for result in own).items())
    on = ", ".join(f"{python} ({number})" for python, number in pythons)
    return f"| {template} | {kinds['pairs']} | {kinds['random']} | {kinds['lowest']} | {tests} | {seconds:.0f} | {on} |"


def _versions(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    found: dict[str, set[str]] = {}
    for result in results:
        for name, version in result["versions"].items() if result["kind"] != "lowest" else ():
            found.setdefault(name, set()).add(version)
    for name, versions in sorted(found.items()):
        yield f"{name} {' and '.join(sorted(versions))}"


def _left_out(results: Sequence[Mapping[str, Any]], skipped: Mapping[str, int]) -> Iterator[str]:
    on = Counter(result["answers"]["database"] for result in results)
    yield (
        f"Oracle has no server that can be had: {on['oracle']} of the projects were checked and started without one, "
        "and answered that they are alive but not ready. They were not migrated. The tests of those of "
        "flask-blueprints and django-full ran on SQLite; those of flask-micro did not run."
    )
    yield (
        f"MongoDB: {on['mongodb']} of the projects ran against the server that `WAYPOST_TEST_MONGODB_URL` names, or "
        "without one against secantusdb, which speaks MongoDB's language but is not it."
    )
    yield "What is in the deployment files: images and proxies have tests of their own, outside this proof."
    for reason, number in sorted(skipped.items()):
        yield f"{number} not run: {reason}"


if __name__ == "__main__":
    sys.exit(main())
