"""Migrations that Django writes are formatted as the project is, where its tools are installed."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from config.settings.environment import BASE_DIR


@contextmanager
def formatted_migrations() -> Iterator[None]:
    """Format the migrations that are written meanwhile."""
    before = migrations()
    yield
    tidy(path for path, _ in migrations() - before)


def migrations() -> set[tuple[Path, int]]:
    """Return the files of all migrations of the project, with the times of their last change."""
    return {(path, path.stat().st_mtime_ns) for path in BASE_DIR.glob("apps/*/migrations/*.py")}


def tidy(files: Iterable[Path]) -> None:
    """Format files where the project's tools are installed."""
    names = sorted(str(file) for file in files)
    if names and find_spec("ruff"):
        for action in (("check", "--fix"), ("format",)):
            command = [sys.executable, "-m", "ruff", *action, "--quiet", *names]
            subprocess.run(command, cwd=BASE_DIR, check=False)  # noqa: S603  # files of ours
