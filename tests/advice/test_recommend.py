from __future__ import annotations

import os
import random
import subprocess
import sys
import tomllib
from collections.abc import Callable
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.advice.evidence import DECISIONS, UNSURE, load_evidence
from waypost.advice.recommend import (
    BALANCED_SHARE,
    CLEAR_LEAD,
    CLEAR_SHARE,
    FEW_POINTS,
    FEW_REASONS,
    MAX_FLIPS,
    interim_advice,
    next_question,
    recommend,
)
from waypost.errors import AnswersError, ExitCode

SCENARIOS = tomllib.loads((Path(__file__).parents[1] / "data" / "scenarios.toml").read_text(encoding="utf-8"))[
    "scenario"
]

answers_of_some = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from((*choices, UNSURE)) for key, choices in DECISIONS.items()}
)
answers_of_all = st.fixed_dictionaries({key: st.sampled_from((*choices, UNSURE)) for key, choices in DECISIONS.items()})

EVERYTHING_FOR_DJANGO = {
    "kind": "ecommerce",
    "size": "large",
    "experience": "experienced",
    "philosophy": "conventions",
    "admin": "multi-role",
    "accounts": "full",
    "data": "relational",
    "security": "high",
    "growth": "large-scale",
    "delivery": "long-lived",
}


@pytest.mark.parametrize("scenario", [pytest.param(row, id=row["id"]) for row in SCENARIOS])
def test_situations_that_the_documents_decide_come_out_as_they_say(scenario: dict[str, Any]) -> None:
    advice = recommend(scenario["answers"])
    assert advice.framework == scenario["framework"]
    assert advice.template == scenario.get("template", advice.template)


@pytest.mark.parametrize(
    ("answers", "template"),
    [
        # What an application is weighs more than who builds it, or how small it starts.
        ({"kind": "ecommerce", "experience": "beginner"}, "django-full"),
        ({"kind": "cms", "experience": "beginner"}, "django-full"),
        ({"kind": "education", "size": "small"}, "django-full"),
        ({"kind": "enterprise", "size": "medium"}, "django-full"),
        ({"kind": "social-network", "philosophy": "full-control"}, "django-full"),
        ({"kind": "ml-service", "philosophy": "conventions"}, "flask-micro"),
        ({"kind": "rest-api", "experience": "experienced"}, "flask-micro"),
        # Small services stay small services at scale: that is what scaled-out architectures are made of (stepmedia).
        ({"kind": "microservice", "growth": "large-scale"}, "flask-micro"),
        # The micro template has no sign-in.
        ({"kind": "ml-service", "accounts": "login"}, "flask-blueprints"),
        ({"kind": "prototype", "accounts": "full"}, "flask-blueprints"),
        ({"kind": "microservice", "admin": "basic"}, "flask-blueprints"),
        ({"kind": "rest-api", "admin": "basic", "accounts": "full"}, "django-full"),
        # A blog has pages, forms and a feed; a captcha check stores nothing and has one endpoint.
        ({"kind": "lightweight-app"}, "flask-blueprints"),
        ({"kind": "lightweight-app", "size": "small"}, "flask-blueprints"),
        ({"kind": "lightweight-app", "data": "none"}, "flask-micro"),
        ({"kind": "spa-backend"}, "flask-blueprints"),
        ({"kind": "spa-backend", "accounts": "none"}, "flask-micro"),
        # An API that is to grow gets room to grow.
        ({"kind": "rest-api", "size": "medium"}, "flask-blueprints"),
        ({"kind": "rest-api", "growth": "growing"}, "flask-blueprints"),
        ({"kind": "rest-api", "data": "relational"}, "flask-micro"),
        ({"kind": "website"}, "flask-blueprints"),
        ({"kind": "website", "size": "large"}, "django-full"),
        ({"kind": "website", "admin": "basic", "accounts": "full"}, "django-full"),
        # One answer alone.
        ({"size": "medium"}, "flask-blueprints"),
        ({"size": "small"}, "flask-blueprints"),
        ({"accounts": "full"}, "django-full"),
        ({"accounts": "login"}, "django-full"),
        ({"admin": "basic"}, "django-full"),
        ({"admin": "multi-role"}, "django-full"),
        ({"data": "none"}, "flask-blueprints"),
        ({"data": "simple"}, "flask-blueprints"),
        ({"data": "relational"}, "django-full"),
        ({"data": "document"}, "flask-blueprints"),
        ({"experience": "experienced"}, "django-full"),
        ({"growth": "growing"}, "django-full"),
        ({"delivery": "long-lived"}, "django-full"),
        ({"delivery": "quick-first-version"}, "flask-blueprints"),
        # Against each other.
        ({"size": "large", "experience": "beginner"}, "django-full"),
        ({"security": "high", "experience": "beginner"}, "django-full"),
        ({"size": "small", "data": "relational"}, "flask-blueprints"),
        ({"size": "medium", "security": "high"}, "django-full"),
        ({"security": "high", "growth": "growing", "philosophy": "balanced"}, "django-full"),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value.values()),
)
def test_further_situations_come_out_as_a_reader_would_decide(answers: dict[str, str], template: str) -> None:
    assert recommend(answers).template == template


