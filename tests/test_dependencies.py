"""One table of dependencies: what every pyproject.toml asks for, what the pages say, and names that are taken."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache

import pytest

from dependency_pages import Dependency, dependencies
from support.choices import at_random, pairwise
from support.sources import ROOT, TEMPLATES, catalogue

ROWS = {row.name: row for row in dependencies(catalogue())}
NAME = re.compile(r"[\w.-]+")


@cache
def projects(template: str) -> tuple[tuple[frozenset[str], dict[str, list[str]]], ...]:
    """The features of projects that hold every pair of choices, and some more, with what their pyproject.toml needs."""
    return tuple(_projects(template))


def _projects(template: str) -> Iterator[tuple[frozenset[str], dict[str, list[str]]]]:
    # Three choices that have to come together, which no pair holds.
    rare = {"django-full": {"django_version": "5.2", "accounts": "none", "admin": "none"}}.get(template, {})
    sets = (*pairwise(template), *at_random(template, 30, "dependencies"), {"template": template, **rare})
    for answers in sets:
        resolution = catalogue().resolve(answers)
        context = {**resolution.context, **resolution.facts}
        text = catalogue().expressions.rendered_file(f"templates/{template}/pyproject.toml.jinja", context)
        table = tomllib.loads(text)
        groups = {"run": table["project"]["dependencies"], "dev": table["dependency-groups"]["dev"]}
        yield frozenset(context["features"]), groups | {"build": table["build-system"]["requires"]}


def asked_for(row: Dependency, template: str, features: frozenset[str]) -> str:
    """What a project asks for by a row of the table; nothing where none of its uses fits."""
    for use in row.uses:
        if template in use.templates and set(use.features) <= features:
            extras = f"[{','.join(use.extras)}]" if use.extras else ""
            return f"{row.name}{extras}{use.range}"
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("group", ["run", "dev", "build"])
def test_a_project_asks_for_what_the_table_says_in_its_order(template: str, group: str) -> None:
    for features, groups in projects(template):
        wanted = [asked_for(row, template, features) for row in ROWS.values() if row.group == group]
        assert groups[group] == [text for text in wanted if text]


def test_every_use_of_every_row_is_one_that_some_project_has() -> None:
    seen = {
        text
        for template in TEMPLATES
        for _, groups in projects(template)
        for texts in groups.values()
        for text in texts
    }
    for row in ROWS.values():
        for use in row.uses:
            extras = f"[{','.join(use.extras)}]" if use.extras else ""
            assert f"{row.name}{extras}{use.range}" in seen, (row.name, use)


def test_the_table_is_sorted_by_name_so_that_its_lists_are() -> None:
    assert list(ROWS) == sorted(ROWS)


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.name)
def test_a_package_has_one_range_or_a_reason_for_two(row: Dependency) -> None:
    assert (len({use.range for use in row.uses}) > 1) == bool(row.two_ranges)
    assert all(use.range.startswith(">=") for use in row.uses)


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.name)
def test_a_row_names_templates_and_features_that_exist_and_says_why(row: Dependency) -> None:
    features = next(str(entry.default_source) for entry in catalogue().entries if entry.key == "features")
    known = set(re.findall(r"'(\w+)': \w+,", features))
    assert all(set(use.templates) <= set(TEMPLATES) and set(use.features) <= known for use in row.uses)
    assert row.reason
    assert row.licence
    assert row.group in ("run", "dev", "build")


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_names_all_that_projects_ask_for(template: str) -> None:
    page = (ROOT / "docs" / "dependencies" / f"{template}.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| ([\w.-]+) \| `", page, re.MULTILINE))
    texts = [text for _, groups in projects(template) for group in ("run", "dev") for text in groups[group]]
    assert named == {match[0] for match in map(NAME.match, texts) if match}


def test_the_names_of_all_of_them_are_taken() -> None:
    taken = set(str(catalogue().resolve({}).context["dependency_names"]).split())
    assert {name for row in ROWS.values() for name in (row.name.replace("-", "_"), *row.also)} <= taken
