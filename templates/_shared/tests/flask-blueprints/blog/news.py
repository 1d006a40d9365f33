def test_news_are_the_latest_posts_of_each_section(app: Flask, client: FlaskClient) -> None:
    assert "No news yet" in client.get("/blog/news").text
    for number in range(7):
        add_post(app, f"Release {number}", section="releases")
    add_post(app, "A trick", section="how-to")
    add_post(app, "A secret", section="plans", published=False)
    add_post(app, "Something else")
    assert 'href="/blog/news"' in client.get("/").text
    page = client.get("/blog/news").text
    assert page.index("How to</a>") < page.index("Releases</a>")
    assert page.index("Release 6") < page.index("Release 2")
    for missing in ("Release 1", "A secret", "Plans", "Something else"):
        assert missing not in page
    whole = client.get("/blog/sections/releases").text
    assert "Release 0" in whole
    assert "A trick" not in whole
    for section in ("plans", "nothing", "Releases", "%00"):
        assert client.get(f"/blog/sections/{section}").status_code == 404


def test_news_take_the_same_number_of_queries_however_many_there_are(
    app: Flask, client: FlaskClient
) -> None:
    counts = []
    for number in range(22):
        add_post(app, f"Post {number}", section=f"section-{number}", tags=["one"])
        statements: list[object] = []

        def note(*arguments: object, seen: list[object] = statements) -> None:
            seen.append(arguments)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        client.get("/blog/news")
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert len(set(counts)) == 1
    assert client.get("/blog/news").text.count("<section") == 20
    assert client.get("/blog/news?page=2").text.count("<section") == 2


def test_a_section_is_a_word() -> None:
    assert slugs.section_from(" How To ") == "how-to"
    assert slugs.section_from("  ") == ""
    for text in ("日本", "x" * 41):
        with pytest.raises(ValueError, match="section"):
            slugs.section_from(text)
