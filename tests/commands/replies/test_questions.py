"""The next question, so that a program can lead the conversation that the wizard leads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.contract import refuse_unpublished
from support.sources import catalogue
from waypost.advice.evidence import DECISIONS, UNSURE
from waypost.advice.recommend import next_question, recommend
from waypost.commands.advise import advise
from waypost.commands.answers import answers_init, answers_validate
from waypost.commands.replies.questions import next_question_fields
from waypost.questions.answers import Inputs

some_answers = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from([*values, UNSURE]) for key, values in DECISIONS.items()}
)


@pytest.mark.slow
@settings(max_examples=60)
@given(answers=some_answers)
def test_it_is_the_question_of_the_wizard_and_says_where_each_answer_leads(answers: dict[str, str]) -> None:
    found = next_question_fields(catalogue(), answers)
    key = next_question(answers)
    if found is None:
        assert key is None
        return
    question = catalogue().by_key[found["key"]]
    assert (found["key"], found["help"], found["type"]) == (key, question.help, question.type)
    assert [choice["value"] for choice in found["choices"]] == list(question.values)
    for choice in found["choices"]:
        advice = recommend({**answers, question.key: choice["value"]})
        assert (choice["framework"], choice["template"]) == (advice.framework, advice.template)
        assert choice["claims"]
    assert found["can_change"]["questions"][0] == key
    assert found["because"]


@pytest.mark.slow
def test_whoever_follows_it_is_advised_in_the_end() -> None:
    settings: list[str] = []
    for _ in DECISIONS:
        reply = json.loads(json.dumps(advise(Inputs(settings=tuple(settings), uses_defaults=True)).envelope))
        refuse_unpublished(["recommend"], reply)
        if reply["next_question"] is None:
            break
        question = reply["next_question"]
        settings.append(f"{question['key']}={question['choices'][-1]['value']}")
    assert settings[0].startswith("kind=")
    assert advise(Inputs(settings=tuple(settings))).fields["next_question"] is None  # type: ignore[typeddict-item]


def init(*given: str) -> dict[str, Any]:
    return cast("dict[str, Any]", answers_init(Inputs(settings=given)).fields)


def test_answers_files_have_it_until_the_template_is_chosen(tmp_path: Path) -> None:
    assert init()["next_question"]["key"] == "kind"
    assert init("kind=cms")["next_question"]["key"] == next_question({"kind": "cms"})
    assert init("template=flask-micro")["next_question"] is None
    assert init("template=auto")["next_question"]["key"] == "kind"
    (tmp_path / "a.toml").write_text('kind = "cms"\n')
    validated = cast("dict[str, Any]", answers_validate(str(tmp_path / "a.toml")).fields)
    assert validated["next_question"] == init("kind=cms")["next_question"]


def test_answers_beside_the_decisions_bound_where_it_leads() -> None:
    found = init("data_access=sql")["next_question"]
    assert {choice["template"] for choice in found["choices"]} <= {"flask-micro", "flask-blueprints", "django-full"}
    everything = init("django_version=5.2", "sessions=database")
    assert everything["next_question"] is not None


def test_no_question_is_out_of_reach() -> None:
    questions = init("template=flask-micro", "ci=github")["questions"]
    assert [question["key"] for question in questions] == [question.key for question in catalogue().questions]
    by_key = {question["key"]: question for question in questions}
    assert by_key["ci"]["value"] == "github"
    assert by_key["sessions"]["value"] is None  # flask-micro has none
    assert [choice["value"] for choice in by_key["ci"]["choices"]] == ["none", "github", "gitlab"]
    assert by_key["realtime"]["value"] is False
