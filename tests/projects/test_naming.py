"""A project that nobody has named is called after its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.running import Workplace
from support.sources import catalogue
from waypost import create
from waypost.projects.planning import named_after

USUAL = "My Project"


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("shop", "Shop"),
        ("my-shop", "My Shop"),
        ("/srv/my_shop", "My Shop"),
        ("DHL-api", "DHL Api"),
        ("Café Zoë", "Café Zoë"),
        ("flask", "Flask"),
        ("", USUAL),
        ("-", USUAL),
        ("{{ 7 * 7 }}", USUAL),
        ("two\nlines", "Two Lines"),
        ("bell\a", USUAL),
        ("x" * 200, USUAL),
    ],
)
def test_the_folder_gives_the_name_where_it_can(folder: str, name: str) -> None:
    resolution = named_after(Path(folder), catalogue()).resolve({})
    assert resolution.answers["project_name"] == name
    assert resolution.problems == ()


@pytest.mark.slow
def test_an_answer_beats_the_folder(place: Workplace) -> None:
    for arguments in (["--set", "project_name=Mine"], ["--answers", "-"]):
        done = place.run("new", "shop", *arguments, "--dry-run", "--json", stdin='project_name = "Mine"')
        assert done.reply["answers"]["project_name"]["value"] == "Mine"
    done = place.run("new", "shop", "--defaults", "--dry-run", "--json")
    assert done.reply["answers"]["project_name"] == {"value": "Shop", "origin": "default"}


def test_python_callers_get_the_same(tmp_path: Path) -> None:
    create(tmp_path / "my-shop", {"template": "flask-micro"}, uses_git=False)
    assert (tmp_path / "my-shop/src/my_shop/__init__.py").is_file()
