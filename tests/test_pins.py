"""constraints.txt holds a version for everything that development installs, on every Python, and nothing else."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.sources import ROOT

PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
LINES = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
PINS = [Requirement(line) for line in LINES]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ASKED = [
    Requirement(line)
    for line in (
        *PROJECT["build-system"]["requires"],
        *PROJECT["project"]["dependencies"],
        *PROJECT["dependency-groups"]["dev"],
    )
]


def pinned_on(python: str) -> dict[str, str]:
    """The version of each package on this Python."""
    there = {"python_version": python, "python_full_version": f"{python}.0"}
    applying = [pin for pin in PINS if pin.marker is None or pin.marker.evaluate(there)]
    pins = {pin.name: next(iter(pin.specifier)).version for pin in applying}
    assert len(pins) == len(applying), "a package has two versions"
    return pins


def test_a_line_is_a_name_a_version_and_at_most_a_condition() -> None:
    assert sorted(LINES, key=lambda line: line.partition("==")[0]) == LINES
    for line in LINES:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; [a-z_]+ (==|!=|<|>=) '[\w.]+')?", line), line


@pytest.mark.parametrize("python", PYTHONS)
def test_everything_that_is_asked_for_has_a_version_in_its_range(python: str) -> None:
    pins = pinned_on(python)
    for requirement in ASKED:
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), requirement


def test_what_is_installed_here_is_what_is_pinned() -> None:
    """Also what the tools ask for in their turn: a tool is only as fixed as what it stands on."""
    installed: dict[str, str] = {}
    waiting = [canonicalize_name(requirement.name) for requirement in ASKED]
    while waiting:
        name = waiting.pop()
        if name not in installed:
            installed[name] = metadata.version(name)
            needed = map(Requirement, metadata.requires(name) or ())
            waiting += [
                canonicalize_name(requirement.name)
                for requirement in needed
                if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            ]
    here = pinned_on(f"{sys.version_info.major}.{sys.version_info.minor}")
    assert installed == {name: version for name, version in here.items() if name in installed}, "run `make setup`"
