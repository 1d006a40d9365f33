"""What a person meets in a real browser: nothing blocked or out of reach, in light and dark, on a narrow screen."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    WebSocketRoute,
    sync_playwright,
)

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run, Serve

pytestmark = pytest.mark.project

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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this machine; none is ever downloaded."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextlib.contextmanager
def _visitor(browser: Browser, url: str, *, scripts: bool = True) -> Iterator[Visitor]:
    context = browser.new_context(java_script_enabled=scripts, viewport=WIDE)
    context.set_default_timeout(15_000)
    yield Visitor(page=context.new_page(), url=url)
    context.close()


def _link(log: Path, path: str) -> str:
    """The newest address of this path in the mail that development writes to the log."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        text = log.read_text(encoding="utf-8")
        if found := re.findall(rf"https?://[^/\s]+({path}[^\s\"\\]*)", text):
            return str(found[-1])
        time.sleep(0.1)
    pytest.fail(f"no link to {path} was written:\n{log.read_text()[-3000:]}")


def test_flask_blueprints_in_a_browser(
    *, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, chromium: Browser, tmp_path: Path
) -> None:
    project = render("flask-blueprints", accounts="full", admin="multi-role", api="rest")
    installed = environment("flask-blueprints")
    run(project, installed, "flask", "db", "upgrade")
    run(project, installed, "flask", "create-admin", "--email", "boss@example.com", "--password", PASSWORD)
    log = tmp_path / "log"
    with serve(project, installed, log=log) as url:
        with _visitor(chromium, url) as visitor:
            for path in ("/", "/items/", "/auth/login", "/auth/register", "/auth/forgot-password"):
                visitor.go(path)
                visitor.inspect()
            visitor.go("/auth/register")
            visitor.fill(email="ada@example.com")
            visitor.press("Send the link")
            visitor.inspect()
            visitor.go(_link(log, "/auth/register/confirm"))
            visitor.inspect()
            visitor.fill(display_name="Ada", password=PASSWORD, repeated=PASSWORD)
            visitor.press("Register")
            visitor.page.get_by_role("button", name="Sign out").wait_for()
            for path in ("/", "/profile/", "/profile/edit", "/auth/password"):
                visitor.go(path)
                visitor.inspect()
            _keep_items(visitor, "Lamp", new="Add an item", deletes=False)
        with _visitor(chromium, url) as visitor:
            visitor.go("/auth/login")
            _sign_in(visitor, "boss@example.com")
            for path in ("/admin/", "/admin/accounts/", "/admin/accounts/new", "/admin/accounts/1"):
                visitor.go(path)
                visitor.inspect()
            _save_too_late(visitor, "Lamp, red")
            _keep_items(visitor, "Chair", new="Add an item")
        with _visitor(chromium, url, scripts=False) as visitor:
            visitor.go("/auth/login")
            _sign_in(visitor, "ada@example.com")
            _keep_items(visitor, "Table", new="Add an item", scripts=False, deletes=False)


def test_the_blog_of_flask_blueprints_in_a_browser(
    *, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, chromium: Browser
) -> None:
    project = render("flask-blueprints", example_domain="blog", accounts="login", admin="basic")
    installed = environment("flask-blueprints")
    run(project, installed, "flask", "db", "upgrade")
    run(project, installed, "flask", "create-admin", "--email", "boss@example.com", "--password", PASSWORD)
    run(project, installed, "flask", "blog", "seed", "--count", "21")
    text = (
        "# Inside\n\n"
        + "long" * 200
        + "\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n"
        + "code " * 100
        + "\n```\n\n> said\n"
    )
    with serve(project, installed) as url, _visitor(chromium, url) as visitor:
        visitor.go("/auth/login")
        _sign_in(visitor, "boss@example.com")
        for path in ("/", "/admin/", "/writing/", "/blog/?q=nothing"):
            visitor.go(path)
            visitor.inspect()
        visitor.press("Search")
        visitor.go("/writing/")
        visitor.press("Write a post")
        visitor.inspect()
        visitor.fill(title="First light", tags="a word, " + "b" * 40, summary="In short", body=text)
        visitor.press("Preview")
        visitor.page.get_by_role("heading", name="Preview, which is not saved").wait_for()
        visitor.inspect()
        visitor.fill(slug="Not one")
        visitor.press("Save")
        visitor.page.get_by_role("alert").wait_for()
        visitor.complaints.clear()  # the browser notes each answer that is an error
        visitor.inspect()
        visitor.fill(slug="")
        visitor.press("Save")
        visitor.inspect()
        visitor.press("Publish")
        visitor.inspect()
        visitor.go("/blog/posts/first-light")
        visitor.inspect()
        visitor.press("a-word")
        visitor.inspect()
        for path in ("/blog/", "/blog/?page=2"):
            visitor.go(path)
            visitor.inspect()
        visitor.go("/writing/")
        visitor.press("First light")
        visitor.press("Take back")
        visitor.press("Edit")
        visitor.inspect()
        visitor.press("Cancel")
        visitor.press("Delete")
        visitor.inspect()
        visitor.press("Delete")
        visitor.page.get_by_text("The post was deleted.").wait_for()
        visitor.go("/blog/posts/first-light")
        visitor.complaints.clear()
        visitor.inspect()


