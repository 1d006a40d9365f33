"""The rules of the courses: functions of their arguments, which know no database and no clock."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# What a name that is no time zone raises.
NO_ZONE = (OSError, ValueError, ZoneInfoNotFoundError)
# The day after the last one is still a day.
LAST_DAY = date.max - timedelta(days=1)


def is_zone(name: str) -> bool:
    """Tell whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except NO_ZONE:
        return False
    return True


def end_of(day: date, zone: str) -> datetime:
    """Return the moment (UTC) at which a day ends in a time zone."""
    tomorrow = min(day, LAST_DAY) + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, ZoneInfo(zone)).astimezone(UTC)


def is_open(last_day: date | None, zone: str, now: datetime) -> bool:
    """Tell whether the last day is not over yet where the course is given; without one it never is."""
    return last_day is None or now < end_of(last_day, zone)


def free_places(capacity: int, taken: int) -> int:
    """Return how many places are left, which is none where the capacity has been lowered since."""
    return max(capacity - taken, 0)


def points(right: Collection[frozenset[int]], chosen: Collection[frozenset[int]]) -> int:
    """Return how many questions are answered with exactly the right choices."""
    return sum(answer == solution for solution, answer in zip(right, chosen, strict=True))


def percent(part: int, whole: int) -> int:
    """Return a share in whole percent, rounded down, so that 99.9 does not pass for everything."""
    return part * 100 // whole if whole else 0


def attempts_left(allowed: int, made: int) -> int:
    """Return how often a quiz may still be tried."""
    return max(allowed - made, 0)


def grade(best: Collection[int]) -> int | None:
    """Return the mean of the best results in each quiz, in percent; None where there is no quiz."""
    return int(fmean(best)) if best else None


def is_complete(lessons: int, done: int, best: Collection[int], needed: Collection[int]) -> bool:
    """Tell whether every lesson is finished and every quiz is passed, of a course that has lessons."""
    passed = all(result >= least for result, least in zip(best, needed, strict=True))
    return 0 < lessons <= done and passed


def shown(people: int, fewest: int) -> int:
    """Return a number of people rounded down to a multiple of the fewest that are ever shown.

    So nobody sees from one day to the next what a single person did.
    """
    return people // fewest * fewest


def as_cell(text: str) -> str:
    """Return a text that a spreadsheet shows and does not calculate."""
    begins_a_formula = text.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    return f"'{text}" if begins_a_formula or text.startswith(("\t", "\r", "\n")) else text
