from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import pytest

from waypost.advice.evidence import DECISIONS, UNSURE, Claim, load_evidence, parse_evidence
from waypost.advice.model import Side
from waypost.advice.rules import QUESTIONS, TEAM_KNOWS
from waypost.questions.reading import read_catalogue

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("kaul", "stepmedia", "lego", "tejuosho", "gettingstarted")
NEUTRAL = {
    ("philosophy", "balanced"),
    ("admin", "none"),
    ("accounts", "none"),
    ("security", "standard"),
    ("growth", "steady"),
}
"""The choices that no document makes an argument of."""

EVERY_CHOICE = [(key, choice) for key, choices in DECISIONS.items() for choice in choices]


def names(claims: Iterable[Claim], key: str, choice: str) -> set[Side]:
    return {claim.leans for claim in claims if choice in claim.when.get(key, ())}


def test_the_decisions_are_those_of_the_catalogue() -> None:
    _, questions = read_catalogue(ROOT)
    catalogue = {question.key: question for question in questions if question.group == "decision"}
    assert list(catalogue) == list(QUESTIONS) == [*DECISIONS, TEAM_KNOWS]
    for key, question in catalogue.items():
        assert set(question.values) == {*QUESTIONS[key], UNSURE}
        assert tuple(value for value in question.values if value != UNSURE) == QUESTIONS[key]
        assert question.default_source == UNSURE


@pytest.mark.parametrize(("key", "choice"), EVERY_CHOICE)
def test_every_choice_but_the_neutral_ones_has_evidence(key: str, choice: str) -> None:
    assert bool(names(load_evidence().claims, key, choice)) == ((key, choice) not in NEUTRAL)


def test_what_holds_for_two_levels_of_accounts_holds_for_those_between() -> None:
    levels = DECISIONS["accounts"]
    named = [claim.when["accounts"] for claim in load_evidence().claims if "accounts" in claim.when]
    assert named
    for values in named:
        places = sorted(levels.index(value) for value in values)
        assert places == list(range(places[0], places[-1] + 1)), values


def test_the_more_accounts_can_do_the_more_speaks_for_django() -> None:
    def lead(level: str) -> int:
        claims = [claim for claim in load_evidence().claims if claim.applies_to({"accounts": level})]
        return sum(claim.weight if claim.leans == "django" else -claim.weight for claim in claims)

    leads = [lead(level) for level in DECISIONS["accounts"]]
    assert leads == sorted(leads)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_document_speaks_for_both_sides(document: str) -> None:
    assert {claim.leans for claim in load_evidence().claims if claim.document == document} == {"flask", "django"}


def test_waypost_reasons_of_its_own_only_where_the_documents_are_silent() -> None:
    evidence = load_evidence()
    assert {claim.document for claim in evidence.claims} == set(DOCUMENTS)
    assert list(evidence.documents) == [*DOCUMENTS, "waypost"]


@pytest.mark.parametrize(
    ("key", "choice"),
    [
        ("growth", "growing"),
        ("growth", "large-scale"),
        ("size", "large"),
        ("experience", "experienced"),
        ("admin", "basic"),
        ("accounts", "login"),
        ("delivery", "quick-first-version"),
        ("data", "relational"),
        ("philosophy", "full-control"),
    ],
)
def test_where_documents_disagree_both_sides_stand(key: str, choice: str) -> None:
    assert names(load_evidence().claims, key, choice) == {"flask", "django"}


def test_no_claim_is_about_being_unsure() -> None:
    evidence = load_evidence()
    choices = {choice for claim in evidence.claims + evidence.flask_claims for c in claim.when.values() for choice in c}
    assert UNSURE not in choices


def test_the_authors_and_years_are_given_where_the_documents_give_them() -> None:
    documents = load_evidence().documents
    assert (documents["kaul"].author, documents["kaul"].year) == ("Karan Kaul", 2023)
    assert (documents["lego"].author, documents["lego"].year) == (None, None)


GOOD = """
[documents.one]
title = "A document"

[documents.two]
title = "Another document"
author = "Somebody"
year = 2020

[[claim]]
id = "first"
document = "one"
statement = "better"
section = "A section"
claim = "Something is better."
when = { size = "small", data = ["none", "simple"] }
leans = "flask"
weight = 2

[[flask_claim]]
id = "second"
document = "one"
statement = "smaller"
section = "A section"
claim = "Something is smaller."
when = { size = "small" }
leans = "micro"
weight = 1

[[claim]]
id = "third"
document = "two"
statement = "worse"
section = "A section"
claim = "Something is worse."
when = { size = "small" }
leans = "django"
weight = 1

[[disagreement]]
id = "quality"
about = "Is something better or worse?"
flask = ["first"]
django = ["third"]

[[left_out]]
document = "two"
section = "Another section"
says = "Something costs nothing."
because = "No question asks for the price."
"""


