"""`manage.py keep-the-schedule`: publish what is due and withdraw what has expired."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.publishing.versions import keep_the_schedule


class Command(BaseCommand):
    """Keeps the schedule; run it every minute."""

    help = "Publishes the pages that are due, and withdraws those that have expired."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do both, and say how many pages it were."""
        published, expired = keep_the_schedule()
        self.stdout.write(f"{published} published, {expired} withdrawn.")
