"""The values of the advice: frozen, keyword-only, without behaviour of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Framework = Literal["flask", "django"]


TemplateName = Literal["flask-micro", "flask-blueprints", "django-full"]


FRAMEWORK_NAMES: Mapping[str, str] = {"flask": "Flask", "django": "Django"}
"""The frameworks as people write them."""


Side = Literal["flask", "django", "micro", "blueprints"]


Confidence = Literal["low", "medium", "high"]


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The weights of all reasons for either framework, added up."""

    flask: int
    django: int

    def __str__(self) -> str:
        points = "1 point" if self.flask == 1 else f"{self.flask} points"
        return f"{points} for Flask, {self.django} for Django"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A document's claim that applies to the answers in ``answers``; ``weight`` is 1 (nuance) to 3 (plain advice)."""

    id: str
    document: str
    title: str
    section: str
    claim: str
    leans: Side
    weight: int
    answers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Flip:
    """A change of answers that turns the verdict round, and what the advice then is."""

    changes: Mapping[str, str]
    framework: Framework
    template: TemplateName


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """The advice for one set of answers.

    The weights of ``reasons`` and ``against`` add up to the two ``scores``. ``template_reasons`` and
    ``template_against`` say why one shape of Flask was taken and not the other; with Django they are empty.
    ``flips`` are the smallest changes of answers that lead to the other framework, the strongest first.
    """

    framework: Framework
    template: TemplateName
    template_because: str
    scores: Scores
    confidence: Confidence
    confidence_because: str
    is_tie: bool
    has_evidence: bool
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    template_reasons: tuple[Reason, ...]
    template_against: tuple[Reason, ...]
    flips: tuple[Flip, ...]


@dataclass(frozen=True, kw_only=True)
class InterimAdvice:
    """Where the advice stands while questions are still being asked.

    ``framework`` and ``template`` are the advice if nothing more were said. ``open_questions`` can still change the
    template, the one that can move most first; when there are none, ``is_settled`` is true.
    """

    scores: Scores
    framework: Framework
    template: TemplateName
    has_evidence: bool
    is_settled: bool
    open_questions: tuple[str, ...]
