"""The form of the tokens' page."""

from django import forms

from apps.api.models import ApiToken


class TokenForm(forms.ModelForm[ApiToken]):
    """What to call a new token."""

    class Meta:
        """A name is all that people choose."""

        model = ApiToken
        fields = ("name",)
