"""Projects of django-full, installed and run: their own gates, on every engine, and what a visitor meets."""

from __future__ import annotations

import http.cookiejar
import re
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run, Serve

pytestmark = pytest.mark.project

ODD_NAME = "Café \"Zoë\" {{ 7*7 }} </script> ''' \\ אבג 👩‍💻"
PASSWORD = "Correct-Horse-9"


class Browser:
    """Keeps cookies and follows no redirect."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies), _Stay)

    def open(
        self, path: str, data: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Return status, place to go on to, and page."""
        body = None if data is None else urllib.parse.urlencode(data).encode()
        request = urllib.request.Request(self.url + path, body, headers or {})
        try:
            answer = self.opener.open(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()

    def submit(self, path: str, **data: str) -> tuple[int, str, str]:
        """Fill in the form of a page and send it."""
        page = self.open(path)[2]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page
        return self.open(path, {"csrfmiddlewaretoken": token[1], **data})


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


@pytest.mark.parametrize(
    ("variant", "python"),
    [
        pytest.param({}, "3.12", marks=pytest.mark.thorough),
        ({"python_version": "3.11", "security": "high", "admin": "multi-role"}, "3.11"),
        ({"python_version": "3.14", "django_version": "5.2"}, "3.14"),
        ({"python_version": "3.15", "api": "rest", "security": "high"}, "3.15"),
    ],
    ids=["default", "long-term support, high security, staff roles", "long-term support on 3.14", "3.15"],
)
def test_all_gates_pass(
    render: Render, environment: MakeEnvironment, run: Run, variant: dict[str, str], python: str
) -> None:
    project = render("django-full", **variant)
    is_lts = python == "3.11" or variant.get("django_version") == "5.2"
    installed = environment("django-full-lts" if is_lts else "django-full", python=python)
    run(project, installed, "ruff", "check")
    run(project, installed, "ruff", "format", "--check")
    run(project, installed, "mypy")
    tests = run(project, installed, "coverage", "run", "-m", "pytest").stdout
    run(project, installed, "coverage", "report")
    if not variant:
        passed = re.search(r"(\d+) passed", tests)
        assert passed, tests
        assert int(passed[1]) >= 120


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(
            {"api": "none", "example": False, "admin": "none", "accounts": "login"}, marks=pytest.mark.thorough
        ),
        pytest.param({"sessions": "cookie", "security": "high"}, marks=pytest.mark.thorough),
        {"project_name": ODD_NAME, "description": ODD_NAME, "license": "proprietary", "api": "none"},
    ],
    ids=["least", "cookies and second factors", "odd names"],
)
def test_other_answers_give_sound_projects(
    render: Render, environment: MakeEnvironment, run: Run, variant: dict[str, object]
) -> None:
    project = render("django-full", **variant)
    installed = environment("django-full")
    run(project, installed, "ruff", "check")
    run(project, installed, "ruff", "format", "--check")
    if "project_name" in variant:
        # A name changes texts only.
        run(project, installed, "pytest", "tests/config", "tests/core")
        return
    run(project, installed, "mypy")
    run(project, installed, "coverage", "run", "-m", "pytest")
    run(project, installed, "coverage", "report")


@pytest.mark.service
@pytest.mark.thorough
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_the_suite_passes_on_a_server(
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
) -> None:
    with live_database(engine) as address:
        project = render("django-full", database=engine)
        installed = environment("django-full")
        variables = {"DATABASE_URL": address}
        run(project, installed, "ruff", "check")
        run(project, installed, "ruff", "format", "--check")
        run(project, installed, "pytest", variables=variables)
        run(project, installed, "python", "manage.py", "migrate", "-v0", variables=variables)


def test_what_was_not_chosen_leaves_no_trace(render: Render) -> None:
    texts = _texts(render("django-full", api="none", example=False, admin="none"))
    for word in (
        "rest_framework",
        "spectacular",
        "openapi",
        "/api/",
        "contrib.admin",
        "apps.items",
        "mfa",
        "csp.middleware",
    ):
        assert word not in texts, word
    assert "secure_csp" not in _texts(render("django-full", django_version="5.2"))
    assert "contrib.sessions.backends.db" not in _texts(render("django-full", sessions="cookie"))


