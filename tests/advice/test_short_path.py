"""The proof, over every combination of answers: none is refused, and the short questionnaire is as good as the full.

The table of all verdicts is made here from the text of ``evidence.toml`` and from what the catalogue refuses, without
the sums and the limits by which :mod:`waypost.advice.rules` decides and knows when to stop asking.
"""

from __future__ import annotations

import random
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

from support.sources import catalogue
from waypost.advice.evidence import DECISIONS, UNSURE, load_evidence
from waypost.advice.model import TEMPLATES
from waypost.advice.recommend import interim_advice, next_question, recommend
from waypost.advice.rules import LIMITS, QUESTIONS, TEAM_KNOWS, framework_of, lead_of_flask, template_of
from waypost.model import Value

pytestmark = pytest.mark.slow


def _named(key: str) -> tuple[str, ...]:
    """The choices that some claim or limit names; all others weigh nothing, as "unsure" does, which stands for them."""
    evidence = load_evidence()
    conditions = [claim.when for claim in (*evidence.claims, *evidence.flask_claims)]
    conditions += [limit.when for limit in LIMITS]
    named = {choice for when in conditions for choice in when.get(key, ())}
    return tuple(choice for choice in DECISIONS[key] if choice in named)


KEYS = tuple(DECISIONS)
CHOICES = {key: (*_named(key), UNSURE) for key in KEYS}
ASKED = {**CHOICES, TEAM_KNOWS: ("django", UNSURE)}
STRIDES = {key: prod(len(CHOICES[later]) for later in KEYS[place + 1 :]) for place, key in enumerate(KEYS)}
MUST_HAVES = ("admin", "accounts", "data")
VERDICTS: tuple[tuple[str, str], ...] = (
    ("flask-blueprints", "flask-blueprints"),
    ("flask-micro", "flask-micro"),
    ("django-full", "django-full"),
    ("flask-blueprints", "django-full"),
    ("flask-micro", "django-full"),
)
"""The template for a team that does not say it knows Django, and for one that does: they differ in a tie."""

NextQuestion = Callable[[Mapping[str, str]], str | None]


@cache
def is_refused(template: str, must_haves: tuple[str, ...]) -> bool:
    """Whether the catalogue refuses to make the template with these must-haves; documents want a document store."""
    answers: dict[str, Value] = {"template": template, **dict(zip(MUST_HAVES, must_haves, strict=True))}
    if answers["data"] == "document":
        answers["database"] = "mongodb"
    return bool(catalogue().resolve(answers).problems)


class EveryVerdict:
    """The verdict for each full set of answers, one byte each, in the order of the product of all choices.

    The keys are split in two halves; what depends on one half only is added up once for it, which makes all verdicts
    a matter of a second.
    """

    def __init__(self, evidence: str) -> None:
        tables = tomllib.loads(evidence)
        self.head, self.tail = KEYS[:4], KEYS[4:]
        self.tails = [dict(zip(self.tail, row, strict=True)) for row in product(*(CHOICES[key] for key in self.tail))]
        self.claims = [*tables["claim"], *tables["flask_claim"]]
        self.holds_in_tail = [[self._holds(claim, tail, self.tail) for tail in self.tails] for claim in self.claims]
        self.refused: list[set[str]] = [
            {template for template in TEMPLATES if is_refused(template, tuple(tail[key] for key in MUST_HAVES))}
            for tail in self.tails
        ]
        self._columns_of: dict[tuple[int, ...], list[tuple[int, int, int, set[str]]]] = {}
        heads = product(*(CHOICES[key] for key in self.head))
        self.table = b"".join(self._row(dict(zip(self.head, head, strict=True))) for head in heads)

    @staticmethod
    def _holds(claim: dict[str, Any], answers: dict[str, str], keys: tuple[str, ...]) -> bool:
        wanted = {key: [value] if isinstance(value, str) else value for key, value in claim["when"].items()}
        return all(answers[key] in values for key, values in wanted.items() if key in keys)

    def _row(self, head: dict[str, str]) -> bytes:
        active = tuple(place for place, claim in enumerate(self.claims) if self._holds(claim, head, self.head))
        return bytes(_verdict(*column) for column in self._columns(active))

    def _columns(self, active: tuple[int, ...]) -> list[tuple[int, int, int, set[str]]]:
        if active not in self._columns_of:
            # A document speaks once for one statement: the heaviest of the claims that rest on it.
            heaviest: dict[tuple[str, str, str], list[int]] = {}
            for place in active:
                claim = self.claims[place]
                statement = claim["leans"], claim["document"], claim["statement"]
                column = heaviest.setdefault(statement, [0] * len(self.tails))
                for index, holds in enumerate(self.holds_in_tail[place]):
                    if holds:
                        column[index] = max(column[index], claim["weight"])
            sums = {
                side: list(map(sum, zip(*columns, strict=True))) or [0] * len(self.tails)
                for side in ("flask", "django", "micro", "blueprints")
                for columns in [[column for (leans, *_), column in heaviest.items() if leans == side]]
            }
            lead = [micro - blueprints for micro, blueprints in zip(sums["micro"], sums["blueprints"], strict=True)]
            self._columns_of[active] = list(zip(sums["flask"], sums["django"], lead, self.refused, strict=True))
        return self._columns_of[active]

    def completions(self, answers: Mapping[str, str]) -> Iterator[int]:
        """The verdicts of all full sets of answers that agree with ``answers``."""
        start = sum(CHOICES[key].index(value) * STRIDES[key] for key, value in answers.items() if key != TEAM_KNOWS)
        return (self.table[start + offset] for offset in offsets(tuple(key for key in KEYS if key not in answers)))

    def templates(self, answers: Mapping[str, str]) -> set[str]:
        """The templates that all full sets of answers lead to which agree with ``answers``."""
        return {template for verdict in set(self.completions(answers)) for template in templates_of(verdict, answers)}


