@pytest.mark.parametrize("answer", ["0", "-1", "1e1", "\u00b2", "x", "9999999999"])
def test_a_wrong_answer_uses_up_its_question(app: Flask, browser: Browser, answer: str) -> None:
    same = stamp()
    refused = send(browser, stamp=same, answer=answer)
    assert refused.status_code == 422
    assert "That is not the sum" in refused.text
    assert "Thank you!" in refused.text
    assert hidden_fields(refused.text)["stamp"] != same
    again = send(browser, stamp=same)
    assert again.status_code == 422
    assert "That is not the sum" in again.text
    assert hidden_fields(again.text)["stamp"] != same
    assert not all_comments(app)


def test_a_new_question_can_be_answered(app: Flask, browser: Browser) -> None:
    refused = send(browser, answer="0")
    asked = re.search(r"What is (\d+) plus (\d+)\?", refused.text)
    assert asked
    shown = hidden_fields(refused.text)
    assert answer_to(shown["stamp"]) == str(int(asked[1]) + int(asked[2]))
    assert shown["stamp"] not in str(question.question_of(KEY, shown["stamp"]))


def test_a_question_of_a_deleted_comment_stays_used(app: Flask, browser: Browser) -> None:
    same = stamp()
    send(browser, stamp=same)
    with app.app_context():
        comments.remove(db.session.scalars(select(Comment)).one())
    send(browser, stamp=same)
    assert not all_comments(app)


def test_another_key_asks_another_question() -> None:
    asked = {str(question.question_of(key, "stamp")) for key in map(str, range(20))}
    assert len(asked) > 10


def test_questions_are_forgotten_once_their_forms_have_expired(
    app: Flask, browser: Browser
) -> None:
    def note(form_id: UUID, age: timedelta) -> None:
        db.session.add(AnsweredQuestion(id=form_id, is_right=False, answered_at=now() - age))
        db.session.commit()

    recent = uuid4()
    with app.app_context():
        note(recent, timedelta(hours=23))
        note(uuid4(), timedelta(hours=25))
    send(browser)
    with app.app_context():
        known = db.session.scalars(select(AnsweredQuestion.id)).all()
    assert recent in known
    assert len(known) == 2


{% include 'templates/_shared/tests/flask-blueprints/spam.py' %}


@pytest.mark.parametrize("fields", BY_PROGRAMS.values(), ids=BY_PROGRAMS)
def test_what_programs_send_is_refused_and_nothing_of_it_lost(
    app: Flask, browser: Browser, fields: Callable[[], dict[str, str]]
) -> None:
    answer = send(browser, **fields())
    assert answer.status_code == 422
    assert "Wait a few seconds, then send it again" in answer.text
    assert "Thank you!" in answer.text
    assert 'spam.example"' not in answer.text
    assert not all_comments(app)


def test_an_expired_form_gets_a_new_stamp(browser: Browser) -> None:
    old = stamp(timedelta(days=2))
    assert hidden_fields(send(browser, stamp=old).text)["stamp"] != old


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "two\nlines"),
        ("name", "x" * 81),
        ("text", "   "),
        ("text", "\x1b[31m"),
        ("text", "x" * 2_001),
        ("answer", ""),
        ("answer", "1" * 11),
    ],
)
def test_what_cannot_be_a_comment_is_explained(
    app: Flask, browser: Browser, field: str, value: str
) -> None:
    same = stamp()
    answer = send(browser, **{"stamp": same, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert hidden_fields(answer.text)["stamp"] == same
    assert not all_comments(app)


def test_a_comment_needs_the_token_of_its_form(app: Flask, browser: Browser) -> None:
    shown = stamp()
    data = {**WRITTEN, "stamp": shown, "answer": answer_to(shown)}
    assert browser.client.post(FORM, data=data).status_code == 400
    assert not all_comments(app)


def test_an_address_of_the_network_has_five_comments_an_hour(app: Flask, browser: Browser) -> None:
    for _ in range(3):
        assert send(browser, name="").status_code == 422  # mistakes do not count
    assert [send(browser).status_code for _ in range(6)] == [303] * 5 + [429]
    assert len(all_comments(app)) == 5
    assert browser.get(FORM).status_code == 200


def test_nobody_gets_through_by_guessing(browser: Browser) -> None:
    assert [send(browser, answer="0").status_code for _ in range(31)] == [422] * 30 + [429]


def test_the_settings_say_how_many_comments_are_taken(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "COMMENTS_PER_HOUR", 1)
    assert [send(browser).status_code for _ in range(2)] == [303, 429]
    monkeypatch.setitem(app.config, "COMMENTS_PER_HOUR", 0)
    assert "Write a comment" not in browser.get("/blog/posts/a-post").text
    assert browser.get(FORM).status_code == 404
    with pytest.raises(SettingsError, match="COMMENTS_PER_HOUR"):
        Settings.from_variables({"COMMENTS_PER_HOUR": "many"})


def test_no_more_comments_wait_than_the_settings_say(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "COMMENTS_WAITING", 1)
    assert send(browser).status_code == 303
    refused = send(browser)
    assert refused.status_code == 422
    assert "Too many comments are waiting" in refused.text
    approve_all(app)
    assert send(browser).status_code == 303


def test_many_comments_come_in_pages_with_the_same_number_of_queries(
    app: Flask, client: FlaskClient
) -> None:
    def queries() -> int:
        statements: list[object] = []

        def note(*arguments: object) -> None:
            statements.append(arguments)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            client.get("/blog/posts/a-post")
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    def write(number: int) -> None:
        with app.app_context():
            comment = Comment(post=kept("a-post"), name="Ada", text=f"Number {number}.")
            comment.approved_at = now()
            db.session.add(comment)
            db.session.commit()

    write(1)
    before = queries()
    for number in range(2, 22):
        write(number)
    assert queries() == before
    first, second = (client.get(f"/blog/posts/a-post?page={page}").text for page in (1, 2))
    assert "Number 1." in first
    assert "Number 21." not in first
    assert "Number 21." in second
