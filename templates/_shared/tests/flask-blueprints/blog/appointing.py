def test_authors_and_editors_are_appointed_on_the_command_line(
    app: Flask, browser: Browser
) -> None:
    add_user(app, EMAIL)
    browser.sign_in(EMAIL)
    assert browser.get("/writing/").status_code == 403
    runner = app.test_cli_runner()
    for role in ("author", "editor"):
        done = runner.invoke(args=["blog", "appoint", "--email", EMAIL.upper(), "--role", role])
        assert done.output == f"{EMAIL} is {role} now.\n"
    assert browser.get("/writing/").status_code == 200
    with app.app_context():
        user = User.find(EMAIL)
        assert user is not None
        assert user.roles == {Role.AUTHOR, Role.EDITOR}
    options = ["--email", "x@example.com", "--role", "author"]
    unknown = runner.invoke(args=["blog", "appoint", *options])
    assert unknown.exit_code == 1
    assert "no account" in unknown.output
    for role in ("administrator", "king"):
        refused = runner.invoke(args=["blog", "appoint", "--email", EMAIL, "--role", role])
        assert refused.exit_code == 2
