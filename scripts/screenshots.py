"""Writes docs/screenshots: pages of new projects in light, in dark and on a narrow screen.

It makes each project and its environment in a temporary folder, serves it, and looks at it with the Chromium of this
machine: ``.venv/bin/python scripts/screenshots.py``.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
PROGRAMS = Path(sys.executable).parent
LARGEST = 60_000
PASSWORD = "Correct-Horse-Battery-9"  # noqa: S105 (of a project that is thrown away)
ADMINISTRATOR = ("create-admin", "--email", "ada@example.com", "--password", PASSWORD)


@dataclass(frozen=True)
class Shot:
    """A page, and how it is looked at; ``is_ada`` after signing in as an administrator."""

    name: str
    path: str
    scheme: Literal["light", "dark"] = "light"
    width: int = 720
    height: int = 440
    is_ada: bool = False


@dataclass(frozen=True)
class Kind:
    """A template, how its project is filled, where one signs in with which fields, and what is looked at."""

    template: str
    manager: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]
    sign_in: str
    fields: tuple[str, str]
    shots: tuple[Shot, ...]


KINDS = (
    Kind(
        "flask-blueprints",
        (".venv/bin/flask",),
        (("db", "upgrade"), ("items", "seed")),
        "/auth/login",
        ("email", "password"),
        (
            Shot("light", "/items/"),
            Shot("dark", "/auth/register", "dark"),
            Shot("mobile", "/items/1", width=360),
        ),
    ),
    Kind(
        "django-full",
        (".venv/bin/python", "manage.py"),
        (("migrate", "-v0"), ("seed",), ADMINISTRATOR),
        "/accounts/login/",
        ("login", "password"),
        (
            Shot("django-home", "/", "dark"),
            Shot("django-profile", "/accounts/profile/", is_ada=True),
            Shot("django-admin", "/admin/accounts/user/", width=1280, is_ada=True),
        ),
    ),
)


def main() -> None:
    """Make the projects, and take the pictures."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("There is no chromium on the PATH; install it first.")
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            _look_at(kind, Path(folder) / "lamp-library", chromium)


def _look_at(kind: Kind, project: Path, chromium: str) -> None:
    answers = (f"template={kind.template}", "project_name=Lamp Library", "accounts=full", "admin=multi-role")
    chosen = [part for answer in answers for part in ("--set", answer)]
    _run(PROGRAMS / "waypost", "new", project, "--defaults", "--no-git", *chosen)
    _run(PROGRAMS / "uv", "venv", "--python", sys.executable, ".venv", cwd=project)
    _run(PROGRAMS / "uv", "pip", "install", "--python", ".venv/bin/python", "--editable", ".", cwd=project)
    program, *script = kind.manager
    for command in kind.commands:
        _run(project / program, *script, *command, cwd=project)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = subprocess.Popen(
            [project / ".venv/bin/gunicorn", "--bind", f"fd://{listener.fileno()}"],
            cwd=project,
            pass_fds=[listener.fileno()],
        )
        try:
            url = _answering(f"http://127.0.0.1:{listener.getsockname()[1]}")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium,
                    args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                )
                for shot in kind.shots:
                    _take(browser, url, kind, shot)
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=40)


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True)


def _answering(url: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=30).close()
        except OSError:
            time.sleep(0.2)
        else:
            return url
    sys.exit(f"{url} does not answer.")


def _take(browser: Browser, url: str, kind: Kind, shot: Shot) -> None:
    FOLDER.mkdir(exist_ok=True)
    size: ViewportSize = {"width": shot.width, "height": shot.height}
    page = browser.new_page(viewport=size, color_scheme=shot.scheme)
    if shot.is_ada:
        page.goto(url + kind.sign_in)
        for field, value in zip(kind.fields, ("ada@example.com", PASSWORD), strict=True):
            page.fill(f"[name={field}]", value)
        page.press(f"[name={kind.fields[1]}]", "Enter")
        page.wait_for_url(lambda address: kind.sign_in not in address)
    answer = page.goto(url + shot.path)
    if answer is None or not answer.ok:
        sys.exit(f"{shot.path} does not answer with a page.")
    picture = FOLDER / f"{shot.name}.png"
    page.screenshot(path=picture)
    page.close()
    if picture.stat().st_size > LARGEST:
        sys.exit(f"{picture} has more than {LARGEST} bytes: choose a smaller part of the page.")


if __name__ == "__main__":
    main()
