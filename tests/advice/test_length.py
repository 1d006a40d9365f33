"""How many questions people are asked who take the offer to stop, over a population of realistic answers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pytest

from waypost.advice.evidence import UNSURE
from waypost.advice.recommend import is_change_improbable, next_question, recommend
from waypost.advice.rules import QUESTIONS

POPULATION: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "population.toml").read_text(encoding="utf-8")
)["project"]


def asked(answers: dict[str, str], *, takes_the_offer: bool) -> dict[str, str]:
    """The questions that somebody with these answers is asked."""
    said: dict[str, str] = {}
    while (key := next_question(said)) is not None:
        if takes_the_offer and said and is_change_improbable(said):
            break
        said[key] = answers.get(key, UNSURE)
    return said


def test_the_population_holds_answers_of_every_kind_and_names_each_project_once() -> None:
    assert {row["answers"].get("kind") for row in POPULATION} == {*QUESTIONS["kind"], None}
    assert len({row["name"] for row in POPULATION}) == len(POPULATION)
    for row in POPULATION:
        assert all(value in QUESTIONS[key] for key, value in row["answers"].items())


@pytest.mark.slow
def test_whoever_takes_the_offer_is_asked_few_questions_and_is_seldom_advised_otherwise() -> None:
    lengths = []
    otherwise = []
    for row in POPULATION:
        said = asked(row["answers"], takes_the_offer=True)
        lengths.append(len(said))
        if recommend(said).template != recommend(row["answers"]).template:
            otherwise.append(row["name"])
    assert median(lengths) <= 4
    assert quantiles(lengths, n=10)[-1] <= 6
    assert len(otherwise) <= len(POPULATION) / 10, otherwise


def test_whoever_answers_everything_that_can_matter_is_advised_as_the_full_questionnaire_would() -> None:
    for row in POPULATION:
        said = asked(row["answers"], takes_the_offer=False)
        assert recommend(said).template == recommend(row["answers"]).template
