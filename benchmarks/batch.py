"""Measures `waypost batch` against single runs, and checks without copier, as ratios within one run.

    .venv/bin/python benchmarks/batch.py [PROJECTS]

Prints a table in Markdown. Ratios of one machine in one run say something; seconds depend on the machine.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
COMMAND = (sys.executable, "-m", "waypost")
SINGLE_RUNS = 6


def main() -> int:
    """Measure and print; return an exit code."""
    projects = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory(prefix="waypost-benchmark-") as folder:
        here = Path(folder)
        single = _median(_single_runs(here))
        rows = [("one `waypost new`", single, "1")]
        for count in (projects, 2 * projects):
            seconds, memory = _batch(here / f"batch-{count}", count)
            each = seconds / count
            rows.append((f"`waypost batch` of {count}, each ({memory} MiB at most)", each, f"{each / single:.2f}"))
        checked = _median(_checks(here, here / f"batch-{projects}/p0"))
        rows.append(("one `waypost check`", checked, f"{checked / single:.2f}"))
    print("| what | seconds | ratio |\n|---|---|---|")
    for what, seconds, ratio in rows:
        print(f"| {what} | {seconds:.3f} | {ratio} |")
    return 0


def _single_runs(here: Path) -> Iterator[float]:
    for number in range(SINGLE_RUNS):
        template = TEMPLATES[number % len(TEMPLATES)]
        with _timed() as seconds:
            _run("new", str(here / f"single-{number}"), f"--set=template={template}", "--json")
        yield seconds[0]


def _checks(_here: Path, project: Path) -> Iterator[float]:
    for _ in range(SINGLE_RUNS):
        with _timed() as seconds:
            _run("check", str(project), "--json")
        yield seconds[0]


def _batch(folder: Path, count: int) -> tuple[float, int]:
    """Return how many seconds a batch takes, and the most memory that one of its processes has, in MiB."""
    folder.mkdir()
    entries = [
        f'[[projects]]\npath = "p{number}"\nset = {{ template = "{TEMPLATES[number % len(TEMPLATES)]}" }}\n'
        for number in range(count)
    ]
    (folder / "fleet.toml").write_text("\n".join(entries))
    with _timed() as seconds:
        done = _run("batch", str(folder / "fleet.toml"))
    if [json.loads(line)["status"] for line in done.splitlines()] != ["done"] * count:
        raise SystemExit(done)
    return seconds[0], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


@contextmanager
def _timed() -> Iterator[list[float]]:
    seconds: list[float] = []
    start = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - start)


def _run(*arguments: str) -> str:
    return subprocess.run([*COMMAND, *arguments], check=True, capture_output=True, text=True).stdout


def _median(values: Iterator[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


if __name__ == "__main__":
    sys.exit(main())
