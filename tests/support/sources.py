"""Template sources for tests: Waypost's own, copied, and small ones that fail or write what a test needs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from waypost.questions.catalogue import Catalogue, load_catalogue
from waypost.sources.embedded import TemplateSource

ROOT = Path(__file__).parents[2]
TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
# Three files and an empty module: all that many projects in one test need.
SMALL: Mapping[str, str] = {
    ".env.example": "# Copy to .env\nSECRET_KEY=change-me\nDEBUG=0\n",
    ".gitignore": ".env\n",
    "README.md.jinja": "# {{ project_name }}\n",
    "src/{{ project_slug }}.py": "",
}
RECORD = "{{ _copier_conf.answers_file }}.jinja"
RECORD_TEXT = "# Written by copier.\n{{ _copier_answers | to_nice_yaml }}"


@cache
def catalogue() -> Catalogue:
    """Waypost's own questions."""
    return load_catalogue(ROOT)


def copy_of_our_source(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    """Waypost's own questions in ``folder``; with ``files`` those make up every template, else its own do."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "copier.yml", folder)
    if files is None:
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(ROOT / "templates", folder / "templates", ignore=ignored)
        return folder
    shutil.copytree(ROOT / "templates" / "questions", folder / "templates" / "questions")
    shutil.copy(ROOT / "templates" / "slots.jinja", folder / "templates")
    for template in TEMPLATES:
        for name, text in ({RECORD: RECORD_TEXT} | dict(files)).items():
            path = folder / "templates" / template / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder


def source_of(folder: Path, url: str = "https://templates.invalid/some.git", version: str = "v1.2.3") -> TemplateSource:
    """The folder as a template source that was fetched from ``url``."""
    return TemplateSource(root=folder, url=url, version=version)


def git(*arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """What ``git ARGUMENTS`` prints, without the configuration of whoever runs the tests."""
    alone = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "A Tester"), ("EMAIL", "tester@example.com"))
        },
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *(os.fspath(argument) for argument in arguments)],
        cwd=cwd,
        env={**inherited, **alone, **(env or {})},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, f"git {arguments} in {cwd}: {done.stderr}"
    return done.stdout


def as_repository(folder: Path, *tags: str) -> Path:
    """The folder as a git repository with one commit, which has the ``tags``."""
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "A version", cwd=folder)
    for tag in tags:
        git("tag", tag, cwd=folder)
    return folder
