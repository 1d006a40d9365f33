"""flask-blueprints: every variant passes its own checks, starts, and withstands what people try."""

from __future__ import annotations

import ast
import http.client
import json
import re
import sys
import tomllib
import urllib.parse
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.environments import pyprojects

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run, Serve

pytestmark = pytest.mark.project

TEMPLATE = "flask-blueprints"
REPOSITORY = Path(__file__).parents[2]
LONG_PACKAGE = "zz" + "_abcdefg" * 6
HOSTILE = {
    "project_name": "{{ 7*7 }} \"a\" \\b ''' </script> שלום 👩‍👩‍👧",
    "project_slug": LONG_PACKAGE.replace("_", "-"),
    "package_name": LONG_PACKAGE,
    "description": 'Say "hi" \\ and {% raw %} `code` | <b>',
    "author_name": 'O\'Brien, "Bob" <x> 😀',
}
EVERYTHING: dict[str, object] = {"api": "rest", "accounts": "full", "admin": "multi-role", "ci": "github"}
SERVICES: dict[str, object] = {
    "jobs": "celery",
    "cache": "redis",
    "sessions": "redis",
    "suggestions": True,
    "realtime": True,
}
PASSWORD = "correct horse battery staple"

# Which Python checks it, and what it is made for.
CHECKED: dict[str, tuple[str, dict[str, object]]] = {
    "defaults": ("3.12", {}),
    "without the example": ("3.12", {"example": False, "license": "proprietary", "ci": "gitlab"}),
    "everything, hostile names": ("3.12", {**EVERYTHING, **HOSTILE}),
    "a high level of security": ("3.12", {"security": "high", "accounts": "full", "admin": "basic"}),
    "accounts on 3.11": ("3.11", {"python_version": "3.11", "accounts": "full", "license": "Apache-2.0"}),
    "back office and tokens on 3.13": (
        "3.13",
        {"python_version": "3.13", "admin": "basic", "api": "rest", "example": False},
    ),
    "accounts and an API on 3.14": ("3.14", {"python_version": "3.14", "accounts": "full", "api": "rest"}),
    "everything on 3.15": ("3.15", {"python_version": "3.15", **EVERYTHING}),
    "postgresql": ("3.12", {"database": "postgresql", "accounts": "login", **HOSTILE}),
    "mysql": ("3.12", {"database": "mysql", "api": "rest", **HOSTILE}),
}


# What `make proof` alone looks at: each part of them is in another row too, or in a test of its own.
THOROUGH = {
    "defaults",
    "accounts on 3.11",
    "without the example",
    "postgresql",
    "mysql",
    "back office and tokens on 3.13",
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.thorough) if name in THOROUGH else name for name in CHECKED]
)
def test_a_new_project_passes_all_its_checks(name: str, render: Render, environment: MakeEnvironment, run: Run) -> None:
    python, answers = CHECKED[name]
    project = render(TEMPLATE, **answers)
    done = run(project, environment(TEMPLATE, python=python), "make", "check")
    assert "TOTAL" in done.stdout


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.thorough), "mysql"])
def test_the_tests_pass_and_the_migrations_fit_on_a_real_server(
    engine: str,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_database: Callable[[str], AbstractContextManager[str]],
) -> None:
    with live_database(engine) as url:
        project = render(TEMPLATE, **EVERYTHING, database=engine)
        variables = {"DATABASE_URL": url}
        run(project, environment(TEMPLATE), "pytest", "-q", variables=variables)
        run(project, environment(TEMPLATE), "flask", "db", "upgrade", variables=variables)
        done = run(project, environment(TEMPLATE), "flask", "db", "check", variables=variables)
        assert "No new upgrade operations detected" in done.stdout + done.stderr


