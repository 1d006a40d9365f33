"""What could change the advice: answers one step away, and the questions that are still open."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Final

from waypost.advice.evidence import DECISIONS, UNSURE
from waypost.advice.model import TEMPLATES, Change
from waypost.advice.rules import (
    MICRO_LEAD,
    TEAM_KNOWS,
    framework_at,
    framework_of,
    lead_of_flask,
    lead_of_micro,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from waypost.advice.model import Certainty, Framework, TemplateName
    from waypost.advice.sums import WeightedSum

ORDER: Final = (
    "kind",
    "admin",
    "accounts",
    "data",
    "size",
    "delivery",
    "growth",
    "experience",
    "security",
    "philosophy",
    TEAM_KNOWS,
)
"""In which order the questions are asked, of those that can change something.

First come what is being built and what it must have, then what can be estimated, then the most abstract question. What
the team knows is asked only where nothing else decides.
"""

NEARLY_EQUAL: Final = 2
"""A lead of at most this many points, less than one plain piece of advice (weight 3), counts as nearly equal."""

FEW: Final = 2
"""Up to this many questions whose next answer changes the framework are a few."""

IMPROBABLE: Final = 0.28
"""A change is improbable if at most this part of all ways to answer what is open leads to another template.

All ways count alike here, also those that nobody would choose beside the answers given. Of realistic answers fewer than
one in ten lead elsewhere; the limit is chosen so that half of the people are asked at most four questions
(tests/advice/test_length.py measures both).
"""

LEAST_ASKED: Final = 2
"""At least this many questions come before the offer to stop: one answer says little about what somebody builds."""

MOST_FLIPS: Final = 5
_FEW_OPEN: Final = 6
_ROUNDING: Final = 1e-9
_NOT_CHANGED_AT_WILL: Final = ("kind", "experience")


# Answers one step away


def certainty_of(
    known: Mapping[str, str], possible: Collection[TemplateName], *, lead: int | None
) -> tuple[Certainty, tuple[Change, ...], int]:
    """Return how sure the framework is, the nearby answers that change it, and how many were tried.

    Firm: none does, and likely: answers to one or two questions do. ``lead`` is by how many points the framework leads,
    or None where the points did not decide; a lead that is nearly nothing makes it a close call in any case.
    """
    steps = [{key: value} for key in DECISIONS if key != "kind" for value in _next_answers(known, key)]
    nearby = _turning(known, possible, steps)
    questions = {key for change in nearby for key in change.changes}
    if len(questions) > FEW or (lead is not None and lead <= NEARLY_EQUAL):
        return "close call", nearby, len(steps)
    return ("likely" if questions else "firm"), nearby, len(steps)


def flips_of(known: Mapping[str, str], possible: Collection[TemplateName]) -> tuple[Change, ...]:
    """Return the realistic changes that lead to the other framework: those to open questions first.

    What somebody builds, and how experienced the team is, is not changed for a framework's sake: these two count only
    where they are open, and alone. Where no single answer is enough, two are tried; where two are not, nothing
    realistic is left.
    """
    for size in (1, 2):
        realistic = [key for key in ORDER[:-1] if key not in _NOT_CHANGED_AT_WILL or (key not in known and size == 1)]
        realistic.sort(key=lambda key: key in known)
        changes = [
            dict(zip(keys, values, strict=True))
            for keys in combinations(realistic, size)
            for values in product(*(_next_answers(known, key) for key in keys))
        ]
        if turning := _turning(known, possible, changes):
            questions = list(dict.fromkeys(tuple(change.changes) for change in turning))[:MOST_FLIPS]
            return tuple(change for change in turning if tuple(change.changes) in questions)
    return ()


def _turning(
    known: Mapping[str, str], possible: Collection[TemplateName], changes: Iterable[Mapping[str, str]]
) -> tuple[Change, ...]:
    """Return those of ``changes`` that lead to the other framework."""
    framework = framework_at(known, possible)
    turning = [change for change in changes if framework_at({**known, **change}, possible) != framework]
    templates = [template_of({**known, **change}, possible) for change in turning]
    return tuple(
        Change(changes=change, framework=framework_of(template), template=template)
        for change, template in zip(turning, templates, strict=True)
    )


def _next_answers(known: Mapping[str, str], key: str) -> tuple[str, ...]:
    """Return the answers one step from the one to ``key``: its neighbours, or any where nothing is known."""
    choices = DECISIONS[key]
    if key not in known:
        return choices
    place = choices.index(known[key])
    return choices[max(0, place - 1) : place] + choices[place + 1 : place + 2]


# Questions still open


def open_questions(
    answers: Mapping[str, str], possible: Collection[TemplateName] = TEMPLATES
) -> tuple[tuple[str, ...], bool]:
    """Return the questions that can still change the template, in the order of asking; and if the framework is certain.

    There are none exactly where every way to answer what is open leads to the same template.
    """
    open_keys = frozenset(DECISIONS).difference(answers)
    frameworks = _frameworks(answers, open_keys, possible)
    if len(frameworks) > 1:
        movers = (*lead_of_flask().movers(answers, open_keys), *_if_open(answers, TEAM_KNOWS))
        return _ordered(movers, lead_of_flask(), (0, 1), answers), False
    if frameworks == {"django"} or not {"flask-micro", "flask-blueprints"}.issubset(possible):
        return (), True
    micro = lead_of_micro().value(answers)
    least, greatest = lead_of_micro().limits(answers, open_keys)
    if micro + greatest < MICRO_LEAD or micro + least >= MICRO_LEAD:
        return (), True
    return _ordered(lead_of_micro().movers(answers, open_keys), lead_of_micro(), (MICRO_LEAD,), answers), True


def _ordered(
    movers: Iterable[str], total: WeightedSum, bounds: tuple[int, ...], answers: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the questions in the order of asking, but first one whose answer is sure to matter.

    Towards the end a question can move the sum without ever taking it across a bound. With many questions open that
    does not happen, and finding out would take long.
    """
    questions = sorted(movers, key=ORDER.index)
    if len(questions) <= _FEW_OPEN:
        mattering = (key for key in questions if key == TEAM_KNOWS or _matters(key, total, bounds, answers))
        if first := next(mattering, None):
            questions.sort(key=lambda key: key != first)
    return tuple(questions)


