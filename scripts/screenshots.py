"""Writes docs/screenshots and docs/gallery.md: the pages of new projects in light, in dark and on a phone.

Run it with ``make screenshots``. It makes a project of every template that has pages with every example that there is,
fills it with its sample data, serves it, and looks at it with the Chromium of this machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
PAGE = ROOT / "docs" / "gallery.md"
LOOKS = ("light", "dark", "phone")
HEAD = """\
<!-- Made by `make screenshots`. -->

# What new projects look like

Every template that has pages, with every example that it offers and without one; each page in light, in dark and on a
phone, with the sample data that its start page offers. One stylesheet makes all of them, and a project restyles it with
a few custom properties.
"""


def main() -> None:
    """Take the pictures, put them in the place of the old ones, and write the page that shows them."""
    with tempfile.TemporaryDirectory() as folder:
        command = (sys.executable, "-m", "pytest", "-q", "tests/templates/test_gallery.py")
        variables = {"WAYPOST_SCREENSHOTS": folder, "WAYPOST_PROOF": "1"}
        done = subprocess.run(command, cwd=ROOT, env=os.environ | variables, check=False)
        taken = sorted(Path(folder).iterdir())
        if done.returncode or not taken:
            sys.exit("The pictures could not be taken; those in docs/screenshots are as they were.")
        shutil.rmtree(FOLDER)
        shutil.copytree(folder, FOLDER)
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The page of the gallery, as the pictures that are there ask for it."""
    return HEAD + "\n".join(_sections())


def _sections() -> Iterator[str]:
    for project in sorted(FOLDER.iterdir()):
        yield from ("", f"## {project.name}", "")
        yield from ("| page | light | dark | phone |", "|---|---|---|---|")
        for name, pictures in groupby(sorted(project.iterdir(), key=_page), _page):
            there = {picture.stem.rpartition("-")[2]: picture for picture in pictures}
            cells = (f"![{name}, {look}]({there[look].relative_to(PAGE.parent)})" for look in LOOKS)
            yield f"| {name} | {' | '.join(cells)} |"
    yield ""


def _page(picture: Path) -> str:
    return picture.stem.rpartition("-")[0]


if __name__ == "__main__":
    main()
