"""What people add to a project of django-full in the first weeks breaks none of its gates, with no test edited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.choices import pairwise, shown
from support.deploying import program
from support.sources import ROOT, catalogue, source_of
from waypost.model import Value
from waypost.sources.rendering import rendering

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, PassGates, Render, Run

pytestmark = pytest.mark.project

ASK_IN_GERMAN = """
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS, settings.DEBUG = ["testserver"], False
print(Client().get("/x", headers={"Accept-Language": "de"}).content.decode())
"""
MODELS = '''"""What guests write."""

from django.conf import settings
from django.db import models


class Entry(models.Model):
    """A line in the book of guests. It is not in the admin area."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    text = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.text
'''
VIEWS = '''"""The pages of the book of guests."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from apps.guests.models import Entry


@login_not_required
def book(_request: HttpRequest) -> HttpResponse:
    """Show everybody what guests have written."""
    return HttpResponse("\\n".join(Entry.objects.values_list("text", flat=True)))


def write(_request: HttpRequest) -> HttpResponse:
    """Say to people who are signed in that they may write."""
    return HttpResponse("Write.")
'''
URLS = '''"""Addresses of the book of guests."""

from django.urls import path

from apps.guests import views

app_name = "guests"

urlpatterns = [
    path("", views.book, name="book"),
    path("write/", views.write, name="write"),
]
'''
GROUPS = '''"""What groups of staff may do with the book of guests."""

RIGHTS = {"Hosts": {"guests.entry": ("view", "delete")}}
'''
COMMAND = '''"""`manage.py greet`."""

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Greets."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Greet."""
        self.stdout.write("Hello")
'''
TESTS = """from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client

from apps.guests.models import Entry


@pytest.mark.django_db
def test_everybody_reads_the_book(client: Client) -> None:
    Entry.objects.create(text="It was nice here.")
    assert str(Entry.objects.get()) in client.get("/guests/").content.decode()


def test_members_write(signed_in: Client) -> None:
    assert signed_in.get("/guests/write/").content == b"Write."


@pytest.mark.django_db
def test_hosts_look_after_it() -> None:
    assert Group.objects.get(name="Hosts").permissions.count() == 2


def test_the_command_greets() -> None:
    output = StringIO()
    call_command("greet", stdout=output)
    assert output.getvalue() == "Hello\\n"
"""
IMPRINT = '''

@login_not_required
@require_safe
def imprint(_request: HttpRequest) -> HttpResponse:
    """Say who is responsible."""
    return HttpResponse("We are.")
'''
# In which file, behind which line, or at its end.
INSERTED = (
    ("config/urls.py", "urlpatterns = [\n", '    path("guests/", include("apps.guests.urls")),\n'),
    (
        "apps/accounts/models.py",
        '    about = models.TextField(_("about"), max_length=500, blank=True)\n',
        '    telephone = models.CharField(_("telephone"), max_length=30, blank=True)\n',
    ),
    (
        "apps/items/models.py",
        '    name = models.CharField(_("name"), max_length=80)\n',
        '    colour = models.CharField(_("colour"), max_length=30, default="green")\n',
    ),
    (
        "apps/core/views.py",
        "",
        IMPRINT,
    ),
    ("apps/core/urls.py", "urlpatterns = [\n", '    path("imprint/", views.imprint, name="imprint"),\n'),
)


@pytest.mark.parametrize(
    "variant",
    [
        {},
        pytest.param(
            {"admin": "multi-role", "api_library": "django-ninja", "security": "high"}, marks=pytest.mark.thorough
        ),
    ],
    ids=["default", "staff roles, django-ninja, second factor"],
)
def test_an_application_fields_a_command_and_a_public_page_of_one_s_own_keep_the_gates_green(
    render: Render, environment: MakeEnvironment, run: Run, pass_gates: PassGates, variant: dict[str, object]
) -> None:
    project = render("django-full", **variant)
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    run(project, installed, "python", "manage.py", "startapp", "guests")
    app = project / "apps" / "guests"
    for name, text in (("models", MODELS), ("views", VIEWS), ("urls", URLS), ("groups", GROUPS)):
        (app / f"{name}.py").write_text(text)
    (app / "admin.py").unlink()
    _write(app / "management" / "__init__.py", '"""Commands of guests."""\n')
    _write(app / "management" / "commands" / "__init__.py", '"""Commands of guests."""\n')
    _write(app / "management" / "commands" / "greet.py", COMMAND)
    _write(project / "tests" / "guests" / "__init__.py", "")
    _write(project / "tests" / "guests" / "test_guests.py", TESTS)
    for name, after, added in INSERTED:
        _insert(project / name, after, added)
    run(project, installed, "python", "manage.py", "makemigrations", "--noinput")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    _write_more_migrations(project, installed, run)
    pass_gates(project, installed)


def test_a_language_is_added_as_the_readme_says(render: Render, environment: MakeEnvironment, run: Run) -> None:
    program("xgettext")
    project = render("django-full", api="none", example=False)
    installed = environment("django-full")
    steps = (project / "README.md").read_text().partition("## Translations")[2]
    [language] = re.findall(r"add `(.+)` to `LANGUAGES`", steps)
    _insert(project / "config/settings/project.py", 'LANGUAGES = [("en", "English")', f", {language}")
    run(project, installed, "make", "messages", "LANGUAGE=de")
    texts = project / "locale/de/LC_MESSAGES/django.po"
    wanted = {"We can\u2019t find this page": "Nicht gefunden", "Go to the home page": "Zur Startseite"}
    text = texts.read_text()
    for original, translated in wanted.items():
        assert f'msgid "{original}"\nmsgstr ""' in text
        text = text.replace(f'msgid "{original}"\nmsgstr ""', f'msgid "{original}"\nmsgstr "{translated}"')
    texts.write_text(text)
    run(project, installed, "make", "messages")
    assert "Nicht gefunden" in texts.read_text()
    run(project, installed, "make", "translations")
    page = run(project, installed, "python", "manage.py", "shell", "-v0", "-c", ASK_IN_GERMAN).stdout
    assert "<h1>Nicht gefunden</h1>" in page
    assert "Zur Startseite" in page
    assert "*.mo" in (project / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("answers", pairwise("django-full"), ids=shown)
def test_the_example_of_the_settings_names_nothing_that_is_not_read(answers: Mapping[str, Value]) -> None:
    files = rendering(source_of(ROOT), catalogue().resolve(answers))
    settings = "".join(file.content.decode() for name, file in files.items() if re.fullmatch(r"config/.*\.py", name))
    read = set(re.findall(r'\b(?:text|words|number|switch|choice)\("(\w+)"', settings))
    named = set(re.findall(r"^(?:# )?(\w+)=", files[".env.example"].content.decode(), re.MULTILINE))
    assert named - read <= {"DATABASE_PASSWORD"}  # which compose.yaml reads


def _write_more_migrations(project: Path, installed: Environment, run: Run) -> None:
    models = project / "apps" / "guests" / "models.py"
    models.write_text(models.read_text().replace("max_length=200)", "max_length=200, default='It\\'s nice.')"))
    run(project, installed, "ruff", "format")
    for command in (
        ("makemigrations", "guests", "--name", "Praise"),
        ("squashmigrations", "guests", "0002", "--no-input"),
        ("optimizemigration", "guests", "0002"),
    ):
        run(project, installed, "python", "manage.py", *command)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _insert(path: Path, after: str, text: str) -> None:
    """Put a text behind the line ``after``, or at the end of the file."""
    before = path.read_text()
    assert after in before, path
    path.write_text(before.replace(after, after + text, 1) if after else before + text)