def _matters(key: str, total: WeightedSum, bounds: tuple[int, ...], answers: Mapping[str, str]) -> bool:
    """Return whether the answer to ``key`` changes how many ways to answer the rest stay below a bound."""
    rest = {other: (*DECISIONS[other], UNSURE) for other in DECISIONS if other not in answers and other != key}
    for bound in bounds:
        shares = (total.share_below(bound, {**answers, key: value}, rest) for value in (*DECISIONS[key], UNSURE))
        first = next(shares)
        if any(abs(share - first) > _ROUNDING for share in shares):
            return True
    return False


def _frameworks(
    answers: Mapping[str, str], open_keys: frozenset[str], possible: Collection[TemplateName]
) -> set[Framework]:
    """Return the frameworks that the answers to ``open_keys`` can lead to; exact, as the limits of the sums are."""
    found = {framework_of(template) for template in possible}
    if len(found) == 1:
        return found
    lead = lead_of_flask().value(answers)
    least, greatest = lead_of_flask().limits(answers, open_keys)
    may_tie_to_django = answers.get(TEAM_KNOWS, "django") == "django"
    may_tie_to_flask = answers.get(TEAM_KNOWS) != "django"
    frameworks: set[Framework] = set()
    if lead + greatest > 0 or (lead + greatest == 0 and may_tie_to_flask):
        frameworks.add("flask")
    if lead + least < 0 or (lead + least == 0 and may_tie_to_django):
        frameworks.add("django")
    return frameworks


def _if_open(answers: Mapping[str, str], key: str) -> tuple[str, ...]:
    return () if key in answers else (key,)


def chance_of_change(answers: Mapping[str, str], possible: Collection[TemplateName] = TEMPLATES) -> float:
    """Return at most which part of all ways to answer the open questions leads to another template than now.

    Every choice counts alike, "unsure" included. The parts with another framework and with another shape of Flask are
    added, which is why it is at most that.
    """
    questions, is_framework_certain = open_questions(answers, possible)
    if not questions:
        return 0.0
    open_choices = {key: (*choices, UNSURE) for key, choices in DECISIONS.items() if key not in answers}
    template = template_of({key: value for key, value in answers.items() if value != UNSURE}, possible)
    to_django = 0.0
    if not is_framework_certain:
        bound = 1 if answers.get(TEAM_KNOWS) == "django" else 0
        to_django = lead_of_flask().share_below(bound, answers, open_choices)
    if template == "django-full":
        return 1 - to_django
    if not {"flask-micro", "flask-blueprints"}.issubset(possible):
        return to_django
    blueprints = lead_of_micro().share_below(MICRO_LEAD, answers, open_choices)
    return to_django + (blueprints if template == "flask-micro" else 1 - blueprints)
