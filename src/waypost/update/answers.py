"""The answers of an update: the recorded ones, changed by what is given, beside the new version's questions."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace

from waypost.errors import AnswersError, ErrorCode
from waypost.model import Value
from waypost.questions.answers import (
    Answer,
    Inputs,
    raise_problems,
    read_inputs,
    recorded_answers,
    values_of,
    without_auto,
)
from waypost.questions.catalogue import Catalogue, Resolution
from waypost.questions.record import RECORD, Record
from waypost.questions.values import as_text
from waypost.update.features import Wishes, wished


def resolve_inputs(
    record: Record, before: Mapping[str, Value], catalogue: Catalogue, inputs: Inputs
) -> tuple[Resolution, dict[str, Answer], tuple[str, ...]]:
    """Return what recorded and given answers come to, every answer with its origin, and which ones have no effect.

    ``record`` is the project's record and ``before`` the answers that applied until now. Raises ``AnswersError`` where
    the new catalogue refuses an answer, or knows a recorded one no more: nothing recorded changes in silence.
    """
    catalogue = _with_unasked(catalogue, before)
    gone = [key for key in before if key not in catalogue.by_key]
    settings = [setting for setting in inputs.settings if setting.removesuffix("=") not in gone]
    _refuse_unknown([key for key in gone if f"{key}=" not in inputs.settings])
    recorded = {key: answer for key, answer in recorded_answers(record, catalogue).items() if key in before}
    given = read_inputs(replace(inputs, settings=tuple(settings)), catalogue)
    wishes = wished(catalogue, {**before, **values_of(without_auto(given))}, inputs.adds, inputs.removes)
    _refuse_contradiction(given, wishes)
    given |= wishes.answers
    meant = without_auto(given)
    answers = {**recorded, **meant}
    resolution = catalogue.resolve(values_of(answers))
    try:
        raise_problems(resolution.problems, answers)
    except AnswersError as error:
        error.hint = _way_out(catalogue, answers, {problem.key for problem in resolution.problems}) or error.hint
        raise
    _refuse_unused(wishes, resolution)
    default = {key: Answer(value=value, origin="default") for key, value in resolution.answers.items()}
    notes = [
        f"{key} is not used, because its question does not apply to the others."
        for key in resolution.unused
        if key in given
    ]
    notes += wishes.notes
    if meant.keys() != given.keys():
        notes.append("template = auto keeps the recorded template; to change it, name one.")
    return resolution, {key: answers.get(key, default[key]) for key in resolution.answers}, tuple(notes)


def _refuse_unused(wishes: Wishes, resolution: Resolution) -> None:
    """Raise ``AnswersError`` where a feature would bring nothing: nobody asks about it beside the other answers."""
    for key in resolution.unused:
        if key in wishes.answers:
            raise AnswersError(
                f"{wishes.answers[key].place}: {key} is not asked beside the project's other answers",
                hint="`waypost answers show` prints those, and `waypost add --list` shows what can be added.",
                key=key,
                code=ErrorCode.NOT_APPLICABLE,
            )


def _refuse_contradiction(given: Mapping[str, Answer], wishes: Wishes) -> None:
    """Raise ``AnswersError`` where a feature's question is given another answer that cannot stand beside it."""
    for key, wish in wishes.answers.items():
        if key in given and not isinstance(wish.value, tuple) and given[key].value != wish.value:
            said, meant = as_text(given[key].value), as_text(wish.value)
            raise AnswersError(
                f"{key} has one answer: {given[key].place} makes it {said}, and {wish.place} makes it {meant}",
                hint="Give one of them.",
                key=key,
                code=ErrorCode.AMBIGUOUS_FEATURE,
            )


def _with_unasked(catalogue: Catalogue, before: Mapping[str, Value]) -> Catalogue:
    """Return the catalogue with the defaults of what a project has that is older than the questions about it."""
    known = {key: value for key, value in before.items() if key in catalogue.by_key}
    for key, default in (catalogue.resolve(known).facts.get("unasked") or {}).items():
        if key not in before:
            catalogue = catalogue.with_default(key, default)
    return catalogue


def _refuse_unknown(keys: list[str]) -> None:
    if keys:
        raise AnswersError(
            "\n".join(f"{RECORD}: {key}: the new version has no such question any more" for key in keys),
            hint=f"To let go of it: {' '.join(f'--set {key}=' for key in keys)}",
            key=keys[0],
            code=ErrorCode.QUESTION_GONE,
        )


def _way_out(catalogue: Catalogue, answers: Mapping[str, Answer], refused: set[str]) -> str:
    """Say which settings would replace recorded answers that are refused, where their defaults would do."""
    if any(answers[key].origin != "recorded" for key in refused if key in answers):
        return ""
    rest = catalogue.resolve({key: answer.value for key, answer in answers.items() if key not in refused})
    if rest.problems:
        return ""
    settings = (
        f"--set {key}={shlex.quote(as_text(rest.answers[key]))}" for key in sorted(refused) if key in rest.answers
    )
    return f"Recorded answers are never changed in silence. The defaults would do: {' '.join(settings)}"
