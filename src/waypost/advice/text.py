"""The advice as people read it, and as the fields of a JSON reply."""

from __future__ import annotations

import textwrap
from typing import TypedDict

from waypost.advice.model import FRAMEWORK_NAMES, Flip, Reason, Recommendation


class ReasonFields(TypedDict):
    """A document's claim, and the answers that it rests on."""

    id: str
    document: str
    title: str
    section: str
    claim: str
    weight: int
    answers: dict[str, str]


class FlipFields(TypedDict):
    """The answers to change, and what the advice then is."""

    changes: dict[str, str]
    framework: str
    template: str


class RecommendationFields(TypedDict):
    """The advice in a JSON reply, but for the template, which every reply has."""

    framework: str
    scores: dict[str, int]
    confidence: str
    confidence_because: str
    template_because: str
    reasons: list[ReasonFields]
    against: list[ReasonFields]
    template_reasons: list[ReasonFields]
    template_against: list[ReasonFields]
    flips: list[FlipFields]


def recommendation_text(recommendation: Recommendation, *, width: int = 100) -> str:
    """Return the verdict with its evidence for people, in lines of at most ``width`` columns."""
    parts = [
        f"{FRAMEWORK_NAMES[recommendation.framework]}, template {recommendation.template}",
        f"Confidence: {recommendation.confidence}. {recommendation.confidence_because}",
        recommendation.template_because,
    ]
    lines = [_wrapped(part, width) for part in parts if part]
    for title, reasons in (
        ("Reasons for it", recommendation.reasons + recommendation.template_reasons),
        ("Reasons against it", recommendation.against + recommendation.template_against),
    ):
        lines += ["", f"{title}:", *(_item(_reason(reason), width) for reason in reasons)] if reasons else []
    if recommendation.flips:
        lines += ["", "What would change it:", *(_item(_flip(flip), width) for flip in recommendation.flips)]
    return "\n".join(lines)


def recommendation_fields(recommendation: Recommendation) -> RecommendationFields:
    """Return the recommendation as fields of a JSON reply."""
    return {
        "framework": recommendation.framework,
        "scores": {"flask": recommendation.scores.flask, "django": recommendation.scores.django},
        "confidence": recommendation.confidence,
        "confidence_because": recommendation.confidence_because,
        "template_because": recommendation.template_because,
        "reasons": [_reason_fields(reason) for reason in recommendation.reasons],
        "against": [_reason_fields(reason) for reason in recommendation.against],
        "template_reasons": [_reason_fields(reason) for reason in recommendation.template_reasons],
        "template_against": [_reason_fields(reason) for reason in recommendation.template_against],
        "flips": [
            {"changes": dict(flip.changes), "framework": flip.framework, "template": flip.template}
            for flip in recommendation.flips
        ],
    }


def _reason(reason: Reason) -> str:
    return f"{reason.claim} [{reason.title}, {reason.section}]"


def _reason_fields(reason: Reason) -> ReasonFields:
    return {
        "id": reason.id,
        "document": reason.document,
        "title": reason.title,
        "section": reason.section,
        "claim": reason.claim,
        "weight": reason.weight,
        "answers": dict(reason.answers),
    }


def _flip(flip: Flip) -> str:
    changes = " and ".join(f"{key} = {value}" for key, value in flip.changes.items())
    return f"{changes}: {FRAMEWORK_NAMES[flip.framework]} ({flip.template})"


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def _item(text: str, width: int) -> str:
    return textwrap.fill(
        text, width, initial_indent="  - ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
