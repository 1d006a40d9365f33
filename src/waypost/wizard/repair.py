"""Finds the smallest changes to a set of answers that make the catalogue accept it.

So a refused combination never ends in a dead end: Waypost can say what would have to give.

A question that is put back to its default leaves the answers. What it comes to is the catalogue's default, but for the
template, which is the advised one: the catalogue knows no advice.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from waypost.advice.evidence import UNSURE
from waypost.model import Problem, Question, Refusal, Value
from waypost.questions.catalogue import Catalogue

_MOST_LOOKED_AT = 60
_COST_OF_A_GIVEN_ANSWER = 10.0
_TEMPLATE = "template"


@dataclass(frozen=True, kw_only=True)
class Repair:
    """What has to change in an answer set: ``None`` puts a question back to its default; and the reasons why."""

    changes: Mapping[str, Value | None]
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """Changes that end every refusal, ``None`` for a default, and what the changed questions then come to.

    In ``result`` None stands for a question that no longer applies.
    """

    changes: Mapping[str, Value | None]
    result: Mapping[str, Value | None]


def repair(
    catalogue: Catalogue,
    answers: Mapping[str, Value],
    *,
    fixed: Collection[str],
    reluctantly: Collection[str] = (),
    advised: str = "",
) -> Repair | None:
    """Return the smallest changes after which ``answers`` resolve without a problem, or None where there are none.

    The answers in ``fixed`` are never changed, those in ``reluctantly`` only where nothing else helps. ``advised`` is
    the template that the advice names, which is the default of that question.
    """
    order = count()
    queue: list[tuple[float, int, dict[str, Value | None]]] = [(0.0, next(order), {})]
    reasons = tuple(problem.message for problem in catalogue.resolve(answers).problems)
    for _ in range(_MOST_LOOKED_AT):
        if not queue:
            return None
        cost, _, changes = heapq.heappop(queue)
        changed = apply_changes(answers, changes, advised=advised)
        problems = catalogue.resolve(changed).problems
        if not problems:
            return Repair(changes=changes, because=reasons)
        for key, value, extra in _single_changes(catalogue, problems[0], changed, advised):
            if key not in fixed and key not in changes:
                price = cost + extra + (_COST_OF_A_GIVEN_ANSWER if key in reluctantly else 0.0)
                heapq.heappush(queue, (price, next(order), {**changes, key: value}))
    return None


def apply_changes(
    answers: Mapping[str, Value], changes: Mapping[str, Value | None], *, advised: str = ""
) -> dict[str, Value]:
    """Return ``answers`` with the changes made; a template that is put back is the ``advised`` one, if any is."""
    kept = {key: value for key, value in answers.items() if key not in changes}
    made = {key: advised or None if key == _TEMPLATE and value is None else value for key, value in changes.items()}
    return kept | {key: value for key, value in made.items() if value is not None}


def ways_out(
    catalogue: Catalogue, answers: Mapping[str, Value], *, given: Collection[str], advised: str
) -> tuple[WayOut, ...]:
    """Return ways in which refused ``answers`` can stand together, those that change the fewest answers first.

    Each begins with a single change that ends the first refusal, and is completed to one that ends them all; answers
    that were ``given`` change only where nothing else helps. None of them leads to the same answers as another, or to
    those and more.
    """
    found: dict[str, WayOut] = {}
    for problem in catalogue.resolve(answers).problems:
        for key, value, _ in _single_changes(catalogue, problem, answers, advised):
            begun = apply_changes(answers, {key: value}, advised=advised)
            rest = repair(catalogue, begun, fixed={key, _TEMPLATE}, reluctantly=given, advised=advised)
            if rest is None:
                continue
            changes = {key: value, **rest.changes}
            after = catalogue.resolve(apply_changes(answers, changes, advised=advised)).answers
            result = {name: after.get(name) for name in changes}
            found.setdefault(repr(sorted(result.items())), WayOut(changes=changes, result=result))
    ways = [way for way in found.values() if not any(one.result.items() < way.result.items() for one in found.values())]
    return tuple(sorted(ways, key=lambda way: len(way.changes)))


def _single_changes(
    catalogue: Catalogue, problem: Problem, answers: Mapping[str, Value], advised: str
) -> Iterator[tuple[str, Value | None, float]]:
    """Yield the single changes that may end ``problem``, each with its price: a default costs least."""
    row = problem.refusal
    if row is None:
        yield problem.key, None, 1.0
        return
    for key in row.where:
        question = catalogue.by_key[key]
        if key == _TEMPLATE and advised:
            # It is the default where nobody chose another, and no way out where it is what the row refuses.
            if key in answers and advised not in row.where[key]:
                yield key, None, 1.0
            others = (value for value in _other_values(question, row, answers.get(key)) if value != advised)
            yield from ((key, value, 1.1) for value in others)
            continue
        if key in answers and question.group != "decision":
            yield key, None, 1.0
        for value in _other_values(question, row, answers.get(key)):
            yield key, value, 1.1


def _other_values(question: Question, row: Refusal, value: Value | None) -> Iterator[Value]:
    """Yield what the question could be instead, the catalogue's first choice first."""
    refused = row.where[question.key]
    match question.type:
        case "yes-no":
            yield from (other for other in (False, True) if other not in refused)
        case "choices":
            yield tuple(item for item in (value if isinstance(value, tuple) else ()) if item not in refused)
        case _:
            yield from (other for other in question.values if other not in refused and other != UNSURE)
