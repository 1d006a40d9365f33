"""`waypost doctor` on a sound machine and on several that are not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from support.releasing import Checkout
from support.running import Done, Workplace

pytestmark = pytest.mark.slow

NAMES = ["python", "packages", "git", "identity", "temporary folder", "templates", "history", "project"]


def statuses(done: Done) -> dict[str, str]:
    return {finding["name"]: finding["status"] for finding in done.reply["findings"]}


@pytest.fixture
def released(tmp_path: Path) -> Checkout:
    checkout = Checkout(tmp_path / "checkout")
    checkout.has_releases()
    return checkout


def test_a_sound_machine_passes(place: Workplace) -> None:
    done = place.run("doctor", "--json")
    assert (done.code, statuses(done)) == (0, dict.fromkeys(NAMES, "ok"))
    assert place.files() == []


def test_people_read_a_line_a_finding(place: Workplace) -> None:
    assert [line.split()[0] for line in place.run("doctor").out.splitlines()] == ["ok"] * len(NAMES)


def test_no_git_fails(place: Workplace) -> None:
    done = place.run("doctor", "--json", env={"PATH": ""})
    assert (done.code, statuses(done)["git"]) == (4, "failed")
    assert statuses(done)["history"] == "warning"  # nobody has to install Waypost again
    assert "Install git, or put it on PATH." in done.reply["next"]


def test_an_old_git_fails(place: Workplace) -> None:
    old = place.root / "bin/git"
    old.parent.mkdir()
    old.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo git version 2.37.9 || exec {shutil.which("git")} "$@"\n')
    old.chmod(0o755)
    done = place.run("doctor", "--json", env={"PATH": f"{old.parent}:{os.environ['PATH']}"})
    assert (done.code, statuses(done)["git"]) == (4, "failed")


def test_an_unknown_committer_is_only_a_warning(place: Workplace) -> None:
    (place.home / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    done = place.run("doctor", "--json")
    assert (done.code, statuses(done)["identity"]) == (0, "warning")


def test_a_whole_history_is_told(released: Checkout, place: Workplace) -> None:
    done = place.run("doctor", env=released.environment)
    assert (done.code, "v7.1.0, v7.2.0\n" in done.out) == (0, True)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("sources/history.bundle", b"PACK", b"PICK", id="damaged"),
        pytest.param("sources/releases.toml", b"2031-01-02", b"2031-01-01", id="recorded otherwise"),
        pytest.param("sources/releases.toml", b"[[release]]", b"[release", id="unreadable"),
    ],
)
def test_a_history_that_is_not_as_it_was_fails(
    released: Checkout, place: Workplace, name: str, old: bytes, new: bytes
) -> None:
    path = released.folder / "src/waypost" / name
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    done = place.run("doctor", "--json", env=released.environment)
    assert (done.code, statuses(done)["history"]) == (7, "failed")


def test_a_missing_bundle_fails(released: Checkout, place: Workplace) -> None:
    released.bundle.unlink()
    done = place.run("doctor", "--json", env=released.environment)
    assert (done.code, statuses(done)["history"]) == (7, "failed")


def test_missing_templates_fail(released: Checkout, place: Workplace) -> None:
    (released.folder / "copier.yml").unlink()
    done = place.run("doctor", "--json", env=released.environment)
    assert (done.code, statuses(done)["templates"]) == (7, "failed")


def test_inside_a_project_it_says_which(place: Workplace) -> None:
    place.run("new", "project", "--set=template=flask-micro", "--no-git")
    done = place.run("doctor", cwd=place.here / "project")
    assert (done.code, "flask-micro v" in done.out) == (0, True)


def test_a_spoilt_project_fails(place: Workplace) -> None:
    (place.here / ".copier-answers.yml").write_text("[")
    done = place.run("doctor", "--json")
    assert (done.code, statuses(done)["project"]) == (4, "failed")
