"""Values as people and programs read them."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.sources import catalogue
from waypost.advice.evidence import DECISIONS
from waypost.advice.model import Scores
from waypost.advice.recommend import recommend
from waypost.advice.text import recommendation_fields, recommendation_text
from waypost.commands.reply import answer_fields, error_fields
from waypost.errors import AnswersError, InterruptedByUserError, UsageError
from waypost.model import Problem, Value
from waypost.questions.answers import Answer
from waypost.questions.schema import answers_toml, toml_value


@given(st.one_of(st.text(), st.booleans(), st.lists(st.text()).map(tuple)))
def test_a_value_survives_being_written_as_toml(value: Value) -> None:
    text = f"x = {toml_value(value)}"
    assert tomllib.loads(text)["x"] == (list(value) if isinstance(value, tuple) else value)


@settings(max_examples=50, deadline=None)
@given(st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in DECISIONS.items()}))
def test_any_advice_reads_well_and_is_json(decisions: dict[str, str]) -> None:
    advice = recommend(decisions)
    text = recommendation_text(advice)
    assert max(map(len, text.splitlines())) <= 100
    flat = " ".join(text.split())
    for reason in (*advice.reasons, *advice.against, *advice.template_reasons, *advice.template_against):
        assert " ".join(reason.claim.split()) in flat
    fields = json.loads(json.dumps(recommendation_fields(advice)))
    assert fields["template"]["name"] == advice.template
    assert [flip["changes"] for flip in fields["flips"]] == [dict(flip.changes) for flip in advice.flips]


def test_one_point_is_no_points() -> None:
    assert str(Scores(flask=1, django=4)) == "1 point for Flask, 4 for Django"
    assert str(Scores(flask=0, django=1)) == "0 points for Flask, 1 for Django"


def test_a_width_is_kept_to() -> None:
    text = recommendation_text(recommend({"kind": "cms"}), width=60)
    assert max(map(len, text.splitlines())) <= 60


def test_an_error_keeps_each_problem_with_its_place() -> None:
    problem = Problem(key="ci", message="wrong", nearest="github")
    error = AnswersError("all of it", hint="do this", key="ci", problems=[(problem, "a.toml:1:1")])
    fields = error_fields(error)
    assert (fields["status"], fields["exit_code"]) == ("failed", 3)
    assert fields["error"] == {
        "message": "all of it",
        "hint": "do this",
        "key": "ci",
        "problems": [{"key": "ci", "message": "wrong", "nearest": "github", "place": "a.toml:1:1"}],
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(UsageError("x"), "failed", 2), (InterruptedByUserError("x"), "interrupted", 130)],
    ids=["failed", "interrupted"],
)
def test_an_interruption_is_no_failure(error: UsageError, status: str, code: int) -> None:
    fields = error_fields(error)
    assert (fields["status"], fields["exit_code"]) == (status, code)
    assert fields["error"]["hint"] is None


def test_an_answer_has_a_place_only_where_it_has_one() -> None:
    fields = answer_fields(
        {"a": Answer(value=("x",), origin="file", place="f:1:1"), "b": Answer(value=True, origin="default")}
    )
    assert fields == {
        "a": {"value": ["x"], "origin": "file", "place": "f:1:1"},
        "b": {"value": True, "origin": "default"},
    }


def test_an_answers_file_shows_choices_defaults_and_what_does_not_apply() -> None:
    given_answers: dict[str, Value] = {"template": "django-full", "ci": "github"}
    text = answers_toml(catalogue(), catalogue().resolve(given_answers), given_answers)
    document = tomllib.loads(text)
    assert document["ci"] == "github"
    assert document["template"] == "django-full"
    assert set(DECISIONS) <= set(document)
    assert "# (does not apply to the answers above)\n# package_name = " in text
    assert all(choice.label in text for question in catalogue().questions for choice in question.choices)
