"""A person at a browser of this machine, and what is asked of every page that they meet."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "Correct-Horse-Battery-9"
# WCAG 2.2, levels A and AA.
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
# Django's list of filters, whose links are too low by a hair, and Select2, whose fields have no names.
DJANGO_S_OWN = "#changelist-filter, .select2-container"
NARROW: ViewportSize = {"width": 360, "height": 740}
WIDE: ViewportSize = {"width": 1280, "height": 800}

# What the keyboard has to reach: a group of radio buttons is one stop, at the chosen one.
REACHABLE = """(foreign) => {
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
  const seen = [...document.querySelectorAll(wanted)].filter(element =>
    !element.disabled && element.tabIndex >= 0 && element.checkVisibility({visibilityProperty: true})
    && !element.closest('[inert]') && !element.closest(foreign)
    && !(element.type === 'radio' && !element.checked));
  seen.forEach((element, number) => { element.dataset.stop = number; });
  return seen.map(element => element.outerHTML.slice(0, 160));
}"""
# Colours that fade from one scheme to the other have arrived.
SETTLED = "Promise.allSettled(document.getAnimations().map(animation => animation.finished))"
FOCUSED = """(foreign) => {
  const element = document.activeElement;
  if (!element || element === document.body || element.closest(foreign)) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const marked = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
  return {stop: element.dataset.stop ?? null, marked, shown: box.width > 0 && box.right > 0,
          html: element.outerHTML.slice(0, 160)};
}"""


@dataclass(kw_only=True)
class Visitor:
    """A person at the screen; what the browser complains about meanwhile is kept."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("requestfailed", self._note_failure)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.type}: {message.text}")

    def _note_failure(self, request: Request) -> None:
        # Whoever goes on before a picture has come gives it up.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    def go(self, path: str) -> None:
        """Open an address."""
        self.page.goto(self.url + path)

    def fill(self, **fields: str) -> None:
        """Fill in fields by their names."""
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]").fill(value)

    def press(self, name: str) -> None:
        """Press a button, or follow a link, of this name in the page's main part."""
        main = self.page.get_by_role("main")
        spelt = re.compile(f"^{re.escape(name)}$", re.IGNORECASE)
        main.get_by_role("button", name=spelt).or_(main.get_by_role("link", name=spelt)).click()

    def inspect(self, *, foreign: str = "") -> None:
        """Look at the page as it is: by rules, by keyboard, in the dark and on a narrow screen.

        ``foreign`` selects what is not the project's own, such as Swagger UI: it is not held against the rules.
        """
        where = self.page.url.removeprefix(self.url)
        assert not self.complaints, "\n".join(self.complaints)
        looked_at = {"exclude": [[foreign]]} if foreign else None
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            self.page.emulate_media(color_scheme=scheme)
            self.page.evaluate(SETTLED)
            found = Axe().run(self.page, context=looked_at, options=RULES)
            assert not found.violations_count, f"{where}, {scheme}:\n{found.generate_report()}"
        self.page.emulate_media(color_scheme="light")
        self._walk(where, foreign or "#nothing")
        self.page.set_viewport_size(NARROW)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(WIDE)
        assert width <= NARROW["width"], f"{where} is {width} pixels wide on a screen of {NARROW['width']}"
        self.complaints.clear()

    def _walk(self, where: str, foreign: str) -> None:
        """Press Tab until every stop was met, each with a mark that can be seen."""
        wanted = self.page.evaluate(REACHABLE, foreign)
        met: set[int] = set()
        for _ in range(2 * len(wanted) + 100):
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate(FOCUSED, foreign)
            if focused is None:
                continue
            assert focused["marked"], f"{where}: nothing shows the focus on {focused['html']}"
            assert focused["shown"], f"{where}: the focus is out of sight on {focused['html']}"
            if focused["stop"] is not None:
                met.add(int(focused["stop"]))
            if len(met) == len(wanted):
                return
        missed = [html for number, html in enumerate(wanted) if number not in met]
        assert not missed, f"{where}: the keyboard does not reach\n" + "\n".join(missed)


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """The Chromium of this machine; none is ever downloaded. Skips, and says so, where there is none."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextlib.contextmanager
def visiting(browser: Browser, url: str, *, scripts: bool = True) -> Iterator[Visitor]:
    """A visitor to the site at this address; without ``scripts`` their browser runs none."""
    context = browser.new_context(java_script_enabled=scripts, viewport=WIDE)
    context.set_default_timeout(15_000)
    yield Visitor(page=context.new_page(), url=url)
    context.close()
