"""Forms about people."""

from typing import ClassVar

from django import forms

from apps.accounts.models import User


class ProfileForm(forms.ModelForm[User]):
    """What people say about themselves."""

    class Meta:
        """The fields that are theirs to change."""

        model = User
        fields = ("name", "about")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "about": forms.Textarea(attrs={"rows": 5}),
        }
