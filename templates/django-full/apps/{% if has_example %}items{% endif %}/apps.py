"""The items application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ItemsConfig(AppConfig):
    """An example: people keep items of their own."""

    name = "apps.items"
    verbose_name = _("items")
