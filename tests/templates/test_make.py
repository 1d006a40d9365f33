"""`make check` of a project runs every gate, and `make format` formats whatever else is left to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.sources import TEMPLATES

if TYPE_CHECKING:
    from templates.conftest import Render

RUFF = Path(sys.executable).with_name("ruff")
UNTIDY = "name = 'lamp'\nprint(undefined)\n"


def make(project: Path, target: str, *, failing: frozenset[str] = frozenset()) -> tuple[int, str, list[str]]:
    """Run make with the real ruff beside tools that only note how they are called; say how it ended."""
    folder = project.parent / "bin"
    folder.mkdir(exist_ok=True)
    for name in ("deptry", "mypy", "coverage"):
        tool = folder / name
        tool.write_text(f'#!/bin/sh\necho "{name} $*" >> "{folder}/calls"\nexit {int(name in failing)}\n')
        tool.chmod(0o755)
    if not (folder / "ruff").exists():
        (folder / "ruff").symlink_to(RUFF)
    done = subprocess.run(
        ["make", target],
        cwd=project,
        env={"PATH": f"{folder}:/usr/bin:/bin", "RUFF_NO_CACHE": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    calls = folder / "calls"
    return done.returncode, done.stdout + done.stderr, calls.read_text().splitlines() if calls.exists() else []


@pytest.mark.parametrize("template", TEMPLATES)
def test_check_passes_in_a_new_project(render: Render, template: str) -> None:
    code, output, calls = make(render(template), "check")
    assert code == 0, output
    assert calls == ["deptry .", "mypy ", "coverage run -m pytest", "coverage report"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_check_runs_every_gate_and_says_at_the_end_which_failed(render: Render, template: str) -> None:
    project = render(template)
    (project / "tests" / "untidy.py").write_text(UNTIDY)
    code, output, calls = make(project, "check", failing=frozenset({"mypy"}))
    assert code != 0
    assert "F821" in output
    assert "would be reformatted" in output
    assert calls == ["mypy ", "coverage run -m pytest", "coverage report"]
    assert "Failed: lint types\n" in output
    assert "Failed: lint types test" not in output


@pytest.mark.parametrize("template", TEMPLATES)
def test_format_formats_although_a_finding_is_left_and_says_so(render: Render, template: str) -> None:
    project = render(template)
    untidy = project / "tests" / "untidy.py"
    untidy.write_text(f"import os\n{UNTIDY}")
    code, output, _ = make(project, "format")
    assert code != 0
    assert "F821" in output
    assert untidy.read_text() == UNTIDY.replace("'", '"')
    untidy.unlink()
    code, output, _ = make(project, "format")
    assert code == 0, output
