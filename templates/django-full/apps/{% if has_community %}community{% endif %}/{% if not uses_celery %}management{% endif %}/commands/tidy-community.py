"""`manage.py tidy-community`: what nobody needs any more is not kept."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.community.tidying import tidy


class Command(BaseCommand):
    """Deletes what nobody needs any more."""

    help = "Deletes old notifications, and what was counted to limit people. Run it every night."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete it."""
        self.stdout.write(f"{tidy()} rows are deleted.")
