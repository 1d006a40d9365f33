"""The website of flask-blueprints: green by its own gates, read and written to under gunicorn and in a browser."""

from __future__ import annotations

import csv
import http.client
import io
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser as Chromium

from support.browsing import PASSWORD, visiting
from templates.test_flask_blueprints import HOSTILE, Browser
from templates.test_flask_blueprints_services import MailServer

if TYPE_CHECKING:
    from templates.conftest import (
        Environment,
        FindTraces,
        HoldToDescription,
        MakeEnvironment,
        PassGates,
        Render,
        Run,
        Serve,
    )

pytestmark = pytest.mark.project

TEMPLATE = "flask-blueprints"
LIBRARIES = ("flask-smorest", "plain", "flask-restful")
LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
MESSAGE = {"name": "Ada", "email": "ada@example.com", "text": "=1+1 is the ladder free?"}
# Makes a stamp of a form that was shown a minute ago, with the secret of the project.
OLD_STAMP = """
from datetime import timedelta
from my_project import create_app
from my_project.models import now
from my_project.pages import spam
print(spam.new_stamp(create_app().secret_key, now() - timedelta(minutes=1)))
"""


@pytest.fixture(scope="session")
def shared(environment: MakeEnvironment) -> Environment:
    """The environment of the default Python."""
    return environment(TEMPLATE)


@pytest.fixture(scope="session")
def site(render: Render) -> Callable[..., Path]:
    """``site(accounts="full")``: a project whose example is the website."""
    return lambda **answers: render(TEMPLATE, example_domain="pages", **answers)


def test_its_gates_are_green(site: Callable[..., Path], pass_gates: PassGates, shared: Environment) -> None:
    pass_gates(site(), shared)


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize(
    "answers",
    [
        {"cache": "redis"},
        {"jobs": "celery", "monitoring": ["statsd"]},
        {"accounts": "login", "admin": "multi-role", "api": "rest", "api_library": "plain", "cache": "redis"},
        {"accounts": "full", "admin": "multi-role", "api": "rest", "cache": "redis", "jobs": "celery"},
        {"accounts": "login", "sessions": "redis", "error_reports": "sentry"},
    ],
    ids=["cache", "jobs", "back office", "everything", "sessions"],
)
def test_its_gates_are_green_with_redis(
    site: Callable[..., Path],
    pass_gates: PassGates,
    shared: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
    answers: Mapping[str, object],
) -> None:
    with live_redis() as url:
        pass_gates(site(**answers), shared, {"REDIS_URL": url})


