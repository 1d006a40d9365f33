"""Answers with their origin: from an answers file, from ``--set``, from a project's record, from defaults.

An answers file is TOML with flat keys, one a question (``waypost answers init`` prints one to start from).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from waypost.errors import AnswersError, UsageError
from waypost.model import Problem, Value
from waypost.questions.catalogue import Catalogue
from waypost.questions.record import RECORD
from waypost.questions.values import parse_text, shown

Origin = Literal["set", "file", "recorded", "wizard", "advice", "default"]
_AUTO = "auto"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A value, where it came from, and for an answers file the place (``file:line:column``)."""

    value: Value
    origin: Origin
    place: str = ""


def read_settings(settings: Iterable[str], catalogue: Catalogue) -> dict[str, Answer]:
    """Return the answers of ``--set KEY=VALUE`` options; the last of a key counts.

    Raises ``UsageError`` where an option has no ``=``, and ``AnswersError`` with the nearest key where the key is no
    question.
    """
    answers: dict[str, Answer] = {}
    unknown: dict[str, str] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        key = key.strip()
        if not equals:
            raise UsageError(
                f"--set {shown(setting)} has no '='", hint="Write --set KEY=VALUE, such as --set ci=github."
            )
        if key in catalogue.by_key:
            answers[key] = Answer(value=parse_text(catalogue.by_key[key], text), origin="set", place="--set")
        else:
            unknown[key] = "--set"
    refuse_unknown(unknown, catalogue)
    return answers


def read_values(values: Mapping[str, object], catalogue: Catalogue) -> dict[str, Answer]:
    """Return the answers of a Python caller. Raises ``AnswersError`` where a key is no question."""
    refuse_unknown({str(key): "answers" for key in values if key not in catalogue.by_key}, catalogue)
    return {key: Answer(value=value_of(value), origin="set") for key, value in values.items()}


def recorded_answers(record: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Answer]:
    """Return the recorded answers to questions that the catalogue has; all else in the record is left alone."""
    return {
        key: Answer(value=value_of(value), origin="recorded", place=RECORD)
        for key, value in record.items()
        if key in catalogue.by_key and value is not None
    }


def without_auto(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return the answers without ``template = "auto"``, which asks for the advice and is never recorded."""
    return {key: answer for key, answer in answers.items() if not (key == "template" and answer.value == _AUTO)}


def values_of(answers: Mapping[str, Answer]) -> dict[str, Value]:
    """Return the bare values."""
    return {key: answer.value for key, answer in answers.items()}


def raise_problems(problems: Iterable[Problem], answers: Mapping[str, Answer]) -> None:
    """Raise one ``AnswersError`` that lists all ``problems`` with their places, if there are any."""
    placed = [(problem, _place_of(problem, answers)) for problem in problems]
    if placed:
        raise AnswersError(
            "\n".join(_described(problem, place) for problem, place in placed),
            hint="`waypost answers init` prints every question with its choices.",
            key=placed[0][0].key,
            problems=placed,
        )


def _place_of(problem: Problem, answers: Mapping[str, Answer]) -> str:
    return answers[problem.key].place if problem.key in answers else ""


def _described(problem: Problem, place: str) -> str:
    nearest = f" (did you mean {shown(problem.nearest)}?)" if problem.nearest else ""
    return f"{place + ': ' if place else ''}{problem.key}: {problem.message}{nearest}"


def refuse_unknown(places: Mapping[str, str], catalogue: Catalogue) -> None:
    """Raise one ``AnswersError`` that lists the keys that are no questions, each with its place and the nearest."""
    problems = [(catalogue.unknown(key), place) for key, place in places.items()]
    if problems:
        raise AnswersError(
            "\n".join(_described_unknown(problem, place) for problem, place in problems),
            hint="`waypost answers init` lists every key.",
            key=problems[0][0].key,
            problems=problems,
        )


def _described_unknown(problem: Problem, place: str) -> str:
    key = problem.key
    nearest = f"; did you mean '{problem.nearest}'?" if problem.nearest else ""
    message = problem.message if len(key) <= 80 and key.isprintable() else f"there is no question {shown(key)}"  # noqa: PLR2004
    return f"{place}: {message}{nearest}"


def value_of(value: object) -> Value:
    """Return a parsed value as an answer; what no question takes (a number, a date) goes on as it is, to be refused."""
    if isinstance(value, list | tuple):
        return tuple(item if isinstance(item, str) else shown(item) for item in value)
    return value  # type: ignore[return-value] # checked against its question by values.type_problem
