"""The application that reports errors."""

from django.apps import AppConfig
from django.conf import settings


class ErrorReportsConfig(AppConfig):
    """Reports errors where SENTRY_DSN says to whom."""

    name = "apps.error_reports"

    def ready(self) -> None:
        """Begin, now that Django knows its applications."""
        if settings.SENTRY_DSN:
            from apps.error_reports.reports import start  # costs nothing without one

            start()
