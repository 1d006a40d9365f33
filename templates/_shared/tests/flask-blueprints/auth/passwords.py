def test_changing_the_password_ends_all_other_sessions(
    app: Flask, browser: Browser, user_id: int
) -> None:
    elsewhere = Browser(app.test_client())
    elsewhere.sign_in(EMAIL)
    browser.sign_in(EMAIL)
    new = "another long enough password"
    response = browser.submit("/auth/password", current=PASSWORD, password=new, repeated=new)
    assert response.status_code == 302
    assert browser.is_signed_in
    assert not elsewhere.is_signed_in
    assert elsewhere.sign_in(EMAIL).status_code == 422
    assert elsewhere.sign_in(EMAIL, new).status_code == 302


@pytest.mark.parametrize(
    ("fields", "explanation"),
    [
        ({"current": "wrong"}, "The current password is wrong."),
        ({"password": "short"}, "Use {{ 15 if uses_high_security else 12 }} to 128 characters."),
        ({"password": EMAIL, "repeated": EMAIL}, "Use something other than your email."),
        ({"repeated": "not the same"}, "The two passwords differ."),
    ],
)
def test_a_bad_change_of_password_changes_nothing(
    browser: Browser, user_id: int, fields: dict[str, str], explanation: str
) -> None:
    browser.sign_in(EMAIL)
    new = "another long enough password"
    good = {"current": PASSWORD, "password": new, "repeated": new}
    response = browser.submit("/auth/password", **(good | fields))
    assert response.status_code == 422
    assert explanation in response.text
    browser.submit("/auth/logout", page="/")
    assert browser.sign_in(EMAIL).status_code == 302


def test_guessing_the_present_password_is_limited(browser: Browser, user_id: int) -> None:
    browser.sign_in(EMAIL)
    new = "another long enough password"
    attempt = {"current": "wrong", "password": new, "repeated": new}
    statuses = [browser.submit("/auth/password", **attempt).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_a_password_hashed_with_less_work_is_hashed_anew(
    app: Flask, browser: Browser, user_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", stronger)
    assert browser.sign_in(EMAIL).status_code == 302
    with app.app_context():
        kept = db.session.get_one(User, user_id).password_hash
    assert kept is not None
    assert "t=2" in kept
