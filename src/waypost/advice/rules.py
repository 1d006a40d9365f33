"""The rules of the advice: the claims that count are added up for either side, and the sums decide.

What a starter project cannot do comes first: a template that would be refused is never advised, however many points
speak for it. A tie goes to Django where that is what the team knows, and otherwise to Flask, which the documents call
the easier start. Within Flask, a second table of claims decides between one small module and an application of
blueprints.

A document speaks once for a statement, as the top of ``evidence.toml`` says. That is applied to one set of answers
(:func:`counting_claims`) and as terms of a sum (:func:`terms`); both come to the same, so that the reasons shown add up
to the points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Final, Protocol

from waypost.advice.evidence import DECISIONS, common_conditions, load_evidence
from waypost.advice.model import TEMPLATES, Dispute, Scores, Voice
from waypost.advice.sums import Term, WeightedSum

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from waypost.advice.evidence import Claim, Evidence
    from waypost.advice.model import Framework, Side, TemplateName
    from waypost.model import Value

MICRO_LEAD: Final = 2
"""By how much "micro" must lead "blueprints": one nuance (weight 1) is not enough to leave out what is hard to add."""

TEAM_KNOWS: Final = "team_knows"
"""What the team already knows: no document's evidence, so it adds no points; it decides where the points are equal."""

QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {**DECISIONS, TEAM_KNOWS: ("flask", "django", "both", "neither")}
"""All questions that the advice rests on, and their choices without "unsure"."""

_SIGN_IN: Final = tuple(choice for choice in DECISIONS["accounts"] if choice != "none")
_BACK_OFFICE: Final = tuple(choice for choice in DECISIONS["admin"] if choice != "none")
_RULED_OUT: Final = -1000


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What a template cannot do: it cannot be had with these answers, and ``because`` says why."""

    template: TemplateName
    when: Mapping[str, tuple[str, ...]]
    because: str

    def applies_to(self, known: Mapping[str, str]) -> bool:
        """Whether the answers ask for what the template cannot do."""
        return all(known.get(key) in choices for key, choices in self.when.items())


LIMITS: Final = (
    Limit(template="flask-micro", when={"admin": _BACK_OFFICE}, because="flask-micro has no admin area"),
    Limit(template="flask-micro", when={"accounts": _SIGN_IN}, because="flask-micro has no accounts"),
    Limit(
        template="flask-blueprints",
        when={"admin": _BACK_OFFICE, "accounts": ("none",)},
        because="flask-blueprints has no admin area without accounts",
    ),
    Limit(
        template="flask-blueprints",
        when={"data": ("document",), "admin": _BACK_OFFICE},
        because="flask-blueprints has no admin area over a document store",
    ),
    Limit(
        template="flask-blueprints",
        when={"data": ("document",), "accounts": _SIGN_IN},
        because="flask-blueprints keeps no accounts in a document store",
    ),
)
"""What the decisions can ask for and a template cannot do.

