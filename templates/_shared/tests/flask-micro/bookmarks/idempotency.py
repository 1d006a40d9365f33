def test_a_repeated_request_makes_one_bookmark(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": '"7e1f"'}
    first, again = (client.post("/bookmarks", json=TIDES, headers=headers) for _ in range(2))
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    for name in ("Location", "ETag"):
        assert again.headers[name] == first.headers[name]
    other = client.post("/bookmarks", json=TIDES | {"title": "Ebb"}, headers=headers)
    assert other.status_code == 422
    assert titles(client, "") == ["Tides"]
    client.post("/bookmarks", json=TIDES, headers={"Idempotency-Key": '"7E1F"'})
    assert titles(client, "") == ["Tides", "Tides"]
    batch = client.post("/bookmarks/batch", json={"bookmarks": [TIDES]}, headers=headers)
    assert batch.status_code == 200  # a key belongs to one address


def test_a_key_that_is_not_valid_is_refused(client: FlaskClient) -> None:
    for key in ("x" * 201, "a b", ""):
        response = client.post("/bookmarks", json=TIDES, headers={"Idempotency-Key": key})
        assert response.status_code == 400
    assert titles(client, "") == []


def test_a_key_is_forgotten_after_a_while(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "REMEMBERED", timedelta(seconds=-1))
    for _ in range(2):
        client.post("/bookmarks", json=TIDES, headers={"Idempotency-Key": "1"})
    assert len(titles(client, "")) == 2


@pytest.mark.parametrize("path", ["/bookmarks", "/bookmarks/batch"])
def test_the_same_request_many_times_at_once_is_carried_out_once(
    app: Flask, client: FlaskClient, path: str
) -> None:
    body = TIDES if path == "/bookmarks" else {"bookmarks": [TIDES]}

    def send(_: int) -> TestResponse:
        headers = {"Idempotency-Key": "once"}
        return app.test_client().post(path, json=body, headers=headers)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(16)))
    assert {response.status_code for response in answers} <= {200, 201}
    assert len({response.text for response in answers}) == 1
    assert titles(client, "") == ["Tides"]
