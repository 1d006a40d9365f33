def test_events_are_added_and_deleted_by_commands(app: Flask, client: FlaskClient) -> None:
    runner = app.test_cli_runner()
    when = ["--when", "2037-07-01 18:00", "2037-07-01 20:00", "--zone", "Europe/Berlin"]
    added = runner.invoke(args=["pages", "add-event", "Open day", *when])
    assert added.exit_code == 0
    event_id = added.output.strip()
    assert "Wed 01 Jul 2037, 18:00 to 20:00" in client.get(f"/events/{event_id}").text
    deleted = runner.invoke(args=["pages", "delete-event", event_id])
    assert deleted.output == f"Deleted {event_id}.\n"
    assert client.get(f"/events/{event_id}").status_code == 404
    again = runner.invoke(args=["pages", "delete-event", event_id])
    assert again.exit_code == 1
    assert "there is no event" in again.output


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["x", "--when", "2037-07-01 18:00", "2037-07-01 18:00", "--zone", "UTC"], "has to end"),
        (["x", "--when", "2037-07-01 18:00", "2037-07-01 20:00", "--zone", "Mars"], "time zone"),
        (["", "--when", "2037-07-01 18:00", "2037-07-01 20:00", "--zone", "UTC"], "plain text"),
        (["a\nb", "--when", "2037-07-01 18:00", "2037-07-01 20:00", "--zone", "UTC"], "plain text"),
        (["x" * 121, "--when", "2037-07-01 18:00", "2037-07-01 20:00", "--zone", "UTC"], "at most"),
    ],
)
def test_an_event_that_cannot_be_is_not_added(
    app: Flask, arguments: list[str], reason: str
) -> None:
    result = app.test_cli_runner().invoke(args=["pages", "add-event", *arguments])
    assert result.exit_code == 1
    assert reason in result.output
    with app.app_context():
        assert not store.has_events()


def test_sample_data_is_the_same_every_time(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["pages", "seed", "--count", "6"])
    assert result.output == "Added 6 events and 3 messages.\n"
    with app.app_context():
        assert (store.count_past(), store.count_upcoming()) == (2, 4)
        assert {event.title for event in store.upcoming(limit=1)} == {"Open day"}


def test_a_change_at_the_same_time_is_refused(app: Flask) -> None:
    event_id = add_event(app)
    with app.app_context():
        event = store.event_or_abort(event_id)
        with db.engine.begin() as connection:
            connection.execute(
                Event.__table__.update().values(version=Event.version + 1)  # type: ignore[attr-defined]
            )
        event.title = "Mine"
        with pytest.raises(Exception, match="expected to update 1 row"):
            db.session.commit()
