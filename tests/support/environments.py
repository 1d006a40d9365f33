"""Virtual environments which the projects of one template share: one for each Python, with all that any needs."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from support.choices import pairwise
from support.sources import ROOT, catalogue, source_of
from waypost.model import Value
from waypost.sources.rendering import rendering

ENVIRONMENTS = ROOT / ".cache" / "environments"
USUAL = "3.12"  # what projects ask for unless somebody chooses another Python


def pyprojects(template: str) -> Iterator[dict[str, Any]]:
    """The pyproject.toml of each project that together hold every pair of choices of a template.

    Two releases of Django cannot share an environment: ``django-full-lts`` gives the projects on the older one. Three
    choices can ask for something only together, so no pair need hold it: Django, accounts and high security do, and
    Django, an admin area and no accounts.
    """
    lts = template.endswith("-lts")
    if template.startswith("django-full"):
        release = "5.2" if lts else "6.1"
        for more in ({"accounts": "full", "security": "high"}, {"accounts": "none", "admin": "basic"}):
            yield _pyproject({"template": "django-full", "django_version": release, **more})
    for answers in pairwise(template.removesuffix("-lts")):
        if (answers.get("django_version") == "5.2") == lts:
            yield _pyproject(answers)


def requirements(template: str) -> list[str]:
    """What the projects of a template ask for, whatever is chosen, to develop them too."""
    return sorted(set().union(*map(_required, pyprojects(template))))


def required_by(answers: Mapping[str, Value]) -> set[str]:
    """What the project with these answers asks for, to develop it too."""
    return _required(_pyproject(answers))


def installed(requirements: list[str], name: str, version: str, *, lowest: bool = False) -> Path:
    """The folder of the environment with these requirements, made once for all processes of all test runs.

    With ``lowest`` each of them has the lowest version that it allows. Skips, and says so, where the Python is missing.
    """
    interpreter = _interpreter(version)
    key = hashlib.sha256(json.dumps([str(interpreter), requirements]).encode()).hexdigest()[:12]
    resolution = "lowest-direct" if lowest else "highest"
    directory = ENVIRONMENTS / f"{name}-{version}-{resolution}-{key}"
    directory.parent.mkdir(parents=True, exist_ok=True)
    with directory.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "complete").exists():
            shutil.rmtree(directory, ignore_errors=True)
            _uv("venv", "--python", str(interpreter), str(directory))
            python = ("--python", str(directory / "bin" / "python"))
            _uv("pip", "install", "--compile-bytecode", "--resolution", resolution, *python, *requirements)
            (directory / "complete").touch()
    return directory


@cache
def found(version: str) -> Path | None:
    """The first Python of this version that is here and starts."""
    candidates = [
        Path(sys.executable),
        *filter(None, [_on_path(f"python{version}")]),
        *sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python")),
    ]
    for candidate in candidates:
        probe = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2], sys._base_executable)"],
            capture_output=True,
            text=True,
            check=False,
        )
        answered, _, base = probe.stdout.strip().partition(" ")
        if probe.returncode == 0 and answered == version:
            return Path(base)
    return None


def fitting(name: str, least: str) -> list[str]:
    """The Pythons here, oldest first, on which an environment of this name and projects that ask for ``least`` work."""
    values = (str(value) for value in catalogue().by_key["python_version"].values)
    unsupported = {"3.15"} if name == "django-full-lts" else set()
    return [value for value in values if value >= least and value not in unsupported and found(value)]


def standing_in(name: str, version: str) -> str:
    """The version itself; but where the usual one is missing, the newest that is here."""
    if version != USUAL or found(version):
        return version
    return next(reversed(fitting(name, version)), version)


def _pyproject(answers: Mapping[str, Value]) -> dict[str, Any]:
    files = rendering(source_of(ROOT), catalogue().resolve(answers))
    return tomllib.loads(files["pyproject.toml"].content.decode())


def _required(table: Mapping[str, Any]) -> set[str]:
    return {*table["project"]["dependencies"], *table["dependency-groups"]["dev"]}


def _uv(*arguments: str) -> None:
    program = Path(sys.executable).with_name("uv")
    done = subprocess.run([program, "--quiet", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"uv {' '.join(arguments)}\n{done.stderr}"


def _interpreter(version: str) -> Path:
    """The Python of this version; skips, and says so, when there is none."""
    return found(version) or pytest.skip(f"no Python {version} is installed here")


def _on_path(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None
