def test_nobody_gets_rates_that_are_too_old(
    client: FlaskClient, stand_in: StandIn, let_pass: Callable[..., None]
) -> None:
    client.get("/rates/EUR/USD")
    let_pass(86400)
    stand_in.mode = "wrong"
    assert client.get("/rates/EUR/USD").status_code == 503


def test_rates_from_the_future_are_not_fresh(
    client: FlaskClient, stand_in: StandIn, let_pass: Callable[..., None]
) -> None:
    client.get("/rates/EUR/USD")
    let_pass(-7200)
    stand_in.mode = "wrong"
    answer = client.get("/rates/EUR/USD").get_json()
    assert (answer["age_seconds"], answer["is_stale"]) == (0, True)
    assert len(stand_in.request_ids) == 2


def test_one_thread_calls_and_the_others_do_not_wait(
    *, app: Flask, client: FlaskClient, stand_in: StandIn, let_pass: Callable[..., None]
) -> None:
    client.get("/rates/EUR/USD")
    let_pass(600, upstream_seconds=1)
    stand_in.mode = "slow"

    def ask(_: int) -> float:
        began = time.monotonic()
        assert app.test_client().get("/rates/EUR/USD").get_json()["is_stale"]
        return time.monotonic() - began

    with ThreadPoolExecutor(8) as threads:
        took = sorted(threads.map(ask, range(8)))
    assert took[-2] < 0.25 < took[-1]
    assert len(stand_in.request_ids) <= 1 + upstream.ATTEMPTS


def test_threads_that_wait_for_the_first_rates_do_not_call_again(
    app: Flask, client: FlaskClient, stand_in: StandIn
) -> None:
    with ThreadPoolExecutor(8) as threads:
        codes = threads.map(lambda _: app.test_client().get("/rates/EUR/USD").status_code, range(8))
        assert {*codes} == {200}
    assert len(stand_in.request_ids) == 1


def test_another_process_and_a_restart_know_the_rates(
    client: FlaskClient, settings: Settings, stand_in: StandIn
) -> None:
    client.get("/rates/EUR/USD")
    other = Upstream(settings)
    assert other.latest("id").rates == upstream.INVENTED
    assert len(stand_in.request_ids) == 1


def test_rates_from_before_a_currency_was_added_are_not_used(
    client: FlaskClient, settings: Settings, stand_in: StandIn
) -> None:
    client.get("/rates/EUR/CHF")
    known = json.loads(Path(settings.rates_file).read_bytes())
    del known["rates"]["rates"]["CHF"]
    Path(settings.rates_file).write_text(json.dumps(known))
    assert Upstream(settings).latest("id").rates == upstream.INVENTED
    assert len(stand_in.request_ids) == 2


@pytest.mark.parametrize("name", ["rates_fresh_seconds", "rates_usable_seconds"])
def test_rates_are_kept_for_a_year_at_most(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Settings.model_validate({name: 10**12})


def test_it_works_without_the_file(client: FlaskClient, settings: Settings) -> None:
    Path(settings.rates_file).mkdir()
    assert client.get("/rates/EUR/USD").status_code == 200
    assert client.get("/rates/EUR/USD").status_code == 200


def test_an_answer_that_is_too_long_is_refused(
    client: FlaskClient, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "MOST_BYTES", 20)
    assert client.get("/rates/EUR/USD").status_code == 503


def trickle(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    for _ in range(200):
        yield b" "
        time.sleep(0.02)


def trickle_headers(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(200):
            connection.sendall(b"X-%d: 0\r\n" % number)
            time.sleep(0.02)


@pytest.mark.parametrize("slow", ["headers", "body"])
def test_a_trickle_of_bytes_does_not_exceed_the_budget(settings: Settings, slow: str) -> None:
    with served(trickle) as server, socket.create_server(("127.0.0.1", 0)) as listener:
        port = server.server_port
        if slow == "headers":
            Thread(target=trickle_headers, args=[listener], daemon=True).start()
            port = listener.getsockname()[1]
        url = HttpUrl(f"http://127.0.0.1:{port}")
        changes = {"upstream_url": url, "upstream_seconds": 0.4}
        asked = Upstream(settings.model_copy(update=changes))
        began = time.monotonic()
        with pytest.raises(upstream.NoRatesError):
            asked.latest("id")
        assert time.monotonic() - began < 2
        asked.close()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"base": "XXX"}, "base: "),
        ({"at": "2026-01-05T15:00:00"}, "at: .*timezone"),
        ({"at": "2026-01-07T00:00:00Z"}, "at: in the future"),
        ({"rates": []}, "rates: "),
        ({"rates": {}}, "rates: .*CHF, EUR, GBP, JPY, SEK, USD missing"),
        ({"EUR": 2}, "one EUR is not worth one EUR"),
        *[({"USD": rate}, "rates.USD: ") for rate in (0, -1, "NaN", "Infinity", 1e9, None)],
    ],
)
def test_wrong_rates_are_refused(changes: dict[str, Any], wrong: str) -> None:
    answer = upstream.INVENTED.model_dump(mode="json")
    answer["rates"] |= {name: rate for name, rate in changes.items() if name.isupper()}
    answer |= {name: value for name, value in changes.items() if name.islower()}
    with pytest.raises(ValueError, match=wrong):
        quotes.read_rates(json.dumps(answer).encode(), TODAY)


def test_numbers_and_other_currencies_are_accepted() -> None:
    answer = upstream.INVENTED.model_dump(mode="json")
    answer["rates"] |= {"USD": 1.0842, "XAU": -1}
    assert quotes.read_rates(json.dumps(answer).encode(), TODAY) == upstream.INVENTED
