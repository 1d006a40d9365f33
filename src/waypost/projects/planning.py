"""Decides everything about a project before it is made: from what was answered to a plan."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from waypost.advice.model import Recommendation
from waypost.advice.recommend import recommend
from waypost.advice.rules import QUESTIONS, possible_templates
from waypost.errors import AnswersError, ErrorCode, UsageError
from waypost.questions.answers import Answer, Inputs, raise_problems, read_inputs, values_of, without_auto
from waypost.questions.catalogue import Catalogue, Resolution, load_catalogue
from waypost.questions.values import type_problem

_OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that is decided about a project before it is made; ``answers`` are those that may be shown."""

    catalogue: Catalogue
    resolution: Resolution
    recommendation: Recommendation
    answers: Mapping[str, Answer]

    @property
    def template(self) -> str:
        """The template that is rendered; nothing where the source asks for none."""
        return str(self.resolution.answers.get("template", ""))

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
            code=ErrorCode.ANSWERS_NEEDED,
        )
    return without_auto(read_inputs(inputs, catalogue))


def plan_of(catalogue: Catalogue, given: Mapping[str, Answer]) -> Plan:
    """Return the plan that the ``given`` answers come to. Raises ``AnswersError`` that lists all that is wrong."""
    recommendation = advice_on(catalogue, given)
    answers = dict(given)
    question = catalogue.by_key.get("template")
    if "template" not in answers and question is not None and recommendation.template in question.values:
        answers["template"] = Answer(value=recommendation.template, origin="advice")
    resolution = catalogue.resolve(values_of(answers))
    raise_problems(resolution.problems, answers)
    complete = {
        key: answers.get(key, Answer(value=value, origin="default")) for key, value in resolution.shown_answers.items()
    }
    return Plan(catalogue=catalogue, resolution=resolution, recommendation=recommendation, answers=complete)


def advice_on(catalogue: Catalogue, given: Mapping[str, Answer]) -> Recommendation:
    """Return the advice for the ``given`` answers: it names no template that they rule out. Raises ``AnswersError``."""
    return recommend(decisions_of(catalogue, given), possible_templates(catalogue, values_of(given)))


def refuse_mistyped(catalogue: Catalogue, given: Mapping[str, Answer]) -> None:
    """Raise ``AnswersError`` for all values that their questions do not take, those that the advice leaves out too."""
    problems = (type_problem(catalogue.by_key[key], answer.value) for key, answer in given.items())
    raise_problems(filter(None, problems), given)


def decisions_of(catalogue: Catalogue, given: Mapping[str, Answer]) -> dict[str, str]:
    """Return the decision answers among the ``given`` ones, which the advice rests on. Raises ``AnswersError``."""
    _raise_wrong(catalogue, given)
    keys = [key for key in decision_keys(catalogue) if key in QUESTIONS and key in given]
    return {key: value for key in keys if (value := str(given[key].value)) in QUESTIONS[key]}


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


_NAME = "project_name"


def named_after(folder: Path, catalogue: Catalogue) -> Catalogue:
    """Return the catalogue for a project in ``folder``: ``my-shop`` is called My Shop where nobody says otherwise.

    It is the same where the folder's name cannot be a project's.
    """
    words = folder.name.replace("-", " ").replace("_", " ").split()
    name = " ".join(word if any(letter.isupper() for letter in word) else word.capitalize() for word in words)
    is_jinja = "{" in name
    if not name or is_jinja or _NAME not in catalogue.by_key or catalogue.resolve({_NAME: name}).problems:
        return catalogue
    return catalogue.with_default(_NAME, name)
