from datetime import UTC, datetime, timedelta

import pytest

from apps.publishing import rules
from apps.publishing.rules import Problem, State

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_path_is_a_prefix_of_those_below_it_and_of_no_others() -> None:
    about = rules.path_of("", "about")
    assert rules.is_within(rules.path_of(about, "team"), about)
    assert rules.is_within(about, about)
    assert not rules.is_within(rules.path_of("", "about-us"), about)


@pytest.mark.parametrize(
    "text", ["", "a", "A/", "a//", "/a/", "a b/", "ä/", "a/\0/", "a/\n", "a/" * 200]
)
def test_not_every_text_is_a_path(text: str) -> None:
    assert rules.is_path("a/b-2/")
    assert not rules.is_path(text)


def test_a_subtree_moves_as_a_whole() -> None:
    assert rules.moved("a/b/c/", "a/b/", "x/") == "x/c/"
    assert rules.moved("a/b/", "a/b/", "x/") == "x/"
    assert rules.moved("a/a/", "a/", "b/") == "b/a/"


def test_what_is_above_a_path() -> None:
    assert rules.ancestors("a/b/c/") == ["a/", "a/b/"]
    assert rules.ancestors("a/") == []


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("a/" * 6, None),
        ("a/" * 7, Problem.TOO_DEEP),
        ("a" * 254 + "/", None),
        ("a" * 255 + "/", Problem.TOO_LONG),
    ],
)
def test_a_path_is_neither_too_deep_nor_too_long(path: str, problem: Problem | None) -> None:
    assert rules.problem_of(["fine/", path]) is problem


@pytest.mark.parametrize(
    ("live", "draft", "state"),
    [(None, 3, State.DRAFT), (3, 3, State.LIVE), (2, 3, State.CHANGED)],
)
def test_the_state_of_a_page(live: int | None, draft: int, state: State) -> None:
    assert rules.state_of(live, draft) is state


def test_a_page_expires_at_its_moment() -> None:
    assert rules.is_shown(None, NOW)
    assert rules.is_shown(NOW + HOUR, NOW)
    assert not rules.is_shown(NOW, NOW)


@pytest.mark.parametrize(
    ("publish_at", "expires_at", "is_possible"),
    [
        (NOW + HOUR, None, True),
        (NOW + HOUR, NOW + 2 * HOUR, True),
        (NOW, None, False),
        (NOW + HOUR, NOW + HOUR, False),
        (NOW + 2 * HOUR, NOW + HOUR, False),
    ],
)
def test_a_plan_has_moments_to_come_in_their_order(
    publish_at: datetime, expires_at: datetime | None, is_possible: bool
) -> None:
    assert rules.is_possible(publish_at, expires_at, NOW) is is_possible


def test_two_texts_are_compared_line_by_line() -> None:
    assert list(rules.changes("one\ntwo\nthree", "one\n2\nthree\nfour")) == [
        ("same", "one"),
        ("removed", "two"),
        ("added", "2"),
        ("same", "three"),
        ("added", "four"),
    ]
    assert list(rules.changes("", "")) == []
