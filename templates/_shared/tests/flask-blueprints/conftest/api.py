{% if uses_api_tokens %}
def add_token(app: Flask, email: str, *roles: Role) -> str:
    """Make an account and a token of it."""
    add_user(app, email, *roles)
    arguments = ["create-api-token", "--email", email, "--name", "for tests"]
    return app.test_cli_runner().invoke(args=arguments).output.strip()


@pytest.fixture
def api(app: Flask) -> FlaskClient:
    """A caller of the API who may do everything."""
    client = app.test_client()
    token = add_token(app, "caller@example.com", Role.ADMINISTRATOR)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client
{% else %}
@pytest.fixture
def api(app: Flask) -> FlaskClient:
    """A caller of the API."""
    return app.test_client()
{% endif %}
