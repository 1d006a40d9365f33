"""The advice as people read it, and as the fields of a JSON reply."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypedDict

from waypost.advice.evidence import load_evidence
from waypost.advice.model import FRAMEWORK_NAMES, Certainty, Change, Dispute, Reason, Recommendation, Voice
from waypost.advice.shown.changes import flip_lines

Beside = Sequence[tuple[str, Sequence[str]]]
"""What stands beside the advice without being part of it: headings, and the items under each."""

CONFIDENCE: Final[Mapping[Certainty, str]] = {"firm": "high", "likely": "medium", "close call": "low"}
"""The words of the replies before schema 2; what they rest on has changed with it."""

_FEW_DOCUMENTS: Final = 2


class ReasonFields(TypedDict):
    """A document's claim, and the answers that it rests on."""

    id: str
    document: str
    title: str
    section: str
    claim: str
    weight: int
    answers: dict[str, str]


class ChangeFields(TypedDict):
    """The answers to change, and what the advice then is."""

    changes: dict[str, str]
    framework: str
    template: str


class CertaintyFields(TypedDict):
    """What the word for how sure the advice is rests on."""

    tried: int
    changes: list[ChangeFields]


class VoiceFields(TypedDict):
    """What one document says in a disagreement; ``source`` is its author and year as far as they are given."""

    id: str
    document: str
    title: str
    source: str
    section: str
    claim: str


class DisagreementFields(TypedDict):
    """A disagreement of the documents, with the voices on either side."""

    about: str
    flask: list[VoiceFields]
    django: list[VoiceFields]


class RecommendationFields(TypedDict):
    """The advice in a JSON reply, but for the template, which every reply has."""

    framework: str
    by_points: str
    limits: list[str]
    scores: dict[str, int]
    is_tie: bool
    team_knows: str | None
    certainty: str
    certainty_because: str
    certainty_rests_on: CertaintyFields
    confidence: str
    confidence_because: str
    template_because: str
    reasons: list[ReasonFields]
    against: list[ReasonFields]
    template_reasons: list[ReasonFields]
    template_against: list[ReasonFields]
    flips: list[ChangeFields]
    disagreements: list[DisagreementFields]


def headline(recommendation: Recommendation) -> str:
    """Return the advice in one line; it says so where either framework will do."""
    name, template = FRAMEWORK_NAMES[recommendation.framework], recommendation.template
    if recommendation.is_tie and recommendation.is_decided_by_team:
        return f"A tie: choose either. Your team knows Django, so Waypost proposes {template}."
    if recommendation.is_tie:
        return f"A tie: choose either. Waypost proposes Flask, template {template}, as the easier start."
    if not recommendation.has_evidence and recommendation.framework == recommendation.by_points:
        return f"Nothing speaks for either yet: choose either. Waypost proposes {name}, template {template}."
    return f"{name}, template {template}"


def team_line(recommendation: Recommendation) -> str:
    """Return Waypost's own word on what the team knows, which no document weighs."""
    match recommendation.team_knows:
        case "":
            return ""
        case "both" | "neither" as known:
            return f"Waypost's own reasoning: the team knows {known}, so what it knows favours neither framework."
        case known if known == recommendation.framework:
            return f"Waypost's own reasoning: the team knows {FRAMEWORK_NAMES[known]}, which also speaks for it."
        case known:
            return (
                f"Waypost's own reasoning: the team knows {FRAMEWORK_NAMES[known]}. That adds no points, but what a "
                "team knows, existing code, and who will maintain it can outweigh the documents."
            )


def recommendation_text(recommendation: Recommendation, *, beside: Beside = (), width: int = 100) -> str:
    """Return the verdict with its evidence for people, in lines of at most ``width`` columns."""
    parts = [headline(recommendation), certainty_line(recommendation), recommendation.template_because]
    lines = [_wrapped(part, width) for part in (*parts, team_line(recommendation)) if part]
    lines += [_wrapped(line, width) for line in dispute_lines(recommendation.disputes)]
    for heading, items in sections(recommendation, beside):
        lines += ["", f"{heading}:", *(_item(item, width) for item in items)]
    return "\n".join(lines)


def certainty_line(recommendation: Recommendation) -> str:
    """Return how sure the advice is, what that rests on, and where few documents say anything at all."""
    return f"{recommendation.certainty.capitalize()}. {recommendation.certainty_because}{thin_line(recommendation)}"


