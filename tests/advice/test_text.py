"""The advice as people and programs read it."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.advice.evidence import DECISIONS
from waypost.advice.model import Scores
from waypost.advice.recommend import recommend
from waypost.advice.text import recommendation_fields, recommendation_text


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


def test_one_point_is_no_points() -> None:
    assert str(Scores(flask=1, django=4)) == "1 point for Flask, 4 for Django"
    assert str(Scores(flask=0, django=1)) == "0 points for Flask, 1 for Django"


def test_a_width_is_kept_to() -> None:
    text = recommendation_text(recommend({"kind": "cms"}), width=60)
    assert max(map(len, text.splitlines())) <= 60
