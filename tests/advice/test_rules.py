from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.advice.evidence import DECISIONS, Claim, Disagreement, Weight, load_evidence, parse_evidence, repetition
from waypost.advice.model import Side
from waypost.advice.recommend import recommend
from waypost.advice.rules import counting_claims, disputes, terms
from waypost.advice.sums import WeightedSum

answers_of_some = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(choices) for key, choices in DECISIONS.items()}
)


def a_claim(
    id_: str,
    when: Mapping[str, tuple[str, ...]],
    weight: Weight = 2,
    *,
    statement: str = "one thing",
    document: str = "one",
    leans: Side = "flask",
) -> Claim:
    return Claim(
        id=id_,
        document=document,
        statement=statement,
        section="A section",
        also_in=(),
        claim="Something is better.",
        when=when,
        leans=leans,
        weight=weight,
    )


SMALL = {"size": ("small",)}
UP_TO_MEDIUM = {"size": ("small", "medium")}
NO_DATA = {"data": ("none",)}
QUICK = {"delivery": ("quick-first-version",)}


def points(claims: tuple[Claim, ...], answers: dict[str, str], side: Side) -> int:
    return sum(claim.weight if claim.leans == side else -claim.weight for claim in counting_claims(claims, answers))


# A document speaks once


@pytest.mark.parametrize("claims", [load_evidence().claims, load_evidence().flask_claims], ids=["framework", "shape"])
@given(answers=answers_of_some)
def test_no_statement_of_a_document_counts_twice_for_a_side(claims: tuple[Claim, ...], answers: dict[str, str]) -> None:
    counting = counting_claims(claims, answers)
    statements = Counter((claim.document, claim.statement, claim.leans) for claim in counting)
    questions = Counter((claim.document, frozenset(claim.when), claim.leans) for claim in counting)
    assert set(statements.values()) | set(questions.values()) <= {1}


@given(answers=answers_of_some)
def test_nothing_that_applies_is_lost_but_to_a_heavier_claim_on_the_same_statement(answers: dict[str, str]) -> None:
    claims = load_evidence().claims
    counting = counting_claims(claims, answers)
    for claim in claims:
        if claim.applies_to(answers) and claim not in counting:
            assert any(
                (other.document, other.statement, other.leans) == (claim.document, claim.statement, claim.leans)
                and other.weight >= claim.weight
                for other in counting
            )


@pytest.mark.parametrize("choice", DECISIONS["kind"])
def test_the_answer_to_one_question_counts_at_most_once_a_document(choice: str) -> None:
    advice = recommend({"kind": choice})
    documents = [(reason.document, reason.leans) for reason in advice.reasons + advice.against]
    assert len(documents) == len(set(documents))
    assert max(advice.scores.flask, advice.scores.django) <= 3 * len(documents)


def test_of_equally_heavy_claims_the_first_counts_and_a_heavier_one_before_it() -> None:
    first, second = a_claim("first", SMALL), a_claim("second", NO_DATA)
    both = {"size": "small", "data": "none"}
    assert counting_claims((first, second), both) == (first,)
    heavier = a_claim("heavier", NO_DATA, 3)
    assert counting_claims((first, heavier), both) == (heavier,)
    assert counting_claims((first, heavier), {"size": "small"}) == (first,)


def test_other_statements_sides_and_documents_count_beside_each_other() -> None:
    claims = (
        a_claim("first", SMALL),
        a_claim("another statement", NO_DATA, statement="another thing"),
        a_claim("another side", SMALL, leans="django"),
        a_claim("another document", SMALL, document="two"),
    )
    assert counting_claims(claims, {"size": "small", "data": "none"}) == claims


whens = st.dictionaries(st.sampled_from(["size", "data", "security"]), st.integers(0, 1), min_size=1, max_size=2).map(
    lambda when: {key: DECISIONS[key][place:] for key, place in when.items()}
)
some_claims = st.lists(
    st.builds(
        a_claim,
        st.just("any"),
        whens,
        st.integers(1, 3),
        statement=st.sampled_from(["one", "another"]),
        leans=st.sampled_from(["flask", "django"]),
    ),
    max_size=6,
).map(tuple)


@given(claims=some_claims, answers=answers_of_some)
def test_the_terms_of_the_sum_come_to_what_counts(claims: tuple[Claim, ...], answers: dict[str, str]) -> None:
    assert WeightedSum(terms(claims, "flask")).value(answers) == points(claims, answers, "flask")


@given(answers=answers_of_some)
def test_the_terms_of_the_evidence_come_to_the_points_that_are_shown(answers: dict[str, str]) -> None:
    evidence = load_evidence()
    assert WeightedSum(terms(evidence.claims, "flask")).value(answers) == points(evidence.claims, answers, "flask")
    scores = recommend(answers).scores
    assert scores.flask - scores.django == points(evidence.claims, answers, "flask")


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        pytest.param(
            a_claim("one", SMALL), a_claim("other", UP_TO_MEDIUM, statement="else"), "speaks twice", id="same question"
        ),
        pytest.param(
            a_claim("one", SMALL), a_claim("other", {**SMALL, **QUICK}), "other: never counts beside one", id="narrower"
        ),
        pytest.param(
            a_claim("one", {**SMALL, **QUICK}, 1), a_claim("other", SMALL), "one: never counts beside", id="the first"
        ),
        pytest.param(a_claim("one", SMALL), a_claim("other", {**SMALL, **QUICK}, 3), "", id="narrower and heavier"),
        pytest.param(a_claim("one", SMALL), a_claim("other", NO_DATA), "", id="either can count alone"),
        pytest.param(a_claim("one", SMALL), a_claim("other", {"size": ("large",)}), "", id="never together"),
        pytest.param(a_claim("one", SMALL), a_claim("other", SMALL, leans="django"), "", id="other side"),
        pytest.param(a_claim("one", SMALL), a_claim("other", SMALL, document="two"), "", id="other document"),
    ],
)
def test_claims_that_would_repeat_a_document_are_found(one: Claim, other: Claim, message: str) -> None:
    found = repetition((one, other))
    assert message in found
    assert bool(found) == bool(message)


