"""The values of the advice: frozen, keyword-only, without behaviour of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Framework = Literal["flask", "django"]


TemplateName = Literal["flask-micro", "flask-blueprints", "django-full"]


TEMPLATES: tuple[TemplateName, ...] = ("flask-micro", "flask-blueprints", "django-full")


FRAMEWORK_NAMES: Mapping[str, str] = {"flask": "Flask", "django": "Django"}
"""The frameworks as people write them."""


Side = Literal["flask", "django", "micro", "blueprints"]


Certainty = Literal["firm", "likely", "close call"]
"""How near a change of the advice is: no nearby answer changes it, answers to one or two questions do, or more do."""


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
class Voice:
    """What one document says in a disagreement; ``source`` is its author and year, or that they are not given."""

    id: str
    document: str
    title: str
    source: str
    section: str
    claim: str


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """A disagreement that the answers raise: the question, and the voices on either side, one a document."""

    id: str
    about: str
    flask: tuple[Voice, ...]
    django: tuple[Voice, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of answers that turns the advice round, and what the advice then is."""

    changes: Mapping[str, str]
    framework: Framework
    template: TemplateName


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """The advice for one set of answers.

    ``by_points`` is the framework that the documents' points lead to; it differs from ``framework`` only where
    ``limits`` says why no template of it can do what the answers ask for. The weights of ``reasons`` and ``against``
    add up to the two ``scores``. ``template_reasons`` and ``template_against`` say why one shape of Flask was taken and
    not the other; with Django they are empty. ``certainty`` rests on ``nearby``, the answers one step away that lead to
    the other framework, out of ``nearby_tried``. ``flips`` are the realistic changes that do, open questions first.
    ``disputes`` are the disagreements of the documents that the answers raise. ``team_knows`` is what the team said it
    knows, or empty; ``is_decided_by_team`` that it broke a tie.
    """

    framework: Framework
    template: TemplateName
    template_because: str
    by_points: Framework
    limits: tuple[str, ...]
    scores: Scores
    certainty: Certainty
    certainty_because: str
    nearby: tuple[Change, ...]
    nearby_tried: int
    is_tie: bool
    has_evidence: bool
    team_knows: str
    is_decided_by_team: bool
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    template_reasons: tuple[Reason, ...]
    template_against: tuple[Reason, ...]
    flips: tuple[Change, ...]
    disputes: tuple[Dispute, ...]


@dataclass(frozen=True, kw_only=True)
class InterimAdvice:
    """Where the advice stands while questions are still being asked.

    ``framework`` and ``template`` are the advice if nothing more were said. ``open_questions`` can still change the
    template, in the order in which they are asked; when there are none, ``is_settled`` is true.
    ``is_framework_certain`` says that they can only change the template within the framework.
    """

    scores: Scores
    framework: Framework
    template: TemplateName
    has_evidence: bool
    is_settled: bool
    is_framework_certain: bool
    open_questions: tuple[str, ...]
