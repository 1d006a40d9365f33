"""Compares `waypost update` with `copier update` and `cruft update` on the same cases; writes benchmarks/updates.md.

    .venv/bin/python benchmarks/updates.py [--text 60] [--binary 20] [--jobs 1]

A case is a change of a template and edits of a user, made by chance from its number; tests/support/comparison makes and
judges them and knows none of the tools. The other tools are installed into an environment of their own with uv. Every
tool runs as its own process, as its documentation says, from a template repository with the same files. All of them use
the git on the PATH: docs/contributing/newer-pythons.md makes a system with a newer one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from updates_page import Result, page  # noqa: E402

from support.comparison.cases import Case, Entry, Kind, Mode, Tree, case_of  # noqa: E402
from support.comparison.judge import Outcome, judge  # noqa: E402

# The newest of each on that day.
TOOLS, DAY = ("copier==9.19.1", "cruft==2.16.0"), "29 November 2026"
CATALOGUE = """\
_subdirectory: "templates/{{ template }}"
_templates_suffix: .jinja
_answers_file: .copier-answers.yml
_exclude: [.git]
template: {type: str, default: plain, choices: [plain]}
project_slug: {type: str, default: project}
"""
RECORD, CRUFT_RECORD, KEPT = ".copier-answers.yml", ".cruft.json", "kept.txt"
IDENTITY = "[user]\nname = A\nemail = a@localhost.invalid\n[init]\ndefaultBranch = main\n"


@dataclass(frozen=True, kw_only=True)
class Maker:
    """How a template's repository looks, with its files under ``folder``, and how a project is made from it."""

    name: str
    folder: str
    extra: Mapping[str, str]
    command: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Tool:
    """An update, of projects that ``maker`` made."""

    name: str
    maker: Maker
    command: tuple[str, ...]


def main() -> None:
    """Run the comparison and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=int, default=60, help="how many text cases")
    parser.add_argument("--binary", type=int, default=20, help="how many binary cases")
    parser.add_argument("--jobs", type=int, default=1, help="cases at a time")
    options = parser.parse_args()
    kinds: tuple[tuple[Kind, int], ...] = (("text", options.text), ("binary", options.binary))
    with tempfile.TemporaryDirectory(prefix="waypost-benchmark-") as scratch, ThreadPoolExecutor(options.jobs) as pool:
        folder = Path(scratch)
        tools = installed_tools(folder)
        wanted = [(number, kind) for kind, count in kinds for number in range(count)]
        running = pool.map(lambda case: compare(*case, tools=tools, place=folder / f"{case[1]}{case[0]}"), wanted)
        results = []
        for done, of_case in enumerate(running, start=1):
            results += of_case
            print(f"{done} of {len(wanted)}", end="\r", file=sys.stderr)
    around = f"git {git_version()} and Python {platform.python_version()}"
    report = page(results, versions={"tools": " and ".join(TOOLS), "day": DAY, "around": around})
    (ROOT / "benchmarks/updates.md").write_text(report, encoding="utf-8")
    print(report)


def installed_tools(folder: Path) -> tuple[Tool, ...]:
    """Install the other tools, and return how all are called."""
    environment = folder / "tools"
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(environment)], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(environment), *TOOLS], check=True)
    waypost = str(Path(sys.executable).with_name("waypost"))
    copier, cruft = (str(environment / "bin" / name) for name in ("copier", "cruft"))
    by_copier = Maker(
        name="copier",
        folder="templates/plain",
        extra={
            "copier.yml": CATALOGUE,
            "templates/plain/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
        },
        command=(copier, "copy", "--defaults"),
    )
    by_cruft = Maker(
        name="cruft",
        folder="{{cookiecutter.project_slug}}",
        extra={"cookiecutter.json": json.dumps({"project_slug": "project", "_copy_without_render": ["*"]})},
        command=(cruft, "create", "--no-input"),
    )
    copier_update = (copier, "update", "--defaults", "--conflict")
    return (
        Tool(name="waypost update", maker=by_copier, command=(waypost, "update")),
        Tool(name="copier update --defaults --conflict inline", maker=by_copier, command=(*copier_update, "inline")),
        Tool(name="copier update --defaults --conflict rej", maker=by_copier, command=(*copier_update, "rej")),
        Tool(name="cruft update -y", maker=by_cruft, command=(cruft, "update", "-y")),
    )


def compare(number: int, kind: Kind, *, tools: Sequence[Tool], place: Path) -> list[Result]:
    """Run every tool over a case, each time another one first."""
    case = case_of(number, kind)
    place.mkdir()
    (place / ".gitconfig").write_text(IDENTITY)
    makers = {tool.maker.name: tool.maker for tool in tools}
    for maker in makers.values():
        prepare(maker, case, place)
    results = []
    first = number % len(tools)
    for tool in (*tools[first:], *tools[:first]):
        project = place / "work" / "project"
        shutil.copytree(place / tool.maker.name / "project", project, symlinks=True)
        exit_code, output, seconds = run(tool.command, project, place)
        outcome = Outcome(
            files=files_in(project), unmerged=unmerged(project, place), exit_code=exit_code, output=output
        )
        verdict = judge(case, outcome)
        results.append(Result(number=number, kind=kind, tool=tool.name, verdict=verdict, seconds=seconds))
        say_faults(results[-1])
        shutil.rmtree(project)
    shutil.rmtree(place)
    return results


def say_faults(result: Result) -> None:
    """Say on stderr what went wrong, so that the case can be looked at."""
    wrong = [*sorted(result.verdict.faults), *(["gave up"] if result.verdict.gave_up else [])]
    if wrong:
        print(f"{result.kind} {result.number}: {result.tool}: {', '.join(wrong)}", file=sys.stderr)


def prepare(maker: Maker, case: Case, place: Path) -> None:
    """Make a project from the first version of a template, give it the user's files, and publish the second version."""
    source = place / maker.name / "source"
    source.mkdir(parents=True)
    git("init", "--quiet", cwd=source, home=place)
    release(source, maker, case.old, "v1.0.0", place)
    target = ("project",) if maker.name == "copier" else ()
    exit_code, output, _ = run((*maker.command, str(source), *target), source.parent, place)
    project = source.with_name("project")
    if exit_code or files_in(project) != {**case.old, KEPT: Entry(content=b"Every template has a file.\n")}:
        raise SystemExit(f"{maker.name} does not make the project that the template says: {output}")
    for path in case.old:
        (project / path).unlink()
    write(project, case.mine.files)
    if not (project / ".git").is_dir():
        git("init", "--quiet", cwd=project, home=place)
    git("add", "--all", "--force", cwd=project, home=place)
    git("commit", "--quiet", "--allow-empty", "--message", "Edits", cwd=project, home=place)
    release(source, maker, case.new.files, "v2.0.0", place)


