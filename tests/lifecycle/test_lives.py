"""A project that was updated still works: installed, migrated, tested, with its data, by the steps that are printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from support.lives import Life
from support.running import Workplace
from support.weeks import some_weeks

pytestmark = [pytest.mark.slow, pytest.mark.project, pytest.mark.service]

Answers = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A life: the answers it begins with, the release it was made from, and the answers that change, one by one."""

    template: str
    begins_with: Answers = field(default_factory=dict)
    release: str | None = None
    changes: tuple[Answers, ...] = ({},)
    uses_pip: bool = False


FIRST = [
    pytest.param(
        Plan(
            template="flask-blueprints",
            release="v0.2.0",
            begins_with={"accounts": "login"},
            changes=(
                {},
                {"accounts": "full", "api": "rest", "sessions": "database"},
                {"accounts": "login", "api": "none"},
            ),
        ),
        id="flask-blueprints",
    ),
    pytest.param(
        Plan(template="flask-micro", release="v0.1.0", changes=({}, {"data_access": "orm"}, {"data_access": "sql"})),
        id="flask-micro",
    ),
    pytest.param(
        Plan(
            template="django-full",
            release="v0.2.0",
            begins_with={"admin": "basic"},
            changes=({}, {"admin": "multi-role", "security": "high"}, {"example": "false"}),
        ),
        id="django-full",
    ),
]


def live(place: Workplace, plan: Plan) -> Life:
    """Lead a project through its life, and hold it to its promises after each update."""
    life = Life(place=place, template=plan.template, uses_pip=plan.uses_pip)
    life.make(plan.begins_with, release=plan.release)
    some_weeks(life)
    if plan.begins_with.get("database", "sqlite") == "sqlite":
        life.fill()
    life.commit("Some weeks of work")
    for answers in plan.changes:
        life.update(*(f"--set={key}={value}" for key, value in answers.items()))
        life.hold_to_its_promises()
        life.hold_to_its_rows()
    return life


@pytest.mark.parametrize("plan", FIRST)
def test_a_project_works_after_each_update(place: Workplace, plan: Plan) -> None:
    live(place, plan)
