"""Writes docs/screenshots: pages of a new flask-blueprints project in light, in dark and on a narrow screen.

It makes the project and its environment in a temporary folder, serves it, and looks at it with the Chromium of this
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
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
PROGRAMS = Path(sys.executable).parent
LARGEST = 60_000
ANSWERS = ("template=flask-blueprints", "project_name=Lamp Library", "accounts=full", "admin=multi-role")
SCREENS: tuple[tuple[str, str, Literal["light", "dark"], int, int], ...] = (
    ("light", "/items/", "light", 720, 440),
    ("dark", "/auth/register", "dark", 720, 440),
    ("mobile", "/items/1", "light", 360, 440),
)


def main() -> None:
    """Make the project, and take the pictures."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("There is no chromium on the PATH; install it first.")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "lamp-library"
        chosen = [part for answer in ANSWERS for part in ("--set", answer)]
        _run(PROGRAMS / "waypost", "new", project, "--defaults", "--no-git", *chosen)
        _run(PROGRAMS / "uv", "venv", "--python", sys.executable, ".venv", cwd=project)
        _run(PROGRAMS / "uv", "pip", "install", "--python", ".venv/bin/python", "--editable", ".", cwd=project)
        _run(project / ".venv/bin/flask", "db", "upgrade", cwd=project)
        _run(project / ".venv/bin/flask", "items", "seed", cwd=project)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = subprocess.Popen(
                [project / ".venv/bin/gunicorn", "--bind", f"fd://{listener.fileno()}"],
                cwd=project,
                pass_fds=[listener.fileno()],
            )
            try:
                url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(
                        executable_path=chromium,
                        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                    )
                    _take(browser, _answering(url))
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


def _take(browser: Browser, url: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, path, scheme, width, height in SCREENS:
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        page.goto(url + path)
        picture = FOLDER / f"{name}.png"
        page.screenshot(path=picture)
        size = picture.stat().st_size
        if size > LARGEST:
            sys.exit(f"{picture} has {size} bytes, more than {LARGEST}: choose a smaller part of the page.")


if __name__ == "__main__":
    main()
