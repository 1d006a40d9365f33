"""`manage.py count-next-courses`: what others who took a course went on to."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.courses.recommendations import count_next_courses


class Command(BaseCommand):
    """Counts for each course which others its students went on to."""

    help = "Counts what others who took a course went on to. Run it every night."

    def handle(self, *args: Any, **options: Any) -> None:
        """Count afresh."""
        self.stdout.write(f"{count_next_courses()} pairs of courses are shown.")
