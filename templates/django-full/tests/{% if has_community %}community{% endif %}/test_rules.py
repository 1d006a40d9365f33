from datetime import UTC, datetime, timedelta

import pytest

from apps.community import rules

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@ada and @Grace, and @ada again", ["ada", "grace"]),
        ("(@ada), @grace: look", ["ada", "grace"]),
        ("mail ada@example.com or https://example.com/@ada", []),
        ("@ab is too short, @ädä is no handle", []),
        (f"@{'x' * 31} is too long", []),
        (" ".join(f"@name{number}" for number in range(11)), [f"name{n}" for n in range(10)]),
    ],
)
def test_texts_mention_people(text: str, handles: list[str]) -> None:
    assert rules.handles_in(text) == handles


def test_only_those_who_are_known_are_linked() -> None:
    pieces = list(rules.pieces("Hello @Ada and @bob!", {"ada"}))
    assert pieces == [("Hello ", ""), ("@Ada", "ada"), (" and @bob!", "")]


@pytest.mark.parametrize(
    ("name", "initials"), [("Ada", "A"), ("Ada King Lovelace", "AL"), ("  ", "?"), ("ßeta", "S")]
)
def test_initials_stand_for_a_picture(name: str, initials: str) -> None:
    assert rules.initials(name)[:1] == initials[:1]
    assert len(rules.initials(name)) <= 2


def test_new_people_may_do_less() -> None:
    days = timedelta(days=3)
    assert rules.limit(NOW - days + HOUR, NOW, days, (5, 60)) == 5
    assert rules.limit(NOW - days, NOW, days, (5, 60)) == 60


def test_whoever_does_too_much_waits_until_there_is_room() -> None:
    moments = [NOW - timedelta(minutes=minutes) for minutes in (70, 50, 30, 10)]
    assert rules.wait(moments, 4, NOW) == timedelta()
    assert rules.wait(moments, 3, NOW) == timedelta(minutes=10)
    assert rules.wait(moments, 2, NOW) == timedelta(minutes=30)


@pytest.mark.parametrize(("moderator", "may"), [(None, True), (1, False), (2, False), (3, True)])
def test_nobody_decides_on_what_is_theirs(moderator: int | None, may: bool) -> None:
    assert rules.may_decide(moderator, 1, 2) is may
    assert rules.may_decide(moderator, None, 2) is (moderator != 2)
