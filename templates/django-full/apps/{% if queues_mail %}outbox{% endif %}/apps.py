"""The outbox application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    """Keeps each mail until it is delivered."""

    name = "apps.outbox"
    verbose_name = _("Outbox")
