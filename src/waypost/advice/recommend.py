"""Which framework and template fit the answers, why, and which question is worth asking next.

Pure and deterministic: answers in, values out. :mod:`waypost.advice.rules` decides; what is here explains it.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Final

from waypost.advice.evidence import DECISIONS, UNSURE, load_evidence
from waypost.advice.model import Flip, InterimAdvice, Reason, Recommendation, Scores
from waypost.advice.rules import (
    MICRO_LEAD,
    NEEDS_SIGN_IN,
    framework_of,
    lead_of_flask,
    lead_of_micro,
    scores_of,
    template_of,
)
from waypost.errors import AnswersError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from waypost.advice.evidence import Claim
    from waypost.advice.model import Confidence, Framework, Side, TemplateName

BALANCED_SHARE: Final = 0.6
"""Below this part of all points for the winner, the reasons count as balanced."""

FEW_REASONS: Final = 3
FEW_POINTS: Final = 6
"""Fewer reasons for the winner, or fewer points on both sides together, are few."""

CLEAR_SHARE: Final = 0.75
CLEAR_LEAD: Final = 8
"""At least this part of all points, and a lead that only a strong answer takes back, are clear."""

MAX_FLIPS: Final = 5
MAX_CHANGES_OF_A_FLIP: Final = 3


def recommend(answers: Mapping[str, str]) -> Recommendation:
    """Return the advice for ``answers`` (decision questions to choices), with its evidence.

    A missing key means the same as "unsure". Raises AnswersError for a key or value that is not among ``DECISIONS``.
    """
    known = _known(answers)
    scores = scores_of(known)
    template = template_of(known)
    framework = framework_of(template)
    other: Framework = "django" if framework == "flask" else "flask"
    evidence = load_evidence()
    confidence, because = _confidence(scores, _reasons(evidence.claims, known, framework))
    shape: Side = "micro" if template == "flask-micro" else "blueprints"
    other_shape: Side = "blueprints" if template == "flask-micro" else "micro"
    shape_claims = evidence.flask_claims if framework == "flask" else ()
    return Recommendation(
        framework=framework,
        template=template,
        template_because=_template_because(known, template, scores),
        scores=scores,
        confidence=confidence,
        confidence_because=because,
        is_tie=scores.flask == scores.django,
        has_evidence=_has_evidence(scores),
        reasons=_reasons(evidence.claims, known, framework),
        against=_reasons(evidence.claims, known, other),
        template_reasons=_reasons(shape_claims, known, shape),
        template_against=_reasons(shape_claims, known, other_shape),
        flips=_flips(known, framework),
    )


def next_question(answers: Mapping[str, str]) -> str | None:
    """Return the open decision question that can move the verdict most, or None once none can change the template.

    A question counts as answered if its key is there, "unsure" included. Raises AnswersError as :func:`recommend` does.
    """
    _known(answers)
    if _is_settled(answers):
        return None
    return _open_questions(answers)[0]


def interim_advice(answers: Mapping[str, str]) -> InterimAdvice:
    """Return where the advice stands after ``answers`` and what could still change it."""
    known = _known(answers)
    scores = scores_of(known)
    template = template_of(known)
    is_settled = _is_settled(answers)
    return InterimAdvice(
        scores=scores,
        framework=framework_of(template),
        template=template,
        has_evidence=_has_evidence(scores),
        is_settled=is_settled,
        open_questions=() if is_settled else _open_questions(answers),
    )


# Checking answers


def _known(answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that say something, in the catalogue's order, so that the order of asking never matters."""
    for key, value in answers.items():
        if key not in DECISIONS:
            raise AnswersError(
                f"{key!r} is not a decision question{_meant(key, DECISIONS)}",
                hint=f"The decision questions are: {', '.join(DECISIONS)}.",
                key=str(key),
            )
        if value != UNSURE and value not in DECISIONS[key]:
            choices = (*DECISIONS[key], UNSURE)
            raise AnswersError(
                f"{key}: {value!r} is not one of its choices{_meant(value, choices)}",
                hint=f"Choose one of: {', '.join(choices)}.",
                key=key,
            )
    return {key: answers[key] for key in DECISIONS if answers.get(key, UNSURE) != UNSURE}


def _meant(word: object, words: Iterable[str]) -> str:
    near = nearest(word, words)
    return f"; did you mean {near!r}?" if near else ""


# Saying why


def _has_evidence(scores: Scores) -> bool:
    return scores.flask + scores.django > 0


def _reasons(claims: Iterable[Claim], known: Mapping[str, str], side: Side) -> tuple[Reason, ...]:
    """Return the claims for ``side`` that apply, the weightiest first, otherwise in the order of the evidence."""
    documents = load_evidence().documents
    applying = [claim for claim in claims if claim.leans == side and claim.applies_to(known)]
    return tuple(
        Reason(
            id=claim.id,
            document=claim.document,
            title=documents[claim.document].title,
            section=claim.section,
            claim=claim.claim,
            leans=claim.leans,
            weight=claim.weight,
            answers={key: known[key] for key in claim.when},
        )
        for claim in sorted(applying, key=lambda claim: -claim.weight)
    )


