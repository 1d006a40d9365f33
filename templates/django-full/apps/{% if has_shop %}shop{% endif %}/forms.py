"""The forms of customers and of staff."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.shop.cart import MOST_PIECES
from apps.shop.models import Order, Product, Variant
from apps.shop.orders import Destination
from apps.shop.rates import HOME, countries


class CartForm(forms.Form):
    """How many of a variant are to be in the cart, or to be added to those that are."""

    variant = forms.ModelChoiceField(
        Variant.objects.filter(product__is_active=True).select_related("product")
    )
    quantity = forms.IntegerField(label=_("Quantity"), min_value=0, max_value=MOST_PIECES)
    adds = forms.BooleanField(required=False)


class CheckoutForm(forms.ModelForm[Order]):
    """Where an order goes, and what its customer has seen of it."""

    # The page has these from the cart, so that it shows what is so now, whatever was sent.
    key = forms.UUIDField()
    total = forms.DecimalField(max_digits=12, decimal_places=2)
    country = forms.ChoiceField(
        label=_("Country"),
        choices=countries,
        initial=HOME,
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )

    class Meta:
        """What customers fill in."""

        model = Order
        fields = ("name", "street", "postcode", "city")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "postcode": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Orders from before there were such fields may lack them; new ones do not.
        for name in ("postcode", "city"):
            self.fields[name].required = True

    def destination(self) -> Destination:
        """Return where the order goes."""
        names = ("name", "street", "postcode", "city", "country")
        return Destination(**{name: self.cleaned_data[name] for name in names})


class ProductForm(forms.ModelForm[Product]):
    """What staff say about a product."""

    class Meta:
        """What is written as it is said."""

        model = Product
        fields = ("name", "slug", "category", "description", "price", "tax_class", "is_active")


# Of a variant, in a form that the admin area may give other fields as well.
WRITTEN = ("name", "sku", "own_price")


class VariantForm(forms.ModelForm[Variant]):
    """What staff say about a variant. Its stock goes up and down by pieces, as others buy meanwhile."""

    pieces = forms.IntegerField(
        label=_("Add to the stock"),
        initial=0,
        min_value=-1_000_000,
        max_value=1_000_000,
        help_text=_("How many have come in. A number below zero takes some out."),
    )

    class Meta:
        """What is written as it is said; the stock is not."""

        model = Variant
        fields = WRITTEN

    def clean_pieces(self) -> Any:
        """Refuse to take out more than there is."""
        pieces = self.cleaned_data["pieces"]
        if self.instance.stock + pieces < 0:
            raise forms.ValidationError(_("There are not as many in the stock."))
        return pieces

    def save(self, commit: bool = True) -> Variant:
        """Save what was said, and leave the stock to those who buy meanwhile."""
        if commit and self.instance.pk:
            self.instance.save(update_fields=WRITTEN)
            return self.instance
        return super().save(commit)
