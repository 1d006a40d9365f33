"""`make setup` of a project takes a Python that fits, and says so where there is none."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.sources import TEMPLATES, catalogue

if TYPE_CHECKING:
    from templates.conftest import Render

PYTHONS = [f"python{value}" for value in catalogue().by_key["python_version"].values]


def make(project: Path, *arguments: str, pythons: dict[str, bool]) -> subprocess.CompletedProcess[str]:
    """Run make where these are all the Pythons, with whether each fits; they run nothing."""
    folder = project.parent / "bin"
    folder.mkdir()
    for name in (*PYTHONS, "python3"):
        (folder / name).write_text(f"#!/bin/sh\nexit {0 if pythons.get(name) else 1}\n")
        (folder / name).chmod(0o755)
    return subprocess.run(
        ["make", *arguments],
        cwd=project,
        env={"PATH": f"{folder}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("pythons", "chosen"),
    [
        ({"python3.13": True, "python3.15": True, "python3": True}, "python3.13"),
        ({"python3.12": True, "python3.14": True, "python3.15": True}, "python3.14"),
        ({"python3.15": True, "python3": True}, "python3.15"),
        ({"python3": True}, "python3"),
    ],
    ids=["its own", "the next newer one", "the newest", "one without a version in its name"],
)
def test_it_takes_the_python_it_is_made_for_or_the_next_newer_one(
    render: Render, pythons: dict[str, bool], chosen: str
) -> None:
    project = render("flask-micro", python_version="3.13")
    shown = make(project, "--eval", "shown: ; @echo $(PYTHON)", "shown", pythons=pythons)
    assert shown.stdout.strip() == chosen, shown.stderr


@pytest.mark.parametrize("template", TEMPLATES)
def test_it_says_that_none_fits_and_makes_nothing(render: Render, template: str) -> None:
    project = render(template, python_version="3.12")
    done = make(project, "setup", pythons={})
    assert done.returncode
    assert "Python 3.12 or later with venv is not installed" in done.stderr
    assert not (project / ".venv").exists()


def test_it_looks_for_every_python_that_is_offered(render: Render) -> None:
    makefile = (render("flask-micro", python_version="3.11") / "Makefile").read_text()
    assert f"for python in {' '.join(PYTHONS)} python3;" in makefile
