"""Each combination refused as impossible is: made all the same, the project is broken, or ignores the choice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.sources import ROOT, TEMPLATES, catalogue, source_of
from waypost.model import Refusal, Value
from waypost.questions.catalogue import Catalogue
from waypost.questions.record import RECORD
from waypost.sources.plain import RenderedFile
from waypost.sources.rendering import rendering

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Run

IMPOSSIBLE = [row for row in catalogue().refusals if row.status == "impossible"]
STARTED = "import {package}; {package}.create_app()"


@cache
def permissive() -> Catalogue:
    """Waypost's own questions, which refuse nothing."""
    entries = (
        replace(entry, default_source=[]) if entry.key == "refused_combinations" else entry
        for entry in catalogue().entries
    )
    return replace(catalogue(), entries=tuple(entries))


def files_of(answers: Mapping[str, Value]) -> dict[str, RenderedFile]:
    resolution = permissive().resolve(answers)
    assert not resolution.problems
    return {name: file for name, file in rendering(source_of(ROOT), resolution).items() if name != RECORD}


def forced(row: Refusal) -> list[dict[str, Value]]:
    """Every choice of the row by itself, with defaults beside it."""
    keys = [key for key in row.where if key != "template"]
    templates = row.where.get("template") or (("django-full",) if "django_version" in keys else ("flask-blueprints",))
    sets = [
        {"template": template, **dict(zip(keys, values, strict=True))}
        for template in templates
        for values in product(*(row.where[key] for key in keys))
    ]
    return [answers | ({"api": "rest"} if "api_library" in answers else {}) for answers in sets]


def is_ignored(answers: Mapping[str, Value], row: Refusal) -> bool:
    """Whether another answer to one of the row's questions, which is not refused, gives the very same files."""
    made = files_of(answers)
    return any(
        made == files_of({**answers, key: other})
        for key, refused in row.where.items()
        if key != "template"
        for other in catalogue().by_key[key].values
        if other not in refused and other != "unsure"
    )


def works(run: Run, environment: MakeEnvironment, project: Path, answers: Mapping[str, Value]) -> bool:
    """Whether a project made with the answers can be installed on the Python it asks for, and starts."""
    for name, file in files_of(answers).items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(file.content)
    shared = environment(str(answers["template"]))
    if "python_version" in answers:
        uv = Path(sys.executable).with_name("uv")
        command = [
            str(uv),
            "pip",
            "compile",
            "--quiet",
            "pyproject.toml",
            "--python-version",
            str(answers["python_version"]),
        ]
        if subprocess.run(command, cwd=project, capture_output=True, check=False).returncode:
            return False
    if (project / "manage.py").exists():
        # What checks its settings may still have nowhere to keep anything.
        return not any(
            run(project, shared, "python", "manage.py", command, expect=None).returncode
            for command in ("check", "migrate")
        )
    [package] = [path.parent.name for path in (project / "src").glob("*/__init__.py")]
    return not run(project, shared, "python", "-c", STARTED.format(package=package), expect=None).returncode


@pytest.mark.parametrize("row", IMPOSSIBLE, ids=lambda row: row.because.partition(";")[0].replace(" ", "-"))
def test_made_all_the_same_it_does_not_work(
    row: Refusal, environment: MakeEnvironment, run: Run, tmp_path: Path
) -> None:
    for number, answers in enumerate(forced(row)):
        assert is_ignored(answers, row) or not works(run, environment, tmp_path / str(number), answers), answers


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_is_not_refused_works_by_the_same_look(
    environment: MakeEnvironment, run: Run, tmp_path: Path, template: str
) -> None:
    assert works(run, environment, tmp_path / "project", {"template": template, "python_version": "3.12"})
