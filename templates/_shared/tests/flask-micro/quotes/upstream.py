def test_fresh_rates_need_no_call(client: FlaskClient, stand_in: StandIn) -> None:
    answers = [client.get("/rates/EUR/JPY").get_json() for _ in range(3)]
    assert answers[0]["rate"] == "163.2000000000"
    assert answers[0]["rates_at"] == "2026-01-05T15:00:00Z"
    assert not answers[0]["is_stale"]
    assert len(stand_in.request_ids) == 1
    assert client.get("/rates/EUR/XXX").status_code == 404


def test_the_request_id_is_passed_on(client: FlaskClient, stand_in: StandIn) -> None:
    client.get("/rates/EUR/USD", headers={"X-Request-ID": "order-7"})
    assert stand_in.request_ids == ["order-7"]


@pytest.mark.parametrize("mode", ["slow", "wrong", "failing", "refusing"])
def test_the_last_good_rates_are_given_with_their_age(
    client: FlaskClient, stand_in: StandIn, let_pass: Callable[..., None], mode: Mode
) -> None:
    client.get("/rates/EUR/USD")
    let_pass(600, upstream_seconds=0.4)
    stand_in.mode = mode
    began = time.monotonic()
    answer = client.get("/rates/EUR/USD").get_json()
    assert time.monotonic() - began < 2
    assert (answer["rate"], answer["is_stale"]) == ("1.0842000000", True)
    assert 600 <= answer["age_seconds"] < 610
    assert client.get("/readyz").status_code == 200
    stand_in.mode = "right"
    let_pass(0)
    assert client.get("/rates/EUR/USD").get_json()["age_seconds"] < 5


def test_temporary_errors_are_retried_with_jitter_and_wrong_answers_are_not(
    client: FlaskClient, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[tuple[float, float]] = []

    def no_pause(shortest: float, longest: float) -> float:
        pauses.append((shortest, longest))
        return 0

    monkeypatch.setattr(upstream, "jitter", no_pause)
    attempts: dict[Mode, int] = {"failing": upstream.ATTEMPTS, "wrong": 1, "refusing": 1}
    for mode, count in attempts.items():
        stand_in.request_ids.clear()
        stand_in.mode = mode
        answer = client.get("/rates/EUR/USD")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert len(stand_in.request_ids) == count
    assert pauses[:2] == [(0, 0.2), (0, 0.4)]


def test_the_log_says_what_is_wrong_and_not_the_address_which_may_hold_a_key(
    client: FlaskClient, stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in.mode = "refusing"
    client.get("/rates/EUR/USD")
    assert "status 403" in caplog.text
    assert "http://" not in caplog.text


def test_no_attempt_begins_when_the_budget_is_used_up(
    client: FlaskClient, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "jitter", lambda _low, _high: 3)
    stand_in.mode = "failing"
    assert client.get("/rates/EUR/USD").status_code == 503
    assert len(stand_in.request_ids) == 1


def test_an_upstream_may_go_and_come_back(
    *,
    client: FlaskClient,
    server: BaseWSGIServer,
    stand_in: StandIn,
    let_pass: Callable[..., None],
) -> None:
    client.get("/rates/EUR/USD")
    let_pass(600)
    server.shutdown()
    server.server_close()
    assert client.get("/rates/EUR/USD").get_json()["is_stale"]
    with served(stand_in, server.server_port):
        assert not client.get("/rates/EUR/USD").get_json()["is_stale"]


def test_after_several_failures_there_are_no_calls_for_a_while(
    app: Flask, client: FlaskClient, stand_in: StandIn
) -> None:
    breaker = app.extensions["upstream"].breaker
    stand_in.mode = "wrong"
    for _ in range(upstream.FAILURES + 5):
        assert client.get("/rates/EUR/USD").status_code == 503
    assert len(stand_in.request_ids) == upstream.FAILURES
    assert client.get("/readyz").status_code == 200
    breaker.closed_from = time.monotonic()
    assert client.get("/rates/EUR/USD").status_code == 503  # one call as a test
    assert client.get("/rates/EUR/USD").status_code == 503
    assert len(stand_in.request_ids) == upstream.FAILURES + 1
    breaker.closed_from = time.monotonic()
    stand_in.mode = "right"
    assert client.get("/rates/EUR/USD").status_code == 200


def test_a_success_resets_the_count_of_failures(
    client: FlaskClient, stand_in: StandIn, let_pass: Callable[..., None]
) -> None:
    client.get("/rates/EUR/USD")
    let_pass(600, rates_fresh_seconds=0)
    modes: tuple[Mode, ...] = ("wrong", "wrong", "right", "wrong", "wrong", "right")
    for mode in modes:
        stand_in.mode = mode
        client.get("/rates/EUR/USD")
    assert len(stand_in.request_ids) == 1 + len(modes)