def _confidence(scores: Scores, reasons: tuple[Reason, ...]) -> tuple[Confidence, str]:
    """Say how far to trust the verdict, and why; the limits are Waypost's own.

    Low: the reasons are few or balanced. High: they point clearly one way, and rest on more than one answer and more
    than one document. Otherwise medium.
    """
    count = str(scores)
    if doubt := _doubt(scores, reasons, count):
        return "low", doubt
    if len({key for reason in reasons for key in reason.answers}) == 1:
        if min(scores.flask, scores.django):
            return "medium", f"The reasons lean one way ({count}), but all that speak for it rest on one answer."
        return "medium", f"The reasons point one way ({count}), but all of them rest on one answer."
    documents = {reason.document for reason in reasons}
    if _share(scores) >= CLEAR_SHARE and _lead(scores) >= CLEAR_LEAD and len(documents) > 1:
        return "high", f"The reasons point clearly one way: {count}, from {len(documents)} documents."
    return "medium", f"The reasons lean one way, but not overwhelmingly: {count}."


def _doubt(scores: Scores, reasons: tuple[Reason, ...], count: str) -> str:
    """Say why confidence is low, or nothing if it is not."""
    if not _has_evidence(scores):
        return "No answer so far is evidence for either framework; Flask is the easier start, nothing more."
    if _lead(scores) == 0:
        return f"The reasons are exactly balanced ({count}); a tie goes to Flask as the easier start."
    if _share(scores) < BALANCED_SHARE:
        return f"The reasons are nearly balanced: {count}."
    if len(reasons) < FEW_REASONS or scores.flask + scores.django < FEW_POINTS:
        return f"There are few reasons to go by: {count}."
    return ""


def _lead(scores: Scores) -> int:
    return abs(scores.flask - scores.django)


def _share(scores: Scores) -> float:
    """Return the winner's part of all points."""
    return max(scores.flask, scores.django) / (scores.flask + scores.django)


def _template_because(known: Mapping[str, str], template: TemplateName, scores: Scores) -> str:
    if template == "django-full":
        return "Django has one starter project."
    if template == "flask-micro":
        return "The answers describe one small service, which fits in a few files."
    if not _has_evidence(scores):
        return "Nothing is known yet; Flask with blueprints is the easiest start with nothing to take out again."
    if needing := [key for key in NEEDS_SIGN_IN if known.get(key) in NEEDS_SIGN_IN[key]]:
        return f"The answer to {' and '.join(needing)} calls for sign-in, which the micro template does not have."
    return "The answers do not clearly describe one small service, so the application gets room for its parts."


# What would change it


def _flips(known: Mapping[str, str], framework: Framework) -> tuple[Flip, ...]:
    """Find the smallest changes that lead to the other framework, at most ``MAX_FLIPS`` of them.

    Of the changes to the same questions only the strongest is kept. Empty if more than ``MAX_CHANGES_OF_A_FLIP``
    answers would have to change.
    """
    for size in range(1, MAX_CHANGES_OF_A_FLIP + 1):
        found = []
        for keys in combinations(DECISIONS, size):
            strongest = min(_changes(known, framework, keys), key=lambda change: change[0], default=None)
            if strongest is not None:
                found.append(strongest)
        if found:
            found.sort(key=lambda change: change[0])
            return tuple(_flip(known, changes) for _, changes in found[:MAX_FLIPS])
    return ()


def _changes(
    known: Mapping[str, str], framework: Framework, keys: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the new answers to all of ``keys`` that flip the framework, each with its effect (less is stronger)."""
    lead = lead_of_flask()
    kept = {key: value for key, value in known.items() if key not in keys}
    least, greatest = lead.limits(kept, frozenset(keys))
    base = lead.value(kept)
    if (base + least >= 0) if framework == "flask" else (base + greatest < 0):
        return
    for values in product(*(DECISIONS[key] for key in keys)):
        changes = dict(zip(keys, values, strict=True))
        if any(known.get(key) == value for key, value in changes.items()):
            continue
        after = lead.value({**kept, **changes})
        if (after < 0) == (framework == "flask"):
            yield (after if framework == "flask" else -after), changes


def _flip(known: Mapping[str, str], changes: dict[str, str]) -> Flip:
    template = template_of({**known, **changes})
    return Flip(changes=changes, framework=framework_of(template), template=template)


# What is worth asking


def _is_settled(answers: Mapping[str, str]) -> bool:
    """Tell whether every way to answer what is open leads to the same template.

    Exact, as the limits are: Django needs a lead below zero, and where it cannot be reached any more, micro needs
    ``MICRO_LEAD``. (No answers without evidence for a framework reach that; a test holds the evidence to it.)
    """
    open_keys = frozenset(DECISIONS).difference(answers)
    lead = lead_of_flask().value(answers)
    least, greatest = lead_of_flask().limits(answers, open_keys)
    if lead + greatest < 0:
        return True
    if lead + least < 0:
        return False
    micro = lead_of_micro().value(answers)
    least, greatest = lead_of_micro().limits(answers, open_keys)
    return micro + greatest < MICRO_LEAD or micro + least >= MICRO_LEAD


def _open_questions(answers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the open questions that can still move what is not settled, the one that moves it farthest first."""
    open_keys = frozenset(DECISIONS).difference(answers)
    least, _ = lead_of_flask().limits(answers, open_keys)
    undecided = lead_of_flask() if lead_of_flask().value(answers) + least < 0 else lead_of_micro()
    return undecided.movers(answers, open_keys)
