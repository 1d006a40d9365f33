def test_the_same_key_gives_the_same_quote_whatever_the_upstream_does(
    client: FlaskClient, stand_in: StandIn, let_pass: Callable[..., None]
) -> None:
    first = post(client)
    stand_in.mode = "wrong"
    let_pass(2 * 86400)
    assert post(client, "another-key").status_code == 503
    again = post(client, amount="100.00")
    assert (again.status_code, again.text) == (201, first.text)
    assert post(client, amount="100.01").status_code == 409
    assert post(client, "ORDER-4711", amount="100.01").status_code == 503  # another key


def test_two_requests_at_once_make_one_quote(app: Flask, client: FlaskClient) -> None:
    client.get("/rates/EUR/USD")
    with ThreadPoolExecutor(8) as threads:
        ids = {*threads.map(lambda _: post(app.test_client()).get_json()["id"], range(16))}
    assert len(ids) == 1


def test_a_quote_needs_a_key(client: FlaskClient) -> None:
    assert client.post("/quotes", json=DOLLARS).status_code == 400
    for key in ("", "short", "with space", "x" * 101):
        assert post(client, key).status_code == 400, key


def test_wrong_values_are_named(client: FlaskClient) -> None:
    amounts = (1, "0", "0.00", "-1", "1e3", "1.005", "1" * 10, "")
    others: list[dict[str, Any]] = [{"source": "XXX"}, {"target": "usd"}, {"rate": "1"}]
    for changes in [{"amount": amount} for amount in amounts] + others:
        response = post(client, **changes)
        assert response.status_code == 422, changes
        assert [*response.get_json()["errors"]] == [*changes]


def test_wrong_bodies(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": "order-4711"}
    assert client.post("/quotes", data="{", headers=headers).status_code == 415
    headers["Content-Type"] = "application/json"
    for body, status in (("{", 400), ("[]", 422)):
        assert client.post("/quotes", data=body, headers=headers).status_code == status


def test_the_database_refuses_what_breaks_the_rules(app: Flask, client: FlaskClient) -> None:
    quote = post(client).get_json()
    row: dict[str, Any] = {name: Decimal(quote[name]) for name in ("amount", "rate", "result")}
    row |= {name: datetime.fromisoformat(quote[name]) for name in ("rates_at", "made_at")}
    row |= {"expires_at": datetime.now(UTC) + timedelta(days=1), "key_digest": "0" * 64}
    broken: dict[str, Any] = {"amount": Decimal(-1), "rate": Decimal(0), "result": Decimal(-1)}
    broken |= {"expires_at": row["made_at"]}
    with app.app_context():
        for name, value in broken.items():
            with pytest.raises(db.Error):
                db.create_quote(quote | row | {"id": "0", name: value})
        assert db.find_quote("0") is None
        db.create_quote(quote | row | {"id": "0"})
        assert db.find_quote("0") is not None
