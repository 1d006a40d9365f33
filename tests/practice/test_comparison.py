"""What like projects use is counted, and said apart from the documents' points."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.running import Workplace
from waypost.advice.recommend import recommend
from waypost.practice import comparison as module
from waypost.practice.comparison import FEWEST, compare, nearest
from waypost.practice.table import CHOICES, Project, load_projects, parse_projects
from waypost.practice.text import WORDS, practice_fields, practice_lines, practice_sentences

ANSWERS = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from((*values, "unsure")) for key, values in CHOICES.items()}
)
TABLE = """
[kinds]
wiki = "cms"
[[project]]
name = "One"
address = "https://example.org/one"
subject = "wiki"
commit = "1"
framework = "flask"
size = "small"
admin = "none"
accounts = "login"
data = "simple"
"""


def project(name: str, framework: str = "flask", **answers: str) -> Project:
    row = parse_projects(TABLE)[0]
    return dataclasses.replace(row, name=name, framework=framework, answers={**row.answers, **answers})  # type: ignore[arg-type]


@pytest.fixture
def _of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    three = (project("Small"), project("Large", "django", size="large"), project("Middle", "django", size="medium"))
    monkeypatch.setattr(module, "load_projects", lambda: three)
    monkeypatch.setattr(module, "FEWEST", 2)


@given(ANSWERS)
def test_a_comparison_counts_the_projects_that_have_the_compared_answers(answers: dict[str, str]) -> None:
    asked = {key: value for key, value in answers.items() if value != "unsure"}
    comparison = compare(answers)
    if comparison is None:
        assert not asked
        return
    like = [
        row
        for row in load_projects()
        if all(row.answers[key] == comparison.compared[key] for key in comparison.compared)
    ]
    assert (comparison.like.flask, comparison.like.django) == (
        len([row for row in like if row.framework == "flask"]),
        len([row for row in like if row.framework == "django"]),
    )
    assert {**comparison.compared, **comparison.set_aside} == asked
    assert len(like) >= FEWEST or len(comparison.compared) == 1
    assert comparison.listed.total == len(load_projects())


@given(ANSWERS)
@example({"admin": "multi-role", "size": "large", "data": "none", "accounts": "none", "kind": "rest-api"})
def test_no_listed_project_is_nearer_than_the_nearest(answers: dict[str, str]) -> None:
    asked = {key: value for key, value in answers.items() if value != "unsure"}
    ordered = nearest(load_projects(), asked, len(load_projects()))
    exact = [row for row in load_projects() if all(row.answers[key] == value for key, value in asked.items())]
    assert set(map(id, ordered[: len(exact)])) == set(map(id, exact))
    comparison = compare(answers)
    assert comparison is None or comparison.nearest == ordered[:3]


def test_an_answer_beside_is_nearer_than_one_at_the_other_end() -> None:
    rows = [project("Large", size="large"), project("Middle", size="medium")]
    assert [row.name for row in nearest(rows, {"size": "small"}, 2)] == ["Middle", "Large"]


@pytest.mark.usefixtures("_of_three")
def test_an_answer_that_leaves_too_few_is_set_aside_and_named() -> None:
    comparison = compare({"kind": "cms", "size": "large"})
    assert comparison is not None
    assert (comparison.compared, comparison.set_aside) == ({"kind": "cms"}, {"size": "large"})
    assert (comparison.like.flask, comparison.like.django) == (1, 2)
    used, near, limits = practice_sentences(comparison)
    assert used.startswith("Of 3 listed projects with kind = cms, 2 use Django and 1 Flask.")
    assert "a large code base" in used
    assert near.startswith("The nearest to all these answers are Large (Django), Middle (Django)")
    assert "3 public projects" in limits


@pytest.mark.parametrize(
    "answers", [{}, {"kind": "unsure"}, {"kind": "prototype"}, {"philosophy": "conventions"}], ids=str
)
def test_without_an_answer_that_a_repository_shows_nothing_is_compared(answers: dict[str, str]) -> None:
    assert compare(answers) is None
    assert practice_lines(None) == ()
    assert practice_fields(None) is None


def test_every_answer_but_a_kind_has_words() -> None:
    assert WORDS.keys() == {(key, value) for key, values in CHOICES.items() for value in values if key != "kind"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('subject = "wiki"', 'subject = "wikki"', "no such subject: 'wikki'"),
        ('framework = "flask"', 'framework = "bottle"', "no such framework: 'bottle'"),
        ('data = "simple"', 'data = "plain"', "data has no choice 'plain'"),
    ],
)
def test_a_row_that_means_nothing_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_projects(TABLE.replace(old, new))


def test_a_project_is_listed_once() -> None:
    with pytest.raises(ValueError, match=r"listed more than once: https://example\.org/one"):
        parse_projects(TABLE + TABLE.partition('"cms"\n')[2])


@pytest.mark.slow
def test_practice_stands_beside_the_points_and_never_in_them(place: Workplace) -> None:
    options = ["--set", "kind=cms", "--set", "accounts=full", "--set", "data=relational"]
    reply = place.run("recommend", *options, "--json").reply
    answers = {"kind": "cms", "accounts": "full", "data": "relational"}
    assert reply["practice"] == json.loads(json.dumps(practice_fields(compare(answers))))
    scores = recommend(answers).scores
    assert reply["scores"] == {"flask": scores.flask, "django": scores.django}
    compared = compare(answers)
    assert compared is not None
    words = place.run("recommend", *options).out.split()
    for sentence in practice_sentences(compared):
        assert " ".join(sentence.split()) in " ".join(words)
    assert place.run("recommend", "--defaults", "--json").reply["practice"] is None
