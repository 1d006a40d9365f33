"""Rendering: what a source asks to be run is refused, and the settings of whoever runs Waypost play no part."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.running import Workplace
from support.sources import SMALL, as_repository, catalogue, copy_of_our_source, source_of
from waypost.errors import SourceError
from waypost.questions.catalogue import load_catalogue
from waypost.sources.rendering import refuse_unsafe, render

UNSAFE = {
    "_tasks": "_tasks: [touch PWNED]",
    "_migrations": "_migrations: [{version: v1, before: [touch PWNED]}]",
    "_jinja_extensions": "_jinja_extensions: [os.path.join]",
}


def rendered(folder: Path, files: dict[str, str]) -> Path:
    source = copy_of_our_source(folder / "source", {**SMALL, **files})
    render(source_of(source), load_catalogue(source).resolve({}), folder / "project")
    return folder / "project"


@pytest.mark.parametrize("setting", UNSAFE)
def test_a_source_that_wants_to_run_something_is_refused(place: Workplace, setting: str) -> None:
    source = copy_of_our_source(place.root / "source", SMALL)
    (source / "copier.yml").write_text((source / "copier.yml").read_text() + f"---\n{UNSAFE[setting]}\n")
    as_repository(source, "v1.0.0")
    done = place.run("new", "shop", "--defaults", "--source", source, "--json")
    assert done.code == 7
    assert setting.removeprefix("_") in done.reply["error"]["message"]
    assert place.files() == []


def test_a_source_that_runs_nothing_is_not_refused() -> None:
    refuse_unsafe(catalogue().settings, source_of(Path()))
    with pytest.raises(SourceError):
        refuse_unsafe({"_tasks": ["x"]}, source_of(Path()))


def test_the_record_names_the_source_and_keeps_its_comments(tmp_path: Path) -> None:
    lines = (rendered(tmp_path, {}) / ".copier-answers.yml").read_text(encoding="utf-8").splitlines()
    assert lines[:3] == [
        "# Written by copier.",
        "_commit: v1.2.3",
        "_src_path: https://templates.invalid/some.git",
    ]


def test_settings_of_copiers_own_do_not_leak_in(place: Workplace) -> None:
    for folder in (place.home / ".config/copier", place.home / ".local/share/copier"):
        folder.mkdir(parents=True)
        (folder / "settings.yml").write_text(
            "defaults:\n  author_name: A Stranger\n  license: Apache-2.0\ntrust: ['']\n"
        )
    variables = {"COPIER_SETTINGS_PATH": str(place.home / ".config/copier/settings.yml")}
    assert place.run("new", "shop", "--defaults", "--no-git", env=dict(variables)).code == 0
    assert "author_name: The project team\n" in (place.here / "shop/.copier-answers.yml").read_text()


def test_texts_are_never_evaluated_a_second_time(tmp_path: Path) -> None:
    source = copy_of_our_source(tmp_path / "source", SMALL)
    resolution = load_catalogue(source).resolve({"project_name": "{{ 7*7 }}", "description": "{% raw %}"})
    render(source_of(source), resolution, tmp_path / "project")
    assert (tmp_path / "project/README.md").read_text() == "# {{ 7*7 }}\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["{{ '..' }}/escaped.txt", "{{ '/' ~ 'tmp' }}/escaped.txt", ".git/hooks/pre-commit"])
def test_a_template_cannot_write_outside_the_project_or_into_git(place: Workplace, name: str) -> None:
    source = copy_of_our_source(place.root / "source", {**SMALL, f"{name}.jinja": "x"})
    as_repository(source, "v1.0.0")
    done = place.run("new", "shop", "--defaults", "--source", source)
    assert done.code in {0, 7}
    escaped = {*place.here.rglob("escaped*"), *Path("/tmp").glob("escaped*")}
    assert {path for path in escaped if not path.is_relative_to(place.here / "shop")} == set()
    hook = place.here / "shop/.git/hooks/pre-commit"
    assert not hook.exists() or hook.read_text() != "x"


def test_files_come_with_their_bits_and_bytes(tmp_path: Path) -> None:
    source = copy_of_our_source(tmp_path / "source", SMALL)
    for template in (source / "templates").glob("*-*"):
        (template / "run.sh").write_text("#!/bin/sh\r\n{{ not_a_template }}\n", newline="")
        (template / "run.sh").chmod(0o755)
        (template / "raw.bin").write_bytes(bytes(range(256)))
    render(source_of(source), load_catalogue(source).resolve({}), tmp_path / "project")
    assert (tmp_path / "project/run.sh").read_bytes() == b"#!/bin/sh\r\n{{ not_a_template }}\n"
    assert (tmp_path / "project/run.sh").stat().st_mode & 0o111
    assert (tmp_path / "project/raw.bin").read_bytes() == bytes(range(256))
