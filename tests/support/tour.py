"""A walk through every page of a project that a link leads to, empty and filled, with what is hard to lay out in it."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, Error, Page, Response

from support.browsing import PASSWORD
from support.sources import ROOT, catalogue, source_of
from waypost.model import Value
from waypost.sources.rendering import rendering

# Whose data the samples of django-full are; before there are any, somebody else looks at what is empty.
ADMINISTRATOR = "ada@example.com"
FIRST_ADMINISTRATOR = "boss@example.com"
LAYOUT = Path(__file__).with_name("layout.js").read_text(encoding="utf-8")
# As many pages as there can be: the fullest accounts and admin area that go with an example.
FULLEST: dict[str, Value] = {"accounts": "full", "admin": "multi-role"}
# What an example needs beside them.
NEEDED: Mapping[str, dict[str, Value]] = {"boards": {"api": "rest"}}
# Narrow phone, phone, tablet, laptop, wide screen.
WIDTHS = (320, 390, 768, 1280, 1600)
# Swagger UI and Django's admin area lay out themselves.
FOREIGN = "#swagger-ui"
SKIPPED = {"flask-blueprints": (), "django-full": ("/admin/",)}
# No page has this address; Django's own page for developers says so, so that its projects are looked at in production.
MISSING = "/nothing-of-this-name"
OF_ONE_SHAPE, OF_ONE_PARENT = 2, 12

LINKS = """() => [...document.querySelectorAll('a[href]')]
  .filter(link => link.origin === location.origin && !link.hasAttribute('download'))
  .map(link => link.pathname + link.search)"""
# Sends the first form with fields in it, all of them empty, past what the browser itself would refuse.
SEND_EMPTY = """() => {
  const typed = ':is(input, textarea):not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=search])';
  const form = [...document.querySelectorAll('main form[method=post i]')].find(form => form.querySelector(typed));
  if (!form) return false;
  form.noValidate = true;
  for (const field of form.querySelectorAll(typed)) field.value = '';
  (form.querySelector('button:not([type=button], [name])') ?? form.querySelector('button')).click();
  return true;
}"""
# What is wrong with how errors are told: each invalid field names the element with its error.
UNTOLD = """() => [...document.querySelectorAll('main [aria-invalid=true]')].filter(field => {
  const told = (field.getAttribute('aria-describedby') ?? '').split(/\\s+/).filter(Boolean);
  return !told.some(id => document.getElementById(id)?.innerText.trim());
}).map(field => `no error belongs to ${field.outerHTML.slice(0, 120)}`)"""

# Long words, long sentences, and letters from the right to the left, in every text that a person could have written.
_TEXTS = """
TEXTS = (
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 25,
    "הספרייה של המנורות מושאלת לשכנים בכל יום ראשון " * 40,
    "All of the neighbours may borrow what stands on this shelf for as long as nobody else has asked for it. " * 20,
    "مكتبة المصابيح 42 (Lamp Library) للجيران " * 40,
)
LEFT_ALONE = {
    "password", "password_hash", "session_key", "token", "email", "slug", "section", "language", "locale",
    "time_zone", "timezone",
}
"""
HARD = {
    "flask-blueprints": _TEXTS
    + """
from sqlalchemy import Enum, String, select

from my_project import create_app
from my_project.extensions import db
from my_project.models import Base

with create_app().app_context():
    for mapper in Base.registry.mappers:
        columns = [
            column for column in mapper.columns
            if isinstance(column.type, String) and not isinstance(column.type, Enum) and not column.unique
            and not column.primary_key and not column.foreign_keys and column.name not in LEFT_ALONE
            and (column.type.length or 1000) > 20
        ]
        for row, text in zip(db.session.scalars(select(mapper.class_).limit(len(TEXTS))), TEXTS):
            for column in columns:
                setattr(row, mapper.get_property_by_column(column).key, text[: column.type.length or 1000].strip())
    db.session.commit()
""",
    "django-full": _TEXTS
    + """
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from contextlib import suppress

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import CharField, TextField

for model in apps.get_models():
    if not model.__module__.startswith("apps."):
        continue
    fields = [
        field for field in model._meta.concrete_fields
        if type(field) in (CharField, TextField) and not field.choices and not field.unique
        and field.name not in LEFT_ALONE and (field.max_length or 1000) > 20
    ]
    for row, text in zip(model._default_manager.order_by("pk")[: len(TEXTS)], TEXTS):
        texts = {field.name: text[: field.max_length or 1000].strip() for field in fields}
        # A database may protect what is closed; its pages then show the texts of others.
        with suppress(IntegrityError), transaction.atomic():
            if texts:
                model._default_manager.filter(pk=row.pk).update(**texts)
""",
}
PREPARE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "flask-blueprints": (("flask", "db", "upgrade"), ("flask", "create-admin")),
    "django-full": (("python", "manage.py", "migrate"), ("python", "manage.py", "create-admin")),
}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A template with one of its examples; ``domain`` is empty where it has none."""

    template: str
    domain: str

    @property
    def name(self) -> str:
        """What tests and pictures call it."""
        return f"{self.template}-{self.domain or 'plain'}"

    @property
    def answers(self) -> dict[str, Value]:
        """What is answered for it, the template aside."""
        example: dict[str, Value] = {"example_domain": self.domain} if self.domain else {"example": False}
        return {**FULLEST, **NEEDED.get(self.domain, {}), **example}


