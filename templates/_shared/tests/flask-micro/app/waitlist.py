PASSWORD = "p" * 32


def joined(app: Flask) -> list[str]:
    """Whoever is on the list, as a spreadsheet has it."""
    settings = app.config["SETTINGS"].model_copy(update={"list_password": PASSWORD})
    app.config["SETTINGS"] = settings
    response = app.test_client().get("/list.csv", auth=("", PASSWORD))
    assert (response.status_code, response.mimetype) == (200, "text/csv")
    assert "no-store" in response.headers["Cache-Control"]
    head, *rows = response.text.splitlines()
    assert head == "email,joined_on"
    return [row.partition(",")[0] for row in rows]


def test_whoever_joins_is_on_the_list(app: Flask, client: FlaskClient) -> None:
    assert "Join the waiting list" in client.get("/").text
    response = client.post("/", data={"email": " Ada@Example.com "})
    assert (response.status_code, response.headers["Location"]) == (303, "/thanks")
    assert "You are on the waiting list" in client.get("/thanks").text
    assert joined(app) == ["ada@example.com"]


@pytest.mark.parametrize("again", ["ada@example.com", "ADA@example.com ", "new@example.com"])
def test_no_answer_tells_who_is_on_the_list(client: FlaskClient, again: str) -> None:
    first = client.post("/", data={"email": "ada@example.com"})
    page = client.get("/").text
    second = client.post("/", data={"email": again})
    assert (first.status_code, first.data) == (second.status_code, second.data)
    assert first.headers["Location"] == second.headers["Location"]
    assert client.get("/").text == page


@pytest.mark.parametrize(
    "email",
    ["", "a@example", "a@b@c.example", "a b@c.de", "a\0@c.example", "<b>@c..x", "x" * 255],
)
def test_what_is_no_email_is_told_beside_the_field(
    app: Flask, client: FlaskClient, email: str
) -> None:
    response = client.post("/", data={"email": email})
    assert response.status_code == 422
    assert 'aria-invalid="true" aria-describedby="email-error"' in response.text
    assert "<b>" not in response.text
    assert joined(app) == []


def test_the_list_is_for_whoever_has_its_password(app: Flask, client: FlaskClient) -> None:
    assert client.get("/list.csv", auth=("", "")).status_code == 404
    joined(app)
    for response in (client.get("/list.csv"), client.get("/list.csv", auth=("", "x"))):
        assert response.status_code == 401
        assert "Basic" in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize("email", ["=1@b.example", "+a@b.example", "-a@b.example", "@a"])
def test_no_cell_is_a_formula(email: str) -> None:
    assert safe(email) == f"'{email}"


def test_the_list_has_no_formula(app: Flask, client: FlaskClient) -> None:
    client.post("/", data={"email": "=cmd|x@example.com"})
    assert joined(app) == ["'=cmd|x@example.com"]


def test_the_counter_is_too_coarse_to_tell_who_has_joined(app: Flask, client: FlaskClient) -> None:
    yesterday = today() - timedelta(days=1)
    with app.app_context():
        for number in range(19):
            add(f"{number}@example.com", yesterday)
        assert "At least 10 people" in client.get("/").text
        add("today@example.com", today())
        assert "At least 10 people" in client.get("/").text
        add("before@example.com", yesterday)
        assert "At least 20 people" in client.get("/").text


def test_an_email_that_is_sent_several_times_at_once_is_kept_once(app: Flask) -> None:
    start = threading.Barrier(8)

    def send(_number: int) -> int:
        start.wait()
        return app.test_client().post("/", data={"email": "ada@example.com"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send, range(8))) == [303] * 8
    assert joined(app) == ["ada@example.com"]


def test_the_samples_are_added_once(app: Flask) -> None:
    for _ in range(2):
        assert app.test_cli_runner().invoke(args=["seed"]).exit_code == 0
    assert len(joined(app)) == 42


def test_the_page_may_use_its_own_stylesheet_and_nothing_else(client: FlaskClient) -> None:
    response = client.get("/")
    assert 'href="/static/style.css"' in response.text
    with client.get("/static/style.css") as style:
        assert style.mimetype == "text/css"
    assert "style-src 'self'" in response.headers["Content-Security-Policy"]
    assert "<script" not in response.text
