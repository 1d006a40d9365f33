"""`manage.py escalate-approvals`: what is overdue goes to whoever stands in. For cron, every hour."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.approvals.deadlines import escalate


class Command(BaseCommand):
    """Passes on overdue steps."""

    help = "Passes overdue steps on to whoever stands in. Run it every hour."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many there were."""
        count = escalate()
        self.stdout.write(f"{count} {'step' if count == 1 else 'steps'} passed on.")
