"""Finds the smallest changes to a set of answers that make the catalogue accept it.

So a refused combination never ends in a dead end: Waypost can say what would have to give.
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


@dataclass(frozen=True, kw_only=True)
class Repair:
    """What has to change in an answer set: ``None`` puts a question back to its default; and the reasons why."""

    changes: Mapping[str, Value | None]
    because: tuple[str, ...]


def repair(
    catalogue: Catalogue, answers: Mapping[str, Value], *, fixed: Collection[str], reluctantly: Collection[str] = ()
) -> Repair | None:
    """Return the smallest changes after which ``answers`` resolve without a problem, or None where there are none.

    The answers in ``fixed`` are never changed, those in ``reluctantly`` only where nothing else helps.
    """
    order = count()
    queue: list[tuple[float, int, dict[str, Value | None]]] = [(0.0, next(order), {})]
    reasons = tuple(problem.message for problem in catalogue.resolve(answers).problems)
    for _ in range(_MOST_LOOKED_AT):
        if not queue:
            return None
        cost, _, changes = heapq.heappop(queue)
        changed = apply_changes(answers, changes)
        problems = catalogue.resolve(changed).problems
        if not problems:
            return Repair(changes=changes, because=reasons)
        for key, value, extra in _ways_out(catalogue, problems[0], changed):
            if key not in fixed and key not in changes:
                price = cost + extra + (_COST_OF_A_GIVEN_ANSWER if key in reluctantly else 0.0)
                heapq.heappush(queue, (price, next(order), {**changes, key: value}))
    return None


def apply_changes(answers: Mapping[str, Value], changes: Mapping[str, Value | None]) -> dict[str, Value]:
    """Return ``answers`` with the changes made."""
    kept = {key: value for key, value in answers.items() if key not in changes}
    return kept | {key: value for key, value in changes.items() if value is not None}


def _ways_out(
    catalogue: Catalogue, problem: Problem, answers: Mapping[str, Value]
) -> Iterator[tuple[str, Value | None, float]]:
    """Yield the single changes that may end ``problem``, each with its price: a default costs least."""
    row = problem.refusal
    if row is None:
        yield problem.key, None, 1.0
        return
    for key in row.where:
        question = catalogue.by_key[key]
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