def test_without_evidence_the_advice_is_the_easiest_start_and_says_so() -> None:
    for answers in ({}, {"kind": UNSURE}, {"philosophy": "balanced", "growth": "steady"}):
        advice = recommend(answers)
        assert (advice.framework, advice.template) == ("flask", "flask-blueprints")
        assert (advice.has_evidence, advice.confidence, advice.reasons, advice.against) == (False, "low", (), ())
        assert "No answer so far is evidence" in advice.confidence_because
        assert "Nothing is known yet" in advice.template_because


def test_a_tie_goes_to_flask_and_is_called_a_tie() -> None:
    advice = recommend({"experience": "beginner", "accounts": "full"})
    assert advice.scores.flask == advice.scores.django > 0
    assert (advice.framework, advice.is_tie, advice.confidence) == ("flask", True, "low")
    assert "tie" in advice.confidence_because


@pytest.mark.parametrize(
    ("answers", "confidence", "word"),
    [
        ({"admin": "none"}, "low", "few reasons"),
        ({"size": "large", "experience": "beginner"}, "low", "nearly balanced"),
        ({"size": "small"}, "medium", "rest on one answer"),
        ({"size": "small", "delivery": "long-lived"}, "medium", "not overwhelmingly"),
        ({"kind": "ecommerce", "admin": "multi-role"}, "high", "clearly one way"),
        ({"kind": "ecommerce"}, "medium", "The reasons point one way (0 points for Flask"),
        ({"kind": "ecommerce", "experience": "beginner"}, "medium", "lean one way (7 points for Flask"),
    ],
)
def test_confidence_is_low_where_reasons_are_few_or_balanced(
    answers: dict[str, str], confidence: str, word: str
) -> None:
    advice = recommend(answers)
    assert advice.confidence == confidence
    assert word in advice.confidence_because


def test_a_reason_says_where_it_stands_and_what_it_rests_on() -> None:
    reason = next(r for r in recommend({"kind": "cms", "security": "high"}).reasons if r.id == "teju-security")
    assert (reason.document, reason.section, reason.weight) == ("tejuosho", "Security", 3)
    assert reason.title == load_evidence().documents["tejuosho"].title
    assert reason.answers == {"security": "high"}


@given(answers=answers_of_some)
def test_the_weights_of_the_reasons_add_up_to_the_scores(answers: dict[str, str]) -> None:
    advice = recommend(answers)
    both = advice.reasons + advice.against
    assert sum(reason.weight for reason in both if reason.leans == "flask") == advice.scores.flask
    assert sum(reason.weight for reason in both if reason.leans == "django") == advice.scores.django
    assert {reason.leans for reason in advice.reasons} <= {advice.framework}
    for reason in both + advice.template_reasons + advice.template_against:
        assert reason.answers.items() <= answers.items()


@given(answers=answers_of_some)
def test_the_strongest_reasons_stand_first_in_words_of_the_evidence(answers: dict[str, str]) -> None:
    advice = recommend(answers)
    evidence = load_evidence()
    claims = {claim.id: claim.claim for claim in (*evidence.claims, *evidence.flask_claims)}
    for reasons in (advice.reasons, advice.against, advice.template_reasons, advice.template_against):
        weights = [reason.weight for reason in reasons]
        assert weights == sorted(weights, reverse=True)
        assert all(reason.claim == claims[reason.id] for reason in reasons)


