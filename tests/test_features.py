"""Features add to lists at places: every folder is a feature, and every file in it has its place or is included."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from support.sources import ROOT, TEMPLATES, catalogue
from waypost.model import Question

FOLDER = ROOT / "templates" / "features"
PLACE = re.compile(r"\{% with place = '([^']+)' %\}\{% include 'templates/slots\.jinja' %\}\{% endwith %\}$")


def entry(key: str) -> Question:
    return next(entry for entry in catalogue().entries if entry.key == key)


def names_and_facts() -> dict[str, str]:
    """Every feature and the fact that it follows from."""
    return dict(re.findall(r"'(\w+)': (\w+),", str(entry("features").default_source)))


@cache
def places() -> dict[str, list[str]]:
    """Every place that a file names, and the files that name it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file() and path.name != "slots.jinja":
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                if "include 'templates/slots.jinja'" in line:
                    place = PLACE.fullmatch(line.strip())
                    assert place, f"{path}: {line}"
                    found.setdefault(place[1], []).append(path.relative_to(ROOT / "templates").as_posix())
    return found


@cache
def parts() -> frozenset[str]:
    """What files of the templates include by its name: code that several of them share."""
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in (ROOT / "templates").rglob("*.jinja")]
    return frozenset(re.findall(r"include 'templates/features/([^']+)'", "\n".join(texts)))


def additions() -> list[str]:
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    return sorted(files - parts())


@pytest.mark.parametrize(("name", "fact"), names_and_facts().items())
def test_a_feature_is_called_as_its_fact(name: str, fact: str) -> None:
    assert fact in (f"uses_{name}", f"has_{name}")
    assert entry(fact).type == "yes-no"
    assert not entry(fact).is_asked


def test_a_project_has_the_features_whose_facts_are_true() -> None:
    resolution = catalogue().resolve({"template": "flask-micro", "jobs": "celery", "monitoring": ("statsd",)})
    expected = [name for name, fact in names_and_facts().items() if resolution.facts[fact]]
    assert {"celery", "redis", "statsd"} <= set(expected)
    assert resolution.facts["features"] == expected


def test_every_folder_of_additions_is_a_feature() -> None:
    assert {path.name for path in FOLDER.iterdir()} <= set(names_and_facts())


@pytest.mark.parametrize("addition", additions())
def test_every_addition_has_a_place_in_some_file(addition: str) -> None:
    _, _, place = addition.partition("/")
    assert place in places()


def test_what_is_included_by_its_name_exists() -> None:
    assert [part for part in parts() if not (FOLDER / part).is_file()] == []


def test_every_place_is_one_that_some_feature_adds_to() -> None:
    assert set(places()) <= {addition.partition("/")[2] for addition in additions()}


def test_a_place_of_one_template_or_framework_is_named_there_alone() -> None:
    for place, files in places().items():
        owner, of_one, _ = place.partition("/")
        if of_one:
            naming = {template for file in files for template in TEMPLATES if template in Path(file).parts}
            assert owner in TEMPLATES or owner in ("flask", "django"), place
            assert all(any(template in Path(file).parts for template in TEMPLATES) for file in files), place
            assert all(template == owner or template.partition("-")[0] == owner for template in naming), place


def test_a_file_names_a_place_once() -> None:
    assert {place: files for place, files in places().items() if len(files) != len(set(files))} == {}


@pytest.mark.parametrize("addition", additions())
def test_an_addition_ends_with_the_end_of_a_line(addition: str) -> None:
    assert Path(FOLDER / addition).read_bytes().endswith(b"\n")
