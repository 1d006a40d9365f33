"""The rules of the advice: the claims that apply are added up for either side, and the sums decide.

A tie goes to Flask, which the documents call the easier start. Within Flask, a second table of claims decides between
one small module and an application of blueprints.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from waypost.advice.evidence import load_evidence
from waypost.advice.model import Scores
from waypost.advice.sums import Term, WeightedSum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from waypost.advice.model import Framework, TemplateName

MICRO_LEAD: Final = 2
"""By how much "micro" must lead "blueprints": one nuance (weight 1) is not enough to leave out what is hard to add."""

NEEDS_SIGN_IN: Final[Mapping[str, tuple[str, ...]]] = {"admin": ("basic", "multi-role"), "accounts": ("login", "full")}
"""The answers that rule flask-micro out, because that template has no sign-in (``templates/flask-micro``)."""

_RULED_OUT: Final = -1000


@cache
def lead_of_flask() -> WeightedSum:
    """Return Flask's score less Django's."""
    return WeightedSum(
        Term(when=claim.when, amount=claim.weight if claim.leans == "flask" else -claim.weight)
        for claim in load_evidence().claims
    )


@cache
def lead_of_micro() -> WeightedSum:
    """Return the score of "micro" less that of "blueprints", and far below zero for whatever needs a sign-in."""
    claims = [
        Term(when=claim.when, amount=claim.weight if claim.leans == "micro" else -claim.weight)
        for claim in load_evidence().flask_claims
    ]
    return WeightedSum([*claims, *(Term(when={key: NEEDS_SIGN_IN[key]}, amount=_RULED_OUT) for key in NEEDS_SIGN_IN)])


def template_of(known: Mapping[str, str]) -> TemplateName:
    """Return the template that the answers lead to."""
    if lead_of_flask().value(known) < 0:
        return "django-full"
    return "flask-micro" if lead_of_micro().value(known) >= MICRO_LEAD else "flask-blueprints"


def framework_of(template: TemplateName) -> Framework:
    """Return the framework of a template."""
    return "django" if template == "django-full" else "flask"


def scores_of(known: Mapping[str, str]) -> Scores:
    """Return the weights of all claims that apply, added up for either framework."""
    applying = [claim for claim in load_evidence().claims if claim.applies_to(known)]
    return Scores(
        flask=sum(claim.weight for claim in applying if claim.leans == "flask"),
        django=sum(claim.weight for claim in applying if claim.leans == "django"),
    )