def test_the_default_project_starts_and_keeps_items(
    render: Render, environment: MakeEnvironment, run: Run, serve: Serve
) -> None:
    project = render(TEMPLATE)
    run(project, environment(TEMPLATE), "make", "migrate")
    with serve(project, environment(TEMPLATE)) as url:
        browser = Browser(url)
        status, headers, page = browser.get("/")
        assert status == 200
        assert "<h1>My Project</h1>" in page
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "'unsafe" not in headers["Content-Security-Policy"]
        status, headers, _ = browser.submit("/items/new", name="A thing", description="")
        assert status == 302
        assert "A thing" in browser.get(headers["Location"])[2]
        assert browser.post("/items/new", name="No token")[0] == 400
        assert json.loads(browser.get("/readyz")[2])["checks"] == {"database": "ok"}
        assert browser.get("/", host="evil.example")[0] == 400


def test_accounts_withstand_what_people_try(
    render: Render, environment: MakeEnvironment, run: Run, serve: Serve
) -> None:
    project = render(TEMPLATE, accounts="login", admin="basic", api="rest")
    run(project, environment(TEMPLATE), "flask", "db", "upgrade")
    email = "Boss@Example.com"
    run(project, environment(TEMPLATE), "flask", "create-admin", "--email", email, "--password", PASSWORD)
    variables = {
        "APP_ENV": "production",
        "SECRET_KEY": "0123456789abcdef0123456789abcdef",
        "TRUSTED_PROXIES": "1",
    }
    with serve(project, environment(TEMPLATE), variables=variables) as url:
        browser = Browser(url, scheme="https")
        for target in ("//evil.example", "/\\evil.example", "https:evil.example", "\t//evil.example"):
            query = urllib.parse.urlencode({"next": target})
            status, headers, _ = browser.submit(f"/auth/login?{query}", email=email, password=PASSWORD)
            assert (status, headers["Location"]) == (302, "/")
            assert "__Host-session" in headers["Set-Cookie"]
            browser = Browser(url, scheme="https")
        browser.submit("/auth/login", email=email.lower(), password=PASSWORD)
        assert browser.get("/admin/accounts/")[0] == 200
        assert browser.get("/auth/logout")[0] == 405

        stranger = Browser(url, scheme="https")
        answers = [stranger.submit("/auth/login", email="no@example.com", password="x") for _ in range(6)]
        assert [status for status, _, _ in answers] == [422] * 5 + [429]
        assert int(answers[-1][1]["Retry-After"]) > 0
        assert stranger.get("/api/v1/items/")[0] == 401


def test_production_refuses_to_start_without_a_secret(render: Render, environment: MakeEnvironment, run: Run) -> None:
    project = render(TEMPLATE)
    for secret in ("", "change-me", "short"):
        variables = {"APP_ENV": "production", "SECRET_KEY": secret}
        done = run(project, environment(TEMPLATE), "flask", "routes", variables=variables, expect=None)
        assert done.returncode != 0
        assert "SECRET_KEY is" in done.stderr


def test_the_example_settings_are_the_ones_the_code_reads(render: Render) -> None:
    for answers in ({}, EVERYTHING, SERVICES):
        project = render(TEMPLATE, **answers)
        example = (project / ".env.example").read_text(encoding="utf-8")
        [config] = project.glob("src/*/config.py")
        named = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
        read = set(re.findall(r'given(?:\.get\(|\[)?"([A-Z_]+)"', config.read_text(encoding="utf-8")))
        assert named == read
        assert example.count("SECRET_KEY=change-me\n") == 1


