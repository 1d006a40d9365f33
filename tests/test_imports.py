"""Imports go down only, a dependency has one home, and commands that need little import little."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from sources import ROOT

SOURCE = ROOT / "src"
# The floors of the design, from the top. A module that is not named here is one of the many on floor 2.
FLOORS = {
    5: {"cli", "arguments", "options", "output", "__main__"},
    4: {"commands", "planning", "maintenance", "fleet", "batch", ""},
    3: {"wizard", "recommend", "creation", "update", "update_answers", "check", "doctor"},
    1: {"model", "errors"},
}
HOMES = {
    "click": {"cli", "arguments", "options", "output"},
    "copier": {"render"},
    "plumbum": {"render"},
    "jinja2": {"questions"},
    "questionary": {"wizard.prompts"},
    "prompt_toolkit": {"wizard.prompts", "wizard.drawing", "wizard.streams"},
    "rich": {"drawing"},
    # Writing TOML, and merging it.
    "tomlkit": {"report", "toml_merge"},
    # A source's catalogue, a project's record, and whether a merged file still parses.
    "yaml": {"catalogue", "record", "soundness"},
    "packaging": {"history", "update"},
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


def floor_of(module: str) -> int:
    return next((floor for floor, names in FLOORS.items() if module.partition(".")[0] in names), 2)


def test_the_modules_are_found_and_read() -> None:
    assert {"cli", "commands", "model", "wizard", "wizard.prompts"} <= MODULES.keys()
    assert {"answers", "creation", "history"} <= ours_in("commands")


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_nothing_from_a_floor_above(module: str) -> None:
    assert {name for name in ours_in(module) if floor_of(name) > floor_of(module)} == set()


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
    assert "git" in running
    for module in running - {"git"}:
        assert '"git"' not in MODULES[module].read_text(encoding="utf-8")


@pytest.mark.parametrize("module", ["recommend", "rules", "reach", "evidence", "model", "errors", "values"])
def test_what_is_pure_does_not_touch_the_system(module: str) -> None:
    forbidden = {"os", "pathlib", "subprocess", "socket", "tempfile", "random", "time", "datetime"}
    assert {name.partition(".")[0] for name in imported_by(module)} & forbidden == set()


def modules_after(*arguments: str) -> set[str]:
    """The modules that a run of Waypost has imported at its end."""
    script = (
        "import contextlib, io, json, sys\n"
        "from waypost import cli\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    code = cli.run(sys.argv[1:])\n"
        "print(json.dumps([code, sorted(sys.modules)]))"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, check=True, cwd=ROOT)
    code, names = json.loads(done.stdout)
    assert code == 0, done.stderr
    return {name.partition(".")[0] for name in names}


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
    assert modules_after(*arguments) & heavy == set()


def test_help_needs_no_jinja_and_no_yaml() -> None:
    assert modules_after("--help") & {"jinja2", "yaml", "tomlkit"} == set()
