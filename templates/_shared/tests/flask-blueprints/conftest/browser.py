class Browser:
    """A test client that fills in forms as a browser does, hidden fields included."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def submit(self, path: str, *, page: str = "", **fields: str | list[str]) -> TestResponse:
        """Fill in the form on `page`, or on `path` itself, and send it to `path`."""
        shown = self.get(page or path).text
        return self.client.post(path, data={**hidden_fields(shown), **fields})
{% if uses_accounts %}

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        """Fill in the form for signing in."""
        return self.submit("/auth/login", email=email, password=password)

    @property
    def is_signed_in(self) -> bool:
        """Whether the start page greets somebody it knows."""
        return "Sign out" in self.get("/").text
{% endif %}


def hidden_fields(page: str) -> dict[str, str]:
    """What the forms of a page send unseen, such as the CSRF token."""
    hidden = r'<input(?=[^>]* type="hidden")[^>]* name="([^"]+)"[^>]* value="([^"]*)"'
    return {name: html.unescape(value) for name, value in re.findall(hidden, page)}
