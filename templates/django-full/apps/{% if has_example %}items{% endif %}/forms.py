"""Forms about items."""

from typing import ClassVar

from django import forms

from apps.items.models import Item


class ItemForm(forms.ModelForm[Item]):
    """What can be said about an item."""

    class Meta:
        """The fields that are the owner's to fill."""

        model = Item
        fields = ("name", "description")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "description": forms.Textarea(attrs={"rows": 5})
        }
