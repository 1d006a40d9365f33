"""How far the answers still to come can move a sum of weighted conditions: exact, and fast enough to ask after each.

Nothing here knows about frameworks; :mod:`waypost.advice.recommend` says what is summed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, kw_only=True)
class Term:
    """An amount that counts if every key of ``when`` has one of the listed values."""

    when: Mapping[str, tuple[str, ...]]
    amount: int


_Conditions = tuple[tuple[str, frozenset[str]], ...]
_Joint = tuple[_Conditions, int]


class WeightedSum:
    """A sum of terms over answers, and the exact limits of what open answers can add to it.

    A key that is missing from the answers, or has a value that no term names, adds nothing.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self._single: dict[str, dict[str, int]] = {}
        self._joint: list[_Joint] = []
        for term in terms:
            if len(term.when) == 1:
                [(key, values)] = term.when.items()
                amounts = self._single.setdefault(key, {})
                for value in values:
                    amounts[value] = amounts.get(value, 0) + term.amount
            else:
                conditions = tuple((key, frozenset(values)) for key, values in term.when.items())
                self._joint.append((conditions, term.amount))
        self._limits = lru_cache(maxsize=None)(self._find_limits)
        self._movers = lru_cache(maxsize=None)(self._find_movers)
        self._spreads = lru_cache(maxsize=None)(self._find_spread)
        self._neighbours = lru_cache(maxsize=None)(self._find_neighbours)

    def value(self, answers: Mapping[str, str]) -> int:
        """Return the sum for ``answers``, taking what is missing as adding nothing."""
        total = sum(self._single[key].get(value, 0) for key, value in answers.items() if key in self._single)
        for conditions, amount in self._joint:
            for key, values in conditions:
                if answers.get(key) not in values:
                    break
            else:
                total += amount
        return total

    def limits(self, answers: Mapping[str, str], open_keys: frozenset[str]) -> tuple[int, int]:
        """Return the least and the greatest amount that answers to ``open_keys`` can add to :meth:`value`.

        Every open key is also free to add nothing.
        """
        context = tuple((key, answers[key]) for key in self._neighbours(open_keys) if key in answers)
        return self._limits(open_keys, context)

    def movers(self, answers: Mapping[str, str], open_keys: frozenset[str]) -> tuple[str, ...]:
        """Return the open keys that a possible term depends on, the one that alone moves the sum farthest first.

        A key left out can change nothing. One that is in may still turn out to change nothing in company with others.
        """
        context = tuple((key, answers[key]) for key in self._neighbours(open_keys) if key in answers)
        return self._movers(open_keys, context)

    def share_below(self, bound: int, answers: Mapping[str, str], choices: Mapping[str, tuple[str, ...]]) -> float:
        """Return in which part of all ways to answer the open keys of ``choices`` the sum is less than ``bound``.

        Every choice counts as often as any other of its key.
        """
        context = tuple((key, answers[key]) for key in self._neighbours(frozenset(choices)) if key in answers)
        base = self.value(answers)
        spread = self._spreads(tuple(choices.items()), context)
        return sum(share for amount, share in spread.items() if base + amount < bound)

    def _find_spread(
        self, choices: tuple[tuple[str, tuple[str, ...]], ...], context: tuple[tuple[str, str], ...]
    ) -> dict[int, float]:
        open_choices = dict(choices)
        return _spread(open_choices, *self._possible_terms(frozenset(open_choices), dict(context)))

    def _find_neighbours(self, open_keys: frozenset[str]) -> tuple[str, ...]:
        """Return the other keys that share a term with an open one: only their answers matter to the limits."""
        touched = [{key for key, _ in conditions} for conditions, _ in self._joint]
        return tuple(sorted({key for keys in touched if keys & open_keys for key in keys - open_keys}))

    def _find_limits(self, open_keys: frozenset[str], context: tuple[tuple[str, str], ...]) -> tuple[int, int]:
        return _limits(*self._possible_terms(open_keys, dict(context)))

    def _find_movers(self, open_keys: frozenset[str], context: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
        single, joint = self._possible_terms(open_keys, dict(context))
        named = {key for conditions, _ in joint for key, _ in conditions} | {key for key in single if single[key]}
        moved = {}
        for key in sorted(named):
            least, greatest = self.limits(dict(context), frozenset({key}))
            moved[key] = greatest - least
        return tuple(sorted(moved, key=lambda key: -moved[key]))

    def _possible_terms(
        self, open_keys: frozenset[str], known: Mapping[str, str]
    ) -> tuple[dict[str, dict[str, int]], list[_Joint]]:
        """Return what is left of the terms that depend on an open key, given the answers that are known."""
        joint = []
        for conditions, amount in self._joint:
            left = tuple((key, values) for key, values in conditions if key in open_keys)
            if left and all(key in open_keys or known.get(key) in values for key, values in conditions):
                joint.append((left, amount))
        return _with_single_terms_apart({key: self._single.get(key, {}) for key in open_keys}, joint)


def _limits(single: Mapping[str, Mapping[str, int]], joint: list[_Joint]) -> tuple[int, int]:
    """Find the limits of a sum of which all keys are open.

    Terms on one key are that key's own affair. For the rest, the key with most joint terms is settled first, once for
    each group of values that the joint terms do not tell apart; what is left are smaller problems of the same form.
    """
    if not joint:
        least = sum(min(0, *amounts.values()) for amounts in single.values() if amounts)
        greatest = sum(max(0, *amounts.values()) for amounts in single.values() if amounts)
        return least, greatest
    mentions = [key for conditions, _ in joint for key, _ in conditions]
    hub = max(sorted(set(mentions)), key=mentions.count)
    others = {key: amounts for key, amounts in single.items() if key != hub}
    found = []
    for held, own_amounts in _groups(hub, single[hub], joint).items():
        left = [
            (tuple(condition for condition in conditions if condition[0] != hub), amount)
            for (conditions, amount), holds in zip(joint, held, strict=True)
            if holds
        ]
        least, greatest = _limits(*_with_single_terms_apart(others, left))
        found.append((least + min(own_amounts), greatest + max(own_amounts)))
    return min(least for least, _ in found), max(greatest for _, greatest in found)


def _spread(
    choices: Mapping[str, tuple[str, ...]], single: Mapping[str, Mapping[str, int]], joint: list[_Joint]
) -> dict[int, float]:
    """Return each amount that the sum can come to, with the part of all ways to answer that leads to it.

    It goes the way of :func:`_limits`: what depends on one key is convolved, and joint terms are settled key by key.
    """
    if not joint:
        spread = {0: 1.0}
        for key, amounts in single.items():
            if any(amounts.values()):
                spread = _convolved(
                    spread, _shares([amounts.get(value, 0) for value in choices[key]], len(choices[key]))
                )
        return spread
    mentions = [key for conditions, _ in joint for key, _ in conditions]
    hub = max(sorted(set(mentions)), key=mentions.count)
    others = {key: amounts for key, amounts in single.items() if key != hub}
    groups: dict[tuple[bool, ...], list[int]] = {}
    for value in choices[hub]:
        held = tuple(value in dict(conditions).get(hub, (value,)) for conditions, _ in joint)
        groups.setdefault(held, []).append(single[hub].get(value, 0))
    total: dict[int, float] = {}
    for held, own in groups.items():
        left = [
            (tuple(condition for condition in conditions if condition[0] != hub), amount)
            for (conditions, amount), holds in zip(joint, held, strict=True)
            if holds
        ]
        rest = _spread(choices, *_with_single_terms_apart(others, left))
        for amount, share in _convolved(rest, _shares(own, len(choices[hub]))).items():
            total[amount] = total.get(amount, 0.0) + share
    return total


def _shares(amounts: list[int], among: int) -> dict[int, float]:
    return {amount: amounts.count(amount) / among for amount in amounts}


def _convolved(one: Mapping[int, float], other: Mapping[int, float]) -> dict[int, float]:
    """Return the spread of the sum of two amounts that do not depend on each other."""
    total: dict[int, float] = {}
    for (amount, share), (more, part) in product(one.items(), other.items()):
        total[amount + more] = total.get(amount + more, 0.0) + share * part
    return total


def _groups(hub: str, own: Mapping[str, int], joint: list[_Joint]) -> dict[tuple[bool, ...], list[int]]:
    """Group the hub's own amounts by which of the joint terms its values leave possible; None adds nothing."""
    wanted = [dict(conditions).get(hub) for conditions, _ in joint]
    named = {value for values in wanted if values is not None for value in values}
    groups: dict[tuple[bool, ...], list[int]] = {}
    for value in (None, *sorted(named | own.keys())):
        held = tuple(values is None or value in values for values in wanted)
        groups.setdefault(held, []).append(0 if value is None else own.get(value, 0))
    return groups


def _with_single_terms_apart(
    single: Mapping[str, Mapping[str, int]], joint: list[_Joint]
) -> tuple[dict[str, dict[str, int]], list[_Joint]]:
    """Return the same terms, with those of ``joint`` that name one key only added to that key's own amounts."""
    amounts = {key: dict(values) for key, values in single.items()}
    still_joint = []
    for conditions, amount in joint:
        if len(conditions) > 1:
            still_joint.append((conditions, amount))
            continue
        [(key, values)] = conditions
        for value in values:
            amounts[key][value] = amounts[key].get(value, 0) + amount
    return amounts, still_joint
