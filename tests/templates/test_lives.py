"""A project that was updated still works: installed, migrated, tested, with its data, by the steps that are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

import pytest

from support.choices import varied_questions
from support.environments import found
from support.lives import Life
from support.running import Workplace
from support.sources import TEMPLATES, catalogue
from support.weeks import some_weeks
from waypost.model import Question, Value
from waypost.questions.values import as_text
from waypost.sources.releases import releases

pytestmark = [pytest.mark.slow, pytest.mark.project, pytest.mark.service]

Answers = Mapping[str, Value]
# The engines whose servers a project's own tests can use here; the others are rendered and checked without one.
ENGINES = ("postgresql", "mysql")
# What a choice needs beside it, where it is refused beside the defaults.
BESIDE: tuple[Answers, ...] = ({}, {"accounts": "full"}, {"api": "rest"}, {"accounts": "full", "api": "rest"})

# What changes along with a choice that the recorded answers would refuse: an example that keeps its data goes, and
# Django's version is one that runs on that Python.
ALONG: Mapping[tuple[str, Value], Answers] = {
    ("database", "none"): {"example": False},
    ("python_version", "3.11"): {"django_version": "5.2"},
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A life: the answers it begins with, the release it was made from, and the answers that change, one by one."""

    template: str
    begins_with: Answers = field(default_factory=dict)
    release: str | None = None
    changes: tuple[Answers, ...] = ({},)
    uses_pip: bool = False
    keeps_rows: bool = True
    edits_models: bool = True


FIRST = [
    pytest.param(
        Plan(
            template="flask-blueprints",
            release="v0.2.0",
            begins_with={"accounts": "login"},
            changes=({}, {"accounts": "full", "api": "rest", "sessions": "database"}),
        ),
        id="flask-blueprints",
    ),
    pytest.param(
        Plan(template="flask-micro", release="v0.1.0", changes=({}, {"data_access": "orm"}), uses_pip=True),
        id="flask-micro",
        marks=pytest.mark.thorough,
    ),
    pytest.param(
        Plan(
            template="django-full",
            release="v0.1.0",
            begins_with={"admin": "basic"},
            changes=({"admin": "multi-role", "security": "high"},),
        ),
        id="django-full",
    ),
]
# A recorded library of the other framework is refused, and never replaced in silence.
LIBRARIES = {"flask-micro": "plain", "flask-blueprints": "flask-smorest", "django-full": "django-rest-framework"}
SWITCHES = [
    ("flask-micro", "flask-blueprints"),
    ("flask-micro", "django-full"),
    ("flask-blueprints", "django-full"),
]


def of_releases() -> Iterator[object]:
    """A life for each release and template: updated to today."""
    for release in releases():
        for template in TEMPLATES:
            yield pytest.param(Plan(template=template, release=release.version), id=f"{template} {release.version}")


def of_switches() -> Iterator[object]:
    """A life for each pair of templates: there and back."""
    for one, other in SWITCHES:
        for first, second in ((one, other), (other, one)):
            changes: tuple[Answers, ...] = (
                {"template": second, "api_library": LIBRARIES[second]},
                {"template": first, "api_library": LIBRARIES[first]},
            )
            yield pytest.param(
                Plan(template=first, changes=changes, keeps_rows=False, edits_models=False), id=f"{first} to {second}"
            )


def of_questions() -> Iterator[object]:
    """A life for each choice of each stack question: chosen, and taken back."""
    for template in TEMPLATES:
        for question in varied_questions():
            for value in _values(question):
                plan = _plan(template, question.key, value)
                if plan is not None:
                    yield pytest.param(plan, id=f"{template} {question.key} {as_text(value)}")
    for template, key in (
        *((each, "project_name") for each in TEMPLATES),
        *((each, "package_name") for each in TEMPLATES[:2]),
    ):
        plan = Plan(template=template, changes=({key: "our_store"}, {key: "my_shop"}))
        yield pytest.param(plan, id=f"{template} {key}")


def _values(question: Question) -> Iterator[Value]:
    match question.type:
        case "choices":
            yield question.values
        case "yes-no":
            yield from (True, False)
        case _:
            yield from (value for value in question.values if value != "unsure")


def _plan(template: str, key: str, value: Value) -> Plan | None:
    """Return the life in which the question gets the value, or None where that is not asked, or refused."""
    if key == "database" and value not in ("sqlite", "none", *ENGINES):
        return None
    for beside in BESIDE:
        begins: dict[str, Value] = {"template": template, "python_version": "3.12", **beside}
        before = catalogue().resolve(begins)
        after = catalogue().resolve({**begins, key: value})
        if before.problems or after.problems or key not in before.answers or after.answers.get(key) != value:
            continue
        if before.answers[key] == value:
            return None
        del begins["template"]
        along = ALONG.get((key, value), {})
        changed = {key: value, **{each: along[each] for each in along if each in before.answers}}
        return Plan(
            template=template,
            begins_with=begins,
            changes=(changed, {each: before.answers[each] for each in changed}),
            keeps_rows=key not in ("database", "example_domain", "example"),
        )
    return None


@pytest.fixture
def servers(
    live_database: Callable[[str], AbstractContextManager[str]], live_redis: Callable[[], AbstractContextManager[str]]
) -> Iterator[Callable[[Plan], dict[str, str]]]:
    """The addresses of the servers that a life needs at some time."""
    with ExitStack() as stack:

        def of(plan: Plan) -> dict[str, str]:
            addresses = {"REDIS_URL": stack.enter_context(live_redis())}
            for answers in (plan.begins_with, *plan.changes):
                if answers.get("database") in ENGINES:
                    addresses["DATABASE_URL"] = stack.enter_context(live_database(str(answers["database"])))
            return addresses

        yield of


def live(place: Workplace, plan: Plan, addresses: dict[str, str]) -> None:
    """Lead a project through its life, and hold it to its promises after each update."""
    for version in (as_text(answers["python_version"]) for answers in plan.changes if "python_version" in answers):
        if not found(version):
            pytest.skip(f"no Python {version} is installed here")
    life = Life(place=place, template=plan.template, uses_pip=plan.uses_pip, addresses=addresses)
    life.make({key: as_text(value) for key, value in plan.begins_with.items()}, release=plan.release)
    some_weeks(life, edits_models=plan.edits_models)
    life.fill()
    life.commit("Some weeks of work")
    for answers in plan.changes:
        life.update(*(f"--set={key}={as_text(value)}" for key, value in answers.items()))
        life.hold_to_its_promises()
        if plan.keeps_rows:
            life.hold_to_its_rows()


@pytest.mark.parametrize("plan", FIRST)
def test_a_project_works_after_each_update(
    place: Workplace, servers: Callable[[Plan], dict[str, str]], plan: Plan
) -> None:
    live(place, plan, servers(plan))


@pytest.mark.thorough
@pytest.mark.parametrize("plan", [*of_releases(), *of_switches(), *of_questions()])
def test_a_project_works_whatever_is_changed(
    place: Workplace, servers: Callable[[Plan], dict[str, str]], plan: Plan
) -> None:
    live(place, plan, servers(plan))
