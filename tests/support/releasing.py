"""Copies of this checkout in which releases with invented versions can be cut."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from support.sources import ROOT, TEMPLATES, as_repository, copy_of_our_source, git

FILES = {"README.md.jinja": "# {{ project_name }}\n", "run.sh": "#!/bin/sh\n"}


class Checkout:
    """A copy of this checkout with small templates and no releases, as a git repository of its own."""

    def __init__(self, folder: Path, *, is_made: bool = False) -> None:
        self.folder = folder
        if not is_made:
            self._make()

    def _make(self) -> None:
        folder = copy_of_our_source(self.folder, FILES)
        ignored = shutil.ignore_patterns("__pycache__", "history.bundle")
        shutil.copytree(ROOT / "src", folder / "src", ignore=ignored)
        shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=ignored)
        for name in ("pyproject.toml", ".gitignore"):
            shutil.copy(ROOT / name, folder)
        (folder / "CHANGELOG.md").write_text("# Changelog\n\nWhat changed.\n")
        (folder / "src/waypost/sources/releases.toml").write_text("# Every released version.\n")
        (folder / "changelog.d").mkdir()
        (folder / "changelog.d/README.md").write_text("How to write a fragment.\n")
        (folder / "templates/flask-micro/run.sh").chmod(0o755)
        as_repository(folder)

    def change(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.commit()

    def commit(self) -> None:
        git("add", "--all", cwd=self.folder)
        git("commit", "--quiet", "--message", "A change", cwd=self.folder)

    def release(
        self, version: str, *options: str, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        who = {f"GIT_{role}_{part}": "me@example.com" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        return subprocess.run(
            [sys.executable, "scripts/release.py", version, *options],
            cwd=self.folder,
            env={**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )

    def has_releases(self) -> None:
        """Make two releases; the second changes a template and fixes a weakness."""
        self.change("changelog.d/first.added.md", "The first\nof all releases.\n")
        done = self.release("7.1.0", "--date", "2031-01-02")
        assert done.returncode == 0, done.stderr
        for template in TEMPLATES:
            (self.folder / "templates" / template / "README.md.jinja").write_text("# {{ project_name }}, again\n")
        (self.folder / "changelog.d/b.fixed.md").write_text('A "small" mistake.\n')
        self.change("changelog.d/a.security.md", "A hole.\n")
        done = self.release("7.2.0", "--date", "2031-01-03")
        assert done.returncode == 0, done.stderr

    def at(self, version: str, folder: Path) -> Checkout:
        """A clone of this checkout as it was released as ``version``."""
        git("clone", "--quiet", "--branch", version, self.folder, folder, cwd=folder.parent)
        return Checkout(folder, is_made=True)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a command run this checkout's Waypost instead of the installed one."""
        return {"PYTHONPATH": str(self.folder / "src")}

    @property
    def register(self) -> Path:
        return self.folder / "src/waypost/sources/releases.toml"

    @property
    def bundle(self) -> Path:
        return self.folder / "src/waypost/sources/history.bundle"

    def snapshot(self) -> tuple[str, str, str]:
        return (
            git("rev-parse", "HEAD", cwd=self.folder),
            git("status", "--porcelain", cwd=self.folder),
            git("tag", cwd=self.folder),
        )
