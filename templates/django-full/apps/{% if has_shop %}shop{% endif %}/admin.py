"""How staff look after the catalogue and the orders."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.shop.forms import ProductForm, VariantForm
from apps.shop.models import Category, Order, OrderLine, Payment, Product, ProductQuerySet, Variant
from apps.shop.orders import move
from apps.shop.rules import Status


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin[Category]):
    """All categories."""

    list_display = ("name", "slug")
    list_filter = ("products__is_active",)
    search_fields = ("folded",)
    prepopulated_fields = {"slug": ("name",)}


class VariantInline(admin.StackedInline[Variant, Product]):
    """The variants of a product, of which there is one at least."""

    model = Variant
    form = VariantForm
    fields = ("name", "sku", "own_price", "stock", "pieces")
    readonly_fields = ("stock",)
    extra = 0
    min_num = 1
    # A cart holds as many products.
    max_num = 50

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Insist on the first one."""
        return super().get_formset(request, obj, validate_min=True, **kwargs)


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin[Product]):
    """All products, those that are no longer on sale too."""

    form = ProductForm
    list_display = ("name", "category", "price", "stock", "is_active")
    list_filter = ("is_active", "category", "created_at")
    list_select_related = ("category",)
    search_fields = ("folded", "category__folded", "variants__sku")
    autocomplete_fields = ("category",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("created_at",)
    fields = (*ProductForm.Meta.fields, "created_at")
    inlines = (VariantInline,)

    def get_queryset(self, request: HttpRequest) -> ProductQuerySet:
        """Return the products with their variants, whose stock the list shows."""
        return Product.objects.for_display()

    @admin.display(description=_("stock"))
    def stock(self, product: Product) -> int:
        """Return how many there are."""
        return product.stock

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the variants, and change their stock by as many pieces as came in or went out."""
        super().save_formset(request, form, formset, change)
        for each in formset.initial_forms + formset.extra_forms:
            pieces = each.cleaned_data.get("pieces")
            if pieces and each.instance.pk and not each.instance.add_stock(pieces):
                text = gettext("The stock has not been changed: others have bought meanwhile.")
                messages.error(request, text)


class OrderLineInline(admin.TabularInline[OrderLine, Order]):
    """What was ordered, which nobody changes."""

    model = OrderLine
    fields = ("name", "price", "quantity", "tax_rate", "tax")
    readonly_fields = fields
    can_delete = False
    max_num = 0


class PaymentInline(admin.TabularInline[Payment, Order]):
    """What the provider has said about the payment."""

    model = Payment
    fields = ("reference", "amount", "currency", "status", "created_at")
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
    fields = (
        *("customer", "status", "shipping", "total", "currency", "created_at"),
        *("name", "street", "postcode", "city", "country"),
    )
    readonly_fields = (
        *("customer", "status", "shipping", "total", "currency", "created_at", "country"),
    )
    inlines = (OrderLineInline, PaymentInline)
    actions = ("mark_as_paid", "mark_as_sent", "cancel", "refund")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody make one: customers do, in the shop."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let nobody delete one: it is cancelled."""
        return False

    def save_model(self, request: Any, obj: Order, form: Any, change: bool) -> None:
        """Save where it goes, and nothing that may have changed meanwhile."""
        obj.save(update_fields=["name", "street", "postcode", "city"])

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
        """Give up these, which have not been paid."""
        self.move_all(request, orders, Status.CANCELLED)

    @admin.action(description=_("Refund"), permissions=["change"])
    def refund(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        """Send back what was paid for these."""
        self.move_all(request, orders, Status.REFUNDED)

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
