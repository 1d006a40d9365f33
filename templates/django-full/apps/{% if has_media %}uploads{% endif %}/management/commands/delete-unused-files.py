"""`manage.py delete-unused-files`: deletes what no row names."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.core.media.removal import unused_files

# Younger ones may belong to a row that is about to be committed.
SPARED = timedelta(days=1)


class Command(BaseCommand):
    """Deletes the files that failed transactions and storages that were away have left behind."""

    help = "Deletes uploaded files that no row names and that are older than a day. Run it every night."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them, and say how many there were."""
        count = 0
        for storage, file in unused_files(timezone.now() - SPARED):
            storage.delete(file)
            count += 1
        self.stdout.write(f"Deleted {count} files that nothing names.")
