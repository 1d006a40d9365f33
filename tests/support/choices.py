"""Sets of answers that together hold every pair of choices that a template offers, and random ones beyond them."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import covertable
from jinja2 import Environment, meta

from support.sources import catalogue
from waypost.model import Question, Value
from waypost.questions.catalogue import Resolution

Row = dict[str, Any]
# The decisions that reach the files of a project; the others only move the advice and the defaults. A test says so.
SHAPING = ("accounts", "admin", "security")
# Every run prints it; set it to see a run's random sets again, or others.
SEED = os.environ.get("WAYPOST_SEED", "1")
_UNSURE = "unsure"


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One thing that can vary by itself: a question, or one choice of a question that takes several.

    ``values`` holds None where the question is not asked beside some other answers.
    """

    key: str
    choice: str
    values: tuple[Any, ...]

    @property
    def name(self) -> str:
        """What rows call it."""
        return f"{self.key}:{self.choice}" if self.choice else self.key


def varied_questions() -> tuple[Question, ...]:
    """The questions whose answers are combined: every choice that shapes a project, in catalogue order."""
    questions = [question for question in catalogue().questions if question.key != "template"]
    return tuple(
        question
        for question in questions
        if question.type in {"choice", "choices", "yes-no"}
        and (question.group != "decision" or question.key in SHAPING)
    )


@cache
def pairwise(template: str) -> tuple[Mapping[str, Value], ...]:
    """Sets of answers for a template in which every pair that is not refused stands at least once."""
    factors = {factor.name: list(factor.values) for factor in _factors(template)}
    rows = covertable.make(factors, constraints=list(_constraints(template, factors)), tolerance=4)
    return tuple(_answers(template, row) for row in rows)


def at_random(template: str, number: int, seed: str) -> Iterator[Mapping[str, Value]]:
    """Sets of answers that are taken by chance and not refused, each from its own place in ``seed``."""
    factors = _factors(template)
    for place in range(number):
        chance = random.Random(f"{seed} {template} {place}")
        while True:
            answers = _answers(template, {factor.name: chance.choice(factor.values) for factor in factors})
            if _is_refused(answers):
                continue
            resolution = catalogue().resolve(answers)
            if not resolution.problems:
                yield dict(resolution.answers)
                break


def pairs_of(answers: Mapping[str, Value]) -> set[frozenset[tuple[str, object]]]:
    """Every pair of choices that stands in a set of answers."""
    row = [(factor.name, value) for factor, value in _flat(answers)]
    return {frozenset((one, other)) for index, one in enumerate(row) for other in row[index + 1 :]}


def possible_pairs(template: str, examples: int) -> set[frozenset[tuple[str, object]]]:
    """The pairs that stand in so many random sets of answers: proof that they can stand together."""
    found: set[frozenset[tuple[str, object]]] = set()
    for answers in at_random(template, examples, "possible"):
        found |= pairs_of(answers)
    return found


def shown(answers: Mapping[str, Value]) -> str:
    """A set of answers as options of a command, to do it again by hand."""
    written = {
        key: ",".join(value) if isinstance(value, tuple) else str(value).lower() if isinstance(value, bool) else value
        for key, value in answers.items()
    }
    return " ".join(f"--set {key}={value}" for key, value in written.items())


def _factors(template: str) -> tuple[Factor, ...]:
    factors: list[Factor] = []
    for question in varied_questions():
        if question.type == "choices":
            factors += [
                Factor(
                    key=question.key,
                    choice=value,
                    values=(False,) if _is_never(template, question.key, value) else (False, True),
                )
                for value in question.values
            ]
            continue
        values: list[Any] = [False, True] if question.type == "yes-no" else list(question.values)
        values = [value for value in values if value != _UNSURE and not _is_never(template, question.key, value)]
        if question.when_source not in {"True", "true"}:
            values.append(None)
        factors.append(Factor(key=question.key, choice="", values=tuple(values)))
    return tuple(factors)


def _is_never(template: str, key: str, value: Value) -> bool:
    """Whether the catalogue refuses a choice for the template, whatever else is chosen."""
    return any(
        set(row.where) <= {"template", key}
        and key in row.where
        and value in row.where[key]
        and template in row.where.get("template", (template,))
        for row in catalogue().refusals
    )


def _is_refused(answers: Mapping[str, Value]) -> bool:
    """A first look without the questions' own conditions, which costs a hundredth of it."""
    return any(_holds(row.where, answers) for row in catalogue().refusals)


def _holds(where: Mapping[str, tuple[Value, ...]], answers: Mapping[str, Value]) -> bool:
    """Whether a refusal's condition holds for the answers."""
    given = {key: value if isinstance(value, tuple) else (value,) for key, value in answers.items()}
    return all(set(values) & set(given.get(key, ())) for key, values in where.items())


def _constraints(template: str, factors: Mapping[str, list[Any]]) -> Iterator[Row]:
    """What covertable may not put together: refused combinations, and answers to questions that are not asked."""
    varied = {question.key: question for question in varied_questions()}
    for refusal in catalogue().refusals:
        if template in refusal.where.get("template", (template,)) and len(set(refusal.where) - {"template"}) > 1:
            keys = [key for key in refusal.where if key in varied]
            yield _constraint(keys, factors, lambda row, where=refusal.where: not _matches(where, template, row))
    for question in varied.values():
        if question.when_source not in {"True", "true"}:
            named = meta.find_undeclared_variables(Environment(autoescape=False).parse(question.when_source))
            keys = [question.key, *(key for key in varied if key in named)]
            yield _constraint(keys, factors, lambda row, key=question.key: _is_asked(template, row, key))


def _constraint(keys: list[str], factors: Mapping[str, list[Any]], evaluate: Any) -> Row:
    names = [name for name in factors if name.partition(":")[0] in keys]
    return {
        "operator": "fn",
        "requires": names,
        "evaluate": lambda row: evaluate({name: row[name] for name in names}),
    }


def _matches(where: Mapping[str, tuple[Value, ...]], template: str, row: Row) -> bool:
    """Whether this refusal holds for the row; a default that the row will still replace may break others."""
    return _holds(where, _resolution(template, row).answers)


def _is_asked(template: str, row: Row, key: str) -> bool:
    """Whether the question has an answer in the row exactly where it is asked."""
    return (key in _resolution(template, row | {key: None}).answers) == (row[key] is not None)


def _resolution(template: str, row: Row) -> Resolution:
    return _resolved(_answers(template, row))


@cache
def _remembered(answers: tuple[tuple[str, Value], ...]) -> Resolution:
    return catalogue().resolve(dict(answers))


def _resolved(answers: Mapping[str, Value]) -> Resolution:
    return _remembered(tuple(answers.items()))


def _answers(template: str, row: Row) -> dict[str, Value]:
    answers: dict[str, Value] = {"template": template}
    for name, value in row.items():
        key, _, choice = name.partition(":")
        if choice:
            chosen = answers.setdefault(key, ())
            assert isinstance(chosen, tuple)
            answers[key] = (*chosen, choice) if value else chosen
        elif value is not None:
            answers[key] = value
    return answers


def _flat(answers: Mapping[str, Value]) -> Iterator[tuple[Factor, object]]:
    for factor in _factors(str(answers["template"])):
        answer = answers.get(factor.key)
        yield factor, (factor.choice in answer) if isinstance(answer, tuple) else answer
