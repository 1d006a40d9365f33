@pytest.mark.parametrize(
    "slug",
    ["A-POST", "a-pöst", "a%20post", "a-post%00", "..%2Ffeed.xml", "%F0%9F%92%A9", "x" * 500],
)
def test_a_hostile_address_is_none(app: Flask, client: FlaskClient, slug: str) -> None:
    add_post(app, "A post", tags=["a-post"])
    assert client.get(f"/blog/posts/{slug}").status_code == 404
    assert client.get(f"/blog/tags/{slug}").status_code == 404


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Hello, World!", "hello-world"),
        ("Zoë's café", "zoes-cafe"),
        ("../../etc/passwd", "etc-passwd"),
        ("--<b>--", "b"),
        ("日本", ""),
        ("x" * 200, "x" * 70),
        ("a" * 69 + " b", "a" * 69),
    ],
)
def test_a_slug_is_made_from_a_title(text: str, slug: str) -> None:
    assert slugs.slug_from(text) == slug
    assert slugs.is_slug(slug) == bool(slug)


@pytest.mark.parametrize("text", ["", "-a", "a-", "a--b", "A", "a b", "a/b", "a\n", "é", "a.b"])
def test_only_plain_words_are_slugs(text: str) -> None:
    assert not slugs.is_slug(text)


def test_an_address_is_taken_once(app: Flask) -> None:
    assert [add_post(app, "A post") for _ in range(3)] == ["a-post", "a-post-2", "a-post-3"]
    with app.app_context():
        with pytest.raises(store.SlugTakenError):
            store.add(store.Written(title="Mine", slug="a-post", body="x"))
        with pytest.raises(store.SlugTakenError):
            store.change(kept("a-post-2"), store.Written(title="Mine", slug="a-post", body="x"))
        assert kept("a-post").title == "A post"
        assert kept("a-post-2").title == "A post"


def test_tags_are_words_that_can_stand_in_addresses() -> None:
    assert slugs.tags_from("Web Log, flask,, FLASK ,Zoë") == ["flask", "web-log", "zoe"]
    assert slugs.tags_from("") == []
    for wrong in ("日本", "a, !", "x" * 41, ",".join(f"tag{number}" for number in range(11))):
        with pytest.raises(ValueError, match="tag"):
            slugs.tags_from(wrong)
