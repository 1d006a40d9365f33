"""The forms of customers and of staff."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.shop.cart import MOST_PIECES
from apps.shop.models import Order, Product


class CartForm(forms.Form):
    """How many of a product are to be in the cart, or to be added to those that are."""

    product = forms.ModelChoiceField(Product.objects.on_sale())
    quantity = forms.IntegerField(label=_("Quantity"), min_value=0, max_value=MOST_PIECES)
    adds = forms.BooleanField(required=False)


class CheckoutForm(forms.ModelForm[Order]):
    """Where an order goes, and what its customer has seen of it."""

    # The page has these from the cart, so that it shows what is so now, whatever was sent.
    key = forms.UUIDField()
    total = forms.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        """What customers fill in."""

        model = Order
        fields = ("name", "address")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "address": forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"}),
        }


class ProductForm(forms.ModelForm[Product]):
    """What staff say about a product. The stock goes up and down by pieces, as others buy meanwhile."""

    pieces = forms.IntegerField(
        label=_("Add to the stock"),
        initial=0,
        min_value=-1_000_000,
        max_value=1_000_000,
        help_text=_("How many have come in. A number below zero takes some out."),
    )

    class Meta:
        """What is written as it is said; the stock is not."""

        model = Product
        fields = ("name", "slug", "category", "description", "price", "is_active")

    def clean_pieces(self) -> Any:
        """Refuse to take out more than there is."""
        pieces = self.cleaned_data["pieces"]
        if self.instance.stock + pieces < 0:
            raise forms.ValidationError(_("There are not as many in the stock."))
        return pieces