The catalogue refuses the same (``templates/questions/refusals.yml``, where documents mean MongoDB); a test compares the
two for every combination, so that the advice needs no catalogue. Django's template can do all that a decision asks for.
"""


@cache
def lead_of_flask() -> WeightedSum:
    """Return Flask's score less Django's, and far below zero for what no Flask template can do."""
    claims = terms(load_evidence().claims, "flask")
    return WeightedSum([*claims, *_ruled_out("flask-blueprints")])


@cache
def lead_of_micro() -> WeightedSum:
    """Return the score of "micro" less that of "blueprints", and far below zero for what flask-micro cannot do."""
    claims = terms(load_evidence().flask_claims, "micro")
    return WeightedSum([*claims, *_ruled_out("flask-micro")])


def _ruled_out(template: TemplateName) -> list[Term]:
    return [Term(when=limit.when, amount=_RULED_OUT) for limit in LIMITS if limit.template == template]


def template_of(known: Mapping[str, str], possible: Collection[TemplateName] = TEMPLATES) -> TemplateName:
    """Return the template that the answers lead to: the first in the order of preference that is ``possible``."""
    shapes: tuple[TemplateName, ...] = ("flask-blueprints", "flask-micro")
    if lead_of_micro().value(known) >= MICRO_LEAD:
        shapes = ("flask-micro", "flask-blueprints")
    is_django = framework_at(known, possible) == "django"
    order: tuple[TemplateName, ...] = ("django-full", *shapes) if is_django else (*shapes, "django-full")
    return next((template for template in order if template in possible), order[0])


def framework_at(known: Mapping[str, str], possible: Collection[TemplateName] = TEMPLATES) -> Framework:
    """Return the framework of the template that the answers lead to."""
    if len(left := {framework_of(template) for template in possible}) == 1:
        return left.pop()
    lead = lead_of_flask().value(known)
    return "django" if lead < 0 or (lead == 0 and known.get(TEAM_KNOWS) == "django") else "flask"


class Questions(Protocol):
    """What has to be known of the catalogue, which the advice does without: its questions, and what it refuses."""

    @property
    def by_key(self) -> Mapping[str, object]:
        """The questions by their keys."""

    def possible_values(self, key: str, given: Mapping[str, Value], /) -> Collection[str]:
        """Return the choices of ``key`` that nothing refuses beside the ``given`` answers."""


def possible_templates(questions: Questions, answers: Mapping[str, Value]) -> tuple[TemplateName, ...]:
    """Return the templates that the answers to other than the decision questions leave; the advice knows the rest."""
    if not answers.keys() - QUESTIONS.keys() - {"template"} or "template" not in questions.by_key:
        return TEMPLATES
    left = questions.possible_values("template", answers)
    return tuple(template for template in TEMPLATES if template in left) or TEMPLATES


def limits_met(known: Mapping[str, str]) -> tuple[Limit, ...]:
    """Return what the answers ask for and a template cannot do."""
    return tuple(limit for limit in LIMITS if limit.applies_to(known))


def framework_of(template: TemplateName) -> Framework:
    """Return the framework of a template."""
    return "django" if template == "django-full" else "flask"


def scores_of(known: Mapping[str, str]) -> Scores:
    """Return the weights of all claims that count, added up for either framework."""
    counting = counting_claims(load_evidence().claims, known)
    return Scores(
        flask=sum(claim.weight for claim in counting if claim.leans == "flask"),
        django=sum(claim.weight for claim in counting if claim.leans == "django"),
    )


def counting_claims(claims: Iterable[Claim], answers: Mapping[str, str]) -> tuple[Claim, ...]:
    """Return the claims that count for ``answers``: of those that rest on one statement, the heaviest that applies.

    They keep their order; of equally heavy ones the first counts.
    """
    applying = [claim for claim in claims if claim.applies_to(answers)]
    heaviest = {id(max(group, key=lambda claim: claim.weight)) for group in _by_statement(applying)}
    return tuple(claim for claim in applying if id(claim) in heaviest)


def terms(claims: Iterable[Claim], side: Side) -> Iterator[Term]:
    """Yield the terms of a sum that is the weight of the claims that count for ``side``, less that of the others.

    The heaviest of several weights is their sum, less what is counted twice where two apply, plus what is taken away
    twice where three do, and so on.
    """
    for group in _by_statement(claims):
        for count in range(1, len(group) + 1):
            for together in combinations(group, count):
                when = common_conditions(claim.when for claim in together)
                amount = min(claim.weight for claim in together) * (1 if count % 2 else -1)
                if when:
                    yield Term(when=when, amount=amount if group[0].leans == side else -amount)


def disputes(evidence: Evidence, answers: Mapping[str, str]) -> tuple[Dispute, ...]:
    """Return the disagreements in which claims on both sides count for ``answers``, in the order of the evidence.

    A document that only contradicts itself is no disagreement of documents.
    """
    counting = {claim.id: claim for claim in counting_claims(evidence.claims, answers)}
    found = []
    for disagreement in evidence.disagreements:
        flask = _voices(evidence, counting, disagreement.flask)
        django = _voices(evidence, counting, disagreement.django)
        if any(one.document != other.document for one in flask for other in django):
            found.append(Dispute(id=disagreement.id, about=disagreement.about, flask=flask, django=django))
    return tuple(found)


def _voices(evidence: Evidence, counting: Mapping[str, Claim], ids: Iterable[str]) -> tuple[Voice, ...]:
    """Return the voices among ``ids`` that count, of each document the heaviest."""
    loudest: dict[str, Claim] = {}
    for claim in sorted((counting[id_] for id_ in ids if id_ in counting), key=lambda claim: -claim.weight):
        loudest.setdefault(claim.document, claim)
    return tuple(
        Voice(
            id=claim.id,
            document=claim.document,
            title=evidence.documents[claim.document].title,
            source=evidence.documents[claim.document].source,
            section=claim.section,
            claim=claim.claim,
        )
        for claim in loudest.values()
    )


def _by_statement(claims: Iterable[Claim]) -> Iterable[list[Claim]]:
    groups: dict[tuple[str, str, Side], list[Claim]] = {}
    for claim in claims:
        groups.setdefault((claim.document, claim.statement, claim.leans), []).append(claim)
    return groups.values()
