"""`manage.py makemigrations`, whose migrations pass the project's checks as they are written."""

import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.commands import makemigrations

from config.settings.environment import BASE_DIR


class Command(makemigrations.Command):
    """Writes migrations, and has them formatted."""

    def handle(self, *app_labels: Any, **options: Any) -> None:
        """Write what is missing, and format what was not there before."""
        before = migrations()
        super().handle(*app_labels, **options)
        tidy(migrations() - before)


def migrations() -> set[Path]:
    """Return the files of all migrations of the project."""
    return {*BASE_DIR.glob("apps/*/migrations/*.py")}


def tidy(files: Iterable[Path]) -> None:
    """Format files as the project is, where its tools are installed."""
    names = sorted(str(file) for file in files)
    if names and find_spec("ruff"):
        for action in (("check", "--fix"), ("format",)):
            command = [sys.executable, "-m", "ruff", *action, "--quiet", *names]
            subprocess.run(command, cwd=BASE_DIR, check=False)  # noqa: S603  # files of ours
