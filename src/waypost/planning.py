"""Decides everything about a project before it is made: from what was answered to a plan.

Where something is still open and somebody is there to ask, the wizard asks.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waypost import report
from waypost.answers import Answer, raise_problems, read_file, read_settings, values_of, without_auto
from waypost.errors import AnswersError, StateError, UsageError
from waypost.model import Recommendation
from waypost.questions import Catalogue, Resolution, load_catalogue
from waypost.recommend import recommend
from waypost.values import type_problem

_OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Where the answers of a command come from, as its options say it."""

    file: str | None = None
    settings: tuple[str, ...] = ()
    uses_defaults: bool = False
    is_interactive: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the inputs answer everything, so that nobody need be asked."""
        return self.file is not None or self.uses_defaults


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that is decided about a project before it is made."""

    catalogue: Catalogue
    resolution: Resolution
    recommendation: Recommendation
    answers: Mapping[str, Answer]

    @property
    def template(self) -> str:
        """The template that is rendered."""
        return str(self.resolution.answers["template"])

    @property
    def fields(self) -> dict[str, Any]:
        """The plan as fields of a JSON reply."""
        template = {"name": self.template, "from": None, "to": None}
        return {"template": template, "answers": report.answer_fields(self.answers)}

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about answers that have no effect."""
        return tuple(
            f"{key} is not used, because its question does not apply to the other answers."
            for key in self.resolution.unused
        )


def catalogue_of(root: Path) -> Catalogue:
    """Return the catalogue for new projects.

    Their example is the one that fits what is built; whoever has only the oldest Python gets a project that runs on it.
    """
    catalogue = load_catalogue(root).with_default("example_domain", "{{ fitting_example }}")
    if sys.version_info[:2] == _OLDEST_PYTHON:
        return catalogue.with_default("python_version", "3.11")
    return catalogue


def given_answers(inputs: Inputs, catalogue: Catalogue, *, what: str) -> dict[str, Answer]:
    """Return what file and options answer, the options first; refuse where nobody answers and nobody can be asked."""
    if what and not (inputs.is_complete or inputs.settings or inputs.is_interactive):
        raise UsageError(
            f"{what} needs answers, and there is no terminal to ask on",
            hint="Give --answers FILE (or - for standard input), or --set KEY=VALUE, or --defaults.",
        )
    from_file = read_file(inputs.file, catalogue) if inputs.file is not None else {}
    return without_auto(from_file | read_settings(inputs.settings, catalogue))


def asked_answers(catalogue: Catalogue, given: Mapping[str, Answer], folder: Path | None) -> dict[str, Answer]:
    """Return what the wizard was told, beyond what is ``given``, about a project that goes into ``folder``."""
    from waypost import render, wizard  # noqa: PLC0415 - a terminal's toolkit takes its time to import
    from waypost.plain import is_plain  # noqa: PLC0415

    # Combinations that are refused are the wizard's to mend.
    problems = catalogue.resolve(values_of(given)).problems
    raise_problems((problem for problem in problems if problem.refusal is None), given)
    if not is_plain(catalogue):
        threading.Thread(target=render.preload, daemon=True).start()
    asked = wizard.ask(catalogue, values_of(given), purpose="new", destination=folder, unfit=_unfit)
    return {key: Answer(value=value, origin="wizard") for key, value in asked.items()}


def plan_of(catalogue: Catalogue, given: Mapping[str, Answer]) -> Plan:
    """Return the plan that the ``given`` answers come to. Raises ``AnswersError`` that lists all that is wrong."""
    recommendation = recommend(decisions_of(catalogue, given))
    answers = dict(given)
    if "template" not in answers:
        answers["template"] = Answer(value=recommendation.template, origin="advice")
    resolution = catalogue.resolve(values_of(answers))
    raise_problems(resolution.problems, answers)
    complete = {
        key: answers.get(key, Answer(value=value, origin="default")) for key, value in resolution.answers.items()
    }
    return Plan(catalogue=catalogue, resolution=resolution, recommendation=recommendation, answers=complete)


def refuse_mistyped(catalogue: Catalogue, given: Mapping[str, Answer]) -> None:
    """Raise ``AnswersError`` for all values that their questions do not take, those that the advice leaves out too."""
    problems = (type_problem(catalogue.by_key[key], answer.value) for key, answer in given.items())
    raise_problems(filter(None, problems), given)


def decisions_of(catalogue: Catalogue, given: Mapping[str, Answer]) -> dict[str, str]:
    """Return the decision answers among the ``given`` ones, which the advice rests on. Raises ``AnswersError``."""
    _raise_wrong(catalogue, given)
    return {key: str(answer.value) for key, answer in given.items() if key in decision_keys(catalogue)}


def _unfit(folder: Path) -> str:
    """Return why a project cannot be made in ``folder``, or nothing."""
    from waypost import creation  # noqa: PLC0415 - advice alone does not need it

    try:
        creation.check_destination(folder)
    except StateError as error:
        return error.message
    return ""


def _raise_wrong(catalogue: Catalogue, given: Mapping[str, Answer]) -> None:
    """Raise at once for answers that are wrong in themselves: advice that rests on them would mislead."""
    decisions = [key for key in given if key in decision_keys(catalogue)]
    wrong = [type_problem(catalogue.by_key[key], given[key].value) for key in decisions]
    if any(wrong):
        answers = {key: answer for key, answer in given.items() if key in catalogue.by_key}
        raise_problems(catalogue.resolve(values_of(answers)).problems, answers)
        raise AnswersError("the decision answers are not valid")


def decision_keys(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the keys of the decision questions."""
    return tuple(question.key for question in catalogue.questions if question.group == "decision")
