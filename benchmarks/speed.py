"""Measures how fast Waypost is, as ratios of processor time within one run; writes benchmarks/speed.md.

    .venv/bin/python benchmarks/speed.py [--rounds 7] [--projects 20 50 100]

Each command runs as its own process in turns with what it is compared with, so that whatever else the machine does
meets both. Processor time is the system's own account of the process and of all that it waited for, git included.
Another copier than Waypost's own is installed with uv, for `copier update` (see benchmarks/updates.py), and Django.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from updates import TOOLS  # noqa: E402

from waypost.sources.embedded import embedded_root  # noqa: E402
from waypost.sources.releases import extract, releases  # noqa: E402

TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
WAYPOST = (sys.executable, "-m", "waypost")
MEBI = 1024
LARGE = 50  # from so many projects on a batch has a goal
DJANGO = "django>=5.2,<7"
NOTHING_KEPT = {"WAYPOST_CACHE": ""}


@dataclass(frozen=True)
class Cost:
    """What a process cost: processor seconds, and the most memory that one of its processes had, in MiB."""

    seconds: float
    mebibytes: int


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    beside: str
    ratio: float
    goal: float | None


class Bench:
    """A folder to work in, and the environment that every command gets."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self.folder = folder
        self.rounds = rounds
        self._count = 0
        home = self.new_folder()
        home.mkdir()
        identity = "[user]\nname = A\nemail = a@localhost.invalid\n[init]\ndefaultBranch = main\n"
        (home / ".gitconfig").write_text(identity)
        self.environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
        self.environment["TMPDIR"] = str(folder)
        self.environment["WAYPOST_CACHE"] = str(home / "cache")

    def new_folder(self) -> Path:
        """Return a path that nothing is at."""
        self._count += 1
        return self.folder / f"n{self._count}"

    def run(
        self,
        command: Sequence[str],
        cwd: Path | None = None,
        *,
        accepted: Sequence[int] = (0,),
        variables: Mapping[str, str] | None = None,
    ) -> Cost:
        """Run a command to its end and return what it cost."""
        output = self.folder / "output"
        with output.open("wb") as stream:
            process = subprocess.Popen(
                command,
                cwd=cwd or self.folder,
                env={**self.environment, **(variables or {})},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in accepted:
            said = output.read_text(errors="replace")[-2000:]
            raise SystemExit(f"{command} ended with {process.returncode}:\n{said}")
        return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss // MEBI)

    def forget(self) -> None:
        """Delete what earlier runs of Waypost keep, so that the next one is the first."""
        shutil.rmtree(Path(self.environment["WAYPOST_CACHE"]), ignore_errors=True)

    def compare(self, ours: Callable[[], Cost], theirs: Callable[[], Cost]) -> float:
        """Return the median ratio of two costs, taken in turns; the first turn only warms up."""
        pairs = [(ours().seconds, theirs().seconds) for _ in range(self.rounds + 1)][1:]
        return statistics.median(mine / other for mine, other in pairs)


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--projects", type=int, nargs="+", default=[20, 50, 100])
    options = parser.parse_args()
    # In memory where there is such a folder: what a disk takes for a new file depends on what was deleted before.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(prefix="waypost-speed-", dir=memory) as scratch:
        bench = Bench(Path(scratch), options.rounds)
        rows = [*start_up(bench), *making(bench), *beside_startproject(bench), *updating(bench)]
        batches, peaks = batching(bench, options.projects)
    report = PAGE.format(
        rows="\n".join(f"| {row.what} | {row.beside} | {row.ratio:.2f} | {row.goal or ''} |" for row in rows + batches),
        memory="\n".join(peaks),
        rounds=options.rounds,
        copier=TOOLS[0].replace("==", " "),
    )
    (ROOT / "benchmarks/speed.md").write_text(report, encoding="utf-8")
    print(report)


def start_up(bench: Bench) -> list[Row]:
    """Compare what answers at once with a Python that only imports Jinja."""
    answers = bench.new_folder()
    answers.write_text('template = "django-full"\njobs = "celery"\n')
    commands = {
        "waypost --help": ("--help",),
        "waypost recommend --json": ("recommend", "--defaults", "--json"),
        "waypost answers validate": ("answers", "validate", str(answers)),
    }
    yardstick = (sys.executable, "-c", "import jinja2")
    rows = []
    for name, arguments in commands.items():

        def ours(arguments: tuple[str, ...] = arguments) -> Cost:
            return bench.run((*WAYPOST, *arguments))

        def first(arguments: tuple[str, ...] = arguments) -> Cost:
            bench.forget()
            return bench.run((*WAYPOST, *arguments))

        for label, run, goal in ((f"`{name}`", ours, 3), (f"`{name}`, the first time", first, None)):
            ratio = bench.compare(run, lambda: bench.run(yardstick))
            rows.append(Row(label, '`python -c "import jinja2"`', ratio, goal))
    return rows


def making(bench: Bench) -> list[Row]:
    """Compare making a project with copier's own way, from the same files with the same answers."""
    source = bench.new_folder()
    copy_templates(embedded_root(), source)
    rows = []
    for template in TEMPLATES:
        copier = (sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", "--data", f"template={template}")

        def ours(template: str = template) -> Cost:
            options = ("--set", f"template={template}", "--set", "python_version=3.12", "--no-git")
            return bench.run((*WAYPOST, "new", str(bench.new_folder()), *options))

        def theirs(copier: tuple[str, ...] = copier) -> Cost:
            return bench.run((*copier, str(source), str(bench.new_folder())))

        rows.append(Row(f"`waypost new --no-git`, {template}", "`copier copy`", bench.compare(ours, theirs), 0.7))
    return rows


def beside_startproject(bench: Bench) -> list[Row]:
    """Compare making a project with what Django itself does, which writes six files."""
    environment = installed(bench, DJANGO)
    rows = []
    for template in TEMPLATES:

        def ours(template: str = template) -> Cost:
            return bench.run((*WAYPOST, "new", str(bench.new_folder()), "--set", f"template={template}", "--no-git"))

        def first(ours: Callable[[], Cost] = ours) -> Cost:
            bench.forget()
            return ours()

        def theirs() -> Cost:
            folder = bench.new_folder()
            folder.mkdir()
            return bench.run((str(environment / "bin/django-admin"), "startproject", "project"), folder)

        for when, run, goal in (("", ours, 1.3), (", the first time", first, None)):
            name = f"`waypost new --no-git`, {template}{when}"
            rows.append(Row(name, "`django-admin startproject`", bench.compare(run, theirs), goal))
    return rows


def installed(bench: Bench, requirement: str) -> Path:
    """Return a virtual environment of its own that has a package."""
    environment = bench.new_folder()
    uv = str(Path(sys.executable).with_name("uv"))
    bench.run((uv, "venv", "--quiet", "--python", sys.executable, str(environment)))
    bench.run((uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(environment), requirement))
    return environment


def updating(bench: Bench) -> list[Row]:
    """Compare the update from the first release to the templates of today with copier's, from one repository."""
    copier = str(installed(bench, TOOLS[0]) / "bin/copier")
    source = repository_of_templates(bench)
    rows = []
    for template in TEMPLATES:
        project = bench.new_folder()
        wanted = ("--set", f"template={template}", "--source", str(source), "--ref", "v0.1.0")
        bench.run((*WAYPOST, "new", str(project), *wanted))
        file = project / ".editorconfig"
        file.write_text(file.read_text() + "\n# A line of ours.\n")
        bench.run(("git", "commit", "--quiet", "--all", "--message", "Ours"), project)

        def updated(command: tuple[str, ...], project: Path = project) -> Cost:
            copy = bench.new_folder()
            shutil.copytree(project, copy, symlinks=True)
            bench.run(("git", "status"), copy)  # the copied index knows other times
            return bench.run(command, copy)

        ratio = bench.compare(
            lambda updated=updated: updated((*WAYPOST, "update")),
            lambda updated=updated: updated((copier, "update", "--defaults", "--quiet")),
        )
        rows.append(Row(f"`waypost update`, {template}", "`copier update`", ratio, 0.4))
    return rows


def batching(bench: Bench, sizes: Sequence[int]) -> tuple[list[Row], list[str]]:
    """Compare what a project of a batch costs with one that is made alone, and look at the memory."""

    def single(number: int) -> Cost:
        wanted = f"template={TEMPLATES[number % len(TEMPLATES)]}"
        command = (*WAYPOST, "new", str(bench.new_folder()), "--set", wanted, "--json")
        return bench.run(command, variables=NOTHING_KEPT)

    rows, memory = [], []
    for size in sizes:
        alone, together = [], []
        for _ in range(max(3, bench.rounds // 2)):
            alone += [single(number).seconds for number in range(6)]
            together.append(batch(bench, size))
        each = statistics.median(cost.seconds for cost in together) / size
        mean = statistics.fmean(alone)
        goal = 0.15 if size >= LARGE else None
        rows.append(Row(f"a project of a `waypost batch` of {size}", "`waypost new`", each / mean, goal))
        memory.append(f"| {size} | {statistics.median(cost.mebibytes for cost in together)} |")
    return rows, memory


def batch(bench: Bench, size: int) -> Cost:
    """Make many projects by one manifest."""
    folder = bench.new_folder()
    folder.mkdir()
    entries = [
        f'[[projects]]\npath = "p{number}"\nset = {{ template = "{TEMPLATES[number % len(TEMPLATES)]}" }}\n'
        for number in range(size)
    ]
    (folder / "fleet.toml").write_text("\n".join(entries))
    cost = bench.run((*WAYPOST, "batch", str(folder / "fleet.toml"), "--quiet"), variables=NOTHING_KEPT)
    said = (bench.folder / "output").read_text().splitlines()
    if [json.loads(line)["status"] for line in said] != ["done"] * size:
        raise SystemExit("\n".join(said))
    shutil.rmtree(folder)
    return cost


def copy_templates(root: Path, folder: Path) -> None:
    """Copy the templates of a checkout or a release."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "templates", folder / "templates", ignore=ignored)
    shutil.copy2(root / "copier.yml", folder)


def repository_of_templates(bench: Bench) -> Path:
    """Make a repository with the first release of the templates and those of today, tagged."""
    source = bench.new_folder()
    first = releases()[0]
    extract(first, source)
    bench.run(("git", "init", "--quiet"), source)

    def tagged(tag: str) -> None:
        catalogue = source / "copier.yml"
        lines = catalogue.read_text().splitlines(keepends=True)
        catalogue.write_text("".join(line for line in lines if not line.startswith("_min_copier_version")))
        for arguments in (("add", "--all", "--force"), ("commit", "--quiet", "--message", tag), ("tag", tag)):
            bench.run(("git", *arguments), source)

    tagged(first.version)
    shutil.rmtree(source / "templates")
    copy_templates(embedded_root(), source)
    tagged("v99.0.0")
    return source


PAGE = """\
<!-- Made by benchmarks/speed.py; run it again to change it. -->

# How fast Waypost is

Processor time, user and system, of whole processes with all that they start, git included; median of {rounds} rounds in
which both took turns. Only the ratios mean anything: seconds are another machine's. Lower is faster.

| what | compared with | ratio | goal |
|---|---|---|---|
{rows}

Waypost keeps compiled templates from one run to the next; "the first time" there are none.

Projects are made from the same templates with the same answers. The update leads from release 0.1.0 to the templates of
today, both from one local repository; {copier} does it beside, because later ones need a newer git than Debian 12 has.
A batch makes the three templates in turns, each project with its repository and first commit, as a single run does, and
nothing is kept from earlier runs for either. Django's `startproject` writes six files, Waypost 25 to 250.

The most memory that one process of a batch has, its starting process included:

| projects | MiB |
|---|---|
{memory}
"""

if __name__ == "__main__":
    main()
