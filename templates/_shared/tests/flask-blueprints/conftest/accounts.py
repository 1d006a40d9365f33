@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with the least work there is; what is tested stays the same."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", cheap)


@pytest.fixture
def member(app: Flask) -> Browser:
    """Somebody without a role, signed in."""
    return signed_in(app, "member@example.com")


@pytest.fixture
def administrator(app: Flask) -> Browser:
    """Somebody who may do everything, signed in."""
    return signed_in(app, "administrator@example.com", Role.ADMINISTRATOR)


def add_user(app: Flask, email: str, *roles: Role, password: str | None = PASSWORD) -> int:
    """Make an account; the answer is its id."""
    with app.app_context():
        user = User(email=email)
        user.roles = frozenset(roles)
        if password:
            user.set_password(password)
        db.session.add(user)
        db.session.commit()
        return user.id


def signed_in(app: Flask, email: str, *roles: Role) -> Browser:
    """Make an account, and a browser that is signed in to it."""
    add_user(app, email, *roles)
    browser = Browser(app.test_client())
    browser.sign_in(email)
    return browser
