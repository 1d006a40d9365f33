"""What is sold, and what has been ordered of it."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Of all prices.
CURRENCY = "EUR"


class Category(models.Model):
    """Products that belong together."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(
        _("address"), max_length=80, unique=True, help_text=_("The last part of its address.")
    )

    class Meta:
        """How categories are called and sorted."""

        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("shop:category", args=[self.slug])


class ProductQuerySet(models.QuerySet["Product"]):
    """Questions asked about products."""

    def on_sale(self) -> "ProductQuerySet":
        """Return what customers may see."""
        return self.filter(is_active=True)

    def matching(self, words: str) -> "ProductQuerySet":
        """Return the products whose name or description holds these words."""
        if not words:
            return self
        return self.filter(models.Q(name__icontains=words) | models.Q(description__icontains=words))

    def in_category(self, slug: str) -> "ProductQuerySet":
        """Return the products of a category."""
        return self.filter(category__slug=slug) if slug else self


class Product(models.Model):
    """Something that is sold. Prices are in one currency."""

    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        related_name="products",
        verbose_name=_("category"),
    )
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(
        _("address"), max_length=80, unique=True, help_text=_("The last part of its address.")
    )
    description = models.TextField(_("description"), max_length=2000, blank=True)
    price = models.DecimalField(
        _("price"),
        max_digits=10,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    stock = models.PositiveIntegerField(_("stock"), default=0)
    is_active = models.BooleanField(
        _("on sale"), default=True, help_text=_("Take this away instead of deleting a product.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[models.Manager["Product"]] = ProductQuerySet.as_manager()

    class Meta:
        """How products are called and sorted, and what they can never be."""

        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=["-created_at"], name="product_newest"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(price__gt=0), name="product_has_price"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("shop:product", args=[self.slug])

    def add_stock(self, pieces: int) -> bool:
        """Put pieces into the stock, or take them out if there are as many, whoever buys meanwhile."""
        enough = Product.objects.filter(pk=self.pk, stock__gte=-pieces)
        return enough.update(stock=F("stock") + pieces) == 1


class Status(models.TextChoices):
    """How far an order has come."""

    PLACED = "placed", _("placed")
    PAID = "paid", _("paid")
    SENT = "sent", _("sent")
    CANCELLED = "cancelled", _("cancelled")


class OrderQuerySet(models.QuerySet["Order"]):
    """Questions asked about orders."""

    def of(self, user_id: int | None) -> "OrderQuerySet":
        """Return somebody's orders: none for nobody."""
        return self.filter(customer_id=user_id)


class Order(models.Model):
    """What somebody has ordered, at the prices of that moment."""

    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="orders",
        verbose_name=_("customer"),
    )
    key = models.UUIDField(_("cart"), unique=True, editable=False)
    status = models.CharField(
        _("state"), max_length=10, choices=Status.choices, default=Status.PLACED, editable=False
    )
    name = models.CharField(_("name"), max_length=80)
    address = models.TextField(_("address"), max_length=500)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2, editable=False)
    created_at = models.DateTimeField(_("placed"), auto_now_add=True)

    objects: ClassVar[models.Manager["Order"]] = OrderQuerySet.as_manager()

    class Meta:
        """How orders are called, sorted and found."""

        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["customer", "-created_at"], name="order_customer_newest"),
            models.Index(fields=["status", "-created_at"], name="order_status_newest"),
        )

    def __str__(self) -> str:
        return gettext("Order %(number)s") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("shop:order", args=[self.pk])


class OrderLine(models.Model):
    """So many of one product, as it was called and what it cost then."""

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="lines", verbose_name=_("order")
    )
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    name = models.CharField(_("name"), max_length=80)
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        """How lines are called and sorted; a product is in one of them."""

        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["order", "product"], name="one_line_a_product"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def total(self) -> Decimal:
        """What the line costs."""
        return self.price * self.quantity
