{% if uses_redis_sessions %}
def test_without_redis_there_are_pages_but_nobody_is_signed_in(
    client: FlaskClient, no_redis: None
) -> None:
    client.set_cookie("session", "A" * 43)
    assert client.get("/").status_code == 200
    response = client.get("/note/something")
{% else %}
@pytest.fixture
def storeless(settings: Settings) -> Iterator[Flask]:
    """The application while its sessions are out of reach."""
    app = create_app(replace(settings, database_url="sqlite:////no/such/folder/app.sqlite3"))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_without_its_store_there_are_pages_but_nobody_is_signed_in(storeless: Flask) -> None:
    @storeless.get("/note/<text>")
    def keep(text: str) -> str:
        session["note"] = text
        return text

    client = storeless.test_client()
    client.set_cookie("session", "A" * 43)
    assert client.get("/").status_code == 200
    response = client.get("/note/something")
{% endif %}
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
