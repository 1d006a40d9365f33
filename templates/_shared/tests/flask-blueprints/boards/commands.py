def test_sample_boards_are_made_once(app: Flask, owner_id: int) -> None:
    for _ in range(2):
        done = app.test_cli_runner().invoke(args=["boards", "seed", "--email", OWNER])
        assert "has 2 boards" in done.output
    with app.app_context():
        assert store.count() == 2
        assert len(store.newest(user(owner_id), limit=9)[0].cards) == 6


def test_sample_boards_need_an_account(app: Flask) -> None:
    assert "create-admin" in app.test_cli_runner().invoke(args=["boards", "seed"]).output


def test_a_board_is_shared_on_the_command_line(app: Flask, owner_id: int, board_id: int) -> None:
    def command(name: str, email: str, board: int = board_id) -> str:
        arguments = ["boards", name, "--board", str(board), "--email", email]
        return app.test_cli_runner().invoke(args=arguments).output

    member_id = add_user(app, "member@example.com")
    assert "sees the board." in command("share", "member@example.com")
    assert "sees the board." in command("share", "member@example.com")
    with app.app_context():
        assert store.get_or_abort(user(member_id), board_id).name == "A board"
    assert "no longer" in command("unshare", "member@example.com")
    assert "no longer" in command("unshare", "member@example.com")
    with app.app_context(), pytest.raises(NotFound):
        store.get_or_abort(user(member_id), board_id)
    assert "owns the board" in command("unshare", OWNER)
    assert "no account" in command("share", "nobody@example.com")
    assert "no such board" in command("share", OWNER, board_id + 1)


def test_the_page_is_for_those_who_are_signed_in(browser: Browser, member: Browser) -> None:
    assert browser.get("/boards/").location == "/auth/login?next=%2Fboards%2F"
    page = member.get("/boards/")
    assert 'data-api=""' in page.text
    assert '<script type="module" src="/static/boards/app.js?v=' in page.text
    assert "script-src 'nonce-" in page.headers["Content-Security-Policy"]


def test_the_client_is_complete_in_a_folder_of_its_own(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "client"
    arguments = ["boards", "export-client", str(folder), "--api", "https://api.example.com/"]
    assert "CORS_ORIGINS" in app.test_cli_runner().invoke(args=arguments).output
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert 'data-api="https://api.example.com"' in page
    for name in ("style.css", "site-custom.css", "app.js"):
        assert f'="{name}"' in page
        assert (folder / name).is_file()
    for module in folder.glob("*.js"):
        for line in module.read_text(encoding="utf-8").splitlines():
            if line.startswith("import"):
                assert (folder / line.split('"')[1]).is_file()
