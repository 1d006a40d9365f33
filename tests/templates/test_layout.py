"""Every page that a link leads to holds together: on a phone, on a wide screen, on paper, empty and full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from support.browsing import PASSWORD, RULES, SETTLED
from support.deploying import production
from support.tour import (
    ADMINISTRATOR,
    FIRST_ADMINISTRATOR,
    FOREIGN,
    HARD,
    MISSING,
    PREPARE,
    Subject,
    Tour,
    commands_for_samples,
    subjects,
    touring,
)

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run, Serve

pytestmark = [pytest.mark.project, pytest.mark.slow]

# What production asks for beside what every deployment says.
ADDRESSES = {"SITE_URL": "https://127.0.0.1", "SMTP_URL": "smtp://127.0.0.1:9"}
SEND_WITHOUT_TOKEN = """() => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = document.querySelector("header a[href*=login]").href;
  document.body.append(form);
  form.submit();
}"""


def _rows() -> Iterator[object]:
    for subject in subjects():
        if subject.domain == "items":
            yield pytest.param(subject, False, id=subject.name)
        yield pytest.param(subject, True, id=f"{subject.name}-by-rules", marks=pytest.mark.thorough)


@pytest.mark.parametrize(("subject", "by_rules"), [*_rows()])
def test_every_page_holds_together(
    *,
    subject: Subject,
    by_rules: bool,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    chromium: Browser,
) -> None:
    project = render(subject.template, **subject.answers)
    installed = environment(subject.template)
    migrate, create_admin = PREPARE[subject.template]
    run(project, installed, *migrate)
    run(project, installed, *create_admin, "--email", FIRST_ADMINISTRATOR, "--password", PASSWORD)
    faults: dict[str, list[str]] = {}
    with serve(project, installed) as url:
        faults |= _look(chromium, url, subject, "empty", by_rules=by_rules)
        with touring(chromium, url, subject) as tour:
            commands = commands_for_samples(tour)
        for command in commands:
            run(project, installed, *command)
        run(project, installed, *create_admin, "--email", ADMINISTRATOR, "--password", PASSWORD)
        run(project, installed, "python", "-c", HARD[subject.template])
        faults |= _look(chromium, url, subject, "full", by_rules=by_rules)
    assert not faults, "\n".join(f"{where}\n  " + "\n  ".join(found) for where, found in faults.items())


@pytest.mark.parametrize("template", [pytest.param("django-full", marks=pytest.mark.thorough), "flask-blueprints"])
def test_error_pages_hold_together(
    *, template: str, render: Render, environment: MakeEnvironment, run: Run, serve: Serve, chromium: Browser
) -> None:
    subject = Subject(template=template, domain="items")
    project = render(template, **subject.answers)
    installed = environment(template)
    variables = production(project) | ADDRESSES
    if template == "django-full":
        run(project, installed, "python", "manage.py", "collectstatic", "--no-input", "-v0", variables=variables)
    run(project, installed, *PREPARE[template][0], variables=variables)
    faults: list[str] = []
    with serve(project, installed, variables=variables) as url, touring(chromium, url, subject) as tour:
        tour.page.set_extra_http_headers({"X-Forwarded-Proto": "https"})
        missing = tour.open(MISSING)
        assert missing is not None
        assert missing.status == 404
        faults += tour.faults() + _violations(tour)
        tour.open("/")
        with tour.page.expect_navigation() as sent:
            tour.page.evaluate(SEND_WITHOUT_TOKEN)
        assert sent.value.status in {400, 403}  # Flask's answer, and Django's
        faults += tour.faults() + _violations(tour)
    assert not faults, "\n".join(faults)


def _look(browser: Browser, url: str, subject: Subject, state: str, *, by_rules: bool) -> dict[str, list[str]]:
    """Look at every page as a visitor and as the administrator; give what is wrong with each."""
    found = {}
    for person in ("visitor", "administrator"):
        with touring(browser, url, subject) as tour:
            if person == "administrator":
                tour.sign_in(FIRST_ADMINISTRATOR if state == "empty" else ADMINISTRATOR)
            for path in tour.pages("/", "/_start"):
                found[f"{path} ({person}, {state})"] = tour.faults() + (_violations(tour) if by_rules else [])
                if tour.send_empty():
                    found[f"{path} sent empty ({person}, {state})"] = tour.faults()
            assert len(tour.seen) > 4, tour.seen
    return {where: faults for where, faults in found.items() if faults}


def _violations(tour: Tour) -> list[str]:
    found = []
    for scheme, width in (("light", 1280), ("dark", 390)):
        tour.page.set_viewport_size({"width": width, "height": 900})
        tour.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        tour.page.evaluate(SETTLED)
        report = Axe().run(tour.page, context={"exclude": [[FOREIGN]]}, options=RULES)
        if report.violations_count:
            found.append(f"{scheme}, {width}: {report.generate_report()}")
    tour.page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize(
    ("fault", "markup"),
    [
        ("pixels wide in a window", '<main><p style="width: 5000px">wide</p></main>'),
        ("out of the window", '<main><p style="position: absolute; left: -30px">left</p></main>'),
        ("is broken", '<main><p style="width: 3em; overflow-wrap: anywhere">Products</p></main>'),
        ("is broken", '<main><p style="width: 3em; word-break: break-all">sign-in somewhere</p></main>'),
        ("cut off by", '<main><div style="width: 3em; overflow: hidden; white-space: nowrap">Products</div></main>'),
        (
            "do not fit",
            '<main><button style="width: 3em; white-space: nowrap; overflow: hidden">Products</button></main>',
        ),
        ("overlaps", '<main><p>first</p><p style="margin-top: -2.1em">second</p></main>'),
        ("overlaps", '<main><button>Save</button><a href="/" style="margin-left: -2em">Cancel</a></main>'),
        ("several primary", "<main><button>Save</button> <button>Send</button></main>"),
        ("no error belongs to", '<main><input aria-invalid="true" aria-label="Name"></main>'),
    ],
)
def test_faults_of_layout_are_found(chromium: Browser, fault: str, markup: str) -> None:
    page = chromium.new_page()
    page.set_content(f"<!doctype html><title>Faulty</title>{markup}")
    found = Tour(page=page, url="", template="flask-blueprints").faults()
    page.close()
    assert any(fault in one for one in found), found


def test_a_sound_page_has_no_faults(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(
        "<!doctype html><title>Sound</title><main><h1>Products</h1><p>A long enough line of words that are not broken, "
        "but stand on several lines.</p><label>Name <input></label> <button>Save</button></main>"
    )
    assert not Tour(page=page, url="", template="flask-blueprints").faults()
    page.close()