def thin_line(recommendation: Recommendation) -> str:
    """Return, to stand behind a sentence, that few documents speak of the answers, or nothing where more do."""
    speaking = {reason.document for reason in (*recommendation.reasons, *recommendation.against)}
    if not 0 < len(speaking) <= _FEW_DOCUMENTS:
        return ""
    every = {claim.document for claim in load_evidence().claims}
    verb = "say" if len(speaking) > 1 else "says"
    return f" The documents are thin here: {len(speaking)} of the {len(every)} {verb} anything about these answers."


def sections(recommendation: Recommendation, beside: Beside = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the headings of the verdict with their items; the points of the items add up to those in the heading."""
    for heading, reasons in reason_sections(recommendation):
        yield heading, tuple(cited(reason) for reason in reasons)
    yield from ((heading, tuple(items)) for heading, items in beside if items)
    yield "What would change it", flip_lines(recommendation.flips)


def reason_sections(recommendation: Recommendation) -> Iterator[tuple[str, tuple[Reason, ...]]]:
    """Yield the reasons under their headings: those on the framework, and apart from them those on Flask's shape."""
    name, other = FRAMEWORK_NAMES[recommendation.framework], _other(recommendation)
    shape, other_shape = "flask-micro", "flask-blueprints"
    if recommendation.template != "flask-micro":
        shape, other_shape = other_shape, shape
    for heading, reasons in (
        (f"For {name}", recommendation.reasons),
        (f"For {other}", recommendation.against),
        (f"How the Flask project is laid out: for {shape}", recommendation.template_reasons),
        (f"How the Flask project is laid out: for {other_shape}", recommendation.template_against),
    ):
        if reasons:
            yield f"{heading} ({points_of(sum(reason.weight for reason in reasons))})", reasons


def dispute_lines(disputes: Sequence[Dispute]) -> tuple[str, ...]:
    """Return each disagreement of the documents in one sentence, with the voices on both sides and their sources."""
    return tuple(
        f"The documents disagree. {dispute.about} {_voices('Flask', dispute.flask)} {_voices('Django', dispute.django)}"
        for dispute in disputes
    )


def _voices(name: str, voices: Sequence[Voice]) -> str:
    said = "; ".join(f"{voice.claim.rstrip('.')} ({voice.title}, {voice.source})" for voice in voices)
    return f"Opinion for {name}: {said}."


def points_of(points: int) -> str:
    """Return a number of points in words."""
    return "1 point" if points == 1 else f"{points} points"


def cited(reason: Reason) -> str:
    """Return a reason with the place where its document says so, and its points."""
    return f"{reason.claim} [{reason.title}, {reason.section}; {points_of(reason.weight)}]"


def recommendation_fields(recommendation: Recommendation) -> RecommendationFields:
    """Return the recommendation as fields of a JSON reply."""
    return {
        "framework": recommendation.framework,
        "by_points": recommendation.by_points,
        "limits": list(recommendation.limits),
        "scores": {"flask": recommendation.scores.flask, "django": recommendation.scores.django},
        "is_tie": recommendation.is_tie,
        "team_knows": recommendation.team_knows or None,
        "certainty": recommendation.certainty,
        "certainty_because": recommendation.certainty_because,
        "certainty_rests_on": {
            "tried": recommendation.nearby_tried,
            "changes": [_change_fields(change) for change in recommendation.nearby],
        },
        "confidence": CONFIDENCE[recommendation.certainty],
        "confidence_because": recommendation.certainty_because,
        "template_because": recommendation.template_because,
        "reasons": [_reason_fields(reason) for reason in recommendation.reasons],
        "against": [_reason_fields(reason) for reason in recommendation.against],
        "template_reasons": [_reason_fields(reason) for reason in recommendation.template_reasons],
        "template_against": [_reason_fields(reason) for reason in recommendation.template_against],
        "flips": [_change_fields(flip) for flip in recommendation.flips],
        "disagreements": [
            {
                "about": dispute.about,
                "flask": [_voice_fields(voice) for voice in dispute.flask],
                "django": [_voice_fields(voice) for voice in dispute.django],
            }
            for dispute in recommendation.disputes
        ],
    }


def _other(recommendation: Recommendation) -> str:
    return "Django" if recommendation.framework == "flask" else "Flask"


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


def _voice_fields(voice: Voice) -> VoiceFields:
    return {
        "id": voice.id,
        "document": voice.document,
        "title": voice.title,
        "source": voice.source,
        "section": voice.section,
        "claim": voice.claim,
    }


def _change_fields(change: Change) -> ChangeFields:
    return {"changes": dict(change.changes), "framework": change.framework, "template": change.template}


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def _item(text: str, width: int) -> str:
    return textwrap.fill(
        text, width, initial_indent="  - ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