def release(source: Path, maker: Maker, files: Tree, tag: str, home: Path) -> None:
    """Commit a version of the template and tag it."""
    for entry in source.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    extra = {path: Entry(content=text.encode()) for path, text in maker.extra.items()}
    write(source, extra)
    write(source / maker.folder, {**files, KEPT: Entry(content=b"Every template has a file.\n")})
    git("add", "--all", "--force", cwd=source, home=home)
    git("commit", "--quiet", "--allow-empty", "--message", tag, cwd=source, home=home)
    git("tag", tag, cwd=source, home=home)


def run(command: Sequence[str], cwd: Path, home: Path) -> tuple[int, str, float]:
    """Run a command without a terminal; return its exit code, its output and the processor seconds it took in all."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=environment(home), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace")
    return process.returncode, said, usage.ru_utime + usage.ru_stime


def environment(home: Path) -> dict[str, str]:
    """Return an environment with nobody's settings but an identity."""
    return {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1"}


def git(*arguments: str, cwd: Path, home: Path) -> bytes:
    """Return what git prints."""
    command = ["git", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment(home), capture_output=True, check=True).stdout


def git_version() -> str:
    """Return the version of the git that every tool uses."""
    return git("--version", cwd=ROOT, home=ROOT).split()[2].decode()


def unmerged(project: Path, home: Path) -> dict[str, tuple[bytes, ...]]:
    """Return the paths that git's index says are in conflict, with their versions."""
    found: dict[str, tuple[bytes, ...]] = {}
    for row in git("ls-files", "--unmerged", "-z", cwd=project, home=home).split(b"\0"):
        if row:
            facts, _, path = row.partition(b"\t")
            content = git("cat-file", "blob", facts.split()[1].decode(), cwd=project, home=home)
            name = os.fsdecode(path)
            found[name] = (*found.get(name, ()), content)
    return found


def files_in(project: Path) -> dict[str, Entry]:
    """Return every file of a project but git's own and the tools' records."""
    found = {}
    for path in project.rglob("*"):
        relative = path.relative_to(project)
        if relative.parts[0] in {".git", RECORD, CRUFT_RECORD} or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink():
            found[str(relative)] = Entry(content=os.fsencode(path.readlink()), mode="link")
        else:
            mode: Mode = "executable" if os.access(path, os.X_OK) else "file"
            found[str(relative)] = Entry(content=path.read_bytes(), mode=mode)
    return found


def write(folder: Path, files: Tree) -> None:
    """Write the files into the folder."""
    for path, entry in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if entry.mode == "link":
            target.symlink_to(os.fsdecode(entry.content))
        else:
            target.write_bytes(entry.content)
            target.chmod(0o755 if entry.mode == "executable" else 0o644)


if __name__ == "__main__":
    main()
