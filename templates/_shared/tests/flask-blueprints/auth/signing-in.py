def test_signing_in_and_out(browser: Browser, user_id: int) -> None:
    assert "Sign in" in browser.get("/").text
    assert browser.sign_in(EMAIL).location == "/"
    assert browser.is_signed_in
    assert browser.submit("/auth/logout", page="/").location == "/"
    assert not browser.is_signed_in


def test_personal_pages_are_stored_nowhere(browser: Browser, user_id: int) -> None:
{% if not uses_high_security %}
    assert "Cache-Control" not in browser.get("/").headers
{% endif %}
    browser.sign_in(EMAIL)
    assert browser.get("/").headers["Cache-Control"] == "no-store"


def test_somebody_signed_in_is_not_asked_again(member: Browser) -> None:
    assert member.get("/auth/login").location == "/"


def test_a_page_for_accounts_asks_to_sign_in_first(browser: Browser, user_id: int) -> None:
    asked = browser.get("/auth/password")
    assert asked.location == "/auth/login?next=%2Fauth%2Fpassword"
    assert "Sign in to see that page." in browser.get(asked.location).text
    reached = browser.submit(asked.location, email=EMAIL, password=PASSWORD)
    assert reached.location == "/auth/password"


def test_only_a_post_signs_out(member: Browser) -> None:
    assert member.get("/auth/logout").status_code == 405
    assert member.is_signed_in


def test_signing_out_needs_the_token_of_the_form(member: Browser) -> None:
    assert member.client.post("/auth/logout").status_code == 400
    assert member.is_signed_in


def test_a_copied_cookie_is_worthless_after_signing_out(app: Flask, member: Browser) -> None:
    stolen = member.client.get_cookie("session")
    assert stolen is not None
    member.submit("/auth/logout", page="/")
    thief = Browser(app.test_client())
    thief.client.set_cookie("session", stolen.value)
    assert not thief.is_signed_in


{% if signs_out_everywhere %}
def test_signing_out_ends_this_session_alone(app: Flask, member: Browser) -> None:
    elsewhere = Browser(app.test_client())
    elsewhere.sign_in("member@example.com")
    member.submit("/auth/logout", page="/")
    assert not member.is_signed_in
    assert elsewhere.is_signed_in


def test_one_can_sign_out_everywhere(app: Flask, member: Browser) -> None:
    elsewhere = Browser(app.test_client())
    elsewhere.sign_in("member@example.com")
    assert "Sign out everywhere" in member.get("/auth/password").text
    response = member.submit("/auth/logout-everywhere", page="/auth/password")
    assert response.location == "/auth/login"
    assert "signed out everywhere" in member.get("/auth/login").text
    assert not member.is_signed_in
    assert not elsewhere.is_signed_in


{% endif %}
def test_what_was_in_the_session_before_does_not_survive_signing_in(
    app: Flask, browser: Browser, user_id: int
) -> None:
    with browser.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    browser.sign_in(EMAIL)
    with browser.client.session_transaction() as session:
        assert "planted" not in session


@pytest.mark.parametrize("target", ["/healthz", "/?page=2"])
def test_signing_in_goes_on_to_the_page_asked_for(
    browser: Browser, user_id: int, target: str
) -> None:
    response = browser.submit(f"/auth/login?next={target}", email=EMAIL, password=PASSWORD)
    assert response.location == target


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "////evil.example",
        "/%5Cevil.example",
        "https:evil.example",
        "https://evil.example",
        "/%09/evil.example",
        "%0A//evil.example",
        "javascript:alert(1)",
    ],
)
def test_signing_in_never_goes_on_to_another_site(
    browser: Browser, user_id: int, target: str
) -> None:
    response = browser.submit(f"/auth/login?next={target}", email=EMAIL, password=PASSWORD)
    assert response.location == "/"
    assert browser.get(f"/auth/login?next={target}").location == "/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    app: Flask, user_id: int
) -> None:
    answers = []
    for email in (EMAIL, "nobody@example.com"):
        response = Browser(app.test_client()).sign_in(email, "wrong " + PASSWORD)
        assert WRONG in response.text
        answers.append((response.status_code, len(response.text) - len(email)))
    assert answers[0] == answers[1]


def test_an_unknown_address_takes_the_same_work(
    browser: Browser, user_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = []

    class Recording(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            verified.append(hash)
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "hasher", Recording(time_cost=1, memory_cost=8, parallelism=1))
    browser.sign_in("nobody@example.com")
    assert len(verified) == 1
    assert str(verified[0]).startswith("$argon2id$")


def test_a_crowd_at_the_door_waits_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[int] = []
    most = []

    class Slow(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "hasher", Slow(time_cost=1, memory_cost=8, parallelism=1))
    with ThreadPoolExecutor(4 * passwords.AT_ONCE) as crowd:
        answers = list(crowd.map(passwords.matches, ["wrong"] * 12, [None] * 12))
    assert answers == [False] * 12
    assert max(most) <= passwords.AT_ONCE


def test_an_account_without_a_password_cannot_be_signed_in_to(app: Flask, browser: Browser) -> None:
    add_user(app, "invited@example.com", password=None)
    for attempt in ("", PASSWORD, "None"):
        response = browser.sign_in("invited@example.com", attempt)
        assert response.status_code == 422
    assert not browser.is_signed_in


def test_a_deactivated_account_is_signed_out_and_stays_out(
    app: Flask, browser: Browser, user_id: int
) -> None:
    browser.sign_in(EMAIL)
    with app.app_context():
        db.session.get_one(User, user_id).active = False
        db.session.commit()
    assert not browser.is_signed_in
    assert WRONG in browser.sign_in(EMAIL).text


def test_an_address_is_the_same_in_capitals(app: Flask, browser: Browser, user_id: int) -> None:
    assert browser.sign_in("  ZOE@Example.COM ").status_code == 302
    with app.app_context():
        db.session.add(User(email="ZOE@EXAMPLE.COM"))
        with pytest.raises(IntegrityError):
            db.session.commit()


@pytest.mark.parametrize("email", ["zo\u00e9@example.com", "zoe\0@example.com", "zoe"])
def test_what_is_no_address_belongs_to_nobody(browser: Browser, user_id: int, email: str) -> None:
    response = browser.sign_in(email)
    assert response.status_code == 422
    assert WRONG in response.text


@pytest.mark.parametrize("body", [{"email": EMAIL, "password": PASSWORD}, [1], None])
def test_only_a_form_signs_in(browser: Browser, user_id: int, body: object) -> None:
    token = re.search('name="csrf_token"[^>]* value="([^"]+)"', browser.get("/auth/login").text)
    assert token
    headers = {"X-CSRFToken": token[1]}
    assert browser.client.post("/auth/login", json=body, headers=headers).status_code == 422
