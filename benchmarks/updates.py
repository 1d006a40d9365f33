"""Compares `waypost update` with `copier update` and `cruft update` on the same pairs; writes benchmarks/updates.md.

    .venv/bin/python benchmarks/updates.py [--pairs 100]

A pair is a change of a template and edits of a user, made by chance from its number (tests/support/pairs.py). The
other tools are installed into an environment of their own with uv; every tool runs as its own process from its own
template repository with the same files. Times are of one run on one machine: only their ratios mean anything.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.pairs import KINDS, Pair, files_in, lost_lines, pair_of, unreadable_files  # noqa: E402
from support.updating import git, markers, unmerged  # noqa: E402
from waypost.update.merge.trees import EXECUTABLE, LINK, File  # noqa: E402

# Links that lead nowhere are no files of a template for copier and cookiecutter.
TEMPLATE_KINDS = tuple(kind for kind in KINDS if kind != "link")
# Copier 9.19 itself needs a newer git than 2.39 to check a version out: `git checkout --end-of-options`.
TOOLS = ("copier==9.18.1", "cruft==2.16.0")
CATALOGUE = """\
_subdirectory: "templates/{{ template }}"
_templates_suffix: .jinja
_answers_file: .copier-answers.yml
_exclude: [.git]
template: {type: str, default: plain, choices: [plain]}
project_slug: {type: str, default: project}
"""
RECORD_TEXT = "{{ _copier_answers | to_nice_yaml }}"


@dataclass
class Tally:
    """What a tool did over all pairs."""

    pairs_with_lost_lines: int = 0
    silent_conflicts: int = 0
    unreadable: int = 0
    failures: int = 0
    reported: int = 0
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Tool:
    """How a tool makes and updates a project; ``source`` is the folder of the template's files in its repository."""

    name: str
    source: str
    extra: Mapping[str, str]
    make: tuple[str, ...]
    update: tuple[str, ...]


