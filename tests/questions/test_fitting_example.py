"""The example that Waypost proposes for a new project: what fits the kind, and nothing that is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.sources import ROOT, TEMPLATES, catalogue
from waypost.model import Question
from waypost.projects.planning import catalogue_of

# What each kind gets, and in which template.
FITTING = {
    "rest-api": ("bookmarks", "flask-micro"),
    "microservice": ("quotes", "flask-micro"),
    "ml-service": ("predictions", "flask-micro"),
    "iot-backend": ("readings", "flask-micro"),
    "prototype": ("waitlist", "flask-micro"),
    "lightweight-app": ("blog", "flask-blueprints"),
    "website": ("pages", "flask-blueprints"),
    "spa-backend": ("boards", "flask-blueprints"),
    "ecommerce": ("shop", "django-full"),
    "education": ("courses", "django-full"),
    "enterprise": ("approvals", "django-full"),
    "social-network": ("community", "django-full"),
    "cms": ("publishing", "django-full"),
}
ELSEWHERE = {"spa-backend": ("flask-micro",)}
PLANNED = {row.where["example_domain"] for row in catalogue().refusals if row.status == "planned"}


def proposed(**answers: Any) -> Any:
    return catalogue_of(ROOT).resolve(answers).answers.get("example_domain")


@pytest.mark.parametrize("kind", catalogue().by_key["kind"].values)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_kind_gets_its_own_example_where_there_is_one_and_items_elsewhere(kind: str, template: str) -> None:
    domain, home = FITTING.get(kind, ("items", template))
    is_there = template in {home, *ELSEWHERE.get(kind, ())} and (domain,) not in PLANNED
    assert proposed(kind=kind, template=template) == (domain if is_there else "items")


def test_every_example_fits_some_kind() -> None:
    domains = {domain for domain, _ in FITTING.values()}
    assert {*domains, "items"} == set(catalogue().by_key["example_domain"].values)


def test_who_wants_no_example_is_asked_for_none() -> None:
    for kind, (_, template) in FITTING.items():
        assert proposed(kind=kind, template=template, example=False) is None


def value_of(question: Question) -> st.SearchStrategy[Any]:
    if question.type == "yes-no":
        return st.booleans()
    if question.type == "choices":
        return st.sampled_from(question.values).map(lambda value: (value,))
    return st.sampled_from(question.values)


OTHERS = {
    question.key: value_of(question)
    for question in catalogue().questions
    if question.type != "text" and question.key not in {"kind", "template", "example_domain"}
}


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(sorted(FITTING)), others=st.fixed_dictionaries({}, optional=OTHERS))
def test_what_is_proposed_is_never_refused(kind: str, others: dict[str, Any]) -> None:
    answers = {"kind": kind, "template": FITTING[kind][1], **others}
    told = {problem.message for problem in catalogue_of(ROOT).resolve(answers).problems}
    assert not told & {row.because for row in catalogue().refusals if "example_domain" in row.where}
