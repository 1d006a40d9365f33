"""`manage.py optimizemigration`, whose migrations pass the project's checks as they are written."""

from typing import Any

from django.core.management.commands import optimizemigration

from apps.core.management.formatting import formatted_migrations


class Command(optimizemigration.Command):
    """Optimizes a migration, and has it formatted."""

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Write the migration with fewer operations."""
        with formatted_migrations():
            super().handle(*arguments, **options)
