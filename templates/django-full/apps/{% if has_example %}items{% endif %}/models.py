"""Items and whose they are."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class ItemQuerySet(models.QuerySet["Item"]):
    """Questions asked about items."""

    def of(self, user_id: int | None) -> "ItemQuerySet":
        """Return somebody's items: none for nobody."""
        return self.filter(owner_id=user_id)

    def named(self, words: str) -> "ItemQuerySet":
        """Return the items whose name holds these words."""
        return self.filter(name__icontains=words) if words else self


class Item(models.Model):
    """Something that somebody keeps."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="items",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(_("description"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects: ClassVar[models.Manager["Item"]] = ItemQuerySet.as_manager()

    class Meta:
        """How items are called, sorted and found."""

        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=["owner", "-created_at"], name="item_owner_newest"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("items:detail", args=[self.pk])
