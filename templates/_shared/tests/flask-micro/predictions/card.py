def test_the_shipped_model_and_card_are_what_the_training_makes(tmp_path: Path) -> None:
    made = tmp_path / "model.json"
    made.write_bytes(model.PATH.read_bytes())
    done = CliRunner().invoke(train.main, [str(DATA), "--to", str(made)])
    assert done.output.startswith(f"{model.load().version} is right in")
    assert made.read_bytes() == model.PATH.read_bytes()


def test_a_card_that_says_something_new_has_the_date_of_its_training(tmp_path: Path) -> None:
    shipped, path = model.load(), tmp_path / "model.json"
    card = shipped.card
    assert card
    later = card.model_copy(update={"made_on": date(2100, 1, 1)})
    assert train.keep_date(later, path) == later  # none is there
    other = card.model_copy(update={"limits": []})
    for content, kept in (
        (shipped.model_dump_json(), card),
        (shipped.model_copy(update={"card": other}).model_dump_json(), later),
        (shipped.model_dump_json(exclude={"card"}), later),
        ("{}", later),
    ):
        path.write_text(content)
        assert train.keep_date(later, path) == kept


def test_the_card_says_what_the_model_was_made_from(client: FlaskClient) -> None:
    card, found = client.get("/model/card").get_json(), model.load()
    assert (card["version"], card["metrics"]["accuracy"]) == (found.version, found.accuracy)
    content = found.model_dump(exclude={"version", "card"})
    assert card["model_digest"] == model.digest_of(content)
    assert card["data_digest"] == hashlib.sha256(DATA.read_bytes()).hexdigest()
    known = train.read(DATA)
    assert card["trained_on"] + card["tested_on"] == len(known)
    stops = [each.stops for number, each in enumerate(known) if number % 5]
    assert card["features"]["stops"] == {"trained": [min(stops), max(stops)], "accepted": [0, 500]}
    late = [each for each in known[::5] if each.late]
    found_late = [each for each in late if found.predict(each.model_dump()) > 0.5]
    assert card["metrics"]["recall"] == train.short(len(found_late) / len(late))
    assert card["limits"] == train.LIMITS


def test_without_late_deliveries_there_is_no_precision_and_no_recall() -> None:
    known, before = [train.KnownDelivery(**NEAR, late=False)] * 50, datetime.now(UTC).date()
    card = train.describe_model(model.load(), known, DATA)
    assert before <= card.made_on <= datetime.now(UTC).date()
    metrics = card.metrics
    assert (metrics.precision, metrics.recall) == (None, None)
    assert 0 < metrics.brier_score < 0.04


def test_a_model_without_a_card_has_none_to_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = model.load().model_dump_json(exclude={"card"})
    monkeypatch.setattr(model, "PATH", tmp_path / "model.json")
    model.PATH.write_text(content)
    response = create_app(Settings()).test_client().get("/model/card")
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def test_nothing_starts_with_the_card_of_another_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = model.load()
    assert shipped.card
    content = model.PATH.read_text().replace(shipped.card.model_digest, "0" * 64)
    monkeypatch.setattr(model, "PATH", tmp_path / "model.json")
    model.PATH.write_text(content)
    with pytest.raises(ValidationError, match="its card name"):
        create_app(Settings())
