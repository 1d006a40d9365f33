"""What Waypost says of its own starter projects beside the documents' claims."""

from __future__ import annotations

import pytest

from support.sources import catalogue
from waypost.advice.evidence import DECISIONS
from waypost.advice.model import TEMPLATES
from waypost.advice.recommend import recommend
from waypost.advice.shown.starters import EXAMPLES, HEADING, starter_lines
from waypost.advice.shown.text import recommendation_text


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("kind", DECISIONS["kind"])
def test_the_example_that_is_named_is_the_one_of_the_catalogue(kind: str, template: str) -> None:
    fitting = catalogue().resolve({"kind": kind, "template": template}).facts["fitting_example"]
    best, homes = EXAMPLES.get(kind, ("items", (template,)))
    assert fitting == (best if template in homes else "items")


@pytest.mark.parametrize("template", TEMPLATES)
def test_another_template_with_a_better_example_is_named(template: str) -> None:
    for kind, (example, homes) in EXAMPLES.items():
        [line] = starter_lines(template, {"kind": kind})  # type: ignore[arg-type]
        assert example in line
        assert (template in homes) == ("fits better" not in line)
        assert template in homes or homes[0] in line


def test_who_maintains_what_is_said_for_the_needs_that_were_answered_and_for_no_others() -> None:
    assert starter_lines("flask-blueprints", {"accounts": "unsure", "admin": "none", "security": "standard"}) == ()
    accounts, admin = starter_lines("flask-blueprints", {"accounts": "login", "admin": "basic"})
    assert "you maintain" in accounts
    assert "you maintain" in admin
    assert all("Django project maintains" in line for line in starter_lines("django-full", {"accounts": "full"}))
    assert "database = mongodb" in " ".join(starter_lines("django-full", {"data": "document"}))


def test_it_stands_under_a_heading_of_its_own_marked_as_waypost_s() -> None:
    answers = {"kind": "website", "accounts": "login", "size": "small"}
    advice = recommend(answers)
    lines = starter_lines(advice.template, answers)
    text = recommendation_text(advice, beside=[(HEADING, lines)])
    assert f"\n{HEADING}:\n" in text
    assert "Waypost's own words" in HEADING
    assert all(" ".join(line.split()) in " ".join(text.split()) for line in lines)
