from __future__ import annotations

import os
import random
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.advice.evidence import DECISIONS, UNSURE, load_evidence
from waypost.advice.model import TEMPLATES
from waypost.advice.outlook import FEW, MOST_FLIPS, NEARLY_EQUAL, ORDER
from waypost.advice.recommend import interim_advice, next_question, recommend
from waypost.advice.rules import LIMITS, QUESTIONS, TEAM_KNOWS, framework_of, scores_of, template_of
from waypost.errors import AnswersError, ExitCode

SCENARIOS = tomllib.loads((Path(__file__).parents[1] / "data" / "scenarios.toml").read_text(encoding="utf-8"))[
    "scenario"
]

answers_of_some = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from((*choices, UNSURE)) for key, choices in QUESTIONS.items()}
)
answers_of_all = st.fixed_dictionaries({key: st.sampled_from((*choices, UNSURE)) for key, choices in QUESTIONS.items()})

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
        # What an application is and needs weighs more than who builds it, or how small it starts.
        ({"kind": "ecommerce", "experience": "beginner", "admin": "basic"}, "django-full"),
        ({"kind": "cms", "experience": "beginner", "admin": "basic"}, "django-full"),
        ({"kind": "education", "size": "small", "admin": "basic", "accounts": "full"}, "django-full"),
        ({"kind": "enterprise", "size": "medium", "security": "high"}, "django-full"),
        ({"kind": "social-network", "philosophy": "full-control", "accounts": "full"}, "django-full"),
        # On the kind alone few documents speak; on size and on beginners, four do.
        ({"kind": "cms", "experience": "beginner"}, "flask-blueprints"),
        ({"kind": "education", "size": "small"}, "flask-blueprints"),
        ({"kind": "ml-service", "philosophy": "balanced"}, "flask-micro"),
        ({"kind": "rest-api", "experience": "experienced"}, "flask-micro"),
        # Small services stay small services at scale: that is what scaled-out architectures are made of (stepmedia).
        ({"kind": "microservice", "growth": "large-scale"}, "flask-micro"),
        ({"kind": "microservice", "size": "large"}, "flask-micro"),
        # The micro template has no sign-in.
        ({"kind": "ml-service", "accounts": "login", "size": "small"}, "flask-blueprints"),
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
        ({"kind": "website", "size": "medium"}, "flask-blueprints"),
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
        ({"growth": "large-scale"}, "django-full"),
        ({"delivery": "long-lived"}, "django-full"),
        ({"delivery": "quick-first-version"}, "django-full"),
        # Against each other.
        ({"size": "large", "experience": "beginner", "security": "high"}, "django-full"),
        ({"security": "high", "experience": "beginner", "accounts": "full"}, "django-full"),
        ({"size": "small", "data": "relational"}, "flask-blueprints"),
        ({"size": "medium", "security": "high", "accounts": "full"}, "django-full"),
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
        assert (advice.has_evidence, advice.certainty, advice.reasons, advice.against) == (False, "close call", (), ())
        assert "No answer so far is evidence" in advice.certainty_because
        assert "Nothing is known yet" in advice.template_because


TIES = [
    dict(zip(keys, values, strict=True))
    for keys in combinations(DECISIONS, 2)
    for values in product(*(DECISIONS[key] for key in keys))
    if (scores := scores_of(dict(zip(keys, values, strict=True)))).flask == scores.django > 0
]


def test_a_tie_goes_to_flask_unless_the_team_knows_django_and_is_called_a_tie() -> None:
    for answers in TIES:
        advice = recommend(answers)
        assert (advice.framework, advice.is_tie, advice.certainty) == ("flask", True, "close call")
        assert "equal" in advice.certainty_because
        decided = recommend({**answers, TEAM_KNOWS: "django"})
        assert (decided.framework, decided.is_tie, decided.is_decided_by_team) == ("django", True, True)
        for known in ("flask", "both", "neither"):
            assert recommend({**answers, TEAM_KNOWS: known}).template == advice.template
    assert TIES


@given(answers=answers_of_some, team=st.sampled_from((*QUESTIONS[TEAM_KNOWS], UNSURE)))
def test_what_the_team_knows_adds_no_points_and_decides_only_where_they_are_equal(
    answers: dict[str, str], team: str
) -> None:
    with_team = recommend({**answers, TEAM_KNOWS: team})
    without = recommend({**answers, TEAM_KNOWS: UNSURE})
    assert with_team.scores == without.scores
    assert with_team.template == without.template or with_team.scores.flask == with_team.scores.django
    assert with_team.team_knows == team.replace(UNSURE, "")


def framework_after(answers: Mapping[str, str], change: Mapping[str, str]) -> str:
    return framework_of(template_of({**answers, **change}))


def neighbours(answers: Mapping[str, str]) -> list[dict[str, str]]:
    """The answers to one question, one step away: written here a second time."""
    found = []
    for key, choices in DECISIONS.items():
        if key == "kind":
            continue
        now = answers.get(key, UNSURE)
        for place, choice in enumerate(choices):
            if now == UNSURE or abs(place - choices.index(now)) == 1:
                found.append({key: choice})
    return found


