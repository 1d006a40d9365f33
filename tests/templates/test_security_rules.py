"""The table of security rules speaks of what the templates make: docs/security.toml, and the page that follows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from security_page import TEMPLATES, Place, rules

if TYPE_CHECKING:
    from templates.conftest import Render

ROOT = Path(__file__).parents[2]


def places() -> Iterator[object]:
    for rule in rules():
        for template, place in rule.places.items():
            if place.file:
                yield pytest.param(template, place, id=f"{template}: {rule.rule[:60]}")


@pytest.fixture(scope="module")
def rendered(render: Render) -> Callable[[str, str], Path]:
    return cache(lambda template, answers: render(template, **json.loads(answers)))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.rule[:60])
def test_each_template_has_its_place_or_a_reason_why_not(rule: object) -> None:
    found = rule.places  # type: ignore[attr-defined]
    assert [*found] == [*TEMPLATES]
    for template, place in found.items():
        assert bool(place.reason) != bool(place.file and place.tests), template


@pytest.mark.parametrize(("template", "place"), [*places()])
def test_files_and_tests_are_there(rendered: Callable[[str, str], Path], template: str, place: Place) -> None:
    project = rendered(template, json.dumps(place.answers))
    package = next(iter(project.glob("src/*/")), project).name
    text = (project / place.file.replace("src/…", f"src/{package}")).read_text(encoding="utf-8")
    assert place.holds in text
    for test in place.tests:
        path, _, name = test.partition("::")
        file = (ROOT if path.startswith("tests/templates/") else project) / path
        assert re.search(rf"^ *(async )?def {re.escape(name)}\(", file.read_text(encoding="utf-8"), re.MULTILINE), test
