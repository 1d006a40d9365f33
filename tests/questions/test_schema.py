"""Answers files and their schema, as they are written."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from support.sources import catalogue
from waypost.advice.evidence import DECISIONS
from waypost.model import Value
from waypost.questions.schema import answers_toml, toml_value


@given(st.one_of(st.text(), st.booleans(), st.lists(st.text()).map(tuple)))
def test_a_value_survives_being_written_as_toml(value: Value) -> None:
    text = f"x = {toml_value(value)}"
    assert tomllib.loads(text)["x"] == (list(value) if isinstance(value, tuple) else value)


def test_an_answers_file_shows_choices_defaults_and_what_does_not_apply() -> None:
    given_answers: dict[str, Value] = {"template": "django-full", "ci": "github"}
    text = answers_toml(catalogue(), catalogue().resolve(given_answers), given_answers)
    document = tomllib.loads(text)
    assert document["ci"] == "github"
    assert document["template"] == "django-full"
    assert set(DECISIONS) <= set(document)
    assert "# (does not apply to the answers above)\n# package_name = " in text
    assert all(choice.label in text for question in catalogue().questions for choice in question.choices)
