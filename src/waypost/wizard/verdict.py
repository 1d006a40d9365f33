"""The advice in a few lines, as the wizard shows it: the standing while it asks, the verdict, and the claims behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from waypost.advice.evidence import UNSURE, load_evidence
from waypost.advice.model import FRAMEWORK_NAMES, Flip, Reason, Recommendation
from waypost.advice.recommend import interim_advice
from waypost.model import Question, Value
from waypost.questions.catalogue import Catalogue

_OPEN_SHOWN = 4
_CLAIMS_SHOWN = 3
_REASONS_SHOWN = 2


def standing_line(decisions: Mapping[str, str]) -> str:
    """Return where the advice stands: the score, what it leans to, and which questions are still open."""
    now = interim_advice(decisions)
    score = f"Flask {now.scores.flask} : {now.scores.django} Django"
    if not now.has_evidence:
        lead = "no evidence yet"
    else:
        word = "settled on" if now.is_settled else "leaning"
        lead = f"{word} {FRAMEWORK_NAMES[now.framework]} ({now.template})"
    if now.is_settled:
        return f"{score}, {lead}."
    shown = ", ".join(now.open_questions[:_OPEN_SHOWN])
    more = len(now.open_questions) - _OPEN_SHOWN
    return f"{score}, {lead}. Still open: {shown}{f' and {more} more' if more > 0 else ''}"


def verdict_lines(
    catalogue: Catalogue, recommendation: Recommendation, stopped: str, *, everything: bool = False
) -> Iterator[str]:
    """Yield the verdict, its confidence, the weightiest reasons on either side, and the smallest changes."""
    name = FRAMEWORK_NAMES[recommendation.framework]
    yield f"Advice: {name}, with the template {recommendation.template}  (confidence: {recommendation.confidence})"
    if stopped:
        yield stopped
    yield f"{recommendation.confidence_because} {recommendation.template_because}"
    most = None if everything else _REASONS_SHOWN
    yield from _reasons("For it", "+", recommendation.reasons, most)
    if everything:
        yield from _reasons("For this template", "+", recommendation.template_reasons, most)
    yield from _reasons("Against it", "-", recommendation.against, most)
    if everything:
        yield from _reasons("Against this template", "-", recommendation.template_against, most)
    if recommendation.flips:
        other = "Django" if recommendation.framework == "flask" else "Flask"
        yield f"What would make it {other}"
        for flip in recommendation.flips[: None if everything else 2]:
            yield f"  > {_flip(catalogue, flip)}"


def claims_about(key: str, choice: str) -> tuple[str, ...]:
    """Return what the documents say where ``key`` is answered with ``choice``, the weightiest claims first."""
    about = [claim for claim in load_evidence().claims if choice in claim.when.get(key, ()) and len(claim.when) == 1]
    about.sort(key=lambda claim: -claim.weight)
    if choice == UNSURE:
        return ("Neutral: it adds nothing to either side, and you can change it later.",)
    if not about:
        return ("No claim of the documents rests on this answer alone; it leaves the advice as it stands.",)
    return tuple(
        f"{FRAMEWORK_NAMES.get(claim.leans, claim.leans)}: {claim.claim}  [{_cited(claim.document)}]"
        for claim in about[:_CLAIMS_SHOWN]
    )


def label_of(question: Question, value: Value) -> str:
    """Return a value as the catalogue calls it, without the explanation after the dash."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    labels = {choice.value: choice.label.partition(" - ")[0] for choice in question.choices}
    if isinstance(value, tuple):
        return ", ".join(labels.get(item, item) for item in value) or "None"
    return labels.get(value, value) or "(empty)"


def short(text: str, most: int) -> str:
    """Return ``text`` cut to ``most`` characters, between words where it has any."""
    if len(text) <= most:
        return text
    words = text[: most - 3].rsplit(" ", 1)[0] if " " in text[: most - 3] else text[: most - 3]
    return f"{words}..."


def _reasons(heading: str, mark: str, reasons: Sequence[Reason], most: int | None) -> Iterator[str]:
    if reasons:
        yield heading if most is None or len(reasons) <= most else f"{heading} ({most} of {len(reasons)} reasons)"
    for reason in reasons if most is None else _of_many_documents(reasons)[:most]:
        yield f"  {mark} {reason.claim}  [{reason.title if most is None else _cited(reason.document)}]"


def _of_many_documents(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the reasons with the weightiest of each document before its others."""
    firsts = {reason.document: reason for reason in reversed(reasons)}
    return sorted(reasons, key=lambda reason: (firsts[reason.document] != reason, -reason.weight))


def _cited(document: str) -> str:
    """Return a document in short: its author and year where they are known, else its title."""
    source = load_evidence().documents[document]
    if source.author and source.year:
        return f"{source.author.split()[-1]} {source.year}"
    return short(source.title, 34)


def _flip(catalogue: Catalogue, flip: Flip) -> str:
    changes = (
        f"{key} = {label_of(catalogue.by_key[key], value)}" if key in catalogue.by_key else f"{key} = {value}"
        for key, value in flip.changes.items()
    )
    return f"{', and '.join(changes)}  -> {flip.template}"