def test_conditions_are_read_as_lists_of_choices() -> None:
    claim = parse_evidence(GOOD).claims[0]
    assert dict(claim.when) == {"size": ("small",), "data": ("none", "simple")}
    assert claim.applies_to({"size": "small", "data": "simple", "kind": "cms"})
    assert not claim.applies_to({"size": "small"})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            'size = "small", ', 'sise = "small", ', "claim first: no such decision question: 'sise'", id="key"
        ),
        pytest.param('size = "small", ', 'size = "tiny", ', "claim first: size has no choice 'tiny'", id="choice"),
        pytest.param('size = "small", ', 'size = "unsure", ', "size has no choice 'unsure'", id="unsure"),
        pytest.param('["none", "simple"]', "[]", "when.data lists no choice", id="no choice"),
        pytest.param('["none", "simple"]', '["none", "none"]', "lists something twice", id="choice twice"),
        pytest.param('["none", "simple"]', "3", "when.data: not text", id="number as choice"),
        pytest.param('{ size = "small", data = ["none", "simple"] }', "{}", "when is not a table", id="no condition"),
        pytest.param('leans = "flask"', 'leans = "micro"', "leans to 'micro', not to one of flask, django", id="side"),
        pytest.param("weight = 2", "weight = 4", "weight is not 1, 2 or 3: 4", id="weight"),
        pytest.param("weight = 2", "weight = true", "weight is not 1, 2 or 3: True", id="weight as yes"),
        pytest.param('document = "one"\nstate', 'document = "six"\nstate', "no such document: 'six'", id="document"),
        pytest.param('claim = "Something is better."', 'claim = " "', "claim: not text, or empty", id="empty"),
        pytest.param('section = "A section"\n', "", "claim first: missing: section", id="missing"),
        pytest.param("weight = 2", "weight = 2\nnote = 1", "claim first: unknown: note", id="unknown"),
        pytest.param('id = "second"', 'id = "first"', "more than one claim: first", id="id twice"),
        pytest.param('title = "A document"', 'title = "A document"\nyear = "2023"', "not a whole number", id="year"),
        pytest.param('statement = "better"\n', "", "claim first: missing: statement", id="statement"),
        pytest.param('flask = ["first"]', 'flask = ["third"]', "not a claim for flask: 'third'", id="wrong side"),
        pytest.param('flask = ["first"]', 'flask = ["second"]', "not a claim for flask: 'second'", id="shape"),
        pytest.param('django = ["third"]', "django = []", "quality: nobody speaks for django", id="one side"),
        pytest.param('about = "Is', 'about_ = "Is', "quality: missing: about", id="about"),
        pytest.param(
            'document = "two"\nsection = "Ano', 'document = "six"\nsection = "Ano', "nothing.: no such", id="left out"
        ),
        pytest.param("because =", "since =", "missing: because", id="no reason to leave out"),
        pytest.param("[[flask_claim]]", "[[flask_claims]]", "missing: flask_claim", id="table"),
    ],
)
def test_malformed_evidence_is_refused_with_its_place(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ValueError, match="evidence: ") as refusal:
        parse_evidence(GOOD.replace(old, new, 1))
    assert message in str(refusal.value)


def test_the_file_says_nothing_that_is_not_read() -> None:
    tables = tomllib.loads(files("waypost.advice").joinpath("evidence.toml").read_text(encoding="utf-8"))
    evidence = load_evidence()
    assert [table["id"] for table in tables["claim"]] == [claim.id for claim in evidence.claims]
    assert [table["id"] for table in tables["flask_claim"]] == [claim.id for claim in evidence.flask_claims]
    assert [table["id"] for table in tables["disagreement"]] == [one.id for one in evidence.disagreements]
    assert [table["says"] for table in tables["left_out"]] == [one.says for one in evidence.left_out]


def test_a_document_is_named_by_who_wrote_it_and_when_or_by_the_lack_of_it() -> None:
    documents = parse_evidence(GOOD).documents
    assert documents["one"].source == "no author given, undated"
    assert documents["two"].source == "Somebody, 2020"


def test_what_is_left_out_has_a_document_of_others_and_a_reason() -> None:
    for left_out in load_evidence().left_out:
        assert left_out.document in DOCUMENTS
        assert left_out.says != left_out.because
