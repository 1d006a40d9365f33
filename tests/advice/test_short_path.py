"""The proof, over every combination of answers, that the short questionnaire and the full one agree on the template.

The table of all verdicts is made here from the text of ``evidence.toml`` alone, without the sums and the limits by
which :mod:`waypost.advice.recommend` decides when to stop asking.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import product
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.advice.evidence import DECISIONS, UNSURE, load_evidence
from waypost.advice.recommend import interim_advice, next_question, recommend
from waypost.advice.rules import lead_of_flask

pytestmark = pytest.mark.slow

KEYS = tuple(DECISIONS)
CHOICES = {key: (*DECISIONS[key], UNSURE) for key in KEYS}
STRIDES = {key: prod(len(CHOICES[later]) for later in KEYS[place + 1 :]) for place, key in enumerate(KEYS)}
TEMPLATES = ("flask-blueprints", "flask-micro", "django-full")

NextQuestion = Callable[[Mapping[str, str]], str | None]


class EveryVerdict:
    """The template for each full set of answers, one byte each, in the order of the product of all choices.

    The keys are split in two halves; what depends on one half only is added up once for it, which makes 2.6 million
    verdicts a matter of a second or two.
    """

    def __init__(self, evidence: str) -> None:
        tables = tomllib.loads(evidence)
        self.head, self.tail = KEYS[:4], KEYS[4:]
        self.tails = [dict(zip(self.tail, row, strict=True)) for row in product(*(CHOICES[key] for key in self.tail))]
        self.claims = [*tables["claim"], *tables["flask_claim"]]
        self.holds_in_tail = [[self._holds(claim, tail, self.tail) for tail in self.tails] for claim in self.claims]
        self.needs_sign_in = [
            tail["admin"] in ("basic", "multi-role") or tail["accounts"] in ("login", "full") for tail in self.tails
        ]
        self._columns_of: dict[tuple[int, ...], list[tuple[int, int, int, bool]]] = {}
        heads = product(*(CHOICES[key] for key in self.head))
        self.table = b"".join(self._row(dict(zip(self.head, head, strict=True))) for head in heads)

    @staticmethod
    def _holds(claim: dict[str, Any], answers: dict[str, str], keys: tuple[str, ...]) -> bool:
        wanted = {key: [value] if isinstance(value, str) else value for key, value in claim["when"].items()}
        return all(answers[key] in values for key, values in wanted.items() if key in keys)

    def _row(self, head: dict[str, str]) -> bytes:
        active = tuple(place for place, claim in enumerate(self.claims) if self._holds(claim, head, self.head))
        return bytes(
            2 if django > flask else 1 if flask and micro >= 2 and not needs_sign_in else 0
            for flask, django, micro, needs_sign_in in self._columns(active)
        )

    def _columns(self, active: tuple[int, ...]) -> list[tuple[int, int, int, bool]]:
        if active not in self._columns_of:
            sums = {side: [0] * len(self.tails) for side in ("flask", "django", "micro", "blueprints")}
            for place in active:
                claim = self.claims[place]
                column = sums[claim["leans"]]
                for index, holds in enumerate(self.holds_in_tail[place]):
                    if holds:
                        column[index] += claim["weight"]
            lead = [micro - blueprints for micro, blueprints in zip(sums["micro"], sums["blueprints"], strict=True)]
            self._columns_of[active] = list(zip(sums["flask"], sums["django"], lead, self.needs_sign_in, strict=True))
        return self._columns_of[active]

    def completions(self, answers: Mapping[str, str]) -> Iterator[int]:
        """The verdicts of all full sets of answers that agree with ``answers``."""
        start = sum(CHOICES[key].index(value) * STRIDES[key] for key, value in answers.items())
        return (self.table[start + offset] for offset in offsets(tuple(key for key in KEYS if key not in answers)))


@cache
def offsets(open_keys: tuple[str, ...]) -> list[int]:
    """Where in the table the completions lie, seen from the one with every open key's first choice."""
    found = [0]
    for key in open_keys:
        found = [offset + place * STRIDES[key] for offset in found for place in range(len(CHOICES[key]))]
    return found


@pytest.fixture(scope="module")
def every_verdict() -> EveryVerdict:
    return EveryVerdict(files("waypost.advice").joinpath("evidence.toml").read_text(encoding="utf-8"))


