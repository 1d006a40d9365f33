"""Pictures of the pages that a new project is known by: in light, in dark and on a phone."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from support.browsing import SETTLED
from support.tour import Tour

QUALITY = 70
LOOKS: dict[str, tuple[Literal["light", "dark"], int, int]] = {
    "light": ("light", 1100, 720),
    "dark": ("dark", 1100, 720),
    "phone": ("light", 390, 780),
}
# How many links of a page are followed to find what is behind.
TRIED = 6
DJANGO_S_OWN = ("/admin/",)
NAVIGATION = "() => [...document.querySelectorAll('body > header :is(nav, details.menu) a')].map(link => link.pathname)"
DEEPER = """(here) => [...document.querySelectorAll('main a[href]')].map(link => link.pathname)
  .filter(path => path.startsWith(here) && path !== here)"""
HAS_FORM = """() => document.querySelector(
  'main form[method=post i] :is(textarea, input:not([type=hidden], [type=number]))') !== null"""
# The one thing to do on the page of one thing, where nothing has to be typed for it: to add it to a cart, to join it.
ACTION = """[...document.querySelectorAll('main form[method=post i]')].find(form =>
    form.checkValidity() && !form.querySelector('.danger, textarea, [type=text], [type=email], [type=password]'))"""
CAN_ACT = f"() => {ACTION} !== undefined"
ACT = f"""() => {{
  const form = {ACTION};
  form?.querySelector('button').click();
  return form !== undefined;
}}"""


def shown(visitor: Tour, administrator: Tour) -> Iterator[tuple[str, Page]]:
    """Each page with its name, opened by whoever sees most of it: where the header leads, and what is behind."""
    for path in ("/", "/_start"):
        visitor.open(path)
        yield _name(path), visitor.page
    visitor.open("/")
    visitor.page.locator("body > header").get_by_role("link", name="Sign in").click()
    yield "sign-in", visitor.page
    administrator.sign_in()
    administrator.open("/")
    for section in dict.fromkeys(administrator.page.evaluate(NAVIGATION)):
        administrator.open(section)
        if administrator.page.evaluate("document.contentType") != "text/html":
            continue  # a feed
        yield _name(section), administrator.page
        if section in DJANGO_S_OWN:
            continue
        for path in _behind(administrator, section):
            administrator.open(path)
            yield _name(path), administrator.page
            if administrator.page.evaluate(ACT):
                administrator.page.wait_for_load_state()


def _behind(tour: Tour, section: str) -> list[str]:
    """The first form behind a page, and of each kind of thing one; rather one with which something can be done."""
    found: dict[str, tuple[bool, str]] = {}
    tour.open(section)
    for path in list(dict.fromkeys(tour.page.evaluate(DEEPER, section)))[:TRIED]:
        tour.open(path)
        is_form = tour.page.evaluate(HAS_FORM)
        kind = "form" if is_form else path.rstrip("/").rpartition("/")[0]
        is_better = not is_form and tour.page.evaluate(CAN_ACT)
        if kind not in found or (is_better and not found[kind][0]):
            found[kind] = (is_better, path)
    return [path for _, path in found.values()]


def _name(path: str) -> str:
    return re.sub(r"\W+", "-", re.sub(r"\d+", "one", path)).strip("-_") or "home"


def take(page: Page, look: str, picture: Path) -> None:
    """Write the picture of the page as it stands in the window."""
    scheme, width, height = LOOKS[look]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    page.evaluate(SETTLED)
    session = page.context.new_cdp_session(page)
    answer = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    session.detach()
    picture.write_bytes(base64.b64decode(answer["data"]))
