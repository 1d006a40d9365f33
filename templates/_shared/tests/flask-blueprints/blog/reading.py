def test_an_empty_blog_says_so(client: FlaskClient) -> None:
    assert "No posts yet" in client.get("/blog/").text
    assert not entries(client)


def test_a_post_is_listed_shown_and_tagged(app: Flask, client: FlaskClient) -> None:
    slug = add_post(app, "First light", summary="In short", body="It is *here*.", tags=["news"])
    assert slug == "first-light"
    listed = client.get("/blog/").text
    assert 'href="/blog/posts/first-light"' in listed
    assert "In short" in listed
    shown = client.get("/blog/posts/first-light").text
    assert "<h1>First light</h1>" in shown
    assert "<p>It is <em>here</em>.</p>" in shown
    assert 'href="/blog/tags/news"' in shown
    assert 'href="/blog/posts/first-light"' in client.get("/blog/tags/news").text


def test_the_start_page_leads_to_the_blog_and_its_feed(client: FlaskClient) -> None:
    page = client.get("/").text
    assert 'href="/blog/"' in page
    assert 'type="application/atom+xml"' in page


def test_nobody_meets_a_draft(app: Flask, client: FlaskClient) -> None:
    slug = add_post(app, "Secret plan", body="hush", tags=["secret"], published=False)
    assert client.get(f"/blog/posts/{slug}").status_code == 404
    assert client.get("/blog/tags/secret").status_code == 404
    for page in ("/", "/blog/", "/blog/?q=hush", "/blog/?q=", "/blog/feed.xml"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "ecret" not in answer.text


def test_a_post_that_is_taken_back_is_gone_everywhere(app: Flask, client: FlaskClient) -> None:
    slug = add_post(app, "Too early", tags=["early"])
    add_post(app, "Another", tags=["other"])
    assert client.get(f"/blog/posts/{slug}").status_code == 200
    with app.app_context():
        store.take_back(kept(slug))
    assert client.get(f"/blog/posts/{slug}").status_code == 404
    assert client.get("/blog/tags/early").status_code == 404
    for page in ("/blog/", "/blog/?q=early", "/blog/feed.xml"):
        assert "Too early" not in client.get(page).text


def test_the_time_of_publication_is_kept_until_a_post_is_taken_back(app: Flask) -> None:
    slug = add_post(app, "A post", published=False)
    with app.app_context():
        moments = [kept(slug).published_at]
        for change in (store.publish, store.publish, store.take_back, store.publish):
            change(kept(slug))
            moments.append(kept(slug).published_at)
    assert moments[0] is moments[3] is None
    assert moments[1] == moments[2]
    _, first, _, _, last = moments
    assert first
    assert last
    assert first < last
    assert first.tzinfo is UTC
    assert datetime.now(UTC) - first < timedelta(minutes=1)


def test_posts_stand_in_the_order_of_their_publication(app: Flask, client: FlaskClient) -> None:
    late = add_post(app, "Written first", published=False)
    add_post(app, "Written second")
    with app.app_context():
        store.publish(kept(late))
    page = client.get("/blog/").text
    assert page.index("Written first") < page.index("Written second")


def test_a_long_list_comes_in_pages(app: Flask, client: FlaskClient) -> None:
    for number in range(21):
        add_post(app, f"Post {number}", tags=["many"])
    for address in ("/blog/?q=Post", "/blog/tags/many?"):
        first, second = (client.get(f"{address}&page={page}").text for page in (1, 2))
        assert first.count("<article>") == 20
        assert second.count("<article>") == 1
        assert "page=2" in first
    assert "q=Post" in client.get("/blog/?q=Post").text
    assert len(entries(client)) == 20
