"""The API application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """The REST API: its document, its errors, its tokens."""

    name = "apps.api"
    verbose_name = _("API")