def stops(ask: NextQuestion, answers: dict[str, str]) -> Iterator[dict[str, str]]:
    """All sets of answers at which a questionnaire that follows ``ask`` stops; each is only valid until the next."""
    key = ask(answers)
    if key is None:
        yield answers
        return
    for value in CHOICES[key]:
        answers[key] = value
        yield from stops(ask, answers)
    del answers[key]


def disagreements(ask: NextQuestion, verdicts: EveryVerdict) -> Iterator[dict[str, str]]:
    """The stops of ``ask`` after which the answers left out could have led to more than one template."""
    for answers in stops(ask, {}):
        if len(set(verdicts.completions(answers))) > 1:
            yield dict(answers)


def test_the_short_path_and_the_full_questionnaire_agree_for_every_combination(every_verdict: EveryVerdict) -> None:
    covered = 0
    for answers in stops(next_question, {}):
        verdicts = list(every_verdict.completions(answers))
        covered += len(verdicts)
        assert len(set(verdicts)) == 1, answers
    assert covered == len(every_verdict.table) == 2_580_480


def test_no_question_is_asked_whose_answer_cannot_matter(every_verdict: EveryVerdict) -> None:
    idle = []

    def asked(answers: Mapping[str, str]) -> str | None:
        key = next_question(answers)
        if key is not None:
            rows = zip(*(every_verdict.completions({**answers, key: value}) for value in CHOICES[key]), strict=True)
            if not any(len(set(row)) > 1 for row in rows):
                idle.append((dict(answers), key))
        return key

    for _ in stops(asked, {}):
        pass
    assert not idle, f"{len(idle)} idle questions, such as {idle[0]}"


@given(answers=st.fixed_dictionaries({key: st.sampled_from(CHOICES[key]) for key in KEYS}))
def test_the_table_of_the_proof_says_what_the_recommendation_says(
    every_verdict: EveryVerdict, answers: dict[str, str]
) -> None:
    [verdict] = every_verdict.completions(answers)
    assert recommend(answers).template == interim_advice(answers).template == TEMPLATES[verdict]


@given(
    answers=st.fixed_dictionaries({}, optional={key: st.sampled_from(CHOICES[key]) for key in KEYS}).filter(
        lambda answers: len(answers) > 2
    )
)
def test_from_any_answers_the_standing_names_every_question_that_can_matter(
    every_verdict: EveryVerdict, answers: dict[str, str]
) -> None:
    shown = interim_advice(answers)
    assert shown.is_settled == (len(set(every_verdict.completions(answers))) == 1)
    assert shown.is_settled == (not shown.open_questions) == (next_question(answers) is None)
    for key in set(KEYS).difference(answers, shown.open_questions):
        by_choice = [every_verdict.completions({**answers, key: value}) for value in CHOICES[key]]
        assert all(len(set(row)) == 1 for row in zip(*by_choice, strict=True)), key


def forgets_the_shape_of_flask(answers: Mapping[str, str]) -> str | None:
    open_keys = frozenset(KEYS).difference(answers)
    least, _ = lead_of_flask().limits(answers, open_keys)
    return None if lead_of_flask().value(answers) + least >= 0 else next_question(answers)


def stops_one_point_too_early(answers: Mapping[str, str]) -> str | None:
    open_keys = frozenset(KEYS).difference(answers)
    _, greatest = lead_of_flask().limits(answers, open_keys)
    return None if lead_of_flask().value(answers) + greatest - 1 < 0 else next_question(answers)


def forgets_what_counts_only_together(answers: Mapping[str, str]) -> str | None:
    still_to_come = sum(
        max(claim.weight for claim in load_evidence().claims if set(claim.when) == {key} and claim.leans == "flask")
        for key in KEYS
        if key not in answers and key not in ("growth", "security")
    )
    return None if lead_of_flask().value(answers) + still_to_come < 0 else next_question(answers)


def is_content_with_a_clear_lead(answers: Mapping[str, str]) -> str | None:
    return None if abs(lead_of_flask().value(answers)) > 25 else next_question(answers)


@pytest.mark.parametrize(
    "wrong_rule",
    [
        forgets_the_shape_of_flask,
        stops_one_point_too_early,
        forgets_what_counts_only_together,
        is_content_with_a_clear_lead,
    ],
)
def test_the_proof_catches_a_rule_that_stops_too_early(every_verdict: EveryVerdict, wrong_rule: NextQuestion) -> None:
    assert next(disagreements(wrong_rule, every_verdict), None) is not None