@given(answers=answers_of_some)
def test_confidence_follows_from_the_points_the_documents_and_the_answers(answers: dict[str, str]) -> None:
    """The limits as they are documented: told here a second time, in whole numbers."""
    advice = recommend(answers)
    flask, django = advice.scores.flask, advice.scores.django
    points, lead = flask + django, abs(flask - django)
    shown = str(advice.scores)
    few = len(advice.reasons) < FEW_REASONS or points < FEW_POINTS
    if not points or not lead or max(flask, django) < BALANCED_SHARE * points or few:
        assert advice.confidence == "low"
    elif len({key for reason in advice.reasons for key in reason.answers}) == 1:
        assert advice.confidence == "medium"
    else:
        documents = {reason.document for reason in advice.reasons}
        clear = max(flask, django) >= CLEAR_SHARE * points and lead >= CLEAR_LEAD and len(documents) > 1
        assert advice.confidence == ("high" if clear else "medium")
        assert not clear or f"{len(documents)} documents" in advice.confidence_because
    assert not points or shown in advice.confidence_because


@pytest.mark.parametrize(
    ("answers", "because"),
    [
        (EVERYTHING_FOR_DJANGO, "Django has one starter project."),
        (
            {"kind": "microservice", "size": "small"},
            "The answers describe one small service, which fits in a few files.",
        ),
        ({}, "Nothing is known yet; Flask with blueprints is the easiest start with nothing to take out again."),
        (
            {"kind": "microservice", "size": "small", "philosophy": "full-control", "accounts": "login"},
            "The answer to accounts calls for sign-in, which the micro template does not have.",
        ),
        (
            {"size": "small", "experience": "beginner"},
            "The answers do not clearly describe one small service, so the application gets room for its parts.",
        ),
    ],
)
def test_the_advice_says_why_this_template(answers: dict[str, str], because: str) -> None:
    assert recommend(answers).template_because == because


@given(answers=answers_of_some)
def test_the_standing_is_the_advice_so_far_and_what_is_open(answers: dict[str, str]) -> None:
    now, advice = interim_advice(answers), recommend(answers)
    assert (now.scores, now.framework, now.template) == (advice.scores, advice.framework, advice.template)
    assert now.has_evidence == advice.has_evidence
    assert now.open_questions[:1] == tuple(filter(None, [next_question(answers)]))
    assert now.is_settled == (not now.open_questions)
    assert set(now.open_questions) <= set(DECISIONS) - set(answers)


@given(answers=answers_of_some, seed=st.randoms(use_true_random=False))
def test_the_order_of_answers_never_matters(answers: dict[str, str], seed: random.Random) -> None:
    rows = list(answers.items())
    seed.shuffle(rows)
    assert repr(recommend(dict(rows))) == repr(recommend(answers))
    assert (interim_advice(dict(rows)), next_question(dict(rows))) == (interim_advice(answers), next_question(answers))


@given(answers=answers_of_some)
def test_unsure_is_the_same_as_leaving_the_question_out(answers: dict[str, str]) -> None:
    assert recommend(answers) == recommend({key: value for key, value in answers.items() if value != UNSURE})


@given(answers=answers_of_all)
def test_every_full_set_of_answers_gives_a_real_template(answers: dict[str, str]) -> None:
    advice = recommend(answers)
    assert (advice.framework == "django") == (advice.template == "django-full")
    assert advice.template in {"flask-micro", "flask-blueprints", "django-full"}
    if answers["accounts"] in {"login", "full"} or answers["admin"] in {"basic", "multi-role"}:
        assert advice.template != "flask-micro"


@given(answers=answers_of_some, data=st.data())
def test_more_evidence_for_a_side_never_lowers_it_nor_turns_away_from_it(
    answers: dict[str, str], data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(list(DECISIONS)))
    before = {other: value for other, value in answers.items() if other != key}
    after = {**before, key: data.draw(st.sampled_from(DECISIONS[key]))}
    old, new = recommend(before), recommend(after)
    assert new.scores.flask >= old.scores.flask
    assert new.scores.django >= old.scores.django
    if new.scores.django == old.scores.django and old.framework == "flask":
        assert new.framework == "flask"
    if new.scores.flask == old.scores.flask and old.framework == "django":
        assert new.framework == "django"


def changed(answers: dict[str, str], size: int) -> list[dict[str, str]]:
    """Every way to answer ``size`` questions otherwise."""
    return [
        dict(zip(keys, values, strict=True))
        for keys in combinations(DECISIONS, size)
        for values in product(*(DECISIONS[key] for key in keys))
        if all(answers.get(key) != value for key, value in zip(keys, values, strict=True))
    ]


