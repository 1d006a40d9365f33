from datetime import UTC, date, datetime

import pytest

from apps.courses import rules


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("UTC", datetime(2026, 6, 11, tzinfo=UTC)),
        ("Europe/Lisbon", datetime(2026, 6, 10, 23, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 6, 10, 10, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 6, 11, 7, tzinfo=UTC)),
    ],
)
def test_a_day_ends_where_the_course_is_given(zone: str, end: datetime) -> None:
    assert rules.end_of(date(2026, 6, 10), zone) == end
    assert rules.is_open(date(2026, 6, 10), zone, end.replace(minute=0) - datetime.resolution)
    assert not rules.is_open(date(2026, 6, 10), zone, end)


def test_the_day_on_which_clocks_change_ends_at_its_midnight() -> None:
    assert rules.end_of(date(2026, 3, 28), "Europe/Lisbon") == datetime(2026, 3, 29, tzinfo=UTC)
    assert rules.end_of(date(2026, 3, 29), "Europe/Lisbon").hour == 23


def test_without_a_last_day_a_course_stays_open() -> None:
    assert rules.is_open(None, "UTC", datetime.now(UTC))
    assert rules.is_open(date.max, "Etc/GMT+12", datetime.now(UTC))


@pytest.mark.parametrize(
    ("zone", "exists"),
    [("UTC", True), ("Europe/Lisbon", True), ("Europe", False), ("Mars", False), ("../etc", False)],
)
def test_time_zones_are_known_by_name(zone: str, exists: bool) -> None:
    assert rules.is_zone(zone) is exists


def test_a_capacity_that_was_lowered_leaves_no_places() -> None:
    assert (rules.free_places(5, 2), rules.free_places(2, 5)) == (3, 0)


@pytest.mark.parametrize(
    ("chosen", "points"),
    [({1, 2}, 1), ({1}, 0), ({1, 2, 3}, 0), (set(), 0), ({2, 1}, 1)],
)
def test_an_answer_counts_only_with_every_right_choice_and_no_other(
    chosen: set[int], points: int
) -> None:
    assert rules.points([frozenset({1, 2})], [frozenset(chosen)]) == points


def test_percents_are_rounded_down() -> None:
    assert (rules.percent(2, 3), rules.percent(0, 0), rules.percent(3, 3)) == (66, 0, 100)


def test_attempts_run_out() -> None:
    assert [rules.attempts_left(2, made) for made in range(4)] == [2, 1, 0, 0]


def test_a_grade_is_the_mean_of_the_best_results() -> None:
    assert (rules.grade([100, 50]), rules.grade([])) == (75, None)


@pytest.mark.parametrize(
    ("lessons", "done", "best", "is_complete"),
    [
        (2, 2, [60], True),
        (2, 2, [], True),
        (2, 1, [60], False),
        (2, 2, [59], False),
        (0, 0, [], False),
    ],
)
def test_a_course_is_complete_with_every_lesson_and_quiz(
    lessons: int, done: int, best: list[int], is_complete: bool
) -> None:
    assert rules.is_complete(lessons, done, best, [60] * len(best)) is is_complete


def test_numbers_of_people_are_rounded_down() -> None:
    assert [rules.shown(people, 5) for people in (4, 5, 9, 10)] == [0, 5, 5, 10]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t1", "\r1", "\n1", "＝1"]
)
def test_a_cell_is_no_formula(text: str) -> None:
    assert rules.as_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Ada", "", "a=b", "3", "ada@example.com"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert rules.as_cell(text) == text