def _sign_in(visitor: Visitor, email: str, field: str = "email") -> None:
    visitor.fill(**{field: email, "password": PASSWORD})
    visitor.press("Sign in")
    visitor.page.get_by_role("button", name="Sign out").wait_for()


def _keep_items(visitor: Visitor, name: str, *, new: str, scripts: bool = True, deletes: bool = True) -> None:
    """Make an item, change it, and take it away again."""
    visitor.go("/items/")
    visitor.press(new)
    if scripts:
        visitor.inspect()
    visitor.fill(name=name, description="It gives light.\nIt is green.")
    visitor.press("Save")
    visitor.page.get_by_text(name).first.wait_for()
    visitor.go("/items/")
    if scripts:
        visitor.inspect()
    visitor.press(name)
    if scripts:
        visitor.inspect()
    visitor.press("Edit")
    if scripts:
        visitor.inspect()
    visitor.fill(name=f"{name}, red")
    visitor.press("Save")
    visitor.page.get_by_text(f"{name}, red").first.wait_for()
    if deletes:
        visitor.go("/items/")
        visitor.press(f"{name}, red")
        visitor.press("Delete")
        if scripts:
            visitor.inspect()
        visitor.press("Delete")
        visitor.go("/items/")
        assert not visitor.page.get_by_text(f"{name}, red").count()


def _save_too_late(visitor: Visitor, name: str) -> None:
    """Save a form that was opened before somebody else's change: it comes back, and nothing is lost."""
    visitor.go("/items/")
    visitor.press(name)
    visitor.press("Edit")
    other = Visitor(page=visitor.page.context.new_page(), url=visitor.url)
    other.page.goto(visitor.page.url)
    other.fill(name="Theirs")
    other.press("Save")
    other.page.get_by_text("The item was changed.").wait_for()
    other.page.close()
    visitor.fill(name="Mine")
    visitor.press("Save")
    warning = visitor.page.get_by_role("alert")
    warning.wait_for()
    assert "Theirs" in warning.inner_text()
    assert visitor.page.get_by_label("Name").input_value() == "Mine"
    [complaint] = visitor.complaints
    assert "409" in complaint
    visitor.complaints.clear()
    visitor.inspect()
    visitor.press("Save")
    visitor.page.get_by_role("heading", name="Mine").wait_for()


def test_django_full_in_a_browser(
    *, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, chromium: Browser, tmp_path: Path
) -> None:
    project = render("django-full")
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate")
    run(
        *(project, installed, "python", "manage.py", "create-admin"),
        *("--email", "boss@example.com", "--password", PASSWORD),
    )
    log = tmp_path / "log"
    with serve(project, installed, log=log) as url:
        with _visitor(chromium, url) as visitor:
            for path in ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
                visitor.go(path)
                visitor.inspect()
            visitor.go("/api/docs/")
            visitor.page.get_by_role("button", name=re.compile("items")).first.wait_for()
            visitor.inspect(foreign="#swagger-ui")
            visitor.go("/accounts/signup/")
            visitor.fill(email="ada@example.com", password1=PASSWORD, password2=PASSWORD)
            visitor.press("Sign Up")
            visitor.inspect()
            visitor.go(_link(log, "/accounts/confirm-email/"))
            visitor.inspect()
            visitor.press("Confirm")
            visitor.go("/accounts/login/")
            _sign_in(visitor, "ada@example.com", field="login")
            visitor.go("/accounts/profile/")
            visitor.inspect()
            visitor.press("Edit")
            visitor.inspect()
            visitor.fill(name="Ada")
            visitor.press("Save")
            visitor.page.get_by_text("Ada", exact=True).first.wait_for()
            for path in (
                "/",
                "/accounts/email/",
                "/accounts/password/change/",
                "/accounts/sessions/",
                "/accounts/tokens/",
            ):
                visitor.go(path)
                visitor.inspect()
            _keep_items(visitor, "Shelf", new="New item")
        with _visitor(chromium, url) as visitor:
            visitor.go("/accounts/login/")
            _sign_in(visitor, "boss@example.com", field="login")
            for path in (
                "/admin/",
                "/admin/accounts/user/",
                "/admin/accounts/user/1/change/",
                "/admin/items/item/add/",
            ):
                visitor.go(path)
                visitor.inspect(foreign=DJANGO_S_OWN)
        with _visitor(chromium, url, scripts=False) as visitor:
            visitor.go("/accounts/login/")
            _sign_in(visitor, "ada@example.com", field="login")
            _keep_items(visitor, "Clock", new="New item", scripts=False)


