"""The approvals application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    """Approvals: purchase requests, who decides them in which order, and a trail of all that happened."""

    name = "apps.approvals"
    verbose_name = _("Approvals")

    def ready(self) -> None:
        """Let each `migrate` protect the tables, since a change of a table may take its triggers with it."""
        from apps.approvals import signals
        from apps.approvals.protection import protect

        post_migrate.connect(protect, sender=self)
