"""How staff look after departments and rules, and read the rest. Requests go on by their pages alone."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from apps.approvals.models import (
    ApprovalRule,
    AuditEntry,
    Delegation,
    Department,
    PurchaseRequest,
    Step,
)


class ReadOnly:
    """What nobody makes, changes or deletes here, whatever their rights."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let nobody make one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let nobody change one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let nobody delete one."""
        return False


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin[Department]):
    """All departments."""

    list_display = ("name", "is_active")
    list_filter = ("is_active",)
    search_fields = ("folded",)


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(admin.ModelAdmin[ApprovalRule]):
    """Who approves what. A change counts for what is submitted from then on."""

    list_display = ("department", "from_amount", "currency", "approver", "backup", "days")
    list_filter = ("currency", "department")
    list_select_related = ("department", "approver", "backup")
    search_fields = ("department__folded", "approver__folded", "backup__folded")
    autocomplete_fields = ("department", "approver", "backup")


class StepInline(ReadOnly, admin.TabularInline[Step, PurchaseRequest]):
    """Who had to decide, and what they did."""

    model = Step
    fields = ("round", "position", "approver", "due_at", "outcome", "decided_by", "decided_at")
    readonly_fields = fields


@admin.register(PurchaseRequest)
class PurchaseRequestAdmin(ReadOnly, admin.ModelAdmin[PurchaseRequest]):
    """All requests, to read."""

    list_display = ("__str__", "title", "department", "requester", "amount", "currency", "status")
    list_filter = ("status", "currency", "department", "created_at")
    list_select_related = ("department", "requester")
    search_fields = ("=pk", "folded", "requester__folded")
    date_hierarchy = "created_at"
    readonly_fields = ("department", "requester")
    inlines = (StepInline,)


@admin.register(Delegation)
class DelegationAdmin(ReadOnly, admin.ModelAdmin[Delegation]):
    """Who decides for whom, to read."""

    list_display = ("principal", "delegate", "starts_at", "ends_at")
    list_filter = ("starts_at", "ends_at")
    list_select_related = ("principal", "delegate")
    search_fields = ("principal__folded", "delegate__folded")
    readonly_fields = ("principal", "delegate")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let those delete them who delete accounts, since they go with these."""
        return request.user.has_perm("approvals.delete_delegation")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, admin.ModelAdmin[AuditEntry]):
    """All that happened, to read."""

    list_display = ("created_at", "actor", "action", "request")
    list_filter = ("action", "created_at")
    list_select_related = ("request",)
    search_fields = ("actor", "comment")
    readonly_fields = ("request",)