def test_what_was_not_chosen_leaves_no_trace(render: Render) -> None:
    text = _all_text(render(TEMPLATE, example=False))
    for word in (
        "items/",
        "itemform",
        "accounts",
        "login",
        "admin",
        "openapi",
        "api/v1",
        "psycopg",
        "smtp",
        "argon2",
    ):
        assert word not in text.lower(), word


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"example": False},
        EVERYTHING,
        {"accounts": "login"},
        {**EVERYTHING, **SERVICES},
        {"data_access": "sql"},
        {"database": "postgresql", "data_access": "sql"},
        {"database": "mysql", "data_access": "sql"},
        {"database": "oracle", "data_access": "sql"},
        {"database": "mongodb"},
    ],
    ids=str,
)
def test_every_dependency_is_imported_and_every_import_is_a_dependency(
    answers: dict[str, object], render: Render
) -> None:
    project = render(TEMPLATE, **answers)
    declared = {_name(text) for text in _pyproject(project)["project"]["dependencies"]}
    imported = {_distribution(name) for path in project.glob("src/**/*.py") for name in _imports(path)}
    known = {COMES_WITH.get(name, name) for name in imported}
    assert known | STARTED_NOT_IMPORTED == declared | STARTED_NOT_IMPORTED
    assert "gunicorn" in declared


def test_the_list_of_dependencies_is_the_templates() -> None:
    page = (REPOSITORY / "docs" / "dependencies" / "flask-blueprints.md").read_text(encoding="utf-8")
    runtime, development = page.split("## For development")
    tables = list(pyprojects(TEMPLATE))
    listed = {name for name in re.findall(r"^\| ([a-z0-9-]+) \|", runtime, re.MULTILINE) if name != "package"}
    assert listed == {_name(text) for table in tables for text in table["project"]["dependencies"]}
    listed = {name for name in re.findall(r"^\| ([a-z0-9-]+) \|", development, re.MULTILINE) if name != "package"}
    assert listed == {_name(text) for table in tables for text in table["dependency-groups"]["dev"]}


# Distributions that another one brings, where the code imports them too.
COMES_WITH = {
    "blinker": "flask",
    "psycopg-pool": "psycopg",
    "socketio": "flask-socketio",
    "click": "flask",
    "itsdangerous": "flask",
    "werkzeug": "flask",
}
STARTED_NOT_IMPORTED = {"gunicorn", "simple-websocket"}


def _distribution(module: str) -> str:
    return {"argon2": "argon2-cffi", "dotenv": "python-dotenv"}.get(module, module.replace("_", "-"))


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    [package] = [folder.name for folder in (path.parents) if folder.parent.name == "src"]
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {package}


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9-]+", requirement)
    assert found
    return found[0]


def _pyproject(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


def _all_text(project: Path) -> str:
    ours = (path for path in project.rglob("*") if path.is_file() and path.name != ".copier-answers.yml")
    return "\n".join(
        f"{path.relative_to(project)}\n{path.read_text(encoding='utf-8', errors='replace')}" for path in ours
    )


class Browser:
    """Sends forms as a browser does: with its cookies and the page's token."""

    def __init__(self, url: str, *, scheme: str = "http") -> None:
        self.address = urllib.parse.urlsplit(url).netloc
        self.cookies: dict[str, str] = {}
        self.scheme = scheme

    def get(self, path: str, *, host: str | None = None) -> tuple[int, http.client.HTTPMessage, str]:
        """Open a page; redirects are not followed."""
        return self._send("GET", path, None, host)

    def post(self, path: str, **fields: str) -> tuple[int, http.client.HTTPMessage, str]:
        """Send a form as it is."""
        return self._send("POST", path, urllib.parse.urlencode(fields), None)

    def submit(self, path: str, **fields: str) -> tuple[int, http.client.HTTPMessage, str]:
        """Open a page and send its form."""
        found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.get(path)[2])
        assert found, f"there is no form at {path}"
        return self.post(path, csrf_token=found[1], **fields)

    def _send(
        self, method: str, path: str, body: str | None, host: str | None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        headers = {
            "Host": host or self.address,
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Referer": f"{self.scheme}://{self.address}{path}".replace("\t", ""),
            "X-Forwarded-Proto": self.scheme,
        }
        connection = http.client.HTTPConnection(self.address, timeout=20)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            for cookie in response.msg.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return response.status, response.msg, response.read().decode()
        finally:
            connection.close()
