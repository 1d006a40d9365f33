@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a link](javascript:alert(1))",
        "[a link](JaVaScRiPt&colon;alert(1))",
        "[a link](&#x6A;avascript:alert(1))",
        "[a link](vbscript:msgbox)",
        "![a picture](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        '[a link](/ "\\" onmouseover=alert(1) \\"")',
        '```"><script>alert(1)</script>\ncode\n```',
        "[a link]: javascript:alert(1)\n\n[a link]",
        "<svg/onload=alert(1)>",
        "| a |\n|---|\n| <iframe src=//evil.example></iframe> |",
    ],
)
def test_what_authors_write_runs_no_script(app: Flask, client: FlaskClient, text: str) -> None:
    slug = add_post(app, "A post", body=text)
    html = [markup.render(text), text_of(entries(client)[0], "content")]
    page = client.get(f"/blog/posts/{slug}").text
    assert str(html[0]) in page
    for part in html:
        closed = re.sub("(<img[^>]*)>", r"\1/>", part)  # as XML has it
        tree = ET.fromstring(f"<post>{closed}</post>")
        assert not {element.tag for element in tree.iter()} - {"post", "div", *markup.TAGS}
        frames = [element.attrib for element in tree.iter("div")]
        assert frames == [{"class": "scroll", "tabindex": "0"} for _table in tree.iter("table")]
        for element in tree.iter():
            assert not [name for name in element.attrib if name.startswith("on")]
            address = element.get("href") or element.get("src") or "/"
            assert address.startswith(("/", "https:"))


def test_what_gets_past_the_first_library_stops_at_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(markup.markdown.options, "html", True)
    assert markup.render("a <b onclick='x'>b</b> <script>c</script>") == "<p>a b </p>\n"


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_titles_and_summaries_are_text(app: Flask, client: FlaskClient, title: str) -> None:
    slug = add_post(app, title, summary=title)
    for page in ("/blog/", f"/blog/posts/{slug}", "/blog/feed.xml"):
        answer = client.get(page).text
        assert title not in answer
        assert "&lt;" in answer
    assert text_of(entries(client)[0], "title") == title


def test_headings_stand_below_that_of_the_page() -> None:
    assert markup.render("# One\n\n###### Six") == "<h2>One</h2>\n<h6>Six</h6>\n"


def test_markdown_makes_what_one_expects() -> None:
    html = markup.render("~~old~~ [new](https://a.example)\n\n| a |\n|---|\n| 1 |\n\n3. x")
    assert "<s>old</s>" in html
    assert '<a href="https://a.example" rel="noopener noreferrer">new</a>' in html
    assert "<td>1</td>" in html
    assert '<ol start="3">' in html


def test_deep_nesting_does_no_harm(app: Flask, client: FlaskClient) -> None:
    slug = add_post(app, "Deep", body=">" * 20_000 + "[" * 20_000)
    assert client.get(f"/blog/posts/{slug}").status_code == 200
