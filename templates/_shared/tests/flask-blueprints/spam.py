BY_PROGRAMS: dict[str, Callable[[], dict[str, str]]] = {
    "hidden field": lambda: {"homepage": "https://spam.example"},
    "no stamp": lambda: {"stamp": ""},
    "made up": lambda: {"stamp": "made up"},
    "other key": lambda: {"stamp": stamp(key="another-secret-0123456789-0123456789")},
    "too fast": lambda: {"stamp": stamp(timedelta(seconds=1))},
    "too late": lambda: {"stamp": stamp(timedelta(days=2))},
    "ahead": lambda: {"stamp": stamp(timedelta(minutes=-1))},
}


def test_a_person_has_from_three_seconds_to_a_day() -> None:
    shown = datetime(2026, 1, 1, 12, tzinfo=UTC)
    made = spam.Stamp(uuid4(), shown)
    timely = {
        seconds: spam.is_timely(made, shown + timedelta(seconds=seconds))
        for seconds in (-1, 0, 2, 3, 86_400, 86_401)
    }
    assert timely == {-1: False, 0: False, 2: False, 3: True, 86_400: True, 86_401: False}
