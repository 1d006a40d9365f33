"""Imports go down only, a dependency has one home, and commands that need little import little."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from support.sources import ROOT

SOURCE = ROOT / "src"
# The packages from the top down: a module imports only from its own package and from those further down. What stands in
# one line is beside each other, and neither imports the other.
ORDER: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("",),
    ("commands",),
    ("commands.replies",),
    ("update",),
    ("update.consequences",),
    ("update.histories",),
    ("update.reading",),
    ("update.writing",),
    ("update.merge",),
    ("update.merge.names",),
    ("update.merge.structure",),
    ("projects", "fleet"),
    ("wizard", "sources"),
    ("wizard.terminal",),
    ("advice.shown",),
    ("advice", "practice", "questions"),
    # What all three read is kept parsed from one run to the next.
    ("system",),
    ("errors",),
    ("model", "address"),
)
LARGEST_PACKAGE = 8
HOMES = {
    "click": {
        f"cli.{name}" for name in ("run", "group", "options", "output", "new", "advice", "changes", "inspection")
    },
    "copier": {"sources.by_copier"},
    "plumbum": {"sources.by_copier"},
    "pathspec": {"sources.by_copier"},
    "jinja2": {"questions.expressions", "system.compiled"},
    "questionary": {"wizard.terminal.prompts"},
    "prompt_toolkit": {"wizard.terminal.prompts", "wizard.terminal.styling", "wizard.terminal.streams"},
    "rich": {"advice.shown.drawing"},
    # Writing TOML, and merging it.
    "tomlkit": {"questions.schema", "update.merge.structure.toml"},
    # A source's catalogue, a project's record, and whether a merged file still parses and holds no key twice.
    "yaml": {
        *("questions.reading", "questions.record", "update.merge.structure.records", "update.merge.soundness"),
        *("update.merge.names.repetition", "update.merge.names.structured"),
    },
    "packaging": {"sources.source", "update.plan"},
}


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE / "waypost").with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {name_of(path): path for path in sorted((SOURCE / "waypost").rglob("*.py"))}


@cache
def imported_by(module: str) -> frozenset[str]:
    """The full names that a module imports anywhere, types included: a name only for a checker counts as well."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(source), level=0):
                names |= {f"{source}.{alias.name}" for alias in node.names} | {source}
            case ast.ImportFrom(level=level):
                assert level == 0, f"{module} has a relative import"
    return frozenset(names)


def ours_in(module: str) -> set[str]:
    found = {name.removeprefix("waypost").removeprefix(".") for name in imported_by(module) if name[:7] == "waypost"}
    return {name for name in found & MODULES.keys() if name not in {"", module}}


def package_of(module: str) -> str:
    is_package = MODULES[module].name == "__init__.py"
    return module if is_package or module in LINES else module.rpartition(".")[0]


LINES = {package: number for number, line in enumerate(ORDER) for package in line}
PACKAGES = sorted({package_of(module) for module in MODULES})


def test_the_modules_are_found_and_read() -> None:
    assert {"cli.run", "commands.new", "model", "wizard.dialogue", "wizard.terminal.prompts"} <= MODULES.keys()
    assert {"questions.answers", "projects.creation", "sources.source"} <= ours_in("commands.new")


def test_every_package_has_its_place_in_the_order() -> None:
    assert {package_of(module) for module in MODULES} == LINES.keys()


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_its_package_and_from_those_below(module: str) -> None:
    own = package_of(module)
    imported = {name: package_of(name) for name in ours_in(module)}
    assert {name for name, package in imported.items() if package != own and LINES[package] <= LINES[own]} == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_stays_small(package: str) -> None:
    modules = {module for module in MODULES if package_of(module) == package and module != package}
    assert len(modules) <= LARGEST_PACKAGE


@pytest.mark.parametrize("package", [package for package in PACKAGES if package and package in MODULES])
def test_a_package_imports_nothing_itself(package: str) -> None:
    """What stands in ``__init__`` would be imported by whoever needs one module of the package."""
    if MODULES[package].name == "__init__.py":
        assert imported_by(package) == frozenset()


def test_no_module_imports_itself_by_way_of_others() -> None:
    finished: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " imports ".join((*way, module))
        if module not in finished:
            for name in ours_in(module):
                visit(name, (*way, module))
            finished.add(module)

    for module in MODULES:
        visit(module, ())


@pytest.mark.parametrize("module", MODULES)
def test_a_dependency_is_imported_only_where_it_has_its_home(module: str) -> None:
    foreign = {name.partition(".")[0] for name in imported_by(module)} - sys.stdlib_module_names - {"waypost"}
    assert foreign <= HOMES.keys()
    assert {name for name in foreign if module not in HOMES[name]} == set()


def test_no_home_is_empty() -> None:
    for dependency, modules in HOMES.items():
        for module in modules:
            assert dependency in {name.partition(".")[0] for name in imported_by(module)}, (dependency, module)


def test_only_git_runs_git() -> None:
    running = {module for module in MODULES if "subprocess" in imported_by(module)}
    assert "system.git" in running
    for module in running - {"system.git"}:
        assert '"git"' not in MODULES[module].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "module",
    [
        "advice.recommend",
        "advice.rules",
        "advice.sums",
        "advice.evidence",
        "advice.model",
        "advice.outlook",
        "advice.shown.text",
        "advice.shown.starters",
        "practice.table",
        "practice.comparison",
        "practice.text",
        "model",
        "errors",
        "questions.values",
    ],
)
def test_what_is_pure_does_not_touch_the_system(module: str) -> None:
    forbidden = {"os", "pathlib", "subprocess", "socket", "tempfile", "random", "time", "datetime"}
    assert {name.partition(".")[0] for name in imported_by(module)} & forbidden == set()


def packages_after(*arguments: str) -> set[str]:
    """The packages of which a run of Waypost has imported a module at its end."""
    return {name.partition(".")[0] for name in modules_after(*arguments)}


def modules_after(*arguments: str) -> set[str]:
    """The modules that a run of Waypost has imported at its end."""
    script = (
        "import contextlib, io, json, sys\n"
        "from waypost.cli.run import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    code = run(sys.argv[1:])\n"
        "print(json.dumps([code, sorted(sys.modules)]))"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, check=True, cwd=ROOT)
    code, names = json.loads(done.stdout)
    assert code == 0, done.stderr
    return set(names)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["recommend", "--defaults", "--json"],
        ["answers", "validate", "examples/website.toml"],
        ["answers", "schema"],
        ["answers", "init"],
    ],
    ids=" ".join,
)
def test_what_needs_no_rendering_and_no_terminal_imports_neither(arguments: list[str]) -> None:
    heavy = {"copier", "pydantic", "plumbum", "questionary", "prompt_toolkit", "rich", "importlib_metadata"}
    assert packages_after(*arguments) & heavy == set()


def test_help_needs_no_jinja_and_no_yaml() -> None:
    assert packages_after("--help") & {"jinja2", "yaml", "tomlkit"} == set()


def test_making_a_project_needs_no_table_of_public_projects_and_no_fields_of_all_replies(tmp_path: Path) -> None:
    names = modules_after("new", str(tmp_path / "shop"), "--defaults", "--no-git", "--quiet")
    assert {name for name in names if name.startswith(("waypost.practice", "waypost.commands.replies."))} == {
        "waypost.commands.replies.reply"
    }
