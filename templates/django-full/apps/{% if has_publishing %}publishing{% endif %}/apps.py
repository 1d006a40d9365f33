"""The application of publishing."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.apps.registry import Apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    """Pages in a tree, with drafts beside what is published."""

    name = "apps.publishing"
    verbose_name = _("Publishing")

    def ready(self) -> None:
        """Have `migrate` complete the database with the row that whoever changes the tree holds."""
        post_migrate.connect(make_tree, sender=self)


def make_tree(using: str, apps: Apps = installed, **_details: Any) -> None:
    """Make the one row of the tree, where it is not there yet."""
    try:
        tree = apps.get_model("publishing", "Tree")
    except LookupError:
        return  # The database has been taken back to before there was one.
    tree.objects.using(using).get_or_create(pk=1)
