"""`manage.py squashmigrations`, whose migrations pass the project's checks as they are written."""

from typing import Any

from django.core.management.commands import squashmigrations

from apps.core.management.formatting import formatted_migrations


class Command(squashmigrations.Command):
    """Squashes migrations, and has the new one formatted."""

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Write one migration for several."""
        with formatted_migrations():
            super().handle(*arguments, **options)
