"""The page in a browser: the stories that it is for, the keyboard alone, and what a strict browser says to it."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Request, expect, sync_playwright
from waitress.server import create_server

from support.browsing import ARGUMENTS, CHROMIUM, FOCUSED, RULES, SETTLED
from support.pages import Served, served
from support.updating import git
from waypost.commands.new import new
from waypost.questions.answers import Inputs
from waypost.web.app import hosted

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
expect.set_options(timeout=30_000)
# A choice is marked at the label around it.
MARKED_AROUND = """() => {
  let element = document.activeElement;
  while (element && getComputedStyle(element).outlineStyle === 'none') element = element.parentElement;
  return Boolean(element);
}"""
WIDTHS = (390, 1024, 1440, 1600)


class Window:
    """A window of the browser on the page; whatever a browser would say to it, or asks of anybody else, is kept."""

    def __init__(self, browser: Browser, address: str, width: int = 1440, height: int = 900) -> None:
        self.address = address
        self.context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.said: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", self._look)

    def _note(self, message: ConsoleMessage) -> None:
        # What Chromium says of every reply that is an error, the page says itself.
        if not message.text.startswith("Failed to load resource"):
            self.said.append(f"{message.type}: {message.text}")

    def _look(self, request: Request) -> None:
        own = urlsplit(self.address).netloc
        if not request.url.startswith("blob:") and urlsplit(request.url).netloc != own:
            self.said.append(f"asked for {request.url}")

    def open(self, path: str = "") -> None:
        """Open a path of the page, and wait until the project is drawn."""
        base, _, token = self.address.partition("#")
        query, _, fragment = path.partition("#")
        self.page.goto(base + query + "#" + "&".join(filter(None, [token, fragment])))
        self.page.wait_for_selector(".files .node, .proj, .empty, .notice-bad", state="attached")
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is asked for any more, and what was answered is drawn."""
        self.page.wait_for_selector("body:not([data-working])")

    def query(self) -> str:
        """The answers in the address."""
        return urlsplit(self.page.url).query

    def chip(self, group: str, choice: str) -> Locator:
        """A choice of what goes in."""
        row = self.page.locator(".srow", has=self.page.locator(".sname", has_text=re.compile(f"^{group}$")))
        return row.get_by_label(re.compile(f"^{choice}"))

    def examine(self, where: str) -> None:
        """Look at the page by rules, in the light and the dark, and whether it fits its window."""
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            self.page.emulate_media(color_scheme=scheme)
            self.page.evaluate(SETTLED)
            found = Axe().run(self.page, options=RULES)
            assert not found.violations_count, f"{where}, {scheme}:\n{found.generate_report()}"
        self.page.emulate_media(color_scheme="light")
        size = self.page.viewport_size
        assert size
        assert self.page.evaluate("document.documentElement.scrollWidth") <= size["width"], where


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an outdated project that somebody has edited where the template has changed."""
    place = tmp_path_factory.mktemp("place")
    project = place / "prices"
    settings = ("template=flask-micro", "project_name=Prices")
    new(Inputs(settings=settings), str(project), uses_git=False, ref="v0.2.0")
    readme = project / "README.md"
    readme.write_text("".join(f"Ours: {line}" for line in readme.read_text().splitlines(keepends=True)))
    (project / "Makefile").write_text("setup:\n\t@echo setting up\n\ntest:\n\t@echo testing\n")
    git("init", "--quiet", "--initial-branch=main", cwd=project)
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--message", "x", cwd=project)
    return place


@pytest.fixture(scope="module")
def live(place: Path) -> Iterator[Served]:
    with served(place) as server:
        yield server


@pytest.fixture
def window(browser: Browser, live: Served) -> Iterator[Window]:
    window = Window(browser, live.address)
    yield window
    window.context.close()
    assert window.said == []


@contextlib.contextmanager
def hosted_page() -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = create_server(hosted(rate=None), sockets=[listener])
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        server.close()
        thread.join(timeout=10)


def test_who_knows_neither_framework_answers_what_they_know_and_sees_why(window: Window) -> None:
    window.open()
    page = window.page
    expect(page.get_by_role("heading", name="What are you building?")).to_be_visible()
    page.get_by_role("radio", name=re.compile("^Online shop")).click()
    window.settle()
    assert window.query() == "kind=ecommerce"
    opened = page.locator(".q.is-open .q-title")
    before = opened.text_content()
    page.keyboard.press("0")
    window.settle()
    expect(opened).not_to_have_text(before or "")
    assert "=unsure" in window.query()
    expect(page.locator(".verdict-name")).to_contain_text("Django")
    assert page.locator(".why-for .reason").count() >= 1
    expect(page.locator(".reason cite").first).not_to_be_empty()
    flip = page.locator(".flip").first
    if flip.count():
        flip.click()
        window.settle()
        expect(page.locator(".verdict-name")).to_contain_text("Flask")


def test_who_knows_what_they_want_sees_what_a_choice_costs(window: Window) -> None:
    window.open("?template=flask-blueprints")
    page = window.page
    window.chip("CI", "GitHub Actions").check(force=True)
    window.settle()
    summary = page.locator(".summary")
    expect(summary).to_contain_text("CI: GitHub Actions")
    expect(summary).to_contain_text("1 file added")
    page.get_by_role("button", name=re.compile("^Review")).click()
    page.locator(".node.file", has_text="check.yml").click()
    expect(page.locator(".code-diff .ln-plus").first).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog").get_by_label("Command")).to_have_value(re.compile("--set ci=github"))
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.get_by_role("dialog").get_by_label("waypost.toml")).to_have_value(re.compile('ci = "github"'))


def test_answers_that_do_not_go_together_are_explained_with_ways_out_to_click(window: Window) -> None:
    window.open("?template=flask-micro")
    page = window.page
    page.locator("#q-accounts").click()
    page.get_by_label(re.compile("^Sign-in only")).click()
    window.settle()
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("flask-micro is a service without sign-in")
    expect(page.locator(".stale")).to_be_visible()
    assert page.get_by_role("button", name="Create here").is_disabled()
    refusal.get_by_role("button", name="django-full").click()
    window.settle()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".card.is-on")).to_contain_text("django-full")


def test_back_and_forward_go_along_the_answers_with_what_each_changed(window: Window) -> None:
    window.open("?template=flask-micro")
    window.chip("CI", "GitHub Actions").check(force=True)
    window.settle()
    window.chip("Error reports", "Sentry").check(force=True)
    window.settle()
    summary = window.page.locator(".summary")
    expect(summary).to_contain_text("Sentry")
    said = summary.text_content()
    window.page.go_back()
    expect(summary).to_contain_text("CI: GitHub Actions")
    assert window.query() == "template=flask-micro&ci=github"
    window.page.go_forward()
    expect(summary).to_have_text(said or "")
    window.page.reload()
    expect(summary).to_have_text(said or "")


def test_a_link_shows_somebody_else_the_same_change(window: Window, browser: Browser, live: Served) -> None:
    window.open("?template=django-full&database=postgresql")
    window.chip("Jobs", "With Celery").check(force=True)
    window.settle()
    changed = window.page.locator(".summary .sum").text_content()
    window.page.keyboard.press("s")
    link = window.page.get_by_label("Link with the change").input_value()
    other = Window(browser, live.address)
    other.open("?" + link.partition("?")[2])
    expect(other.page.locator(".summary .sum")).to_have_text(changed or "")
    other.context.close()


def test_two_sets_of_answers_are_compared_across_templates(window: Window) -> None:
    window.open("?template=flask-micro")
    page = window.page
    page.keyboard.press("p")
    page.get_by_role("radio", name=re.compile("^django-full")).check(force=True)
    window.settle()
    window.chip("CI", "GitLab CI").check(force=True)
    window.settle()
    expect(page.locator(".summary")).to_contain_text("Beside the state you pinned")
    assert "against=template%3Dflask-micro" in page.url
    page.keyboard.press("o")
    expect(page.locator(".node.is-removed").first).to_be_visible()
    expect(page.locator(".node.is-added").first).to_be_visible()


def test_an_old_link_is_read_as_far_as_it_can_be(window: Window) -> None:
    window.open("?colour=red&ci=gitlub&template=flask-micro")
    notices = window.page.locator("#notices")
    expect(notices).to_contain_text("colour")
    expect(notices).to_contain_text("gitlub")
    notices.get_by_role("button", name="Drop it").click()
    window.settle()
    assert window.query() == "template=flask-micro"


def test_a_name_is_anybody_s_text(window: Window, place: Path) -> None:
    window.open("?template=flask-micro")
    page = window.page
    page.get_by_label("Name", exact=True).first.fill("<img src=x onerror=alert(1)> 🐝 Café")
    expect(page.locator(".files-head h2")).to_contain_text("caf")
    window.settle()
    expect(page.locator(".code")).to_contain_text("onerror=alert(1)")
    assert page.locator("img[src=x]").count() == 0


def test_a_project_is_made_here_and_the_next_steps_are_shown(window: Window, place: Path) -> None:
    window.open("?template=flask-micro&project_name=Made+Here")
    page = window.page
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{place}/")
    folder = dialog.get_by_label("Folder")
    folder.fill("../out")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("no name for a new folder")
    folder.fill("made-here")
    page.keyboard.press("Enter")
    expect(dialog.locator(".made")).to_contain_text("made-here is there")
    expect(dialog.get_by_label("Next steps")).to_have_value(re.compile("make setup"))
    assert (place / "made-here/.git").is_dir()
    assert not (place.parent / "out").exists()
    shutil.rmtree(place / "made-here")


def test_an_update_is_tried_shown_with_its_conflict_applied_and_taken_back(window: Window, place: Path) -> None:
    project = place / "prices"
    before = (project / "README.md").read_bytes()
    window.open("?view=project&project=prices")
    page = window.page
    page.get_by_role("button", name=re.compile("^Show the update")).click()
    expect(page.locator(".conflicts")).to_contain_text("README.md")
    page.locator(".conflicts").get_by_role("button", name="README.md").click()
    expect(page.locator(".ln-new").first).to_be_visible()
    page.get_by_role("button", name="Side by side").click()
    expect(page.get_by_role("heading", name="Yours")).to_be_visible()
    assert (project / "README.md").read_bytes() == before
    page.get_by_role("button", name="Apply, with conflicts").click()
    expect(page.get_by_label("Next steps")).to_contain_text("git status")
    assert b"<<<<<<<" in (project / "README.md").read_bytes()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".outcome")).to_contain_text("Taken back")
    assert git("status", "--porcelain", cwd=project) == ""


@pytest.mark.thorough
def test_a_rehearsal_shows_what_the_project_s_own_tests_print(window: Window) -> None:
    window.open("?view=project&project=prices")
    page = window.page
    page.get_by_label("Stay at").check()
    window.chip("CI", "GitLab CI").check(force=True)
    page.get_by_role("button", name=re.compile("^Rehearse")).click()
    expect(page.locator(".log")).to_contain_text("testing")
    expect(page.get_by_role("heading", name="Rehearsed: its own tests pass")).to_be_visible()


def test_the_hosted_page_makes_nothing_and_gives_the_archive(browser: Browser, tmp_path: Path) -> None:
    with hosted_page() as address:
        window = Window(browser, address)
        window.open("?template=flask-micro")
        page = window.page
        assert page.get_by_role("button", name="Create here").count() == 0
        assert page.get_by_role("button", name="Existing").count() == 0
        with page.expect_download() as coming:
            page.get_by_role("button", name="Download .zip").click()
        coming.value.save_as(tmp_path / "starter.zip")
        with zipfile.ZipFile(tmp_path / "starter.zip") as archive:
            assert "my-project/README.md" in archive.namelist()
        window.context.close()
        assert window.said == []


def test_a_window_without_the_token_says_what_to_do(browser: Browser, live: Served) -> None:
    window = Window(browser, live.address.partition("#")[0])
    window.open()
    expect(window.page.get_by_role("alert")).to_contain_text("Open the address that waypost web printed")
    window.context.close()
    assert window.said == []


def test_the_token_leaves_the_address_at_once(window: Window) -> None:
    window.open("?template=flask-micro#file=pyproject.toml")
    assert "token" not in window.page.url
    assert window.page.url.endswith("#file=pyproject.toml")


def test_a_server_that_ends_is_noticed_and_nothing_is_lost(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path) as server:
        window = Window(browser, server.address)
        window.open("?template=flask-micro")
    window.chip("CI", "GitHub Actions").check(force=True)
    expect(window.page.get_by_role("alert")).to_contain_text("Waypost does not answer")
    assert window.query() == "template=flask-micro&ci=github"
    window.context.close()


def test_the_keyboard_alone_answers_reads_and_takes_away(window: Window) -> None:
    window.open()
    page = window.page
    for key in ("n", "1", "2", "0"):
        page.keyboard.press(key)
        window.settle()
    assert window.query().count("=") == 3
    page.keyboard.press("z")
    window.settle()
    assert window.query().count("=") == 2
    page.keyboard.press("f")
    page.keyboard.type("pyproject")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".path .leaf")).to_have_text("pyproject.toml")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_every_stop_of_the_keyboard_can_be_seen(window: Window) -> None:
    window.open("?kind=rest-api&template=flask-micro")
    page = window.page
    page.evaluate("document.querySelectorAll('a[href], button, input').forEach((e, n) => { e.dataset.stop = n; })")
    seen = 0
    for _ in range(70):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED, "#nothing")
        if found is None:
            break
        around = page.evaluate(MARKED_AROUND)
        assert found["marked"] or around, found["html"]
        seen += 1
    assert seen > 40


STATES = {
    "start": "",
    "answered": "?kind=rest-api&size=small&admin=none&ci=github",
    "refused": "?accounts=login&template=flask-micro",
    "old link": "?colour=red&ci=gitlub",
    "django": "?kind=ecommerce&template=django-full#file=manage.py",
    "existing": "?view=project&project=prices",
}


def thorough(width: int, state: str) -> bool:
    return (width, state) not in {(1440, "refused"), (390, "answered")}


@pytest.mark.parametrize(
    ("width", "state"),
    [
        pytest.param(width, state, marks=[pytest.mark.thorough] if thorough(width, state) else [])
        for width in WIDTHS
        for state in STATES
    ],
)
def test_every_state_is_fit_for_everybody(browser: Browser, live: Served, width: int, state: str) -> None:
    window = Window(browser, live.address, width, 844 if width == 390 else 900)
    window.open(STATES[state])
    for tab in ("advice", "files", "questions"):
        button = window.page.locator(f"[data-f=p-{tab}]")
        if button.is_visible():
            button.click()
            window.settle()
            window.examine(f"{tab}, {width}")
    if width > 1180:
        window.examine(f"{width}")
    window.context.close()
    assert window.said == []


@pytest.mark.thorough
def test_every_dialog_is_fit_for_everybody(window: Window) -> None:
    window.open("?template=flask-micro")
    for key in ("s", "c", "a", "h", "?", "Control+Enter"):
        window.page.keyboard.press(key)
        expect(window.page.get_by_role("dialog")).to_be_visible()
        window.examine(key)
        window.page.keyboard.press("Escape")


def test_chromium_obeys_the_page_s_policy(window: Window) -> None:
    window.open("?template=flask-micro")
    with pytest.raises(Error, match="Trusted"):
        window.page.evaluate("() => { document.createElement('script').textContent = 'window.ran = true'; }")
    window.page.evaluate(
        "() => { const i = document.createElement('img'); i.src = 'https://elsewhere.example/x.png'; "
        "document.body.append(i); }"
    )
    window.page.wait_for_timeout(200)
    assert any("Content Security Policy" in said for said in window.said), window.said
    assert window.page.evaluate("() => [...document.images].at(-1).naturalWidth") == 0
    window.said.clear()  # what the browser refused, it said


def test_this_process_needs_no_browser_to_serve() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import waypost.web.serving, sys; print('playwright' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "False\n"
