"""Which of the listed projects are like the one that somebody is about to build, and what they use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Final

from waypost.practice.table import CHOICES, IN_ORDER, Project, load_projects

FEWEST: Final = 8
"""With fewer like projects than this, one answer after the other is set aside, so that a count says something."""

NEAREST_SHOWN: Final = 3


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many projects use either framework."""

    flask: int
    django: int

    @property
    def total(self) -> int:
        """How many projects there are."""
        return self.flask + self.django


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What the projects use whose answers are those in ``compared``; ``set_aside`` would have left too few.

    ``nearest`` are the projects that differ least in all answers, those set aside included. ``listed`` counts all.
    """

    compared: Mapping[str, str]
    set_aside: Mapping[str, str]
    like: Count
    nearest: tuple[Project, ...]
    listed: Count


def compare(answers: Mapping[str, object]) -> Comparison | None:
    """Return what projects like the one in ``answers`` use, or None if no answer is one that a repository shows."""
    projects = load_projects()
    asked = {key: str(answers[key]) for key in CHOICES if answers.get(key) in CHOICES[key]}
    if not asked:
        return None
    compared = dict(asked)
    while len(compared) > 1 and len(_like(projects, compared)) < FEWEST:
        del compared[_narrowest(projects, compared)]
    return Comparison(
        compared=compared,
        set_aside={key: value for key, value in asked.items() if key not in compared},
        like=count(_like(projects, compared)),
        nearest=nearest(projects, asked, NEAREST_SHOWN),
        listed=count(projects),
    )


def count(projects: Iterable[Project]) -> Count:
    """Return how many of ``projects`` use either framework."""
    used = [project.framework for project in projects]
    return Count(flask=used.count("flask"), django=used.count("django"))


def nearest(projects: Iterable[Project], asked: Mapping[str, str], most: int) -> tuple[Project, ...]:
    """Return the ``most`` projects that differ least from the answers ``asked``; equals come by name."""
    return tuple(sorted(projects, key=lambda project: (_distance(project, asked), project.name.lower()))[:most])


def _like(projects: Sequence[Project], compared: Mapping[str, str]) -> list[Project]:
    return [project for project in projects if all(project.answers[key] == compared[key] for key in compared)]


def _narrowest(projects: Sequence[Project], compared: Mapping[str, str]) -> str:
    """Return the question without which most projects are alike, the first of equals."""

    def without(key: str) -> int:
        return len(_like(projects, {other: value for other, value in compared.items() if other != key}))

    return max(compared, key=without)


def _distance(project: Project, asked: Mapping[str, str]) -> float:
    # fsum: in whatever order the questions were answered, thirds add up to the same.
    return fsum(_difference(key, project.answers[key], value) for key, value in asked.items())


def _difference(key: str, one: str, other: str) -> float:
    """Return 0 for the same answer and 1 for the opposite one; neighbours in a row of answers are less apart."""
    if key not in IN_ORDER:
        return float(one != other)
    choices = CHOICES[key]
    return abs(choices.index(one) - choices.index(other)) / (len(choices) - 1)
