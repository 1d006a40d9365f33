"""Addresses of template sources: git gets what was given, and nobody else gets the credentials in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.address import git_settings, has_credentials, masked, masked_difference, without_credentials
from waypost.errors import StateError

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        (f"https://user:{SECRET}@host/x.git", "https://host/x.git"),
        (f"https://{SECRET}@host/x.git", "https://host/x.git"),
        (f"HTTPS://USER:{SECRET}@HOST/x", "HTTPS://HOST/x"),
        (f"http://user:{SECRET}@host:8080/x", "http://host:8080/x"),
        (f"https://user:{SECRET}@[::1]:80/x", "https://[::1]:80/x"),
        (f"https://user:a@{SECRET}@host/x", "https://host/x"),
        (f"https://user:a/{SECRET}@host/x", "https://host/x"),
        (f"https://user:a#{SECRET}@host/x", "https://host/x"),
        (f"https://user:a?{SECRET}@host/x", "https://host/x"),
        (f"https://host/x.git?private_token={SECRET}", "https://host/x.git"),
        (f"https://host?sig={SECRET}", "https://host"),
        (f"https://host/x#{SECRET}", "https://host/x"),
        (f"https://{SECRET}@host", "https://host"),
        (f"ssh://git:{SECRET}@host:22/x.git", "ssh://git@host:22/x.git"),
        (f"file://user:{SECRET}@/srv/x", "file:///srv/x"),
        (f"user:{SECRET}@host:x.git", "host:x.git"),
        (f"https:/user:{SECRET}@host/x", "https:/host/x"),
        (f"https:user:{SECRET}@host/x", "https:host/x"),
        (f"//user:{SECRET}@host/x", "//host/x"),
        (f"htps://user:{SECRET}@host/x", "htps://host/x"),
    ],
)
def test_credentials_go_and_the_rest_of_the_address_stays(address: str, clean: str) -> None:
    assert without_credentials(address) == clean
    assert has_credentials(address)
    assert SECRET not in masked(f"fatal: unable to access '{address}': no such host")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://host/x.git",
        "https://host:8443/a@b/c@v1",
        "https://[fe80::a]/x@y",
        "ssh://git@host:22/x.git",
        "ssh://git@host/a?b#c@d",
        "git@host:group/x.git",
        "git@host:x@v1/y",
        "file:///srv/a?b#c@d",
        "/srv/a:b@c/x",
        "./a:b@c",
        "templates",
    ],
)
def test_an_address_without_credentials_stays_as_it_is(address: str) -> None:
    assert without_credentials(address) == address
    assert not has_credentials(address)
    assert git_settings(address) == {}


@given(
    user=st.text(st.characters(codec="ascii", exclude_characters="/?#@: ", exclude_categories=["C"])),
    password=st.text(st.characters(codec="ascii", exclude_characters="/?# ", exclude_categories=["C"])),
)
def test_no_password_gets_past_and_nothing_is_left_to_take_away(user: str, password: str) -> None:
    clean = without_credentials(f"https://{user}:{password}~{SECRET}@host/x")
    assert clean == "https://host/x"
    assert without_credentials(clean) == clean


def test_git_gets_the_credentials_by_its_environment() -> None:
    address = f"https://user:{SECRET}@host/x"
    assert git_settings(address) == {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{address}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://host/x",
    }


def test_an_error_shows_no_credentials_whoever_raises_it() -> None:
    error = StateError(f"no https://u:{SECRET}@host/x", hint=f"Look at https://{SECRET}@host/x.")
    assert (error.message, error.hint, str(error)) == (
        "no https://host/x",
        "Look at https://host/x.",
        "no https://host/x",
    )


def test_of_a_difference_only_the_address_of_a_record_is_masked() -> None:
    lines = [
        f"-_src_path: https://u:{SECRET}@host/x",
        "+_src_path: https://host/x",
        " DATABASE_URL=postgresql://app:app@localhost/app",
    ]
    assert masked_difference("\n".join(lines)) == "\n".join(["-_src_path: https://host/x", *lines[1:]])