@pytest.mark.thorough
def test_the_shop_of_django_full_in_a_browser(
    *, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, chromium: Browser
) -> None:
    project = render("django-full", example_domain="shop")
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate")
    run(project, installed, "python", "manage.py", "seed")
    for command, email in (("create-admin", "boss@example.com"), ("create-user", "ada@example.com")):
        run(project, installed, "python", "manage.py", command, "--email", email, "--password", PASSWORD)
    with serve(project, installed) as url:
        with _visitor(chromium, url) as visitor:
            for path in ("/", "/shop/", "/shop/?q=nothing", "/shop/categories/light/", "/shop/cart/"):
                visitor.go(path)
                visitor.inspect()
            _order(visitor)
        with _visitor(chromium, url) as visitor:
            visitor.go("/accounts/login/")
            _sign_in(visitor, "boss@example.com", field="login")
            for path in ("category/add/", "product/", "product/1/change/", "order/", "order/1/change/"):
                visitor.go(f"/admin/shop/{path}")
                visitor.inspect(foreign=DJANGO_S_OWN)
        with _visitor(chromium, url, scripts=False) as visitor:
            _order(visitor, looks=False)


def _order(visitor: Visitor, *, looks: bool = True) -> None:
    """Buy two lamps, looking at every page on the way."""

    def look() -> None:
        if looks:
            visitor.inspect()

    visitor.go("/shop/")
    visitor.press("A lamp")
    look()
    visitor.fill(quantity="2")
    visitor.press("Put into the cart")
    visitor.page.get_by_text("The cart has been changed.").wait_for()
    look()
    visitor.press("Check out")
    _sign_in(visitor, "ada@example.com", field="login")
    visitor.page.get_by_role("heading", name="Check out").wait_for()
    look()
    visitor.fill(address="12 St James's Square")
    visitor.press("Place the order")
    visitor.page.get_by_text("Thank you for your order.").wait_for()
    look()
    visitor.press("All orders")
    visitor.page.get_by_role("heading", name="Your orders").wait_for()
    look()


def test_an_open_list_of_flask_blueprints_shows_what_others_add(
    *, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, chromium: Browser
) -> None:
    project = render("flask-blueprints", realtime=True)
    installed = environment("flask-blueprints")
    run(project, installed, "flask", "db", "upgrade")
    with serve(project, installed) as url, _visitor(chromium, url) as watching, _visitor(chromium, url) as adding:
        with watching.page.expect_websocket() as opened:
            watching.go("/items/")
        opened.value.wait_for_event("framereceived", predicate=lambda frame: str(frame).startswith("40"))
        adding.go("/items/")
        adding.press("Add an item")
        adding.fill(name="Lamp")
        adding.press("Save")
        watching.page.get_by_role("link", name="Lamp").wait_for()
        watching.page.get_by_text("The list was updated.").wait_for()
        watching.inspect()


def test_an_open_list_of_flask_blueprints_shows_what_it_was_not_told(
    *, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, chromium: Browser
) -> None:
    project = render("flask-blueprints", realtime=True)
    installed = environment("flask-blueprints")
    run(project, installed, "flask", "db", "upgrade")
    connections: list[WebSocketRoute] = []

    def keep_the_first_from_hearing(connection: WebSocketRoute) -> None:
        connections.append(connection)
        server = connection.connect_to_server()
        if len(connections) == 1:
            server.on_message(lambda frame: None if str(frame).startswith("42") else connection.send(frame))

    with serve(project, installed) as url, _visitor(chromium, url) as watching, _visitor(chromium, url) as adding:
        watching.page.route_web_socket(re.compile("/socket.io/"), keep_the_first_from_hearing)
        watching.go("/items/")
        adding.go("/items/")
        adding.press("Add an item")
        adding.fill(name="Lamp")
        adding.press("Save")
        assert not watching.page.get_by_role("link", name="Lamp").count()
        connections[0].close()
        watching.page.get_by_role("link", name="Lamp").wait_for()
        assert len(connections) == 2
