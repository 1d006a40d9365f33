def test_a_change_of_tags_alone_counts(app: Flask, client: FlaskClient) -> None:
    slug = add_post(app, "A post", tags=["old", "same"])
    before = entries(client)[0]
    with app.app_context():
        post, version = kept(slug), kept(slug).version
        written = store.Written(title="A post", slug=slug, body="Some text.", tags=["new", "same"])
        store.change(post, written)
        assert post.version == version + 1
    assert client.get("/blog/tags/old").status_code == 404
    assert client.get("/blog/tags/new").status_code == 200
    after = entries(client)[0]
    assert text_of(after, "id") == text_of(before, "id")
    assert text_of(after, "published") == text_of(before, "published")
    assert text_of(after, "updated") > text_of(before, "updated")


def test_a_change_on_top_of_an_older_state_is_refused(app: Flask) -> None:
    slug = add_post(app, "A post")
    with app.app_context():
        mine = kept(slug)
        with app.app_context():
            store.change(kept(slug), store.Written(title="Theirs", slug=slug, body="x"))
        with pytest.raises(StaleDataError):
            store.change(mine, store.Written(title="Mine", slug=slug, body="x"))
    with app.app_context():
        assert kept(slug).title == "Theirs"


def test_a_post_is_deleted_with_its_tags(app: Flask, client: FlaskClient) -> None:
    slug = add_post(app, "A post", tags=["gone"])
    with app.app_context():
        store.delete(kept(slug))
    assert client.get(f"/blog/posts/{slug}").status_code == 404
    assert client.get("/blog/tags/gone").status_code == 404
