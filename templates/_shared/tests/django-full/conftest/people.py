@pytest.fixture
def make_user(db: None) -> MakeUser:
    """Make somebody{{ " who has confirmed their address" if uses_accounts }}."""

    def make(email: str, **fields: Any) -> User:
{% if uses_accounts %}
        user = User.objects.create_user(email, PASSWORD, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
{% if uses_second_factor and uses_admin %}
        if user.is_staff:
            TOTP.activate(user, generate_totp_secret())
            RecoveryCodes.activate(user)
{% endif %}
        return user
{% else %}
        return User.objects.create_user(email, PASSWORD, **fields)
{% endif %}

    return make


@pytest.fixture
def user(make_user: MakeUser) -> User:
    return make_user("ada@example.com", name="Ada")


{% if uses_accounts %}
@pytest.fixture
def other(make_user: MakeUser) -> User:
    return make_user("grace@example.com", name="Grace")


{% endif %}
{% if uses_admin %}
@pytest.fixture
def administrator(make_user: MakeUser) -> User:
    return make_user("root@example.com", is_staff=True, is_superuser=True)


{% endif %}
{% if uses_accounts %}
@pytest.fixture
def signed_in(client: Client, user: User) -> Client:
    """Give a browser in which Ada has just signed in with her password."""
    sign_in(client, user.email)
    return client


{% endif %}
{% if uses_admin %}
@pytest.fixture
def as_administrator(client: Client, administrator: User) -> Client:
{% if uses_second_factor %}
    enter(client, administrator)
{% else %}
    client.force_login(administrator)
{% endif %}
    return client


{% endif %}
