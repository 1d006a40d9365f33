"""What a set of answers comes to never depends on which others were resolved before it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from support.sources import catalogue
from waypost.model import Question, Value
from waypost.questions.catalogue import Catalogue

TEXTS = ["x", "A b", "", "django", "ΩΩ", "{{ kind }}"]


def fresh() -> Catalogue:
    """The catalogue without memory of anything."""
    known = catalogue()
    return replace(known, expressions=replace(known.expressions))


def answer(question: Question, chance: random.Random) -> Value:
    match question.type:
        case "yes-no":
            return chance.random() < 0.5
        case "choices":
            return tuple(value for value in question.values if chance.random() < 0.4)
        case "choice":
            return chance.choice((*question.values, "wrong"))
        case _:
            return chance.choice(TEXTS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_what_was_resolved_before_changes_nothing(seed: int) -> None:
    chance = random.Random(seed)
    used = fresh()
    for _ in range(25):  # memory begins with what is asked often
        used.resolve({})
    for _ in range(5):
        given = {question.key: answer(question, chance) for question in used.questions if chance.random() < 0.3}
        before, again = fresh().resolve(given), used.resolve(given)
        assert (before.answers, before.unused, before.problems) == (again.answers, again.unused, again.problems)
        assert before.context == again.context
        assert before.facts == again.facts


@pytest.mark.slow
def test_memory_stays_small() -> None:
    used = fresh()
    for number in range(2_000):
        used.resolve({"project_name": f"Project {number}"})
    assert len(used.expressions._memory) <= 10_000


def test_what_a_text_includes_counts_among_its_names() -> None:
    names = catalogue().expressions.names_in("{% include 'templates/questions/refusal.jinja' %}{{ kind }}")
    assert names is not None
    assert {"kind", "database", "refused_combinations"} <= names


def test_an_include_that_only_rendering_knows_has_no_names() -> None:
    assert catalogue().expressions.names_in("{% include kind %}") is None
