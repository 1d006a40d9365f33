"""The application of uploads."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.core.media.removal import watch


class UploadsConfig(AppConfig):
    """What people upload about themselves: their picture."""

    name = "apps.uploads"
    verbose_name = _("Uploads")

    def ready(self) -> None:
        """Have the files of all models deleted with their rows."""
        watch()
