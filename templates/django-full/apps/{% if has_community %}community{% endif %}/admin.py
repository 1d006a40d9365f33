"""What staff see of the community. Moderators decide on their page; here nothing is changed but who is suspended."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.community.models import Comment, Post, Profile, Report
from apps.community.moderation import MODERATE, reinstate


class LookOnlyAdmin(admin.ModelAdmin[Any]):
    """What people make themselves: staff look at it. Only who may delete accounts deletes it with them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody write in somebody's name."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let nobody change what somebody has written."""
        return False


@admin.register(Profile)
class ProfileAdmin(LookOnlyAdmin):
    """People."""

    list_display = ("handle", "name", "is_private", "suspended_at", "created_at")
    list_filter = ("is_private", ("suspended_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("folded", "user__folded")
    date_hierarchy = "created_at"
    fields = ("user", "handle", "name", "about", "is_private", "suspended_at", "created_at")
    readonly_fields = fields
    actions = ("reinstate",)

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody decides on reports."""
        return bool(request.user.has_perm(MODERATE))

    @admin.action(description=_("End the suspension"), permissions=["moderate"])
    def reinstate(self, request: HttpRequest, profiles: QuerySet[Profile]) -> None:
        """Let these people back in."""
        suspended = list(profiles.exclude(suspended_at=None))
        for profile in suspended:
            reinstate(profile)
            self.log_change(request, profile, "reinstated")
        text = ngettext("%(count)d person is back.", "%(count)d people are back.", len(suspended))
        messages.success(request, text % {"count": len(suspended)})


@admin.register(Post)
class PostAdmin(LookOnlyAdmin):
    """Posts."""

    list_display = ("__str__", "author", "created_at", "removed_at")
    list_filter = (("removed_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("author",)
    search_fields = ("folded", "author__folded")
    date_hierarchy = "created_at"
    fields = ("author", "text", "created_at", "removed_at")
    readonly_fields = fields


@admin.register(Comment)
class CommentAdmin(LookOnlyAdmin):
    """Comments."""

    list_display = ("__str__", "author", "created_at", "removed_at")
    list_filter = (("removed_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("author",)
    search_fields = ("text", "author__folded")
    date_hierarchy = "created_at"
    fields = ("author", "post", "text", "created_at", "removed_at")
    readonly_fields = fields


@admin.register(Report)
class ReportAdmin(LookOnlyAdmin):
    """Reports, and who has decided what."""

    list_display = ("__str__", "person", "decision", "decided_by", "created_at")
    list_filter = ("decision", "reason", "created_at")
    list_select_related = ("person", "decided_by")
    search_fields = ("note", "person__folded")
    date_hierarchy = "created_at"
    fields = (
        *("reporter", "person", "post", "comment", "reason", "note", "created_at"),
        *("decision", "decided_by", "decided_at"),
    )
    readonly_fields = fields
