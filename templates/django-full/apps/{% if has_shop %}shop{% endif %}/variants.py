"""Variants of products: what a customer really takes home."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _


class Variant(models.Model):
    """One kind of a product, such as a colour or a size, with a stock of its own."""

    product = models.ForeignKey(
        "shop.Product", on_delete=models.CASCADE, related_name="variants", verbose_name=_("product")
    )
    name = models.CharField(
        _("variant"), max_length=80, blank=True, help_text=_("Empty where there is only one.")
    )
    sku = models.CharField(_("article number"), max_length=40, unique=True)
    own_price = models.DecimalField(
        _("own price"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("Empty: the price of the product."),
    )
    stock = models.PositiveIntegerField(_("stock"), default=0)

    class Meta:
        """How variants are called and sorted, and what they can never be."""

        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["product", "name"], name="one_variant_a_name"),
            models.CheckConstraint(
                condition=models.Q(own_price__isnull=True) | models.Q(own_price__gt=0),
                name="variant_has_price",
            ),
        )

    def __str__(self) -> str:
        return f"{self.product.name}, {self.name}" if self.name else self.product.name

    @property
    def price(self) -> Decimal:
        """What a piece costs."""
        return self.product.price if self.own_price is None else self.own_price

    def add_stock(self, pieces: int) -> bool:
        """Put pieces into the stock, or take them out if there are as many, whoever buys meanwhile."""
        enough = Variant.objects.filter(pk=self.pk, stock__gte=-pieces)
        return enough.update(stock=F("stock") + pieces) == 1
