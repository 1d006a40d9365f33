"""`manage.py rebuild-suggestions`."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.items import suggestions


class Command(BaseCommand):
    """Makes the suggestions anew."""

    help = "Makes the search's suggestions anew from the database: after an import, or with a new Redis."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild them and say how many items there were."""
        self.stdout.write(f"Suggestions are made from {suggestions.rebuild()} items.")