@given(answers=answers_of_some)
def test_how_sure_the_advice_is_follows_from_the_answers_one_step_away(answers: dict[str, str]) -> None:
    advice = recommend(answers)
    tried = neighbours(answers)
    turning = [one for one in tried if framework_after(answers, one) != advice.framework]
    assert [dict(change.changes) for change in advice.nearby] == turning
    assert advice.nearby_tried == len(tried)
    questions = {key for one in turning for key in one}
    lead = abs(advice.scores.flask - advice.scores.django)
    if len(questions) > FEW or (lead <= NEARLY_EQUAL and advice.framework == advice.by_points):
        assert advice.certainty == "close call"
    else:
        assert advice.certainty == ("likely" if questions else "firm")
        assert all(key in advice.certainty_because for key in questions)


def weighs_with_others() -> dict[str, set[str]]:
    """The choices that change what other answers weigh, or what they rule out."""
    claims = load_evidence().claims
    statements = [(claim.document, claim.statement, claim.leans) for claim in claims]
    joint = [
        claim.when
        for claim, statement in zip(claims, statements, strict=True)
        if len(claim.when) > 1 or statements.count(statement) > 1
    ]
    joint += [limit.when for limit in LIMITS]
    return {key: {choice for when in joint for choice in when.get(key, ())} for key in DECISIONS}


JOINT = weighs_with_others()


@settings(max_examples=400)
@given(answers=answers_of_all, data=st.data())
def test_an_evenly_balanced_answer_never_makes_the_advice_less_sure(
    answers: dict[str, str], data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from([key for key in DECISIONS if key != "kind"]))
    choice = data.draw(st.sampled_from(DECISIONS[key]))
    before, after = recommend({**answers, key: UNSURE}), recommend({**answers, key: choice})
    moved = (after.scores.flask - before.scores.flask, after.scores.django - before.scores.django)
    if moved[0] != moved[1] or choice in JOINT[key] or before.limits != after.limits:
        return
    sure = ("close call", "likely", "firm")
    assert sure.index(after.certainty) >= sure.index(before.certainty)


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


@pytest.mark.parametrize(
    ("answers", "because"),
    [
        (EVERYTHING_FOR_DJANGO, "Django has one starter project."),
        (
            {"kind": "microservice", "size": "small"},
            "The answers describe one small service, which fits in a few files.",
        ),
        ({}, "Nothing is known yet; Flask with blueprints is the easiest start, with nothing to remove later."),
        (
            {"kind": "microservice", "size": "small", "philosophy": "full-control", "accounts": "login"},
            "The application gets blueprints, because flask-micro has no accounts.",
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
    assert set(now.open_questions) <= set(QUESTIONS) - set(answers)
    later = list(now.open_questions[1:])
    assert later == sorted(later, key=ORDER.index)


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
    assert advice.template in TEMPLATES
    if answers["accounts"] in {"login", "registration", "full"} or answers["admin"] in {"basic", "multi-role"}:
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
    if new.scores.django == old.scores.django and old.by_points == "flask":
        assert new.by_points == "flask"
    if new.scores.flask == old.scores.flask and old.by_points == "django":
        assert new.by_points == "django"


def realistic(answers: Mapping[str, str]) -> list[dict[str, str]]:
    """The single answers that somebody could give differently: any to what is open, else the next one."""
    fixed = {key for key in ("kind", "experience") if answers.get(key, UNSURE) != UNSURE}
    kinds = [{"kind": kind} for kind in DECISIONS["kind"]] if answers.get("kind", UNSURE) == UNSURE else []
    return [one for one in (*kinds, *neighbours(answers)) if not fixed & one.keys()]


@given(answers=answers_of_some)
def test_every_realistic_single_answer_that_turns_the_advice_is_named_open_questions_first(
    answers: dict[str, str],
) -> None:
    advice = recommend(answers)
    for flip in advice.flips:
        after = recommend({**answers, **flip.changes})
        assert (after.framework, after.template) == (flip.framework, flip.template)
        assert flip.framework != advice.framework
    singles = [one for one in realistic(answers) if framework_after(answers, one) != advice.framework]
    named = [dict(flip.changes) for flip in advice.flips if len(flip.changes) == 1]
    questions = {key for one in singles for key in one}
    shown = {key for one in named for key in one}
    assert shown <= questions
    assert len(shown) == min(MOST_FLIPS, len(questions))
    assert all(one in named for one in singles if shown.issuperset(one))
    is_answered = [answers.get(key, UNSURE) != UNSURE for one in named for key in one]
    assert is_answered == sorted(is_answered)
    assert {len(flip.changes) for flip in advice.flips} <= ({1} if singles else {2})


def test_what_one_builds_and_how_experienced_one_is_are_not_changed_for_a_framework() -> None:
    for scenario in SCENARIOS:
        changes = {key for flip in recommend(scenario["answers"]).flips for key in flip.changes}
        assert not changes & {"kind", "experience"} & scenario["answers"].keys()


def test_where_all_speaks_for_one_side_nothing_realistic_changes_it() -> None:
    assert recommend(EVERYTHING_FOR_DJANGO).flips == ()
    assert recommend(EVERYTHING_FOR_DJANGO).certainty == "firm"


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
    assert len(answers) <= 5
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
