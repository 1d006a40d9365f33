"""Answers with their origin: from an answers file, from ``--set``, from a project's record, from defaults.

An answers file is TOML with flat keys, one a question (``waypost answers init`` prints one to start from).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from waypost.errors import AnswersError, ErrorCode, UsageError, problem_code
from waypost.model import Origin, Problem, Question, Value
from waypost.questions.catalogue import Catalogue
from waypost.questions.file import read_toml
from waypost.questions.record import RECORD, Record
from waypost.questions.values import parse_text, shown

_AUTO = "auto"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A value, where it came from, and for an answers file the place (``file:line:column``)."""

    value: Value
    origin: Origin
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Where answers come from: a Python caller's values, an answers file, ``KEY=VALUE`` settings.

    ``adds`` and ``removes`` are features of a project by name, which only an update knows. With ``uses_defaults``
    nobody is asked for the rest; ``is_interactive`` says whether anybody can be.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    file: str | None = None
    settings: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    uses_defaults: bool = False
    is_interactive: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the inputs answer everything, so that nobody need be asked."""
        return self.file is not None or self.uses_defaults


def read_inputs(inputs: Inputs, catalogue: Catalogue) -> dict[str, Answer]:
    """Return all answers that ``inputs`` give: settings count before a file, and a file before values.

    Raises ``AnswersError`` or ``UsageError`` as the readers below do. Values are checked when they are resolved.
    """
    from_file = read_file(inputs.file, catalogue) if inputs.file is not None else {}
    return {**read_values(inputs.values, catalogue), **from_file, **read_settings(inputs.settings, catalogue)}


def read_file(path: str, catalogue: Catalogue) -> dict[str, Answer]:
    """Return the answers of the TOML file ``path``, or of standard input for ``-``.

    Raises ``AnswersError`` that names file, line, column and the nearest key, where the file cannot be read, is not
    TOML or holds a key that is no question.
    """
    file = read_toml(path, secrets={question.key for question in catalogue.questions if question.is_secret})
    for key, value in file.values.items():
        if isinstance(value, dict):
            raise AnswersError(
                f"{file.places[key]}: {shown(key)} is a table; an answers file has flat keys",
                hint="Write `key = value` lines at the top level, without [sections] and without dots.",
                key=key,
                code=ErrorCode.ANSWERS_FILE,
            )
    _refuse_unknown({key: file.places[key] for key in file.values if key not in catalogue.by_key}, catalogue)
    return {
        key: Answer(value=_given_value(catalogue.by_key[key], value), origin="file", place=file.places[key])
        for key, value in file.values.items()
    }


def read_settings(settings: Iterable[str], catalogue: Catalogue) -> dict[str, Answer]:
    """Return the answers of ``--set KEY=VALUE`` options; the last of a key counts.

    Raises ``UsageError`` where an option has no ``=``, and ``AnswersError`` with the nearest key where the key is no
    question.
    """
    answers: dict[str, Answer] = {}
    unknown: dict[str, str] = {}
    for setting in map(_as_text, settings):
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
    _refuse_unknown(unknown, catalogue)
    return answers


def read_values(values: Mapping[str, object], catalogue: Catalogue) -> dict[str, Answer]:
    """Return the answers of a Python caller. Raises ``AnswersError`` where a key is no question."""
    _refuse_unknown({str(key): "answers" for key in values if key not in catalogue.by_key}, catalogue)
    return {key: Answer(value=_value_of(value), origin="set") for key, value in values.items()}


def recorded_answers(record: Record, catalogue: Catalogue) -> dict[str, Answer]:
    """Return the recorded answers to questions that the catalogue has; all else in the record is left alone."""
    return {
        key: Answer(value=_recorded_value(catalogue.by_key[key], value), origin="recorded", place=RECORD)
        for key, value in record.answers.items()
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
        codes = {problem_code(problem, ErrorCode.WRONG_ANSWER) for problem, _ in placed}
        raise AnswersError(
            "\n".join(_described(problem, place) for problem, place in placed),
            hint="`waypost answers init` prints every question with its choices.",
            key=placed[0][0].key,
            problems=placed,
            code=codes.pop() if len(codes) == 1 else ErrorCode.WRONG_ANSWER,
        )


def _place_of(problem: Problem, answers: Mapping[str, Answer]) -> str:
    return answers[problem.key].place if problem.key in answers else ""


def _described(problem: Problem, place: str) -> str:
    nearest = f" (did you mean {shown(problem.nearest)}?)" if problem.nearest else ""
    return f"{place + ': ' if place else ''}{problem.key}: {problem.message}{nearest}"


def _refuse_unknown(places: Mapping[str, str], catalogue: Catalogue) -> None:
    """Raise one ``AnswersError`` that lists the keys that are no questions, each with its place and the nearest."""
    problems = [(catalogue.unknown(key), place) for key, place in places.items()]
    if problems:
        raise AnswersError(
            "\n".join(_described_unknown(problem, place) for problem, place in problems),
            hint="`waypost answers init` lists every key.",
            key=problems[0][0].key,
            problems=problems,
            code=ErrorCode.UNKNOWN_QUESTION,
        )


def _described_unknown(problem: Problem, place: str) -> str:
    key = problem.key
    nearest = f"; did you mean '{problem.nearest}'?" if problem.nearest else ""
    message = problem.message if len(key) <= 80 and key.isprintable() else f"there is no question {shown(key)}"  # noqa: PLR2004
    return f"{place}: {message}{nearest}"


def _as_text(setting: str) -> str:
    """Return what was typed as text: where the locale knows less than UTF-8, Python passes its bytes on as surrogates.

    Raises ``UsageError`` where they are no UTF-8 either.
    """
    if not any("\udc80" <= character <= "\udcff" for character in setting):
        return setting
    try:
        return os.fsencode(setting).decode("utf-8")
    except UnicodeError as error:
        raise UsageError(
            f"--set {shown(setting)} is not text in UTF-8",
            hint="Write the answer in UTF-8, or put it into an answers file (--answers FILE).",
        ) from error


def _given_value(question: Question, value: object) -> Value:
    is_number = question.type == "number" and isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else _value_of(value)


def _recorded_value(question: Question, value: object) -> Value:
    """Return a recorded value as somebody would answer it; YAML has numbers and data where answers are text."""
    if isinstance(value, str):
        return value
    if question.type == "data":
        return json.dumps(value, default=str)
    if question.type == "number" or (question.type == "choice" and not question.has_text_values):
        return str(value)
    return _value_of(value)


def _value_of(value: object) -> Value:
    """Return a parsed value as an answer; what no question takes (a number, a date) goes on as it is, to be refused."""
    if isinstance(value, list | tuple):
        return tuple(item if isinstance(item, str) else shown(item) for item in value)
    return value  # type: ignore[return-value] # checked against its question by values.type_problem
