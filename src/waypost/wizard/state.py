"""Where a person is in the wizard, and what can be asked of that place: a value without a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from waypost.advice.evidence import UNSURE
from waypost.advice.model import Recommendation, TemplateName
from waypost.advice.recommend import recommend
from waypost.advice.rules import QUESTIONS, possible_templates
from waypost.model import Value
from waypost.questions.catalogue import Catalogue, Resolution
from waypost.wizard.repair import apply_changes, repair

Purpose = Literal["new", "recommend", "adopt"]
Step = Literal[
    "question", "offer", "enough", "verdict", "answers", "answer", "name", "summary", "edit", "confirm", "done"
]

PROCEED: Final = ":proceed"
CHANGE: Final = ":change"
NAME: Final = "project_name"
TEMPLATE: Final = "template"
_GROUPS: Final = {"template": 0, "project": 1, "decision": 2, "stack": 3, "other": 4}


@dataclass(frozen=True, kw_only=True)
class State:
    """Where the person is.

    ``answers`` are the given ones and the person's own, without the template; ``touched`` the keys that the person
    answered or changed; ``asked`` the decision questions in the order of asking; ``template`` the one taken at the
    verdict, an override where other advice stood there. ``is_stopped`` says that the person wants no more questions,
    ``wants_all`` that they declined to stop. ``notices`` say what the last event changed, or why it was
    refused.
    """

    catalogue: Catalogue = field(repr=False)
    purpose: Purpose
    given: Mapping[str, Value]
    answers: Mapping[str, Value]
    step: Step = "question"
    key: str = ""
    touched: frozenset[str] = frozenset()
    asked: tuple[str, ...] = ()
    template: str | None = None
    is_override: bool = False
    is_stopped: bool = False
    wants_all: bool = False
    from_summary: bool = False
    notices: tuple[str, ...] = ()

    @cached_property
    def decisions(self) -> dict[str, str]:
        """The decision answers so far, as the recommendation understands them."""
        known: dict[str, str] = {}
        for key, choices in QUESTIONS.items():
            value = self.answers.get(key)
            if key not in self.catalogue.by_key:
                known[key] = UNSURE
            elif value is not None:
                known[key] = str(value) if value in choices else UNSURE
        return known

    @cached_property
    def advice(self) -> Recommendation:
        """The recommendation for the answers so far."""
        return recommend(self.decisions, self.possible)

    @cached_property
    def possible(self) -> tuple[TemplateName, ...]:
        """The templates that the answers to other than the decision questions leave; the advice knows the rest."""
        return possible_templates(self.catalogue, self.answers)

    @cached_property
    def settled(self) -> dict[str, Value]:
        """All answers, with the template that was taken or, before that, is advised."""
        return {**self.answers, TEMPLATE: self.template or self.advice.template}

    @cached_property
    def resolution(self) -> Resolution:
        """What the answers come to, defaults included."""
        return self.catalogue.resolve(self.settled)

    @property
    def result(self) -> dict[str, Value]:
        """The answers that the person gave or changed, and for a project the template."""
        if self.purpose == "recommend":
            return {key: value for key, value in self.answers.items() if key in self.touched}
        resolved = self.resolution.answers
        kept = self.touched | {TEMPLATE}
        return {key: self.answers.get(key, value) for key, value in resolved.items() if key in kept}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A template that can be taken at the verdict, and what would have to change for it, in values and in words."""

    template: str
    works: bool
    changes: Mapping[str, Value | None]
    shown_changes: tuple[str, ...]
    because: tuple[str, ...]


def offers(state: State) -> tuple[Offer, ...]:
    """Return the templates that can be taken, the advised one first."""
    advised = state.advice.template
    values = sorted(state.catalogue.by_key[TEMPLATE].values, key=lambda value: value != advised)
    return tuple(offer_of(state, value) for value in values)


def offer_of(state: State, template: str) -> Offer:
    """Return what it takes to take ``template``."""
    resolve = state.catalogue.resolve
    answers: dict[str, Value] = {**state.settled, TEMPLATE: template}
    found = repair(state.catalogue, answers, fixed={TEMPLATE}, reluctantly=state.given.keys())
    if found is None:
        reasons = tuple(problem.message for problem in resolve(answers).problems)
        return Offer(template=template, works=False, changes={}, shown_changes=(), because=reasons)
    before = {**resolve(answers).answers, **answers}
    after = resolve(apply_changes(answers, found.changes)).answers
    shown = tuple(f"{key}: {plain(before.get(key))} -> {plain(after.get(key))}" for key in found.changes)
    return Offer(template=template, works=True, changes=found.changes, shown_changes=shown, because=found.because)


def refusal_of(state: State, key: str, value: Value) -> str:
    """Return why ``value`` cannot be the answer to ``key`` beside the others, or nothing."""
    before = {problem.message for problem in state.resolution.problems}
    after = state.catalogue.resolve({**state.settled, key: value})
    return next((problem.message for problem in after.problems if problem.message not in before), "")


def default_of(state: State, key: str) -> Value | None:
    """Return what ``key`` would be if nobody had answered it."""
    rest = {name: value for name, value in state.settled.items() if name != key}
    return state.catalogue.resolve(rest).answers.get(key)


def summary_keys(state: State) -> tuple[str, ...]:
    """Return the lines of the summary: the template, the project, what the decisions put in, the stack."""
    shown = state.resolution.answers
    questions = [question for question in state.catalogue.questions if question.key in shown]
    wanted = [question for question in questions if question.group != "decision" or question.validator_source]
    return tuple(question.key for question in sorted(wanted, key=lambda question: _GROUPS[question.group]))


def decision_keys(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the decision questions, in the catalogue's order."""
    return tuple(question.key for question in catalogue.questions if question.group == "decision")


def plain(value: Value | None) -> str:
    """Return a value as people write it."""
    match value:
        case None:
            return "does not apply"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value) or "none"
        case _:
            return value or "empty"