def main() -> None:
    """Run the comparison and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100)
    count = parser.parse_args().pairs
    with tempfile.TemporaryDirectory(prefix="waypost-benchmark-") as scratch:
        folder = Path(scratch)
        tools = installed_tools(folder)
        tallies = {tool.name: Tally() for tool in tools}
        for number in range(count):
            pair = pair_of(random.Random(number), template_kinds=TEMPLATE_KINDS)  # noqa: S311 - no secret
            for tool in tools:
                place = folder / "pair"
                place.mkdir()
                run_pair(tool, pair, place, tallies[tool.name])
                shutil.rmtree(place)
            print(f"{number + 1} of {count}", end="\r", file=sys.stderr)
    report = table(tallies, count)
    (ROOT / "benchmarks/updates.md").write_text(report, encoding="utf-8")
    print(report)


def installed_tools(folder: Path) -> tuple[Tool, ...]:
    """Install the other tools, and return how all three are called."""
    environment = folder / "tools"
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(environment)], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(environment), *TOOLS], check=True)
    waypost, others = str(Path(sys.executable).with_name("waypost")), environment / "bin"
    ours = {"copier.yml": CATALOGUE, "templates/plain/{{ _copier_conf.answers_file }}.jinja": RECORD_TEXT}
    copied = (str(others / "copier"), "copy", "--quiet", "--defaults", "--vcs-ref", "v1", "{source}", "project")
    return (
        Tool(
            name="waypost update",
            source="templates/plain",
            extra=ours,
            make=copied,
            update=(waypost, "update", "--json"),
        ),
        Tool(
            name="copier update",
            source="templates/plain",
            extra=ours,
            make=copied,
            update=(str(others / "copier"), "update", "--quiet", "--defaults", "--vcs-ref", "v2"),
        ),
        Tool(
            name="cruft update",
            source="{{cookiecutter.project_slug}}",
            extra={"cookiecutter.json": json.dumps({"project_slug": "project"})},
            make=(str(others / "cruft"), "create", "--no-input", "--checkout", "v1", "{source}"),
            update=(str(others / "cruft"), "update", "--skip-apply-ask", "--checkout", "v2"),
        ),
    )


def run_pair(tool: Tool, pair: Pair, place: Path, tally: Tally) -> None:
    """Make a project from the old template, give it the user's files, update it, and count what came of it."""
    source, home = place / "source", place / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = A\nemail = a@localhost.invalid\n[init]\ndefaultBranch = main\n")
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
    source.mkdir()
    git("init", "--quiet", cwd=source)
    release(source, tool, pair.old, "v1")
    release(source, tool, pair.new, "v2")
    make = [argument.replace("{source}", str(source)) for argument in tool.make]
    made = subprocess.run(make, cwd=place, env=environment, capture_output=True, check=False)
    if made.returncode:
        raise SystemExit(f"{tool.name} cannot make the project: {made.stderr.decode()}")
    project = place / "project"
    edit(project, pair)
    if not (project / ".git").is_dir():
        git("init", "--quiet", cwd=project)
    git("add", "--all", "--force", cwd=project)
    git("commit", "--quiet", "--allow-empty", "--message", "Edits", cwd=project)
    started = time.monotonic()
    done = subprocess.run(
        tool.update, cwd=project, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    tally.seconds.append(time.monotonic() - started)
    judge(tool, pair, project, done, tally)


def judge(tool: Tool, pair: Pair, project: Path, done: subprocess.CompletedProcess[bytes], tally: Tally) -> None:
    """Count what the update did: what it says with its exit code is taken at its word."""
    after = files_in(project)
    rejected = [path for path in after if path.endswith((".rej", ".orig"))]
    has_conflicts = bool(unmerged(project) or rejected or any(markers(file.content) for file in after.values()))
    is_reported = done.returncode != 0
    is_failure = done.returncode != 0 and not has_conflicts
    if is_failure:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        print(f"{tool.name} gave up: {said[-300:]}", file=sys.stderr)
    tally.failures += is_failure
    tally.reported += has_conflicts and is_reported
    tally.silent_conflicts += has_conflicts and not is_reported
    if lost_lines(pair, after):
        tally.pairs_with_lost_lines += 1
    if done.returncode == 0 and not has_conflicts and unreadable_files(pair, after):
        tally.unreadable += 1


def release(source: Path, tool: Tool, files: Mapping[str, File], tag: str) -> None:
    """Commit a version of the template and tag it."""
    for entry in source.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for path, text in tool.extra.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(text)
    write(source / tool.source, files)
    (source / tool.source / "kept.txt").write_text("A template of nothing at all is none.\n")
    git("add", "--all", "--force", cwd=source)
    git("commit", "--quiet", "--allow-empty", "--message", tag, cwd=source)
    git("tag", tag, cwd=source)


def edit(project: Path, pair: Pair) -> None:
    """Give the project the user's files in place of the template's."""
    for path in pair.old:
        (project / path).unlink(missing_ok=True)
    write(project, pair.mine)


def write(folder: Path, files: Mapping[str, File]) -> None:
    """Write the files into the folder."""
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.mode == LINK:
            target.symlink_to(os.fsdecode(file.content))
        else:
            target.write_bytes(file.content)
            target.chmod(0o755 if file.mode == EXECUTABLE else 0o644)


def table(tallies: Mapping[str, Tally], count: int) -> str:
    """Return the page with the figures."""
    fastest = statistics.median(tallies["waypost update"].seconds)
    rows = []
    for name, tally in tallies.items():
        median = statistics.median(tally.seconds)
        counts = (tally.pairs_with_lost_lines, tally.silent_conflicts, tally.unreadable, tally.failures, tally.reported)
        rows.append(f"| `{name}` | {' | '.join(map(str, counts))} | {median:.2f} | {median / fastest:.1f} |")
    return PAGE.format(count=count, tools=" and ".join(TOOLS), rows="\n".join(rows))


PAGE = """\
<!-- Made by benchmarks/updates.py; run it again to change it. -->

# Updates compared

{count} generated pairs of a template's change and a user's edits: lines edited, added and cut, files rewritten, added,
deleted, moved alone and with their folder, made executable, turned into links, CRLF, binary, without a last line end.
Each tool updated the same project from the same files ({tools}).

| | lost lines | silent conflicts | unreadable | gave up | reported conflicts | seconds (median) | ratio |
|---|---|---|---|---|---|---|---|
{rows}

Pairs are counted. A line is lost if the user wrote it and it stands in no file of the work tree any more, markers and
rejects included. A conflict is a marker, a path unmerged in the index, or a reject; it is silent behind exit code 0. A
file is unreadable if its language could read both sides' versions, cannot read the result (Python, TOML, JSON, YAML),
and the exit code is 0 with nothing in conflict. Giving up is another exit code with nothing in conflict.
Seconds are of whole processes on one machine; compare the ratios.
"""

if __name__ == "__main__":
    main()
