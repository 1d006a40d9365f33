"""Which framework and template fit the answers, why, and which question is worth asking next.

Pure and deterministic: answers in, values out. :mod:`waypost.advice.rules` decides, :mod:`waypost.advice.outlook` says
what could change it; what is here explains the advice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from waypost.advice.evidence import UNSURE, load_evidence
from waypost.advice.model import FRAMEWORK_NAMES, TEMPLATES, InterimAdvice, Reason, Recommendation
from waypost.advice.outlook import (
    IMPROBABLE,
    LEAST_ASKED,
    NEARLY_EQUAL,
    certainty_of,
    chance_of_change,
    flips_of,
    open_questions,
)
from waypost.advice.rules import (
    QUESTIONS,
    TEAM_KNOWS,
    counting_claims,
    disputes,
    framework_of,
    limits_met,
    scores_of,
    template_of,
)
from waypost.errors import AnswersError, ErrorCode, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from waypost.advice.evidence import Claim
    from waypost.advice.model import Certainty, Change, Framework, Scores, Side, TemplateName


def recommend(answers: Mapping[str, str], possible: Collection[TemplateName] = TEMPLATES) -> Recommendation:
    """Return the advice for ``answers`` (decision questions to choices), with its evidence.

    A missing key means the same as "unsure". ``possible`` are the templates that the answers to other questions leave;
    what the decisions rule out is known here. Raises AnswersError for a key or value that is not among ``QUESTIONS``.
    """
    known = _known(answers)
    scores = scores_of(known)
    template = template_of(known, possible)
    framework = framework_of(template)
    other: Framework = "django" if framework == "flask" else "flask"
    by_points = _by_points(scores, known)
    has_evidence = _has_evidence(scores)
    is_tie = has_evidence and scores.flask == scores.django and _is_either_possible(known, possible)
    lead = abs(scores.flask - scores.django) if framework == by_points else None
    certainty, nearby, tried = certainty_of(known, possible, lead=lead)
    shape: Side = "micro" if template == "flask-micro" else "blueprints"
    other_shape: Side = "blueprints" if template == "flask-micro" else "micro"
    evidence = load_evidence()
    shape_claims = evidence.flask_claims if framework == "flask" else ()
    return Recommendation(
        framework=framework,
        template=template,
        template_because=_template_because(known, template, by_points, scores),
        by_points=by_points,
        limits=tuple(limit.because for limit in limits_met(known) if limit.template != template),
        scores=scores,
        certainty=certainty,
        certainty_because=_certainty_because(certainty, nearby, scores, lead, is_tie=is_tie),
        nearby=nearby,
        nearby_tried=tried,
        is_tie=is_tie,
        has_evidence=has_evidence,
        team_knows=known.get(TEAM_KNOWS, ""),
        is_decided_by_team=framework == "django" and is_tie,
        reasons=_reasons(evidence.claims, known, framework),
        against=_reasons(evidence.claims, known, other),
        template_reasons=_reasons(shape_claims, known, shape),
        template_against=_reasons(shape_claims, known, other_shape),
        flips=flips_of(known, possible),
        disputes=disputes(evidence, known),
    )


def next_question(answers: Mapping[str, str], possible: Collection[TemplateName] = TEMPLATES) -> str | None:
    """Return the first open question that can still change the template, or None once none can.

    A question counts as answered if its key is there, "unsure" included. Raises AnswersError as :func:`recommend` does.
    """
    _known(answers)
    questions, _ = open_questions(answers, possible)
    return questions[0] if questions else None


def interim_advice(answers: Mapping[str, str], possible: Collection[TemplateName] = TEMPLATES) -> InterimAdvice:
    """Return where the advice stands after ``answers`` and what could still change it."""
    known = _known(answers)
    scores = scores_of(known)
    template = template_of(known, possible)
    questions, is_framework_certain = open_questions(answers, possible)
    return InterimAdvice(
        scores=scores,
        framework=framework_of(template),
        template=template,
        has_evidence=_has_evidence(scores),
        is_settled=not questions,
        is_framework_certain=is_framework_certain,
        open_questions=questions,
    )


def is_change_improbable(answers: Mapping[str, str], possible: Collection[TemplateName] = TEMPLATES) -> bool:
    """Return whether few of the ways to answer what is open lead to another template than the one advised now.

    Without evidence there is no advice to change: then it never is, nor after a single question.
    """
    if len(answers) < LEAST_ASKED:
        return False
    return _has_evidence(scores_of(_known(answers))) and chance_of_change(answers, possible) <= IMPROBABLE


# Checking answers


def _known(answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that say something, in the catalogue's order, so that the order of asking never matters."""
    for key, value in answers.items():
        if key not in QUESTIONS:
            raise AnswersError(
                f"{key!r} is not a decision question{_meant(key, QUESTIONS)}",
                hint=f"The decision questions are: {', '.join(QUESTIONS)}.",
                key=str(key),
                code=ErrorCode.UNKNOWN_QUESTION,
            )
        if value != UNSURE and value not in QUESTIONS[key]:
            choices = (*QUESTIONS[key], UNSURE)
            raise AnswersError(
                f"{key}: {value!r} is not one of its choices{_meant(value, choices)}",
                hint=f"Choose one of: {', '.join(choices)}.",
                key=key,
            )
    return {key: answers[key] for key in QUESTIONS if answers.get(key, UNSURE) != UNSURE}