def test_the_list_of_dependencies_is_the_projects(render: Render) -> None:
    listed = (Path(__file__).parents[2] / "docs/dependencies/django-full.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| ([a-z0-9-]+) \|", listed, re.MULTILINE)) - {"package"}
    used = set()
    variants: tuple[dict[str, object], ...] = (
        {},
        {"database": "postgresql"},
        {"database": "mysql"},
        {"django_version": "5.2"},
        {"api_library": "django-ninja"},
        {"jobs": "celery", "realtime": True},
        {"accounts": "none"},
        {"database": "oracle"},
        {"database": "mongodb"},
        {"monitoring": ["statsd", "prometheus"]},
        {"error_reports": "sentry"},
        {"media": "s3"},
        {"example_domain": "publishing"},
    )
    for variant in variants:
        tables = tomllib.loads((render("django-full", **variant) / "pyproject.toml").read_text(encoding="utf-8"))
        for requirement in tables["project"]["dependencies"] + tables["dependency-groups"]["dev"]:
            used.add(re.split(r"[\[>=]", requirement)[0])
    assert rows == used


def test_a_new_application_is_installed_and_keeps_the_gates_green(
    render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render("django-full", api="none")
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "startapp", "reading_lists")
    code = "from django.apps import apps; print(apps.get_app_config('reading_lists').name)"
    assert "apps.reading_lists" in run(project, installed, "python", "manage.py", "shell", "-c", code).stdout
    run(project, installed, "ruff", "check")
    run(project, installed, "ruff", "format", "--check")
    run(project, installed, "mypy")
    run(project, installed, "python", "manage.py", "makemigrations", "--check")


def test_the_project_serves_visitors_and_an_administrator(
    render: Render, environment: MakeEnvironment, run: Run, serve: Serve
) -> None:
    project = render("django-full")
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    account = ("--email", "Root@example.com", "--password", PASSWORD)
    run(project, installed, "python", "manage.py", "create-admin", *account)
    token = run(project, installed, "python", "manage.py", "create-token", "--email", "root@example.com").stdout.strip()
    with serve(project, installed, variables={"WEB_CONCURRENCY": "3"}) as url:
        visitor = Browser(url)
        assert visitor.open("/readyz")[0] == 200
        status, _place, page = visitor.open("/")
        assert status == 200
        assert "/accounts/login/" in page
        assert visitor.open("/static/css/site.css")[0] == 200
        assert visitor.open("/", headers={"Host": "evil.example"})[0] == 400
        assert visitor.open("/openapi.json")[0] == 200
        assert visitor.open("/api/v1/items")[0] == 401
        assert visitor.open("/api/v1/items", headers={"Authorization": f"Bearer {token}"})[0] == 200

        status, place, _page = visitor.submit("/accounts/login/", login="root@example.com", password=PASSWORD)
        assert (status, place) == (302, "/")
        assert visitor.open("/admin/")[0] == 200

        # However many processes answer, five failures lock the address.
        stranger = Browser(url)
        statuses = [
            stranger.submit("/accounts/login/", login="somebody@example.com", password="wrong")[0] for _ in range(6)
        ]
        assert statuses == [200] * 5 + [429]


def test_production_starts_only_with_a_secret_and_hosts(
    render: Render, environment: MakeEnvironment, run: Run, serve: Serve
) -> None:
    project = render("django-full")
    installed = environment("django-full")
    production = {"APP_ENV": "production", "ALLOWED_HOSTS": "127.0.0.1"}
    for secret in ("", "change-me", "short"):
        done = run(
            project, installed, "python", "manage.py", "check", variables=production | {"SECRET_KEY": secret}, expect=1
        )
        assert "SECRET_KEY" in done.stderr
    production |= {"SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    run(project, installed, "python", "manage.py", "check", "--deploy", "--fail-level", "WARNING", variables=production)
    # It ends at once and says what to do, instead of answering 500 to every page; with 3, or with 1 when gunicorn hears
    # of a second worker while it stops because of the first.
    refused = run(project, installed, "gunicorn", "--bind", "127.0.0.1:0", variables=production, expect=None)
    assert refused.returncode in {1, 3}
    assert "python manage.py collectstatic --no-input" in refused.stderr
    run(project, installed, "python", "manage.py", "collectstatic", "--no-input", "-v0", variables=production)
    run(project, installed, "python", "manage.py", "migrate", "-v0", variables=production)
    with serve(project, installed, variables=production | {"TRUSTED_PROXIES": "1"}) as url:
        visitor = Browser(url)
        assert visitor.open("/")[0] == 301
        status, _place, page = visitor.open("/", headers={"X-Forwarded-Proto": "https"})
        assert status == 200
        style = re.search(r'href="(/static/css/site\.\w+\.css)"', page)
        assert style, page
        assert visitor.open(style[1], headers={"X-Forwarded-Proto": "https"})[0] == 200


def _texts(project: Path) -> str:
    """Everything that the project says, but for the record of its answers."""
    return "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(project.rglob("*"))
        if path.is_file() and path.name not in {".copier-answers.yml", "LICENSE"}
    ).lower()
