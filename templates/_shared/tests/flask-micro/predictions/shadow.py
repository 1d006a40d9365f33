def test_a_shadow_is_compared_and_changes_no_answer(app: Flask, other: model.Model) -> None:
    client, batch = app.test_client(), {"deliveries": [NEAR, FAR]}
    alone = client.post("/predict/batch", json=batch).get_json()
    assert client.get("/model/shadow").get_json()["shadow"] is None
    beside = put_beside(app, other)
    assert client.get("/model/shadow").get_json()["mean_difference"] is None
    assert client.post("/predict/batch", json=batch).get_json() == alone
    middle = client.post("/predict", json=BETWEEN).get_json()["late"]
    beside.waiting.join()
    said = [other.predict(each) for each in (NEAR, FAR, BETWEEN)]
    differences = [that - this for this, that in zip([*alone["late"], middle], said, strict=True)]
    assert client.get("/model/shadow").get_json() == {
        "model": alone["model"],
        "shadow": other.version,
        "compared": 3,
        "skipped": 0,
        "failed": 0,
        "mean_difference": pytest.approx(sum(differences) / 3, abs=1e-6),
        "largest_difference": pytest.approx(max(differences)),
        "decisions_differ": pytest.approx(1 / 3, abs=1e-6),
    }


def test_nobody_waits_for_a_slow_shadow(app: Flask, other: model.Model) -> None:
    Held.let_go = Event()
    client, beside = app.test_client(), put_beside(app, Held(**other.model_dump()))
    for _ in range(watch.MOST_WAITING + 10):
        assert client.post("/predict", json=FAR).status_code == 200
    compared = client.get("/model/shadow").get_json()
    assert compared["compared"] == 0
    assert 9 <= compared["skipped"] <= 10  # one may be under way beside those that wait
    Held.let_go.set()
    beside.waiting.join()
    assert beside.measure().compared + compared["skipped"] == watch.MOST_WAITING + 10


def test_no_answer_fails_with_the_shadow(app: Flask, other: model.Model) -> None:
    client, broken = app.test_client(), put_beside(app, Broken(**other.model_dump()))
    for count in (1, 2):
        assert client.post("/predict", json=FAR).status_code == 200
        broken.waiting.join()
        compared = client.get("/model/shadow").get_json()
        assert (compared["failed"], compared["compared"]) == (count, 0)


@pytest.mark.parametrize(("share", "fewest", "most"), [(0, 0, 0), (0.5, 50, 150), (1, 200, 200)])
def test_a_share_of_requests_is_compared(
    app: Flask, other: model.Model, share: float, fewest: int, most: int
) -> None:
    beside = put_beside(app, other, share)
    for _ in range(200):
        beside.compare([FAR], [0.9])
        beside.waiting.join()
    assert fewest <= beside.measure().compared <= most


def test_the_shadow_is_a_setting(
    tmp_path: Path, other: model.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "next.json"
    monkeypatch.setattr("os.environ", {"SHADOW_MODEL": str(path), "SHADOW_SHARE": "1"})
    with pytest.raises(ClickException, match="SHADOW_MODEL"):
        Settings.from_environment()
    path.write_text(other.model_dump_json())
    client = create_app(Settings.from_environment()).test_client()
    assert client.get("/model/shadow").get_json()["shadow"] == other.version
