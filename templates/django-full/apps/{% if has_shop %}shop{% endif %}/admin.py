"""How staff look after the catalogue and the orders."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.shop.forms import ProductForm
from apps.shop.models import Category, Order, OrderLine, Product, Status
from apps.shop.orders import move


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin[Category]):
    """All categories."""

    list_display = ("name", "slug")
    list_filter = ("products__is_active",)
    search_fields = ("folded",)
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin[Product]):
    """All products, those that are no longer on sale too."""

    form = ProductForm
    list_display = ("name", "category", "price", "stock", "is_active")
    list_filter = ("is_active", "category", "created_at")
    list_select_related = ("category",)
    search_fields = ("folded", "category__folded")
    autocomplete_fields = ("category",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("stock", "created_at")
    fieldsets = (
        (None, {"fields": ("name", "slug", "category", "description", "price", "is_active")}),
        (_("Stock"), {"fields": ("stock", "pieces")}),
        (_("Dates"), {"fields": ("created_at",)}),
    )

    def save_model(
        self, request: HttpRequest, obj: Product, form: ModelForm[Product], change: bool
    ) -> None:
        """Save what was said, and leave the stock to those who buy meanwhile."""
        obj.save(update_fields=ProductForm.Meta.fields if change else None)
        if not obj.add_stock(form.cleaned_data["pieces"]):
            text = gettext("The stock has not been changed: others have bought meanwhile.")
            messages.error(request, text)


class OrderLineInline(admin.TabularInline[OrderLine, Order]):
    """What was ordered, which nobody changes."""

    model = OrderLine
    fields = ("name", "price", "quantity")
    readonly_fields = fields
    can_delete = False
    max_num = 0


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin[Order]):
    """All orders. Customers make them; staff move them on, and correct where they go."""

    list_display = ("__str__", "customer", "status", "total", "created_at")
    list_filter = ("status", "created_at")
    list_select_related = ("customer",)
    search_fields = ("=pk", "folded", "customer__folded")
    date_hierarchy = "created_at"
    fields = ("customer", "status", "total", "created_at", "name", "address")
    readonly_fields = ("customer", "status", "total", "created_at")
    inlines = (OrderLineInline,)
    actions = ("mark_as_paid", "mark_as_sent", "cancel")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody make one: customers do, in the shop."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let nobody delete one: it is cancelled."""
        return False

    def save_model(self, request: Any, obj: Order, form: Any, change: bool) -> None:
        """Save where it goes, and nothing that may have changed meanwhile."""
        obj.save(update_fields=["name", "address"])

    @admin.action(description=_("Mark as paid"), permissions=["change"])
    def mark_as_paid(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        """Note that these have been paid."""
        self.move_all(request, orders, Status.PAID)

    @admin.action(description=_("Mark as sent"), permissions=["change"])
    def mark_as_sent(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        """Note that these are on their way."""
        self.move_all(request, orders, Status.SENT)

    @admin.action(description=_("Cancel, and put back into the stock"), permissions=["change"])
    def cancel(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        """Give up these."""
        self.move_all(request, orders, Status.CANCELLED)

    def move_all(self, request: HttpRequest, orders: QuerySet[Order], status: Status) -> None:
        """Give orders a state, note it, and say of how many it could not be."""
        left = 0
        for order in orders:
            if move(order, status):
                self.log_change(request, order, str(status.label))
            else:
                left += 1
        if left:
            text = ngettext(
                "%(count)d order cannot have this state now.",
                "%(count)d orders cannot have this state now.",
                left,
            )
            messages.error(request, text % {"count": left})
        else:
            messages.success(request, gettext("Done."))
