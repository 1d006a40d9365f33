"""`manage.py startapp NAME` for this project's layout."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import startapp

from config.settings.environment import BASE_DIR

APP_TEMPLATE = Path(__file__).parent.parent / "app_template"


class Command(startapp.Command):
    """Makes an application in apps/, where it is found and installed without further entry."""

    help = "Makes an application in apps/NAME; it is installed from then on."

    def handle(self, **options: Any) -> None:  # type: ignore[override]  # as in Django
        """Make the application's folder and fill it."""
        folder = Path(options["directory"] or BASE_DIR / "apps" / options["name"])
        try:
            folder.mkdir()
        except OSError as error:
            raise CommandError(f"{folder} cannot be made: {error.strerror}.") from error
        options |= {
            "directory": str(folder),
            "template": options["template"] or str(APP_TEMPLATE),
        }
        try:
            super().handle(**options)
        except CommandError:
            folder.rmdir()
            raise
