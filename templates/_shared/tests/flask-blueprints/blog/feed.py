def test_the_feed_holds_what_the_standard_asks_for(app: Flask, client: FlaskClient) -> None:
    add_post(app, "Older", tags=["one"])
    add_post(app, "Newer & <better>", summary="In short", body="It is *here*, [there](/about).")
    answer = client.get("/blog/feed.xml")
    assert answer.mimetype == "application/atom+xml"
    feed = ET.fromstring(answer.data)
    assert feed.tag == f"{ATOM}feed"
    assert text_of(feed, "id") == "http://127.0.0.1:8000/blog/feed.xml"
    assert text_of(feed, "title") == PROJECT_NAME
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == PROJECT_NAME
    assert {link.get("rel") for link in feed.findall(f"{ATOM}link")} == {"self", "alternate"}
    assert feed.get("{http://www.w3.org/XML/1998/namespace}base") == "http://127.0.0.1:8000/blog/"

    newer, older = feed.findall(f"{ATOM}entry")
    assert text_of(newer, "title") == "Newer & <better>"
    assert text_of(newer, "summary") == "In short"
    assert text_of(newer, "content").startswith("<p>It is <em>here</em>")
    assert [found.get("term") for found in older.findall(f"{ATOM}category")] == ["one"]
    assert len({text_of(entry, "id") for entry in (newer, older)}) == 2
    assert text_of(newer, "id").startswith("urn:uuid:")
    link = newer.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "http://127.0.0.1:8000/blog/posts/newer-better"
    moments = [datetime.fromisoformat(text_of(entry, "published")) for entry in (newer, older)]
    assert moments[0] > moments[1]
    assert all(moment.tzinfo for moment in moments)
    updated = [datetime.fromisoformat(text_of(entry, "updated")) for entry in (newer, older)]
    assert datetime.fromisoformat(text_of(feed, "updated")) == max(updated)


def test_the_feed_names_the_sites_own_address_whatever_host_is_asked(
    settings: Settings, app: Flask, client: FlaskClient
) -> None:
    add_post(app, "A post")
    answer = client.get("/blog/feed.xml", headers={"Host": "127.0.0.1:1234"})
    assert "1234" not in answer.text
    assert f"{settings.site_url}/blog/posts/a-post" in answer.text


def test_an_empty_feed_has_a_time_too(client: FlaskClient) -> None:
    feed = ET.fromstring(client.get("/blog/feed.xml").data)
    assert datetime.fromisoformat(text_of(feed, "updated")).tzinfo


def test_an_id_in_the_feed_outlives_the_address(app: Flask, client: FlaskClient) -> None:
    slug = add_post(app, "A post")
    before = text_of(entries(client)[0], "id")
    with app.app_context():
        store.change(kept(slug), store.Written(title="Renamed", slug="renamed", body="x"))
    assert client.get("/blog/posts/renamed").status_code == 200
    assert text_of(entries(client)[0], "id") == before


@pytest.mark.parametrize("text", ["a\ufffeb", "a&#12;b", "a\uffffb", "]]> &nbsp; \u2028 😀"])
def test_the_feed_can_be_read_whatever_is_written(
    app: Flask, client: FlaskClient, text: str
) -> None:
    add_post(app, text, body=text, summary=text)
    assert text_of(entries(client)[0], "content")


def test_an_unchanged_feed_is_not_sent_again(app: Flask, client: FlaskClient) -> None:
    add_post(app, "A post")
    tag = client.get("/blog/feed.xml").headers["ETag"]
    answer = client.get("/blog/feed.xml", headers={"If-None-Match": tag})
    assert answer.status_code == 304
    assert not answer.data
    add_post(app, "Another post")
    answer = client.get("/blog/feed.xml", headers={"If-None-Match": tag})
    assert answer.status_code == 200