def _meant(word: object, words: Iterable[str]) -> str:
    near = nearest(word, words)
    return f"; did you mean {near!r}?" if near else ""


# Saying why


def _has_evidence(scores: Scores) -> bool:
    return scores.flask + scores.django > 0


def _by_points(scores: Scores, known: Mapping[str, str]) -> Framework:
    """Return the framework that the points lead to, whatever the templates can do."""
    if scores.flask == scores.django:
        return "django" if known.get(TEAM_KNOWS) == "django" else "flask"
    return "flask" if scores.flask > scores.django else "django"


def _is_either_possible(known: Mapping[str, str], possible: Collection[TemplateName]) -> bool:
    ruled_out = {limit.template for limit in limits_met(known)}
    return len({framework_of(template) for template in possible if template not in ruled_out}) > 1


def _reasons(claims: Iterable[Claim], known: Mapping[str, str], side: Side) -> tuple[Reason, ...]:
    """Return the claims for ``side`` that count, the weightiest first, otherwise in the order of the evidence."""
    documents = load_evidence().documents
    counting = [claim for claim in counting_claims(claims, known) if claim.leans == side]
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
        for claim in sorted(counting, key=lambda claim: -claim.weight)
    )


def _certainty_because(
    certainty: Certainty, nearby: tuple[Change, ...], scores: Scores, lead: int | None, *, is_tie: bool
) -> str:
    """Say what the word for how sure the advice is rests on."""
    questions = list(dict.fromkeys(key for change in nearby for key in change.changes))
    if is_tie:
        return f"The points are equal: {scores}."
    if not _has_evidence(scores):
        return "No answer so far is evidence for either framework."
    if certainty == "firm":
        return "No other answer to a single question, one step away, would change the framework."
    if certainty == "close call" and lead is not None and lead <= NEARLY_EQUAL:
        return f"The points are nearly equal: {scores}."
    return f"One other answer to {_any_of(questions)} would change the framework."


def _any_of(questions: list[str]) -> str:
    *most, last = questions
    return f"any of {', '.join(most)} and {last}" if len(most) > 1 else " or ".join(questions)


def _template_because(known: Mapping[str, str], template: TemplateName, by_points: Framework, scores: Scores) -> str:
    met = {limit.template: limit.because for limit in reversed(limits_met(known)) if limit.template != template}
    if framework_of(template) != by_points:
        but = f"The points lean to {FRAMEWORK_NAMES[by_points]} ({scores}), but"
        if because := met.get("flask-blueprints"):
            return f"{but} {because}. Django's starter project can do what you answered."
        return f"{but} the other answers leave no template of {FRAMEWORK_NAMES[by_points]}."
    if template == "flask-blueprints":
        return _blueprints_because(met.get("flask-micro", ""), scores)
    if template == "django-full":
        return "Django has one starter project."
    return "The answers describe one small service, which fits in a few files."


def _blueprints_because(limit_of_micro: str, scores: Scores) -> str:
    if limit_of_micro:
        return f"The application gets blueprints, because {limit_of_micro}."
    if not _has_evidence(scores):
        return "Nothing is known yet; Flask with blueprints is the easiest start, with nothing to remove later."
    return "The answers do not clearly describe one small service, so the application gets room for its parts."
