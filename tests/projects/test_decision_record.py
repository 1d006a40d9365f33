"""The advice as a record in the project: what was known, what was decided, why, and what would change it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.sources import TEMPLATES, catalogue
from waypost.advice.evidence import DECISIONS
from waypost.advice.recommend import recommend
from waypost.advice.shown.changes import flip_lines
from waypost.advice.shown.text import cited
from waypost.model import Value
from waypost.projects import decision_record


def flat(text: str) -> str:
    return " ".join(text.split())


def record(template: str = "", **decisions: str) -> str:
    advice = recommend(decisions)
    answers: dict[str, Value] = {"template": template or advice.template}
    return decision_record.text(advice, catalogue().resolve({**decisions, **answers}).answers)


def other_than(template: str) -> str:
    """A template of the other framework."""
    return "flask-blueprints" if template == "django-full" else "django-full"


def test_it_has_the_parts_of_a_decision_record() -> None:
    headings = [line.partition(" (")[0] for line in record(kind="cms").splitlines() if line.startswith("#")]
    assert headings == [
        "# 1. Django as the web framework",
        "## Context",
        "## Decision",
        "## Reasons for it",
        "## Reasons against it",
        "## What would change the advice",
    ]


def test_it_names_what_was_known_and_nothing_that_was_not() -> None:
    text = record(kind="cms", experience="beginner")
    assert "- kind: cms\n- experience: beginner\n" in text or "- experience: beginner\n- kind: cms\n" in text
    assert "unsure" not in text
    assert "Nothing that matters for the choice was known" in flat(record())


def test_every_reason_and_every_flip_of_the_advice_stands_in_it() -> None:
    advice = recommend({"kind": "cms", "experience": "beginner", "size": "small"})
    text = flat(record(kind="cms", experience="beginner", size="small"))
    for reason in (*advice.reasons, *advice.against):
        assert flat(cited(reason)) in text
    for line in flip_lines(advice.flips):
        assert flat(line) in text
    assert text.index("Reasons for it") < text.index(flat(advice.reasons[0].claim)) < text.index("Reasons against it")


def test_against_the_advice_the_reasons_change_sides() -> None:
    advice = recommend({"kind": "cms"})
    text = flat(record("flask-blueprints", kind="cms"))
    assert "# 1. Flask as the web framework" in text
    assert "which is not the one advised" in text
    assert text.index("Reasons against it") < text.index(flat(advice.reasons[0].claim))


def test_what_would_change_the_advice_is_named_for_what_it_is_where_the_advice_was_not_taken() -> None:
    changing = {"experience": "experienced", "accounts": "login"}
    assert recommend(changing).flips
    followed, overridden = record(**changing), record(other_than(recommend(changing).template), **changing)
    assert "would have been the other framework" in followed
    assert "would have been the framework that was chosen" in overridden


def test_what_the_team_knows_is_recorded_as_known() -> None:
    assert "- team_knows: django\n" in record(kind="cms", team_knows="django")


@settings(max_examples=60, deadline=None)
@given(
    decisions=st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in DECISIONS.items()}),
    template=st.sampled_from(TEMPLATES),
)
def test_any_decision_makes_a_tidy_document(decisions: dict[str, str], template: str) -> None:
    text = decision_record.text(recommend(decisions), {**decisions, "template": template})
    assert text.endswith("\n")
    assert "\n\n\n" not in text
    assert max(map(len, text.splitlines())) <= 100
    assert text == text.replace(" \n", "\n")


@pytest.mark.parametrize("template", TEMPLATES)
def test_it_is_written_where_the_design_says(tmp_path: Path, template: str) -> None:
    decision_record.write(tmp_path, recommend({}), {"template": template})
    assert (tmp_path / "docs/decisions/0001-web-framework.md").read_text(encoding="utf-8").startswith("# 1. ")
