"""A draft: advice and problems together, what choices would lead to, and the ways out of a refusal."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from support.sources import catalogue
from waypost.drafts.draft import Draft, draft_of
from waypost.drafts.hints import hints_of
from waypost.model import Value
from waypost.questions.values import as_text
from waypost.wizard.repair import apply_changes

SETS: dict[str, dict[str, Value]] = {
    "nothing": {},
    "a small API": {"kind": "rest-api", "size": "small", "admin": "none", "accounts": "none"},
    "an enterprise": {"kind": "enterprise", "size": "large", "database": "postgresql", "jobs": "celery"},
    "refused": {"kind": "rest-api", "accounts": "login", "template": "flask-micro"},
    "refused twice": {"accounts": "full", "admin": "basic", "template": "flask-micro"},
    "without a database": {"database": "none"},
}


def draft(given: Mapping[str, Value]) -> Draft:
    return draft_of(catalogue(), given)


def test_a_wrong_answer_hides_neither_advice_nor_the_rest() -> None:
    found = draft({"kind": "cms", "ci": "gitlub", "project_slug": "Not A Slug", "database": "postgresql"})
    assert {problem.key for problem in found.problems} == {"ci", "project_slug"}
    assert found.mistyped[0].nearest == "gitlab"
    assert found.recommendation.framework == "django"
    assert found.resolution.answers["ci"] == "none"
    assert found.resolution.answers["database"] == "postgresql"
    assert not found.refusals
    assert not found.is_whole


def test_the_origin_of_an_answer_is_said() -> None:
    answers = draft({"kind": "cms", "ci": "github"}).answers
    assert (answers["ci"].origin, answers["template"].origin, answers["database"].origin) == (
        "set",
        "advice",
        "default",
    )


def test_automatic_is_the_advice() -> None:
    assert draft({"template": "auto", "kind": "cms"}).template == "django-full"


@pytest.mark.parametrize("given", SETS.values(), ids=SETS)
def test_a_hint_says_what_taking_the_choice_then_comes_to(given: dict[str, Value]) -> None:
    """What the rows say beforehand, and what comes out for somebody who really takes the choice."""
    now = draft(given)
    standing = {problem.message for problem in now.refusals}
    hints = hints_of(now)
    for key, present in now.resolution.answers.items():
        question = now.catalogue.by_key[key]
        if question.type not in ("choice", "yes-no"):
            continue
        for value in (True, False) if question.type == "yes-no" else question.values:
            if value == present:
                continue
            taken = draft({**given, key: value})
            refused = [problem.message for problem in taken.refusals if problem.message not in standing]
            hint = hints.get(key, {}).get(as_text(value))
            assert (hint.refused if hint else "") in (refused or [""]), (key, value)
            assert bool(hint and hint.refused) == bool(refused), (key, value)
            leads_to = taken.recommendation.template if key != "template" else now.recommendation.template
            if taken.possible == now.possible or "template" not in given:
                assert (hint.leads_to if hint and hint.leads_to else now.recommendation.template) == leads_to, (
                    key,
                    value,
                )


def test_a_hint_names_the_templates_that_could_do_it() -> None:
    hint = hints_of(draft({"template": "flask-micro"}))["accounts"]["login"]
    assert hint.refused
    assert set(hint.elsewhere) == {"flask-blueprints", "django-full"}


@pytest.mark.parametrize("given", [SETS["refused"], SETS["refused twice"]], ids=["refused", "refused twice"])
def test_every_way_out_ends_all_refusals(given: dict[str, Value]) -> None:
    found = draft(given)
    assert found.ways_out
    for way in found.ways_out:
        changed = apply_changes(given, way.changes)
        after = draft(changed)
        assert after.is_whole, way
        assert {key: after.resolution.answers.get(key) for key in way.changes} == dict(way.result)
    assert [len(way.changes) for way in found.ways_out] == sorted(len(way.changes) for way in found.ways_out)


def test_no_way_out_changes_more_than_another_that_it_holds() -> None:
    found = draft({"kind": "cms", "accounts": "none", "example_domain": "publishing"})
    results = [way.result for way in found.ways_out]
    assert {"accounts": "login"} in results
    assert not [one for one in results for other in results if other.items() < one.items()]


def test_the_template_goes_back_to_the_advice_not_to_the_default_of_the_catalogue() -> None:
    found = draft({"kind": "ecommerce", "size": "large", "admin": "basic", "template": "flask-micro"})
    back = next(way for way in found.ways_out if way.changes.get("template", "") is None)
    assert back.result["template"] == "django-full"
