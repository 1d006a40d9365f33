"""The shop application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopConfig(AppConfig):
    """A shop: a catalogue, carts, and orders that take from the stock what is there."""

    name = "apps.shop"
    verbose_name = _("Shop")

    def ready(self) -> None:
        """Connect what follows when an account is deleted."""
        from apps.shop import signals
