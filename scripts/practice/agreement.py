"""How far the two codings agree, and how often a prediction meets what a project uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from waypost.advice.evidence import DECISIONS
from waypost.advice.recommend import recommend
from waypost.practice.comparison import nearest
from waypost.practice.table import CHOICES, IN_ORDER, Project

NEIGHBOURS: Final = 5
"""An odd number, so that the neighbours of a project never tie."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Of how many projects two codings say the same, and by how much more than chance (Cohen's kappa, 1 is all)."""

    same: int
    of: int
    kappa: float


@dataclass(frozen=True, kw_only=True)
class Hits:
    """How many of the projects with either framework were predicted rightly."""

    flask: int
    django: int

    @property
    def total(self) -> int:
        """How many were predicted rightly."""
        return self.flask + self.django


def agreement(pairs: Sequence[tuple[object, object]]) -> Agreement:
    """Return the agreement of two codings of the same things, a pair each."""
    of, same = len(pairs), sum(one == other for one, other in pairs)
    left, right = (Counter(values) for values in zip(*pairs, strict=True))
    chance = sum(left[value] * right[value] for value in left) / of**2
    return Agreement(same=same, of=of, kappa=1.0 if chance == 1 else (same / of - chance) / (1 - chance))


def hits(projects: Iterable[Project], predict: Callable[[Project], str]) -> Hits:
    """Return how often ``predict`` says what a project uses."""
    right = [project.framework for project in projects if predict(project) == project.framework]
    return Hits(flask=right.count("flask"), django=right.count("django"))


def by_neighbours(projects: Sequence[Project], keys: Iterable[str]) -> Callable[[Project], str]:
    """Return the prediction by what most of the nearest others use, compared by the questions ``keys``."""
    compared = tuple(keys)

    def predict(project: Project) -> str:
        others = [other for other in projects if other is not project]
        near = nearest(others, {key: project.answers[key] for key in compared}, NEIGHBOURS)
        return Counter(other.framework for other in near).most_common(1)[0][0]

    return predict


def by_documents(keys: Iterable[str]) -> Callable[[Project], str]:
    """Return the prediction by the documents' advice for the answers to the questions ``keys``."""
    compared = tuple(keys)
    return lambda project: recommend({key: _choice(key, project.answers) for key in compared}).framework


def by_majority(projects: Sequence[Project]) -> Callable[[Project], str]:
    """Return the prediction by what most of the other projects use, whatever they are."""

    def predict(project: Project) -> str:
        return Counter(other.framework for other in projects if other is not project).most_common(1)[0][0]

    return predict


def _choice(key: str, answers: Mapping[str, str]) -> str:
    """Return the answer as the documents' advice knows it: one that it does not have counts as the next in its row."""
    known, value = DECISIONS[key], answers[key]
    if value in known or key not in IN_ORDER:
        return value
    row = CHOICES[key]
    return next(choice for choice in row[row.index(value) :] if choice in known)