def _verdict(flask: int, django: int, lead_of_micro: int, refused: set[str]) -> int:
    is_micro = lead_of_micro >= 2 and "flask-micro" not in refused
    if django > flask or not (is_micro or "flask-blueprints" not in refused):
        return 2
    return is_micro + 3 * (flask == django)


def templates_of(verdict: int, answers: Mapping[str, str]) -> tuple[str, ...]:
    if TEAM_KNOWS not in answers:
        return VERDICTS[verdict]
    return (VERDICTS[verdict][answers[TEAM_KNOWS] == "django"],)


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
    for value in ASKED[key]:
        answers[key] = value
        yield from stops(ask, answers)
    del answers[key]


def disagreement(ask: NextQuestion, verdicts: EveryVerdict) -> dict[str, str] | None:
    """A stop of ``ask`` after which the answers left out could have led to more than one template, if one is found."""
    draw = random.Random(1)
    for _ in range(20_000):
        answers: dict[str, str] = {}
        while (key := ask(answers)) is not None:
            answers[key] = draw.choice(ASKED[key])
        if len(verdicts.templates(answers)) > 1:
            return answers
    return None


def test_every_limit_of_the_advice_is_a_refusal_of_the_catalogue_and_the_other_way_round() -> None:
    for must_haves in product(*((*DECISIONS[key], UNSURE) for key in MUST_HAVES)):
        answers = dict(zip(MUST_HAVES, must_haves, strict=True))
        for template in TEMPLATES:
            limited = any(limit.applies_to(answers) for limit in LIMITS if limit.template == template)
            assert limited == is_refused(template, must_haves), (template, answers)


def test_every_combination_gets_the_template_of_the_full_questionnaire_and_none_is_refused(
    every_verdict: EveryVerdict,
) -> None:
    """One walk through the whole questionnaire: it stops for every combination, and asks nothing that cannot matter."""
    covered = 0
    for answers in stops(next_question, {}):
        advised = template_of({key: value for key, value in answers.items() if value != UNSURE})
        assert every_verdict.templates(answers) == {advised}, answers
        open_must_haves = [(answers[key],) if key in answers else CHOICES[key] for key in MUST_HAVES]
        assert not any(is_refused(advised, must_haves) for must_haves in product(*open_must_haves)), answers
        covered += prod(len(ASKED[key]) for key in ASKED if key not in answers)
    assert covered == 2 * len(every_verdict.table) == prod(map(len, ASKED.values()))


@given(st.randoms(use_true_random=False))
def test_no_question_is_asked_whose_answer_cannot_matter(every_verdict: EveryVerdict, draw: random.Random) -> None:
    answers: dict[str, str] = {}
    while (key := next_question(answers)) is not None:
        if key != TEAM_KNOWS and len(answers) > 2:
            rows = zip(*(every_verdict.completions({**answers, key: value}) for value in CHOICES[key]), strict=True)
            assert any(len(set(row)) > 1 for row in rows), (answers, key)
        answers[key] = draw.choice(ASKED[key])


@given(answers=st.fixed_dictionaries({key: st.sampled_from((*QUESTIONS[key], UNSURE)) for key in QUESTIONS}))
def test_the_table_of_the_proof_says_what_the_recommendation_says(
    every_verdict: EveryVerdict, answers: dict[str, str]
) -> None:
    same = {key: value if value in ASKED[key] else UNSURE for key, value in answers.items()}
    [verdict] = every_verdict.completions(same)
    assert (recommend(answers).template,) == templates_of(verdict, same)
    assert interim_advice(answers).template == recommend(answers).template


@given(answers=st.fixed_dictionaries({key: st.sampled_from((*QUESTIONS[key], UNSURE)) for key in QUESTIONS}))
def test_no_change_that_is_named_leads_to_a_refusal(answers: dict[str, str]) -> None:
    advice = recommend(answers)
    for change in (*advice.flips, *advice.nearby):
        after = {**answers, **change.changes}
        assert not is_refused(change.template, tuple(after[key] for key in MUST_HAVES))


@given(
    answers=st.fixed_dictionaries({}, optional={key: st.sampled_from(ASKED[key]) for key in ASKED}).filter(
        lambda answers: len(answers) > 2
    )
)
def test_from_any_answers_the_standing_names_every_question_that_can_matter(
    every_verdict: EveryVerdict, answers: dict[str, str]
) -> None:
    shown = interim_advice(answers)
    led_to = every_verdict.templates(answers)
    assert shown.is_settled == (len(led_to) == 1)
    assert shown.is_settled == (not shown.open_questions) == (next_question(answers) is None)
    assert shown.is_framework_certain == (len({framework_of(template) for template in led_to}) == 1)  # type: ignore[arg-type]
    for key in set(KEYS).difference(answers, shown.open_questions):
        by_choice = [every_verdict.completions({**answers, key: value}) for value in CHOICES[key]]
        for row in zip(*by_choice, strict=True):
            assert len({templates_of(verdict, answers) for verdict in row}) == 1, key


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
    return None if abs(lead_of_flask().value(answers)) > 10 else next_question(answers)


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
    assert disagreement(wrong_rule, every_verdict) is not None
