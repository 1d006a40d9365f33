"""Code as the documentation of Flask and Django has it meets no complaint of a project's linter and types."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.sources import ROOT

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run

pytestmark = pytest.mark.project

# As somebody writes it who has not read the project's conventions, but for types: not one docstring.
WRITTEN = ROOT / "tests" / "data" / "idiomatic"
FAULTY = """import os


def collect(into: list[int] = []) -> None:
    \'\'\'Collect\'\'\'
    try:
        into.append(1)
    except:
        into.clear()
"""
FAULTS = {"B006", "D300", "D400", "E722", "F401", "Q002"}
ANSWERS: Mapping[str, Mapping[str, object]] = {"flask-blueprints": {"accounts": "full"}, "django-full": {}}


@pytest.mark.parametrize("template", ANSWERS)
def test_idiomatic_code_of_one_s_own_meets_no_complaint(
    render: Render, environment: MakeEnvironment, run: Run, template: str
) -> None:
    project = render(template, **ANSWERS[template])
    installed = environment(template)
    _copy(template, project, "**/[!0-9]*.txt")
    if template == "django-full":
        run(project, installed, "python", "manage.py", "makemigrations", "guests")
        _copy(template, project, "**/migrations/*.txt")
    for tool in (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("deptry", ".")):
        run(project, installed, *tool)
    run(project, installed, "pytest", "-q", f"tests/{'guests' if template == 'django-full' else 'test_books.py'}")


@pytest.mark.parametrize("template", ANSWERS)
def test_real_faults_are_found(render: Render, template: str) -> None:
    project = render(template)
    (project / "tests" / "faulty.py").write_text(FAULTY)
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, "check", "--no-cache", "--output-format", "concise"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert set(re.findall(r"faulty\.py\S* ([A-Z]+\d+)", done.stdout)) == FAULTS


def _copy(template: str, project: Path, pattern: str) -> None:
    for path in (WRITTEN / template).glob(pattern):
        written = project / path.relative_to(WRITTEN / template).with_suffix("")
        written.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, written)