@cache
def subjects() -> tuple[Subject, ...]:
    """Every template that has pages with every example that it offers, and without one."""
    found = []
    for template in catalogue().by_key["template"].values:
        for domain in (*catalogue().by_key["example_domain"].values, ""):
            subject = Subject(template=template, domain=domain)
            resolution = catalogue().resolve({"template": template, **subject.answers})
            if not resolution.problems and _has_pages(rendering(source_of(ROOT), resolution)):
                found.append(subject)
    return tuple(found)


@dataclass(kw_only=True)
class Tour:
    """Somebody who follows every link of a served project; ``seen`` holds the paths of the pages in their order."""

    page: Page
    url: str
    template: str
    seen: list[str] = field(default_factory=list)
    _shapes: Counter[str] = field(default_factory=Counter)

    def sign_in(self, email: str = ADMINISTRATOR) -> None:
        """Sign in with what the header offers, as the administrator unless it is said as whom."""
        self.page.goto(self.url)
        self.page.locator("body > header").get_by_role("link", name="Sign in").click()
        self.page.locator("main :is([type=email], [name=login])").first.fill(email)
        self.page.locator("main [type=password]").fill(PASSWORD)
        self.page.locator("main [type=password]").press("Enter")
        self.page.locator("header details.menu").wait_for()

    def pages(self, *starts: str) -> Iterator[str]:
        """Open each page in turn, and give its path while it is shown."""
        waiting = [*starts]
        while waiting:
            path = waiting.pop(0)
            if path in self.seen or path.startswith(SKIPPED[self.template]) or not self._is_worth(path):
                continue
            if not self._is_page(self.open(path)):
                continue
            self.seen.append(path)
            links = self.page.evaluate(LINKS)
            yield path
            waiting += [link for link in links if link not in waiting]

    def open(self, path: str) -> Response | None:
        """Open an address; nothing where it is a file to keep rather than a page."""
        try:
            return self.page.goto(self.url + path)
        except Error as error:
            if "ERR_ABORTED" in str(error) or "Download is starting" in str(error):
                return None
            raise

    def send_empty(self) -> bool:
        """Send the form of this page with nothing in it, and tell whether there is one."""
        try:
            with self.page.expect_navigation(timeout=5_000):
                if not self.page.evaluate(SEND_EMPTY):
                    raise LookupError
        except LookupError:
            return False
        return True

    def faults(self) -> list[str]:
        """What is wrong with the layout of the page that is shown: on every screen, on paper, and from the right."""
        found = []
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            found += [f"at {width}: {fault}" for fault in self.page.evaluate(LAYOUT, FOREIGN)]
        self.page.evaluate("document.documentElement.dir = 'rtl'")
        for width in (390, 1280):
            self.page.set_viewport_size({"width": width, "height": 900})
            found += [f"from the right, at {width}: {fault}" for fault in self.page.evaluate(LAYOUT, FOREIGN)]
        self.page.evaluate("document.documentElement.removeAttribute('dir')")
        self.page.set_viewport_size({"width": 800, "height": 900})
        self.page.emulate_media(media="print")
        found += [f"on paper: {fault}" for fault in self.page.evaluate(LAYOUT, FOREIGN)]
        self.page.emulate_media(media="screen")
        self.page.set_viewport_size({"width": 1280, "height": 900})
        return found + list(self.page.evaluate(UNTOLD))

    def _is_page(self, response: Response | None) -> bool:
        return response is not None and response.headers.get("content-type", "").startswith("text/html")

    def _is_worth(self, path: str) -> bool:
        """Tell whether no page like it was seen twice: of a thousand items, two are enough."""
        address = urlsplit(path)
        numberless = re.sub(r"\d+", "N", address.path)
        shape = f"{numberless}?{sorted(key for key, _ in parse_qsl(address.query))}"
        parent = f"parent {numberless.rstrip('/').rpartition('/')[0]}"
        if self._shapes[shape] >= OF_ONE_SHAPE or self._shapes[parent] >= OF_ONE_PARENT:
            return False
        self._shapes.update((shape, parent))
        return True


@contextlib.contextmanager
def touring(browser: Browser, url: str, subject: Subject) -> Iterator[Tour]:
    """Somebody with a browser of their own, who is not signed in."""
    context = browser.new_context()
    context.set_default_timeout(15_000)
    yield Tour(page=context.new_page(), url=url, template=subject.template)
    context.close()


def commands_for_samples(tour: Tour) -> list[list[str]]:
    """What the start page says to run for sample data."""
    tour.open("/_start")
    said = tour.page.locator("main pre code").all_inner_texts()
    return [command.removeprefix(".venv/bin/").split() for command in said if command.endswith("seed")]


def _has_pages(files: Mapping[str, object]) -> bool:
    return any(path.endswith("base.html") for path in files)
