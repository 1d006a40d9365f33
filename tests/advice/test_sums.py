from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from waypost.advice.sums import Term, WeightedSum

VALUES = {"a": ("1", "2", "3"), "b": ("1", "2"), "c": ("1", "2"), "d": ("1", "2", "3"), "e": ("1",)}

conditions = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 2), min_size=1, max_size=3).map(
    lambda when: {key: VALUES[key][place:] or VALUES[key] for key, place in when.items()}
)
terms = st.lists(st.builds(Term, when=conditions, amount=st.integers(-5, 5)), max_size=12)
answers = st.fixed_dictionaries({}, optional={key: st.sampled_from((*values, "-")) for key, values in VALUES.items()})


def added(terms: list[Term], answers: dict[str, str]) -> int:
    return sum(term.amount for term in terms if all(answers.get(key) in values for key, values in term.when.items()))


@given(terms=terms, answers=answers)
def test_the_value_is_the_sum_of_the_terms_that_hold(terms: list[Term], answers: dict[str, str]) -> None:
    assert WeightedSum(terms).value(answers) == added(terms, answers)


@given(terms=terms, answers=answers)
def test_the_limits_are_those_of_trying_everything(terms: list[Term], answers: dict[str, str]) -> None:
    open_keys = [key for key in VALUES if key not in answers]
    tried = [
        added(terms, {**answers, **dict(zip(open_keys, values, strict=True))})
        for values in product(*((*VALUES[key], "-") for key in open_keys))
    ]
    total = WeightedSum(terms)
    least, greatest = total.limits(answers, frozenset(open_keys))
    assert (total.value(answers) + least, total.value(answers) + greatest) == (min(tried), max(tried))


@given(terms=terms, answers=answers)
def test_a_key_that_is_no_mover_changes_nothing(terms: list[Term], answers: dict[str, str]) -> None:
    open_keys = frozenset(VALUES).difference(answers)
    movers = WeightedSum(terms).movers(answers, open_keys)
    assert open_keys.issuperset(movers)
    for values in product(*((*VALUES[key], "-") for key in movers)):
        known = {**answers, **dict(zip(movers, values, strict=True))}
        still = sorted(open_keys.difference(movers))
        sums = {added(terms, {**known, key: value}) for key in still for value in VALUES[key]}
        assert sums <= {added(terms, known)}


def test_movers_come_by_how_far_they_move_the_sum_now() -> None:
    total = WeightedSum(
        [Term(when={"a": ("1",)}, amount=2), Term(when={"b": ("1",)}, amount=-3), Term(when={"a": ("2",)}, amount=-4)]
    )
    assert total.movers({}, frozenset("abc")) == ("a", "b")
