"""The accounts application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People: sign-up, sign-in, profiles and groups."""

    name = "apps.accounts"
    verbose_name = _("accounts")
