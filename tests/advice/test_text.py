"""The advice as people and programs read it."""

from __future__ import annotations

import json
import re
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.advice.evidence import DECISIONS
from waypost.advice.model import Change, Scores
from waypost.advice.recommend import recommend
from waypost.advice.shown.changes import flip_lines
from waypost.advice.shown.text import recommendation_fields, recommendation_text, sections


@settings(max_examples=50, deadline=None)
@given(st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in DECISIONS.items()}))
def test_any_advice_reads_well_and_is_json(decisions: dict[str, str]) -> None:
    advice = recommend(decisions)
    text = recommendation_text(advice)
    assert max(map(len, text.splitlines())) <= 100
    flat = " ".join(text.split())
    for reason in (*advice.reasons, *advice.against, *advice.template_reasons, *advice.template_against):
        assert " ".join(reason.claim.split()) in flat
    fields = json.loads(json.dumps(recommendation_fields(advice)))
    assert fields["framework"] == advice.framework
    assert [flip["changes"] for flip in fields["flips"]] == [dict(flip.changes) for flip in advice.flips]
    assert [change["changes"] for change in fields["certainty_rests_on"]["changes"]] == [
        dict(change.changes) for change in advice.nearby
    ]
    old_words = {"firm": "high", "likely": "medium", "close call": "low"}
    assert fields["confidence"] == old_words[fields["certainty"]]


def points_in(lines: list[str]) -> int:
    return sum(int(number) for line in lines for number in re.findall(r"; (\d) points?\]", line))


@settings(max_examples=50, deadline=None)
@given(st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in DECISIONS.items()}))
def test_the_points_of_the_items_add_up_to_the_heading_and_the_shape_stands_apart(decisions: dict[str, str]) -> None:
    advice = recommend(decisions)
    headings = {"Flask": advice.scores.flask, "Django": advice.scores.django}
    for heading, items in sections(advice):
        if points := re.search(r"\((\d+) points?\)$", heading):
            assert points_in(list(items)) == int(points[1])
        for name, score in headings.items():
            if heading.startswith(f"For {name}"):
                assert points is not None
                assert int(points[1]) == score
        if heading.startswith("For "):
            assert not any("Micro or blueprints" in item for item in items)


def test_a_tie_says_in_its_first_line_that_either_will_do() -> None:
    tie = next(
        advice
        for keys in combinations(DECISIONS, 2)
        for values in product(*(DECISIONS[key] for key in keys))
        if (advice := recommend(dict(zip(keys, values, strict=True)))).is_tie
    )
    assert recommendation_text(tie).startswith("A tie: choose either.")
    assert recommendation_fields(tie)["is_tie"]


def test_what_the_team_knows_is_named_as_waypost_s_own_reasoning_and_not_as_a_reason() -> None:
    text = " ".join(recommendation_text(recommend({"kind": "microservice", "team_knows": "django"})).split())
    assert "Waypost's own reasoning: the team knows Django. That adds no points" in text
    agreeing = " ".join(recommendation_text(recommend({"kind": "microservice", "team_knows": "flask"})).split())
    assert "the team knows Flask, which also speaks for it" in agreeing


def test_where_nothing_realistic_would_change_it_that_is_said() -> None:
    complete = {key: values[-1] for key, values in DECISIONS.items()} | {"kind": "enterprise", "data": "relational"}
    assert not recommend(complete).flips
    assert "Nothing realistic" in recommendation_text(recommend(complete))


def test_answers_that_lead_the_same_way_stand_in_one_line() -> None:
    [line] = flip_lines(
        [
            Change(changes={"accounts": choice}, framework="django", template="django-full")
            for choice in ("login", "full")
        ]
    )
    assert line == "accounts = login or full: Django (django-full)"


def test_where_few_documents_speak_that_is_said() -> None:
    said = " ".join(recommendation_text(recommend({"experience": "experienced"})).split())
    assert "The documents are thin here: 2 of the 5 say anything about these answers." in said
    assert "thin here" not in recommendation_text(recommend({"kind": "microservice", "size": "small"}))
    assert "thin here" not in recommendation_text(recommend({}))


def test_two_answers_that_lead_the_same_way_stand_in_one_line() -> None:
    def both(accounts: str, data: str) -> Change:
        return Change(changes={"accounts": accounts, "data": data}, framework="django", template="django-full")

    wide = [both(accounts, data) for accounts in ("login", "registration", "full") for data in ("document", "none")]
    narrow = Change(changes={"size": "large", "data": "document"}, framework="django", template="django-full")
    assert flip_lines([*wide, both("none", "none"), narrow]) == (
        "accounts = login, registration or full, and data = document or none: Django (django-full)",
        "accounts = none, and data = none: Django (django-full)",
        "size = large, and data = document: Django (django-full)",
    )


def test_one_point_is_no_points() -> None:
    assert str(Scores(flask=1, django=4)) == "1 point for Flask, 4 for Django"
    assert str(Scores(flask=0, django=1)) == "0 points for Flask, 1 for Django"


def test_a_width_is_kept_to() -> None:
    text = recommendation_text(recommend({"kind": "cms"}), width=60)
    assert max(map(len, text.splitlines())) <= 60
