{% if uses_profiles %}
@contextmanager
def closed_meanwhile() -> Iterator[None]:
    """Close all accounts whenever one is about to be saved."""

    def close(**_details: object) -> None:
        User.objects.update(is_active=False)

    pre_save.connect(close, sender=User)
    yield
    pre_save.disconnect(close, sender=User)


{% endif %}
def confirm_password(client: Client) -> None:
    """Type the password again, as pages ask for before they change an account."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})
{% if uses_second_factor %}


def code(secret: str) -> str:
    """Return what an application on a telephone shows now."""
    return str(format_hotp_value(hotp_value(secret, int(NOW) // 30)))
{% if uses_admin %}


def enter(client: Client, member: User) -> None:
    """Sign a member of staff in with a second factor: a recovery code, which is good at any time."""
    sign_in(client, member.email)
    recovery = Authenticator.objects.get(user=member, type=Authenticator.Type.RECOVERY_CODES)
    [value, *_rest] = recovery.wrap().get_unused_codes()
    client.post("/accounts/2fa/authenticate/", {"code": value})
{% endif %}
{% endif %}
