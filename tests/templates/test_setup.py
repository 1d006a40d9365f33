"""`make setup` of a project takes a Python that fits, makes a broken .venv again, and installs from a lock."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.sources import TEMPLATES, catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from templates.conftest import Render

PYTHONS = [f"python{value}" for value in catalogue().by_key["python_version"].values]


# A Python that runs nothing, but makes an environment with one like itself, and notes how it was called.
STAND_IN = """#!/bin/sh
echo "$0 $*" >> "${{0%/*}}/calls"
case "$*" in *"-m venv .venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python; touch .venv/new ;; esac
exit {code}
"""


def make(
    project: Path, *arguments: str, pythons: dict[str, bool], before: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run make where these are all the Pythons, with whether each fits; ``before`` stands before them on the PATH."""
    folder = project.parent / "bin"
    folder.mkdir(exist_ok=True)
    for name in (*PYTHONS, "python3"):
        (folder / name).write_text(STAND_IN.format(code=0 if pythons.get(name) else 1))
        (folder / name).chmod(0o755)
    return subprocess.run(
        ["make", *arguments],
        cwd=project,
        env={"PATH": f"{before}{folder}:/usr/bin:/bin", **variables},
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
    assert not done.stdout


def test_it_refuses_a_python_that_somebody_names_and_that_does_not_fit(render: Render) -> None:
    project = render("flask-micro", python_version="3.12")
    done = make(project, "setup", "PYTHON=python3.11", pythons={"python3.12": True})
    assert done.returncode
    assert "python3.11 is not Python 3.12 or later with venv" in done.stderr
    assert not (project / ".venv").exists()


def break_link(environment: Path) -> None:
    (environment / "bin" / "python").unlink()
    (environment / "bin" / "python").symlink_to("/no/such/python")


def take_pip(environment: Path) -> None:
    for pip in environment.glob("lib/python*/site-packages/pip*"):
        shutil.rmtree(pip)


def move(environment: Path) -> None:
    activate = environment / "bin" / "activate"
    activate.write_text(activate.read_text().replace(str(environment), "/where/it/was/.venv"))


@pytest.fixture(scope="module")
def sound(render: Render) -> Path:
    """A project with an environment of its own, on the Python of these tests, with a pip that installs nothing."""
    project = render("flask-micro", python_version="3.11")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=project, check=True)
    [packages] = (project / ".venv").glob("lib/python*/site-packages")
    (packages / "pip").mkdir()
    (packages / "pip" / "__init__.py").touch()
    return project


@pytest.mark.parametrize("breaks", [break_link, take_pip, move])
def test_an_environment_that_does_not_work_is_made_again(sound: Path, breaks: Callable[[Path], None]) -> None:
    environment = sound / ".venv"
    whole = environment.rename(sound / "whole")
    shutil.copytree(whole, environment, symlinks=True)
    try:
        breaks(environment)
        done = make(sound, "setup", pythons={"python3.11": True})
        assert done.returncode == 0, done.stderr
        assert "it is made again" in done.stdout
        assert (environment / "new").exists()
        assert not (environment / "pyvenv.cfg").exists()
    finally:
        shutil.rmtree(environment, ignore_errors=True)
        whole.rename(environment)


def test_an_environment_that_works_is_kept(sound: Path) -> None:
    done = make(sound, "setup", pythons={"python3.11": True})
    assert "it is made again" not in done.stdout
    assert (sound / ".venv" / "pyvenv.cfg").exists()


def test_the_environment_that_is_activated_is_no_python_to_make_it_with(sound: Path) -> None:
    own = sound / ".venv" / "bin"
    (own / "python3.11").unlink(missing_ok=True)
    (own / "python3.11").symlink_to("python")
    shown = make(sound, "--eval", "shown: ; @echo $(PYTHON)", "shown", pythons={"python3.12": True}, before=f"{own}:")
    assert shown.stdout.strip() == "python3.12"


def test_a_lock_is_what_is_installed_and_in_ci_it_has_to_fit(render: Render) -> None:
    project = render("flask-micro", python_version="3.12")
    pythons = {"python3.12": True}
    without = make(project, "-n", "setup", pythons=pythons).stdout
    assert "uv sync" not in without
    assert "There is no uv.lock" in without
    (project / "uv.lock").touch()
    by_pip = make(project, "-n", "setup", pythons=pythons).stdout
    assert ".venv/bin/python -m pip install uv\n.venv/bin/uv sync --inexact" in by_pip
    assert "--group dev" not in by_pip
    uv = project.parent / "bin" / "uv"
    uv.write_text("#!/bin/sh\n")
    uv.chmod(0o755)
    assert make(project, "-n", "setup", pythons=pythons).stdout.strip() == "uv sync"
    assert make(project, "-n", "setup", pythons=pythons, CI="true").stdout.strip() == "uv sync --locked"


def test_it_looks_for_every_python_that_is_offered(render: Render) -> None:
    makefile = (render("flask-micro", python_version="3.11") / "Makefile").read_text()
    assert f"for python in {' '.join(PYTHONS)} python3;" in makefile
