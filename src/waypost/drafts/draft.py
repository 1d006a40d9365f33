"""A project on the way to being decided: advice and problems together, where a plan refuses at the first problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from waypost.advice.model import InterimAdvice, Recommendation, TemplateName
from waypost.advice.recommend import interim_advice, recommend
from waypost.advice.rules import QUESTIONS, possible_templates
from waypost.model import Problem, Value
from waypost.projects.creation import contents_of
from waypost.questions.answers import Answer, raise_problems
from waypost.questions.catalogue import Catalogue, Resolution
from waypost.questions.values import type_problem
from waypost.sources.embedded import TemplateSource
from waypost.sources.plain import RenderedFile
from waypost.wizard.repair import WayOut, ways_out

TEMPLATE = "template"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a set of given answers comes to, whatever is wrong with it.

    ``given`` are the answers that their questions take, ``mistyped`` the problems of the others, whose defaults count.
    ``possible`` are the templates that the advice could name. ``resolution`` holds the refused combinations, if any,
    and nothing else that is wrong.
    """

    catalogue: Catalogue
    given: Mapping[str, Value]
    mistyped: tuple[Problem, ...]
    decisions: Mapping[str, str]
    possible: tuple[TemplateName, ...]
    recommendation: Recommendation
    resolution: Resolution

    @property
    def template(self) -> str:
        """The template that is taken; nothing where the source asks for none."""
        return str(self.resolution.answers.get(TEMPLATE, ""))

    @property
    def refusals(self) -> tuple[Problem, ...]:
        """The combinations of answers that cannot stand together."""
        return self.resolution.problems

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong: answers that no question takes, and combinations that are refused."""
        return (*self.mistyped, *self.refusals)

    @property
    def is_whole(self) -> bool:
        """Whether a project can be made of it."""
        return not self.problems

    @cached_property
    def interim(self) -> InterimAdvice:
        """Where the advice stands, and what could still change it."""
        return interim_advice(self.decisions, self.possible)

    @cached_property
    def ways_out(self) -> tuple[WayOut, ...]:
        """The ways in which refused answers can stand together, those that change the fewest first."""
        if not self.refusals:
            return ()
        advised = self.recommendation.template
        answers = completed(self.catalogue, self.given, advised)
        return ways_out(self.catalogue, answers, given=self.given.keys(), advised=advised)

    @property
    def answers(self) -> Mapping[str, Answer]:
        """All answers that may be shown, with their origin."""
        return {
            key: Answer(value=value, origin=self._origin_of(key))
            for key, value in self.resolution.shown_answers.items()
        }

    def _origin_of(self, key: str) -> Literal["set", "advice", "default"]:
        if key in self.given:
            return "set"
        return "advice" if (key, self.template) == (TEMPLATE, self.recommendation.template) else "default"


def draft_of(catalogue: Catalogue, given: Mapping[str, Value]) -> Draft:
    """Return what the ``given`` answers come to; every key is a question of the ``catalogue``."""
    mistyped = {key: problem for key, value in given.items() if (problem := type_problem(catalogue.by_key[key], value))}
    taken = {key: value for key, value in given.items() if key not in mistyped and (key, value) != (TEMPLATE, "auto")}
    wrong = {problem.key: problem for problem in catalogue.resolve(taken).problems if problem.refusal is None}
    taken = {key: value for key, value in taken.items() if key not in wrong}
    decisions = decisions_in(taken)
    possible = possible_templates(catalogue, taken)
    recommendation = recommend(decisions, possible)
    return Draft(
        catalogue=catalogue,
        given=taken,
        mistyped=(*mistyped.values(), *wrong.values()),
        decisions=decisions,
        possible=possible,
        recommendation=recommendation,
        resolution=catalogue.resolve(completed(catalogue, taken, recommendation.template)),
    )


def files_of(source: TemplateSource, draft: Draft) -> dict[str, RenderedFile]:
    """Return every file of the draft's project but ``.env``, by path. Raises ``AnswersError`` where it is not whole."""
    raise_problems(draft.problems, {})
    return contents_of(source, draft.resolution, draft.recommendation)


def decisions_in(given: Mapping[str, Value]) -> dict[str, str]:
    """Return the answers that the advice rests on."""
    return {key: value for key in QUESTIONS if isinstance(value := given.get(key), str)}


def completed(catalogue: Catalogue, given: Mapping[str, Value], advised: str) -> dict[str, Value]:
    """Return the given answers with the ``advised`` template where none was chosen, if the source has it."""
    question = catalogue.by_key.get(TEMPLATE)
    if TEMPLATE in given or question is None or advised not in question.values:
        return dict(given)
    return {**given, TEMPLATE: advised}
