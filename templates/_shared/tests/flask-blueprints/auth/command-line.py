def test_an_administrator_is_made_on_the_command_line(app: Flask, browser: Browser) -> None:
    arguments = ["create-admin", "--email", "Boss@Example.com", "--password", PASSWORD]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.output
    assert browser.sign_in("boss@example.com").status_code == 302
    with app.app_context():
        user = User.find("boss@example.com")
        assert user is not None
        assert user.roles == frozenset({Role.ADMINISTRATOR})
        assert not user.is_anonymous


def test_an_account_is_made_on_the_command_line(app: Flask, browser: Browser) -> None:
    result = app.test_cli_runner().invoke(
        args=["create-user", "--email", EMAIL], input=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert result.exit_code == 0, result.output
    assert browser.sign_in(EMAIL).status_code == 302


@pytest.mark.parametrize("command", ["create-admin", "create-user"])
def test_the_command_line_leaves_a_deactivated_account_as_it_is(
    app: Flask, user_id: int, command: str
) -> None:
    with app.app_context():
        db.session.get_one(User, user_id).active = False
        db.session.commit()
    arguments = [command, "--email", EMAIL, "--password", "another long enough password"]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 1
    assert "already, which is deactivated" in result.output
    with app.app_context():
        user = db.session.get_one(User, user_id)
        assert not user.active
        assert passwords.matches(PASSWORD, user.password_hash)


@pytest.mark.parametrize("command", ["create-admin", "create-user"])
def test_the_command_line_says_what_is_missing_where_nobody_types(app: Flask, command: str) -> None:
    result = app.test_cli_runner().invoke(args=[command, "--email", EMAIL], input="")
    assert result.exit_code == 1
    assert "No password was given" in result.output
    assert "add --password" in result.output


def test_the_command_line_is_left_by_ctrl_c(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.prompt", Mock(side_effect=click.Abort))
    result = app.test_cli_runner().invoke(args=["create-user", "--email", EMAIL])
    assert result.exit_code == 1
    assert "Aborted!" in result.output
    assert "--password" not in result.output


@pytest.mark.parametrize(
    ("email", "password", "explanation"),
    [
        ("zoe", PASSWORD, "no email address"),
        ("zoe@localhost", PASSWORD, "no email address"),
        ("new@example.com", "short", "Use {{ 15 if uses_high_security else 12 }} to 128 characters."),
        (EMAIL.upper(), PASSWORD, "there is an account with this address already"),
    ],
)
def test_the_command_line_refuses_what_cannot_be(
    app: Flask, user_id: int, email: str, password: str, explanation: str
) -> None:
    result = app.test_cli_runner().invoke(
        args=["create-admin", "--email", email, "--password", password]
    )
    assert result.exit_code != 0
    assert explanation in result.output
