def test_the_latest_is_what_was_measured_last(client: FlaskClient, roof: dict[str, str]) -> None:
    assert client.get(LATEST, headers=roof).status_code == 404
    outcomes(client, roof, reading(2, minutes=1), reading(3, hours=2), reading(1, days=80))
    outcomes(client, roof, reading(9, minutes=5), reading(8) | {"metric": "rain"})
    latest = client.get(LATEST, headers=roof).get_json()
    assert latest["value"] == 2
    assert datetime.fromisoformat(latest["measured_at"]) == NOW - timedelta(minutes=1)
    assert datetime.fromisoformat(latest["received_at"]) == NOW


def test_too_many_readings_in_a_minute_have_to_wait(
    client: FlaskClient, roof: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [reading(number, seconds=number) for number in range(500)]
    assert Counter(outcomes(client, roof, *many)) == {"stored": 500}
    response = client.post("/readings/bulk", json={"readings": many[:101]}, headers=roof)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "40")
    assert Counter(outcomes(client, roof, *many[:100])) == {"duplicate": 100}
    assert client.post("/readings", json=reading(0), headers=roof).status_code == 429
    monkeypatch.setattr(api, "now", lambda: NOW + timedelta(seconds=40))
    assert client.post("/readings", json=reading(0), headers=roof).status_code == 200


def test_of_two_values_sent_at_once_one_is_kept(app: Flask, roof: dict[str, str]) -> None:
    start = threading.Barrier(8)

    def send(value: int) -> str:
        start.wait()
        rows = [reading(value, minutes=number) for number in range(50)]
        return str(set(outcomes(app.test_client(), roof, *rows)))

    with ThreadPoolExecutor(8) as pool:
        told = Counter(pool.map(send, [1, 2, 1, 2, 1, 2, 1, 2]))
    assert told == {"{'stored'}": 1, "{'duplicate'}": 3, "{'conflict'}": 4}


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-10-25", 25),
        ("Europe/Berlin", "2026-03-29", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Africa/Cairo", "2026-04-24", 23),  # where this day has no midnight
        ("America/Havana", "2026-11-01", 25),  # and this one has two
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Asia/Kathmandu", "2026-10-25", 24),
    ],
)
def test_days_are_those_of_the_zone(zone: str, day: str, hours: float) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone))
    limits = edges(noon, "day", 2, ZoneInfo(zone))
    [bucket, following] = fill(limits, [], ZoneInfo(zone))
    assert limits[1] - limits[0] == timedelta(hours=hours)
    assert bucket.begins_at.date().isoformat() == day
    assert bucket.ends_at == following.begins_at
    assert all(milliseconds(limit) % slot_length(limits) == 0 for limit in limits)


def test_hours_that_the_clock_shows_twice_are_two() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    limits = edges(datetime(2026, 10, 24, 23, 15, tzinfo=UTC), "hour", 4, berlin)
    places = enumerate(milliseconds(limit) // slot_length(limits) for limit in limits[:-1])
    slots = [Slot(place, 1, number, number, number) for number, place in places]
    shown = [(each.begins_at.isoformat(), each.mean) for each in fill(limits, slots, berlin)]
    assert shown == [
        ("2026-10-25T01:00:00+02:00", 0),
        ("2026-10-25T02:00:00+02:00", 1),
        ("2026-10-25T02:00:00+01:00", 2),
        ("2026-10-25T03:00:00+01:00", 3),
    ]


def test_hours_begin_where_they_do_in_the_zone() -> None:
    moment = datetime(2026, 10, 25, 12, 50, 30, 7, tzinfo=UTC)
    [hour, _] = edges(moment, "hour", 1, ZoneInfo("Asia/Kathmandu"))
    [minute, _] = edges(moment, "minute", 1, ZoneInfo("Asia/Kathmandu"))
    assert (hour.isoformat(), minute.minute) == ("2026-10-25T12:15:00+00:00", 50)


def test_readings_are_summed_up_by_the_days_of_the_device(
    client: FlaskClient, roof: dict[str, str]
) -> None:
    begin = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)  # an hour before the day with 25 hours
    hours = [begin + timedelta(hours=number) for number in range(27)]
    rows = [reading(n) | {"measured_at": hour.isoformat()} for n, hour in enumerate(hours)]
    other = [row | {"metric": "rain", "value": 1000} for row in rows]
    assert Counter(outcomes(client, roof, *rows[::-1], *other)) == {"stored": 54}
    query = "size=day&since=2026-10-24T12:00:00Z&count=4"
    answer = client.get(f"{BUCKETS}?{query}", headers=roof).get_json()
    found = [
        (each["begins_at"], each["count"], each["mean"], each["lowest"], each["highest"])
        for each in answer["buckets"]
    ]
    assert answer["zone"] == "Europe/Berlin"
    assert found == [
        ("2026-10-24T00:00:00+02:00", 1, 0, 0, 0),
        ("2026-10-25T00:00:00+02:00", 25, 13, 1, 25),
        ("2026-10-26T00:00:00+01:00", 1, 26, 26, 26),
        ("2026-10-27T00:00:00+01:00", 0, None, None, None),
    ]
    query = "size=minute&since=2026-10-24T22:59:30Z&count=3"
    minutes = client.get(f"{BUCKETS}?{query}", headers=roof).get_json()["buckets"]
    assert [each["mean"] for each in minutes] == [None, 2, None]


@pytest.mark.parametrize(
    "query",
    ["", "since=0", "since=2026-11-30T00:00:00", "count=401", "count=0", "size=week", "color=red"],
)
def test_wrong_queries(client: FlaskClient, roof: dict[str, str], query: str) -> None:
    assert client.get(f"{BUCKETS}?{query}", headers=roof).status_code == 422
    for year in ("0001", "9999"):
        extreme = f"{BUCKETS}?size=day&count=400&since={year}-01-01T00:00:00Z"
        assert client.get(extreme, headers=roof).status_code == 200