@pytest.mark.thorough
@pytest.mark.parametrize(
    "answers",
    [
        {"api": "rest", "api_library": "flask-restful", **HOSTILE},
        {"api": "rest", "api_library": "flask-smorest", "accounts": "login", "sessions": "database"},
        {"accounts": "login", "admin": "basic", "security": "high", "monitoring": ["prometheus", "munin"]},
        {"accounts": "registration", "deployment": ["docker", "nginx", "supervisor"]},
        {"accounts": "full", "admin": "multi-role", "sessions": "database", **HOSTILE},
        {"sessions": "database", "security": "high"},
    ],
    ids=["Flask-RESTful", "sign-in alone", "back office", "registration", "everything for accounts", "no accounts"],
)
def test_its_gates_are_green_with_more(
    site: Callable[..., Path], pass_gates: PassGates, shared: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(site(**answers), shared)


@pytest.mark.thorough
@pytest.mark.parametrize("python", ["3.11", "3.13", "3.15"])
@pytest.mark.parametrize("accounts", ["none", "full"])
def test_its_gates_are_green_on_other_pythons(
    site: Callable[..., Path], pass_gates: PassGates, environment: MakeEnvironment, python: str, accounts: str
) -> None:
    admin = "none" if accounts == "none" else "basic"
    project = site(python_version=python, accounts=accounts, admin=admin, api="rest")
    pass_gates(project, environment(TEMPLATE, python=python))


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("accounts", ["none", "full"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_its_gates_are_green_on_a_live_server(
    *,
    site: Callable[..., Path],
    pass_gates: PassGates,
    shared: Environment,
    run: Run,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
    accounts: str,
) -> None:
    admin = "none" if accounts == "none" else "multi-role"
    project = site(database=engine, accounts=accounts, admin=admin, api="rest", **HOSTILE)
    with live_database(engine) as url:
        variables = {"DATABASE_URL": url}
        pass_gates(project, shared, variables)
        run(project, shared, "flask", "db", "upgrade", variables=variables)
        done = run(project, shared, "flask", "db", "check", variables=variables)
        assert "No new upgrade operations detected" in done.stdout + done.stderr


def test_visitors_write_and_programs_do_not(
    *, site: Callable[..., Path], run: Run, serve: Serve, shared: Environment
) -> None:
    project = site()
    run(project, shared, "make", "migrate")
    run(project, shared, "flask", "pages", "seed", "--count", "3")
    run(project, shared, "flask", "pages", "delete-messages", "--days", "0")
    when = ("--when", "2037-07-01 18:00", "2037-07-01 20:00", "--zone", "Europe/Berlin")
    run(project, shared, "flask", "pages", "add-event", "Grüße; an, alle " * 7, *when)
    old_stamp = run(project, shared, "python", "-c", OLD_STAMP).stdout.strip()
    with MailServer() as server:
        variables = {"SMTP_URL": server.url, "CONTACT_EMAIL": "team@example.com", "WEB_CONCURRENCY": "3"}
        with serve(project, shared, variables=variables) as url:
            visitor, program = Browser(url), Browser(url)
            assert "Wait a few seconds" in program.submit("/contact", **MESSAGE)[2]
            trapped = program.submit("/contact", **MESSAGE, stamp=old_stamp, homepage="https://spam.example")
            assert trapped[0] == 422
            assert program.post("/contact", **MESSAGE, stamp=old_stamp)[0] == 400  # without its token

            # One form, sent by many clicks to several processes, is one message and one mail.
            token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', visitor.get("/contact")[2])
            assert token
            form = {**MESSAGE, "stamp": old_stamp, "csrf_token": token[1]}
            with ThreadPoolExecutor(4) as clicks:
                answers = [clicks.submit(visitor.post, "/contact", **form) for _ in range(4)]
            assert [answer.result()[0] for answer in answers] == [303] * 4
            mail = server.received()
            assert "Reply-To: ada@example.com" in mail
            assert "To: team@example.com" in mail

            sitemap = ET.fromstring(visitor.get("/sitemap.xml", host="localhost")[2])
            addresses = [item.text or "" for item in sitemap.iter(LOCATION)]
            assert len(addresses) == 9
            for address in addresses:
                assert address.startswith("http://127.0.0.1:8000/")
                assert visitor.get(urllib.parse.urlsplit(address).path)[0] == 200
            for path in ("/..%2fconfig", "/%2e%2e/%2e%2e/etc/passwd", "/about%00", "/content%2fabout.md"):
                assert visitor.get(path)[0] == 404
            calendar = _raw(url, "/events.ics")
    assert len(server.messages) == 1
    lines = calendar.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() for line in lines)  # no character is torn
    text = calendar.replace(b"\r\n ", b"").decode()
    assert "SUMMARY:" + ("Grüße\\; an\\, alle " * 7) in text
    assert "DTSTART:20370701T160000Z\r\nDTEND:20370701T180000Z\r\n" in text
    exported = run(project, shared, "flask", "pages", "export-messages").stdout
    [_, row] = csv.reader(io.StringIO(exported))
    assert row[1:] == ["Ada", "ada@example.com", "'=1+1 is the ladder free?"]


@pytest.mark.thorough
def test_a_message_outlasts_a_mail_server_that_is_away(
    *, site: Callable[..., Path], run: Run, serve: Serve, shared: Environment, tmp_path: Path
) -> None:
    project, log = site(), tmp_path / "log"
    run(project, shared, "make", "migrate")
    stamp = run(project, shared, "python", "-c", OLD_STAMP).stdout.strip()
    variables = {"SMTP_URL": "smtp://127.0.0.1:9", "CONTACT_EMAIL": "team@example.com"}
    with serve(project, shared, variables=variables, log=log) as url:
        assert Browser(url).submit("/contact", **MESSAGE, stamp=stamp)[0] == 303
    assert "mail could not be sent" in log.read_text()
    assert "is the ladder free?" in run(project, shared, "flask", "pages", "export-messages").stdout


@pytest.mark.thorough
def test_a_person_finds_their_way_in_a_browser(
    *, site: Callable[..., Path], run: Run, serve: Serve, shared: Environment, chromium: Chromium
) -> None:
    project = site(accounts="login", admin="basic")
    run(project, shared, "flask", "db", "upgrade")
    run(project, shared, "flask", "create-admin", "--email", "boss@example.com", "--password", PASSWORD)
    run(project, shared, "flask", "pages", "seed", "--count", "3")
    with serve(project, shared) as url, visiting(chromium, url) as visitor:
        visitor.go("/")
        visitor.press("Opening hours")
        visitor.page.get_by_role("navigation", name="Main").get_by_role("link", name="Contact").click()
        assert not visitor.page.locator("[name=homepage]").is_visible()
        visitor.fill(**MESSAGE)
        visitor.press("Send message")  # faster than anybody can write
        visitor.page.get_by_role("alert").wait_for()
        visitor.complaints.clear()  # the browser notes each answer that is an error
        visitor.inspect()
        visitor.page.wait_for_timeout(3_100)
        visitor.press("Send message")
        visitor.page.get_by_role("heading", name="Thank you").wait_for()
        visitor.go("/openig-hours")
        visitor.complaints.clear()
        visitor.inspect()
        visitor.page.get_by_text("Did you mean").get_by_role("link", name="Opening hours").click()
        visitor.page.get_by_role("heading", name="Opening hours").wait_for()
        visitor.go("/events/")
        visitor.page.locator("main article a").first.click()
        visitor.inspect()
        facts = visitor.page.locator('script[type="application/ld+json"]').text_content()
        assert json.loads(facts or "")["@type"] == "Event"
        visitor.go("/members/")
        visitor.fill(email="boss@example.com", password=PASSWORD)
        visitor.press("Sign in")
        visitor.press("House rules")
        visitor.go("/admin/messages/")
        visitor.page.get_by_role("link", name="Ada", exact=True).click()
        visitor.page.get_by_text("is the ladder free?").wait_for()
        visitor.go("/admin/events/new")
        visitor.fill(title="Open day", starts="2037-07-01T18:00", ends="2037-07-01T20:00", time_zone="Europe/Berlin")
        # The button inside such a field marks itself, which nobody outside can see.
        visitor.inspect(foreign="[type=datetime-local]")
        visitor.press("Save event")
        visitor.page.get_by_text("Wed 01 Jul 2037, 18:00 to 20:00").wait_for()


@pytest.mark.thorough
def test_every_library_describes_the_same_api(
    *, site: Callable[..., Path], run: Run, serve: Serve, shared: Environment, hold_to_description: HoldToDescription
) -> None:
    descriptions = {}
    for library in LIBRARIES:
        project = site(api="rest", api_library=library)
        run(project, shared, "make", "migrate")
        run(project, shared, "flask", "pages", "seed", "--count", "3")
        with serve(project, shared) as url:
            descriptions[library] = json.loads(_raw(url, "/openapi.json"))
            assert len(json.loads(_raw(url, "/api/v1/events/"))["events"]) == 2
            hold_to_description(url)
    # flask-smorest says that an address has no empty part, and always describes its own way to make pages.
    [parameter] = descriptions["flask-smorest"]["paths"]["/api/v1/events/{event_id}"]["parameters"]
    assert parameter["schema"].pop("minLength") == 1
    del descriptions["flask-smorest"]["components"]["schemas"]["PaginationMetadata"]
    assert descriptions["plain"] == descriptions["flask-restful"] == descriptions["flask-smorest"]


def test_neither_example_leaves_a_trace_of_itself_where_the_other_is(
    site: Callable[..., Path], render: Render, find_traces: FindTraces
) -> None:
    everything = {"accounts": "full", "admin": "multi-role", "api": "rest", "cache": "redis"}
    assert not find_traces(
        render(TEMPLATE, **everything),
        r"pages\.(bp|page|contact|events)|markdown.it|nh3|CONTACT_EMAIL|messages:read|sitemap|site_pages|icalendar",
    )
    assert not find_traces(site(**everything), r"/items/|item_id|items:(delete|first)|ItemForm|ItemSchema|\bblog\b")
    assert not find_traces(site(), r"\bmembers|auth\.roles|\beditor\b|/admin/|office|is_ready|NOT_NOW|searchable")


def _raw(url: str, path: str) -> bytes:
    with urllib.request.urlopen(url + path, timeout=20) as answer:
        assert isinstance(answer, http.client.HTTPResponse)
        return answer.read()