@pytest.mark.slow
@given(answers=answers_of_some)
def test_every_flip_flips_and_no_single_answer_would_do_where_more_are_named(answers: dict[str, str]) -> None:
    advice = recommend(answers)
    assert len(advice.flips) <= MAX_FLIPS
    assert len({len(flip.changes) for flip in advice.flips}) <= 1
    for flip in advice.flips:
        after = recommend({**answers, **flip.changes})
        assert (after.framework, after.template) == (flip.framework, flip.template)
        assert flip.framework != advice.framework
        assert all(answers.get(key) != value for key, value in flip.changes.items())
    singles = [one for one in changed(answers, 1) if interim_advice({**answers, **one}).framework != advice.framework]
    assert bool(singles) == (bool(advice.flips) and len(advice.flips[0].changes) == 1)


@pytest.mark.parametrize(
    ("answers", "size"),
    [
        ({}, 1),
        ({"size": "large"}, 1),
        ({"kind": "ecommerce", "size": "large"}, 1),
        ({"kind": "ecommerce", "size": "large", "philosophy": "conventions"}, 2),
        ({**EVERYTHING_FOR_DJANGO, "experience": "beginner", "philosophy": "balanced", "size": "medium"}, 3),
        (EVERYTHING_FOR_DJANGO, None),
    ],
    ids=["nothing", "large", "large shop", "large shop by convention", "much for Django", "everything for Django"],
)
def test_flips_are_of_the_smallest_size_and_the_strongest_stand_first(
    answers: dict[str, str], size: int | None
) -> None:
    advice = recommend(answers)
    assert {len(flip.changes) for flip in advice.flips} == (set() if size is None else {size})
    for smaller in range(1, size or 3):
        for change in changed(answers, smaller):
            assert interim_advice({**answers, **change}).framework == advice.framework
    scores = [recommend({**answers, **flip.changes}).scores for flip in advice.flips]
    leads = [abs(after.flask - after.django) for after in scores]
    assert leads == sorted(leads, reverse=True)


@pytest.mark.parametrize("function", [recommend, next_question, interim_advice])
def test_an_unknown_key_or_value_is_named_with_the_nearest(function: Callable[[dict[str, str]], object]) -> None:
    with pytest.raises(AnswersError) as unknown_key:
        function({"sise": "small"})
    assert "'sise'" in unknown_key.value.message
    assert "'size'" in unknown_key.value.message
    with pytest.raises(AnswersError) as unknown_value:
        function({"size": "smal"})
    assert "size" in unknown_value.value.message
    assert "'smal'" in unknown_value.value.message
    assert "'small'" in unknown_value.value.message
    assert (unknown_value.value.key, unknown_value.value.exit_code) == ("size", ExitCode.ANSWERS)


def test_kind_is_asked_first_and_an_unsure_answer_is_not_asked_again() -> None:
    assert next_question({}) == "kind"
    assert next_question({"kind": UNSURE}) not in {None, "kind"}
    assert next_question(EVERYTHING_FOR_DJANGO) is None


def test_a_plain_case_is_settled_before_all_is_asked() -> None:
    answers: dict[str, str] = {}
    while (key := next_question(answers)) is not None:
        answers[key] = EVERYTHING_FOR_DJANGO[key]
    assert len(answers) <= 4
    shown = interim_advice(answers)
    assert (shown.template, shown.is_settled, shown.open_questions) == ("django-full", True, ())


def in_a_new_process(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout


def test_the_advice_does_not_depend_on_the_seed_of_hashing() -> None:
    code = (
        "from waypost.advice.recommend import *\n"
        f"for row in {[row['answers'] for row in SCENARIOS]!r}: print(recommend(row), interim_advice(row))"
    )
    assert in_a_new_process(code, PYTHONHASHSEED="1") == in_a_new_process(code, PYTHONHASHSEED="2")


def test_importing_the_recommendation_brings_nothing_heavy_along() -> None:
    loaded = in_a_new_process("import sys, waypost.advice.recommend; print(*sys.modules)").split()
    heavy = {"copier", "questionary", "rich", "pydantic", "jinja2", "yaml", "click", "tomlkit", "difflib"}
    assert "waypost.advice.recommend" in loaded
    assert not heavy.intersection(loaded)
