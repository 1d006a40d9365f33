"""What a person meets in a real browser: nothing blocked or out of reach, in light and dark, on a narrow screen."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, WebSocketRoute

from support.browsing import DJANGO_S_OWN, PASSWORD, Visitor, visiting

if TYPE_CHECKING:
    from pathlib import Path

    from templates.conftest import MakeEnvironment, Render, Run, Serve

pytestmark = pytest.mark.project


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
        with visiting(chromium, url) as visitor:
            for path in ("/", "/_start", "/items/", "/auth/login", "/auth/register", "/auth/forgot-password"):
                visitor.go(path)
                visitor.inspect()
            visitor.go("/auth/register")
            visitor.fill(email="ada@example.com")
            visitor.press("Send link")
            visitor.inspect()
            visitor.go(_link(log, "/auth/register/confirm"))
            visitor.inspect()
            visitor.fill(display_name="Ada", password=PASSWORD, repeated=PASSWORD)
            visitor.press("Sign up")
            _is_signed_in(visitor)
            for path in ("/", "/profile/", "/profile/edit", "/auth/password"):
                visitor.go(path)
                visitor.inspect()
            _keep_own_items(visitor, "Lamp", deletes=False)
        with visiting(chromium, url) as visitor:
            visitor.go("/auth/login")
            _sign_in(visitor, "boss@example.com")
            for path in ("/admin/", "/admin/accounts/", "/admin/accounts/new", "/admin/accounts/1"):
                visitor.go(path)
                visitor.inspect()
            _save_too_late(visitor, "Lamp, red")
            _keep_own_items(visitor, "Chair")
        with visiting(chromium, url, scripts=False) as visitor:
            visitor.go("/auth/login")
            _sign_in(visitor, "ada@example.com")
            _keep_own_items(visitor, "Table", scripts=False, deletes=False)


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
    with serve(project, installed) as url, visiting(chromium, url) as visitor:
        visitor.go("/auth/login")
        _sign_in(visitor, "boss@example.com")
        for path in ("/", "/admin/", "/writing/", "/blog/?q=nothing"):
            visitor.go(path)
            visitor.inspect()
        visitor.press("Search")
        visitor.go("/writing/")
        visitor.press("New post")
        visitor.inspect()
        visitor.fill(title="First light", tags="a word, " + "b" * 40, summary="In short", body=text)
        visitor.press("Preview")
        visitor.page.get_by_role("heading", name="Preview, not saved yet").wait_for()
        visitor.inspect()
        visitor.fill(slug="Not one")
        visitor.press("Save post")
        visitor.page.get_by_role("alert").wait_for()
        visitor.complaints.clear()  # the browser notes each answer that is an error
        visitor.inspect()
        visitor.fill(slug="")
        visitor.press("Save post")
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
        visitor.press("Unpublish")
        visitor.press("Edit")
        visitor.inspect()
        visitor.press("Cancel")
        visitor.press("Delete")
        visitor.inspect()
        visitor.press("Delete post")
        visitor.page.get_by_text("The post is deleted.").wait_for()
        visitor.go("/blog/posts/first-light")
        visitor.complaints.clear()
        visitor.inspect()


def _sign_in(visitor: Visitor, email: str, field: str = "email") -> None:
    visitor.fill(**{field: email, "password": PASSWORD})
    visitor.press("Sign in")
    _is_signed_in(visitor)


def _is_signed_in(visitor: Visitor) -> None:
    """Wait for the menu of the account, or for what stands outside of one."""
    menu = visitor.page.locator("header details.menu summary")
    menu.or_(visitor.page.get_by_role("button", name="Sign out")).first.wait_for()


def _keep_items(
    visitor: Visitor,
    name: str,
    *,
    new: str,
    save: str = "Save",
    delete: str = "Delete",
    scripts: bool = True,
    deletes: bool = True,
) -> None:
    """Make an item, change it, and take it away again."""
    visitor.go("/items/")
    visitor.press(new)
    if scripts:
        visitor.inspect()
    visitor.fill(name=name, description="It gives light.\nIt is green.")
    visitor.press(save)
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
    visitor.press(save)
    visitor.page.get_by_text(f"{name}, red").first.wait_for()
    if deletes:
        visitor.go("/items/")
        visitor.press(f"{name}, red")
        visitor.press("Delete")
        if scripts:
            visitor.inspect()
        visitor.press(delete)
        visitor.go("/items/")
        assert not visitor.page.get_by_text(f"{name}, red").count()


def _keep_own_items(visitor: Visitor, name: str, *, scripts: bool = True, deletes: bool = True) -> None:
    new, save, delete = "New item", "Save item", "Delete item"
    _keep_items(visitor, name, new=new, save=save, delete=delete, scripts=scripts, deletes=deletes)


def _save_too_late(visitor: Visitor, name: str) -> None:
    """Save a form that was opened before somebody else's change: it comes back, and nothing is lost."""
    visitor.go("/items/")
    visitor.press(name)
    visitor.press("Edit")
    other = Visitor(page=visitor.page.context.new_page(), url=visitor.url)
    other.page.goto(visitor.page.url)
    other.fill(name="Theirs")
    other.press("Save item")
    other.page.get_by_text("The item is saved.").wait_for()
    other.page.close()
    visitor.fill(name="Mine")
    visitor.press("Save item")
    warning = visitor.page.get_by_role("alert")
    warning.wait_for()
    assert "Theirs" in warning.inner_text()
    assert visitor.page.get_by_label("Name").input_value() == "Mine"
    [complaint] = visitor.complaints
    assert "409" in complaint
    visitor.complaints.clear()
    visitor.inspect()
    visitor.press("Save item")
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
        with visiting(chromium, url) as visitor:
            for path in ("/", "/_start", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
                visitor.go(path)
                visitor.inspect()
            visitor.go("/api/docs/")
            visitor.page.get_by_role("button", name=re.compile("items")).first.wait_for()
            visitor.inspect(foreign="#swagger-ui")
            visitor.go("/accounts/signup/")
            visitor.fill(email="ada@example.com", password1=PASSWORD, password2=PASSWORD)
            visitor.press("Sign up")
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
            visitor.press("Save profile")
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
            _keep_own_items(visitor, "Shelf")
        with visiting(chromium, url) as visitor:
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
        with visiting(chromium, url, scripts=False) as visitor:
            visitor.go("/accounts/login/")
            _sign_in(visitor, "ada@example.com", field="login")
            _keep_own_items(visitor, "Clock", scripts=False)


@pytest.mark.thorough
def test_people_sign_up_to_flask_blueprints_and_choose_a_new_password(
    *, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, chromium: Browser, tmp_path: Path
) -> None:
    project = render("flask-blueprints", accounts="registration")
    installed = environment("flask-blueprints")
    run(project, installed, "flask", "db", "upgrade")
    log = tmp_path / "log"
    with serve(project, installed, log=log) as url:
        with visiting(chromium, url) as visitor:
            visitor.go("/")
            visitor.page.get_by_role("link", name="Sign up").first.click()
            visitor.fill(email="ada@nowhere")
            visitor.press("Send link")
            _is_refused(visitor, "Enter an address like name@example.com")
            visitor.fill(email="ada@example.com")
            visitor.press("Send link")
            visitor.page.get_by_role("heading", name="Check your email").wait_for()
            visitor.go(_link(log, "/auth/register/confirm"))
            assert visitor.page.locator("main input:not([type=hidden])").count() == 2
            visitor.fill(password="short", repeated="other")
            visitor.press("Sign up")
            _is_refused(visitor, "Use 12 to 128 characters")
            visitor.fill(password=PASSWORD, repeated=PASSWORD)
            visitor.press("Sign up")
            visitor.page.get_by_text("Your account is ready").wait_for()
            for path in ("/", "/items/", "/auth/password"):
                visitor.go(path)
                visitor.inspect()
                _says_nothing_of_profiles(visitor)
            _keep_own_items(visitor, "Lamp")
        with visiting(chromium, url) as visitor:
            visitor.go("/auth/login")
            visitor.fill(email="ada@example.com", password="wrong")
            visitor.press("Sign in")
            _is_refused(visitor, "Check both and try again")
            visitor.press("Forgot your password?")
            visitor.fill(email="ada@example.com")
            visitor.press("Send link")
            link = _link(log, "/auth/new-password")
            visitor.go(link)
            visitor.inspect()
            visitor.fill(password="Another-Horse-7", repeated="Another-Horse-8")
            visitor.press("Change password")
            _is_refused(visitor, "The two passwords differ")
            visitor.fill(password="Another-Horse-7", repeated="Another-Horse-7")
            visitor.press("Change password")
            visitor.page.locator("header details.menu summary").click()
            visitor.page.get_by_role("button", name="Sign out").click()
            visitor.page.get_by_text("You are signed out").wait_for()
            visitor.go(link)
            visitor.page.get_by_role("heading", name="no longer works").wait_for()


@pytest.mark.thorough
def test_people_sign_up_to_django_full_and_choose_a_new_password(
    *, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, chromium: Browser, tmp_path: Path
) -> None:
    project = render("django-full", accounts="registration", admin="none")
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate")
    log = tmp_path / "log"
    with serve(project, installed, log=log) as url:
        with visiting(chromium, url) as visitor:
            visitor.go("/")
            visitor.press("Sign up")
            visitor.fill(email="ada@nowhere", password1="short", password2=PASSWORD)
            visitor.press("Sign up")
            visitor.page.get_by_role("alert").first.wait_for()
            visitor.fill(email="ada@example.com", password1=PASSWORD, password2=PASSWORD)
            visitor.press("Sign up")
            visitor.page.wait_for_url("**/accounts/confirm-email/")
            visitor.go("/accounts/login/")
            visitor.fill(login="ada@example.com", password=PASSWORD)
            visitor.press("Sign in")  # the address is not confirmed
            visitor.page.wait_for_url("**/accounts/confirm-email/")
            visitor.go(_link(log, "/accounts/confirm-email/"))
            visitor.press("Confirm")
            visitor.page.wait_for_url("**/accounts/login/")
            _sign_in(visitor, "ada@example.com", field="login")
            visitor.page.locator("header details.menu summary").click()
            visitor.page.get_by_role("link", name="Account").click()
            visitor.page.get_by_role("heading", name="Your account", exact=True).wait_for()
            visitor.inspect()
            for name in ("email", "password"):
                visitor.go("/accounts/me/")
                visitor.press(f"Change {name}")
                _says_nothing_of_profiles(visitor)
            for path in ("/", "/items/", "/accounts/me/"):
                visitor.go(path)
                _says_nothing_of_profiles(visitor)
        with visiting(chromium, url) as visitor:
            visitor.go("/accounts/password/reset/")
            visitor.fill(email="ada@example.com")
            visitor.press("Send link")
            visitor.go(_link(log, "/accounts/password/reset/key/"))
            visitor.fill(password1="Another-Horse-7", password2="Another-Horse-8")
            visitor.press("Change password")
            visitor.page.get_by_role("alert").first.wait_for()
            visitor.fill(password1="Another-Horse-7", password2="Another-Horse-7")
            visitor.press("Change password")
            visitor.page.wait_for_url("**/accounts/password/reset/key/done/")
            visitor.go("/accounts/login/")
            visitor.fill(login="ada@example.com", password="Another-Horse-7")
            visitor.press("Sign in")
            _is_signed_in(visitor)


def _is_refused(visitor: Visitor, reason: str) -> None:
    visitor.page.get_by_role("alert").filter(has_text=reason).first.wait_for()
    visitor.complaints.clear()  # the browser notes each answer that is an error


def _says_nothing_of_profiles(visitor: Visitor) -> None:
    text = visitor.page.content()
    assert not re.search(r"profile|permission|\broles?\b(?!=)|\bgroups?\b", text, re.IGNORECASE), text


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
        with visiting(chromium, url) as visitor:
            for path in ("/", "/shop/", "/shop/?q=nothing", "/shop/categories/light/", "/shop/cart/"):
                visitor.go(path)
                visitor.inspect()
            _order(visitor)
        with visiting(chromium, url) as visitor:
            visitor.go("/accounts/login/")
            _sign_in(visitor, "boss@example.com", field="login")
            for path in ("category/add/", "product/", "product/1/change/", "order/", "order/1/change/"):
                visitor.go(f"/admin/shop/{path}")
                visitor.inspect(foreign=DJANGO_S_OWN)
        with visiting(chromium, url, scripts=False) as visitor:
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
    visitor.press("Add to cart")
    visitor.page.get_by_text("Your cart is updated.").wait_for()
    look()
    visitor.press("Check out")
    _sign_in(visitor, "ada@example.com", field="login")
    visitor.page.get_by_role("heading", name="Checkout").wait_for()
    look()
    visitor.fill(street="Ahornweg 12", postcode="10115", city="Berlin")
    visitor.press("Place order for 83.90 EUR")
    visitor.page.get_by_text("Thank you. Your order is in.").wait_for()
    look()
    visitor.press("Pay 83.90 EUR")
    visitor.page.get_by_text("Paid", exact=True).wait_for()
    look()
    visitor.page.get_by_role("navigation", name="Breadcrumb").get_by_role("link").click()
    visitor.page.get_by_role("heading", name="Your orders").wait_for()
    look()


def test_an_open_list_of_flask_blueprints_shows_what_others_add(
    *, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, chromium: Browser
) -> None:
    project = render("flask-blueprints", realtime=True)
    installed = environment("flask-blueprints")
    run(project, installed, "flask", "db", "upgrade")
    with serve(project, installed) as url, visiting(chromium, url) as watching, visiting(chromium, url) as adding:
        with watching.page.expect_websocket() as opened:
            watching.go("/items/")
        opened.value.wait_for_event("framereceived", predicate=lambda frame: str(frame).startswith("40"))
        adding.go("/items/")
        adding.press("New item")
        adding.fill(name="Lamp")
        adding.press("Save item")
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

    with serve(project, installed) as url, visiting(chromium, url) as watching, visiting(chromium, url) as adding:
        watching.page.route_web_socket(re.compile("/socket.io/"), keep_the_first_from_hearing)
        watching.go("/items/")
        adding.go("/items/")
        adding.press("New item")
        adding.fill(name="Lamp")
        adding.press("Save item")
        assert not watching.page.get_by_role("link", name="Lamp").count()
        connections[0].close()
        watching.page.get_by_role("link", name="Lamp").wait_for()
        assert len(connections) == 2
