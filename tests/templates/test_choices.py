"""Every pair of choices, and random sets beyond them: rendered, parsed and linted. `tests/templates` runs some."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import jinja2
import pytest

from support.choices import SEED, SHAPING, at_random, pairs_of, pairwise, possible_pairs, shown
from support.sources import ROOT, TEMPLATES, catalogue, source_of
from waypost.model import Value
from waypost.questions.record import RECORD
from waypost.sources.plain import RenderedFile
from waypost.sources.rendering import rendering
from waypost.update.merge.soundness import parse_error

# So many random sets a template beyond the pairs; `make proof` looks at thousands.
EXAMPLES = int(os.environ.get("WAYPOST_EXAMPLES", "40"))
# The packages whose modules are called otherwise.
MODULES = {
    "argon2-cffi": "argon2",
    "django-allauth": "allauth",
    "django-axes": "axes",
    "django-csp": "csp",
    "django-ninja": "ninja",
    "djangorestframework": "rest_framework",
    "markdown-it-py": "markdown_it",
    "pillow": "PIL",
    "pymongo": "bson pymongo",
    "python-dotenv": "dotenv",
    "python-socketio": "socketio",
    "python-statsd": "statsd",
}
FACTS = [entry.key for entry in catalogue().entries if not entry.is_asked and "_" in entry.key]
QUESTIONS = [question.key for question in catalogue().questions]
# Jinja that was not rendered, or a tag that left its indentation behind. Pages, feeds and Alembic's own keep theirs.
OWN_TAGS = (".html", ".mako", ".txt", ".xml")
LEFTOVER = re.compile(rf"\b(?:{'|'.join(FACTS)})\b|{{%|{{{{ *(?:{'|'.join(QUESTIONS)})\b|^[ \t]+$", re.MULTILINE)


@pytest.fixture(scope="module", params=TEMPLATES)
def projects(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of the project of every set of answers that is looked at, by the options that make it again."""
    folder = tmp_path_factory.mktemp("choices")
    sets = [*pairwise(request.param), *at_random(request.param, EXAMPLES, SEED)]
    made = {shown(answers): answers for answers in sets}
    return {options: written(answers, folder / str(number)) for number, (options, answers) in enumerate(made.items())}


def written(answers: Mapping[str, Value], folder: Path) -> Path:
    for name, file in rendered(answers).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        path.chmod(0o755 if file.is_executable else 0o644)
    return folder


def rendered(answers: Mapping[str, Value]) -> Mapping[str, RenderedFile]:
    resolution = catalogue().resolve(answers)
    assert not resolution.problems, (shown(answers), resolution.problems)
    return rendering(source_of(ROOT), resolution)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_pair_that_can_stand_together_is_in_one_of_the_sets(template: str) -> None:
    covered = set().union(*(pairs_of(answers) for answers in pairwise(template)))
    missing = possible_pairs(template, 2000) - covered
    assert not missing, sorted(sorted(map(str, pair)) for pair in missing)[:5]


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_other_decisions_change_nothing_but_the_record(template: str) -> None:
    """So that they need not be combined: they move the advice and the defaults, which are given here."""
    answers = dict(next(at_random(template, 1, "decisions")))
    first = rendered(answers)
    for question in catalogue().questions:
        if question.group == "decision" and question.key not in SHAPING:
            for value in question.values:
                again = rendered(answers | {question.key: value})
                assert {name for name in {*first, *again} if first.get(name) != again.get(name)} <= {RECORD}, (
                    question.key
                )


def test_every_file_can_be_read_by_what_reads_it(projects: Mapping[str, Path]) -> None:
    for options, project in projects.items():
        for path in files_in(project):
            content = path.read_bytes()
            assert not parse_error(path.name, content), (
                f"{options}: {path.relative_to(project)}: {parse_error(path.name, content)}"
            )
            is_whole = path.suffix == ".png" or content == b"" or content.endswith(b"\n")
            assert is_whole, f"{options}: {path.relative_to(project)} ends in a line"
            assert not content.endswith(b"\n\n"), f"{options}: {path.relative_to(project)} ends in empty lines"


def test_nothing_of_the_template_is_left_over(projects: Mapping[str, Path]) -> None:
    for options, project in projects.items():
        for path in files_in(project):
            assert not re.search("[{}%]", path.relative_to(project).as_posix()), (options, path)
            if path.suffix not in OWN_TAGS and path.name != RECORD:
                found = [match[0] for match in LEFTOVER.finditer(path.read_text(errors="replace"))]
                assert not found, f"{options}: {path.relative_to(project)}: {found}"


