"""What staff see of publishing in the admin area. Texts are written, moved and published on the pages made for that."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.admin import ReadOnly
from apps.publishing.models import Page, Redirect, Revision
from apps.publishing.tree import take_turns


@admin.register(Page)
class PageAdmin(admin.ModelAdmin[Page]):
    """Pages: whose they are, what the menu shows, and what is deleted."""

    list_display = ("path", "owner", "state", "in_menu", "published_at", "expires_at")
    list_filter = ("in_menu", "published_at", "expires_at")
    list_select_related = ("owner", "live", "draft")
    search_fields = ("path", "draft__folded", "live__folded", "owner__folded")
    autocomplete_fields = ("owner",)
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("path", "parent", "draft", "live", "write")}),
        (_("What staff decide"), {"fields": ("owner", "in_menu", "position")}),
        (_("Moments"), {"fields": ("created_at", "published_at", "live_since", "expires_at")}),
    )
    readonly_fields = (
        *("path", "parent", "draft", "live", "write"),
        *("created_at", "published_at", "live_since", "expires_at"),
    )

    @admin.display(description=_("text"))
    def write(self, page: Page) -> SafeString:
        """Lead to where it is written."""
        address = reverse("publishing:draft", args=[page.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Write, move and publish"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody make one here, where it would have no text."""
        return False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Let whoever may delete a page delete what nobody may alone: its history."""
        deleted, counts, needed, protected = super().get_deleted_objects(objs, request)
        revisions = self.admin_site.get_model_admin(Revision).opts.verbose_name
        return deleted, counts, needed - {revisions}, protected

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Page) -> None:
        """Delete a page while nobody changes the tree."""
        take_turns()
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Page]) -> None:
        """Delete pages while nobody changes the tree."""
        take_turns()
        super().delete_queryset(request, queryset)


@admin.register(Revision)
class RevisionAdmin(ReadOnly, admin.ModelAdmin[Revision]):
    """What was ever written."""

    list_display = ("title", "page", "number", "author", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("page", "author")
    search_fields = ("folded", "page__path", "author__folded")
    date_hierarchy = "created_at"
    fields = ("page", "number", "title", "summary", "body", "note", "author", "created_at")
    readonly_fields = fields


@admin.register(Redirect)
class RedirectAdmin(admin.ModelAdmin[Redirect]):
    """Addresses that pages had. They come with a move; staff delete those that nobody needs."""

    list_display = ("old_path", "page", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("page",)
    search_fields = ("old_path", "page__path")
    fields = ("old_path", "page", "created_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody make one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody lead an address elsewhere."""
        return False