def test_evidence_in_which_a_document_repeats_itself_is_refused() -> None:
    claim = """
        [[claim]]
        id = "{id}"
        document = "one"
        statement = "{id}"
        section = "A section"
        claim = "Something is better."
        when = {{ size = "small" }}
        leans = "flask"
        weight = 2
        """
    rest = 'disagreement = []\nleft_out = []\nflask_claim = []\n[documents.one]\ntitle = "A document"\n'
    assert len(parse_evidence(rest + claim.format(id="first")).claims) == 1
    with pytest.raises(ValueError, match="first and second: one document speaks twice"):
        parse_evidence(rest + claim.format(id="first") + claim.format(id="second"))


# Where documents disagree


def test_a_disagreement_shows_both_voices_with_their_sources() -> None:
    [dispute] = [one for one in disputes(load_evidence(), {"growth": "growing"}) if one.id == "growth"]
    assert {(voice.document, voice.source) for voice in dispute.flask} == {
        ("tejuosho", "Gloria Tejuosho, 2025"),
        ("lego", "no author given, undated"),
    }
    assert {voice.document for voice in dispute.django} == {"tejuosho", "lego", "stepmedia"}
    for voice in dispute.flask + dispute.django:
        assert voice.claim in {claim.claim for claim in load_evidence().claims}
        assert voice.title == load_evidence().documents[voice.document].title


@pytest.mark.parametrize(
    ("answers", "ids"),
    [
        ({}, []),
        ({"kind": "ecommerce"}, []),
        ({"size": "large"}, ["large"]),
        ({"philosophy": "full-control"}, ["customization"]),
        ({"experience": "experienced"}, []),
        ({"experience": "experienced", "size": "small"}, ["experience"]),
        ({"delivery": "quick-first-version"}, ["quick"]),
        ({"data": "relational", "accounts": "login", "admin": "basic"}, ["orm", "accounts", "admin"]),
        ({"accounts": "full", "admin": "multi-role"}, []),
        ({"kind": "microservice", "size": "large", "growth": "large-scale"}, ["growth", "large"]),
    ],
    ids=str,
)
def test_the_disagreements_are_those_that_the_answers_raise(answers: dict[str, str], ids: list[str]) -> None:
    assert [dispute.id for dispute in disputes(load_evidence(), answers)] == ids


@given(answers=answers_of_some)
def test_every_voice_counts_and_each_document_has_one_on_a_side(answers: dict[str, str]) -> None:
    evidence = load_evidence()
    counting = {claim.id: claim.leans for claim in counting_claims(evidence.claims, answers)}
    for dispute in disputes(evidence, answers):
        assert {counting[voice.id] for voice in dispute.flask} == {"flask"}
        assert {counting[voice.id] for voice in dispute.django} == {"django"}
        for side in (dispute.flask, dispute.django):
            assert len({voice.document for voice in side}) == len(side)
        assert len({voice.document for voice in dispute.flask + dispute.django}) > 1


def test_a_document_that_only_contradicts_itself_is_no_disagreement() -> None:
    text = """
        left_out = []
        flask_claim = []
        [documents.one]
        title = "A document"
        [[claim]]
        id = "for"
        document = "one"
        statement = "for"
        section = "A section"
        claim = "Something is better."
        when = { size = "small" }
        leans = "flask"
        weight = 2
        [[claim]]
        id = "against"
        document = "one"
        statement = "against"
        section = "A section"
        claim = "Something is worse."
        when = { size = "small" }
        leans = "django"
        weight = 2
        [[disagreement]]
        id = "itself"
        about = "Is it better or worse?"
        flask = ["for"]
        django = ["against"]
        """
    assert disputes(parse_evidence(text), {"size": "small"}) == ()
    another = text.replace("[documents.one]", '[documents.two]\ntitle = "Another"\n[documents.one]').replace(
        'document = "one"\n        statement = "against"', 'document = "two"\n        statement = "against"'
    )
    [dispute] = disputes(parse_evidence(another), {"size": "small"})
    assert dispute.about == "Is it better or worse?"


@pytest.mark.parametrize("disagreement", load_evidence().disagreements, ids=lambda one: one.id)
def test_every_voice_of_a_disagreement_can_meet_an_opposite_one(disagreement: Disagreement) -> None:
    claims = {claim.id: claim for claim in load_evidence().claims}
    for one, other in ((disagreement.flask, disagreement.django), (disagreement.django, disagreement.flask)):
        for id_ in one:
            assert any(can_meet(claims[id_], claims[opposite]) for opposite in other), id_


def can_meet(one: Claim, other: Claim) -> bool:
    return all(set(one.when[key]) & set(other.when[key]) for key in one.when.keys() & other.when.keys())


def test_no_two_claims_say_the_same_in_the_same_words() -> None:
    claims = load_evidence().claims + load_evidence().flask_claims
    for one, other in combinations(claims, 2):
        assert one.claim != other.claim