def test_pages_are_sound_jinja(projects: Mapping[str, Path]) -> None:
    environment = jinja2.Environment(autoescape=True)
    for options, project in projects.items():
        for path in () if (project / "manage.py").exists() else files_in(project):
            if path.suffix in {".html", ".xml"}:
                try:
                    environment.parse(path.read_text())
                except jinja2.TemplateSyntaxError as error:
                    pytest.fail(f"{options}: {path.relative_to(project)}:{error.lineno}: {error.message}")


def test_no_file_imports_a_module_of_the_project_that_is_not_there(projects: Mapping[str, Path]) -> None:
    for options, project in projects.items():
        roots = [root for root in (project / "src", project) if root.is_dir()]
        ours = {path.stem for root in roots for path in root.iterdir() if path.is_dir() or path.suffix == ".py"}
        for path in files_in(project):
            for module in imported(path) if path.suffix == ".py" else ():
                parts = module.split(".")
                if parts[0] in ours and parts[0] != "tests":
                    there = any(is_module(root.joinpath(*parts)) for root in roots)
                    assert there, f"{options}: {path.relative_to(project)} imports {module}"


def test_every_package_that_a_file_imports_is_asked_for(projects: Mapping[str, Path]) -> None:
    """But for those that deptry is told of, and for the files that development alone needs."""
    for options, project in projects.items():
        table = tomllib.loads((project / "pyproject.toml").read_text())
        left_out = table["tool"]["deptry"].get("per_rule_ignores", {}).get("DEP003", [])
        roots = [root for root in (project / "src", project) if root.is_dir()]
        ours = {path.stem for root in roots for path in root.iterdir()}
        known = {*sys.stdlib_module_names, *ours, *left_out, *modules_of(table["project"]["dependencies"])}
        for path in files_in(project):
            allowed = known | ({*modules_of(table["dependency-groups"]["dev"])} if "tests" in path.parts else set())
            missing = {
                module.partition(".")[0] for module in (imported(path) if path.suffix == ".py" else ())
            } - allowed
            assert not missing, f"{options}: {path.relative_to(project)} imports {missing}"


def test_ruff_finds_nothing_and_would_format_nothing(projects: Mapping[str, Path]) -> None:
    _run_ruff(projects)


@pytest.mark.parametrize("template", ["flask-micro", "flask-blueprints"])
def test_nor_where_the_name_of_the_package_is_long(template: str, tmp_path: Path) -> None:
    sets = [answers | {"package_name": "p" * 50} for answers in map(dict, pairwise(template))]
    _run_ruff({shown(answers): written(answers, tmp_path / str(number)) for number, answers in enumerate(sets)})


def _run_ruff(projects: Mapping[str, Path]) -> None:
    [parent] = {project.parent for project in projects.values()}
    ruff = Path(sys.executable).with_name("ruff")
    for command in (["check", "--quiet"], ["format", "--check", "--quiet"]):
        done = subprocess.run([ruff, *command, "--no-cache", parent], capture_output=True, text=True, check=False)
        if done.returncode:
            numbers = set(re.findall(rf"{re.escape(str(parent))}/(\d+)/", done.stdout + done.stderr))
            which = [options for options, project in projects.items() if project.name in numbers]
            pytest.fail(f"{done.stdout[-6000:]}{done.stderr[-2000:]}\n{which[0] if which else ''}", pytrace=False)


def files_in(project: Path) -> list[Path]:
    return [path for path in sorted(project.rglob("*")) if path.is_file()]


def imported(path: Path) -> set[str]:
    """The modules that a file imports when it runs: not what it imports for type checkers alone."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_bytes())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            waiting += node.orelse
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def modules_of(requirements: Iterable[str]) -> Iterator[str]:
    """The modules of the packages that these requirements name."""
    for requirement in requirements:
        found = re.fullmatch(r"([\w-]+)(?:\[([\w,-]+)\])?[<>=,.\d]*", requirement)
        assert found, requirement
        yield from MODULES.get(found[1], found[1].replace("-", "_")).split()


def is_module(path: Path) -> bool:
    return path.is_dir() or path.with_suffix(".py").is_file()
