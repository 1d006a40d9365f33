def test_the_shipped_model_and_card_are_what_the_training_makes(tmp_path: Path) -> None:
    (tmp_path / "model_card.json").write_bytes(model.CARD.read_bytes())
    done = CliRunner().invoke(train.main, [str(DATA), "--to", str(tmp_path / "model.json")])
    assert done.output.startswith(f"{model.load().version} is right in")
    for path in (model.PATH, model.CARD):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_a_card_that_says_something_new_has_the_date_of_its_training(tmp_path: Path) -> None:
    card, path = model.Card.model_validate_json(model.CARD.read_bytes()), tmp_path / "card.json"
    later = card.model_copy(update={"made_on": date(2100, 1, 1)})
    assert train.keep_date(later, path) == later  # none is there
    for content, kept in (
        (card.model_dump_json(), card),
        (card.model_copy(update={"limits": []}).model_dump_json(), later),
        ("{}", later),
    ):
        path.write_text(content)
        assert train.keep_date(later, path) == kept


def test_the_card_says_what_the_model_was_made_from(client: FlaskClient) -> None:
    card, found = client.get("/model/card").get_json(), model.load()
    assert (card["version"], card["metrics"]["accuracy"]) == (found.version, found.accuracy)
    assert card["model_digest"] == hashlib.sha256(model.PATH.read_bytes()).hexdigest()
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
    card = train.describe_model(model.load(), "", known, DATA)
    assert before <= card.made_on <= datetime.now(UTC).date()
    metrics = card.metrics
    assert (metrics.precision, metrics.recall) == (None, None)
    assert 0 < metrics.brier_score < 0.04


def test_the_card_of_another_model_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, version = model.CARD.read_text(), model.load().version
    monkeypatch.setattr(model, "CARD", tmp_path / "card.json")
    model.CARD.write_text(card.replace(version, "0" * 12))
    response = create_app(Settings()).test_client().get("/model/card")
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
