"""Accounts that people make for themselves, and nothing beyond: no profiles, no permissions, no groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from templates.conftest import FindTraces, MakeEnvironment, PassGates, Render

pytestmark = pytest.mark.project

FLASK, DJANGO = "flask-blueprints", "django-full"
LONG_TERM: Mapping[str, object] = {"django_version": "5.2", "python_version": "3.11"}
# What each project is made for beside registration.
CHECKED: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "flask-blueprints": (FLASK, {}),
    "flask-blueprints, back office, tokens, high security": (
        FLASK,
        {"admin": "basic", "api": "rest", "security": "high"},
    ),
    "flask-blueprints, staff roles, Flask-RESTful, no example": (
        FLASK,
        {"admin": "multi-role", "api": "rest", "api_library": "flask-restful", "example": False},
    ),
    "flask-blueprints, plain API": (FLASK, {"api": "rest", "api_library": "plain"}),
    "flask-blueprints, blog": (FLASK, {"example_domain": "blog"}),
    "flask-blueprints, pages": (FLASK, {"example_domain": "pages"}),
    "django-full": (DJANGO, {"admin": "none"}),
    "django-full, back office, high security": (DJANGO, {"security": "high"}),
    "django-full, django-ninja, staff roles": (DJANGO, {"api_library": "django-ninja", "admin": "multi-role"}),
    "django-full, django-ninja, nothing else": (
        DJANGO,
        {"api_library": "django-ninja", "admin": "none", "example": False},
    ),
    "django-full, neither API nor example": (DJANGO, {"api": "none", "admin": "none", "example": False}),
    "django-full, shop": (DJANGO, {"example_domain": "shop"}),
    "django-full, long-term support": (DJANGO, {**LONG_TERM, "sessions": "cookie"}),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", CHECKED)
def test_a_project_with_registration_passes_all_its_checks(
    name: str, render: Render, environment: MakeEnvironment, pass_gates: PassGates
) -> None:
    template, answers = CHECKED[name]
    project = render(template, accounts="registration", **answers)
    if "django_version" in answers:
        template, python = f"{template}-lts", str(answers["python_version"])
        pass_gates(project, environment(template, python=python))
    else:
        pass_gates(project, environment(template))


def test_flask_blueprints_knows_nothing_of_profiles_and_permissions(render: Render, find_traces: FindTraces) -> None:
    project = render(FLASK, accounts="registration", license="proprietary")
    assert find_traces(project, r"profile|permission(?!s-policy)|display.?name|account.manager|auditor") == set()
    everything = render(FLASK, accounts="full")
    assert {"profile", "test_profile.py"} <= {path.name for path in everything.rglob("*profile*")}


@pytest.mark.parametrize("library", ["django-rest-framework", "django-ninja"])
def test_django_full_knows_nothing_of_profiles_and_groups(
    library: str, render: Render, find_traces: FindTraces
) -> None:
    without = render(DJANGO, accounts="registration", api_library=library)
    assert find_traces(without, "profile") == set()
    # Groups are of staff: without an admin area there are none, but for what Django's own users bring along.
    alone = render(DJANGO, accounts="registration", api_library=library, admin="none", example=False)
    assert find_traces(alone, r"groups\.py|grant\b|user managers|auditors|profile") == set()
    assert find_traces(render(DJANGO, api_library=library), "profile")


@pytest.mark.parametrize("template", [FLASK, DJANGO])
def test_registration_has_all_that_is_sign_up_confirmation_and_reset(template: str, render: Render) -> None:
    level = {name: render(template, accounts=name) for name in ("login", "registration", "full")}
    files = {
        name: {str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()}
        for name, project in level.items()
    }
    of_registration = {path for path in files["full"] - files["login"] if "profile" not in path}
    of_registration -= {"tests/test_roles.py"}
    assert of_registration
    assert of_registration <= files["registration"]
