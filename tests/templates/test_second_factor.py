"""A person sets up a second factor in a browser, with what an authenticator app sees of the QR code."""

from __future__ import annotations

import base64
import hmac
import io
import struct
import time
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page

from support.browsing import PASSWORD, Visitor, visiting
from support.tour import PREPARE, Tour

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run, Serve

pytestmark = [pytest.mark.project, pytest.mark.thorough]

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def test_a_second_factor_of_django_full_in_a_browser(
    *, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, chromium: Browser
) -> None:
    project = render("django-full", accounts="full", admin="multi-role", security="high")
    installed = environment("django-full")
    migrate, create_admin = PREPARE["django-full"]
    run(project, installed, *migrate)
    run(project, installed, *create_admin, "--email", "ada@example.com", "--password", PASSWORD)
    with serve(project, installed) as url:
        with visiting(chromium, url) as visitor:
            visitor.go("/accounts/login/")
            _inspect(visitor)
            visitor.fill(login="ada@example.com", password=PASSWORD)
            visitor.press("Sign in")
            visitor.page.locator("header details.menu").wait_for()
            visitor.go("/accounts/2fa/totp/activate/")
            _confirm(visitor)
            seen = [_scanned(visitor.page, scheme, width) for scheme in SCHEMES for width in (1280, 390)]
            assert len(set(seen)) == 1, seen
            [key] = parse_qs(urlsplit(seen[0]).query)["secret"]
            assert visitor.page.get_by_text(key, exact=True).count() == 1
            _inspect(visitor)
            visitor.fill(code="000000")
            visitor.press("Turn on")
            visitor.page.locator("main .errorlist").wait_for()
            _inspect(visitor)
            [key] = parse_qs(urlsplit(_scanned(visitor.page, "light", 1280)).query)["secret"]
            visitor.fill(code=_code(key))
            visitor.press("Turn on")
            visitor.page.wait_for_url("**/2fa/recovery-codes/**")
            _inspect(visitor)
            for path in (
                *("/accounts/2fa/", "/accounts/2fa/recovery-codes/generate/", "/accounts/2fa/totp/deactivate/"),
                *("/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/", "/accounts/reauthenticate/"),
                *("/accounts/2fa/reauthenticate/", "/accounts/2fa/webauthn/reauthenticate/"),
            ):
                visitor.go(path)
                _inspect(visitor)
        with visiting(chromium, url) as visitor:
            visitor.go("/accounts/login/")
            visitor.fill(login="ada@example.com", password=PASSWORD)
            visitor.press("Sign in")
            visitor.page.wait_for_url("**/2fa/authenticate/**")
            _inspect(visitor)


def _inspect(visitor: Visitor) -> None:
    faults = Tour(page=visitor.page, url=visitor.url, template="django-full").faults()
    assert not faults, "\n".join((visitor.page.url, *faults))
    visitor.inspect()


def _confirm(visitor: Visitor) -> None:
    """Give the password again, where it is asked for."""
    if visitor.page.get_by_role("heading", name="Confirm that it is you").count():
        _inspect(visitor)
        visitor.fill(password=PASSWORD)
        visitor.press("Confirm")
        visitor.page.locator("main figure img").wait_for()


def _scanned(page: Page, scheme: Literal["light", "dark"], width: int) -> str:
    """What a camera reads from the whole page as it is shown."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    shown = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    [found] = zxingcpp.read_barcodes(shown)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})
    return str(found.text)


def _code(key: str) -> str:
    """The code of this moment (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(key), struct.pack(">Q", int(time.time()) // 30), "sha1")
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"
