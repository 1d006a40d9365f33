"""The forms of those who write and publish."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.publishing.models import Page, Revision
from apps.publishing.versions import Text


class TextForm(forms.ModelForm[Revision]):
    """What a page says, and which revision it is based on."""

    based_on = forms.IntegerField(min_value=0, initial=0, widget=forms.HiddenInput)

    class Meta:
        """What a writer types."""

        model = Revision
        fields = ("title", "summary", "body", "note")
        widgets = {"body": forms.Textarea(attrs={"rows": 16})}

    @property
    def text(self) -> Text:
        """What was typed."""
        return Text(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class SlugForm(forms.ModelForm[Page]):
    """Where a page stands: the part of the address that is its own, and what it is below."""

    class Meta:
        """What a writer types of it."""

        model = Page
        fields: tuple[str, ...] = ("slug", "parent")
        help_texts = {"slug": _("The last part of its address, such as opening-hours.")}

    def __init__(self, writer: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = forms.ModelChoiceField(
            Page.objects.known_to(writer), required=False, empty_label="/", label=_("Below")
        )

    def validate_unique(self) -> None:
        """Leave it to `apps.publishing.tree`, which looks while nobody else changes the tree."""


class PlaceForm(SlugForm):
    """The place of a page, as those say who oversee all."""

    class Meta(SlugForm.Meta):
        """What they say of it."""

        fields = ("slug", "parent", "in_menu", "position")


class NumberForm(forms.Form):
    """Which revision is meant, and which one somebody took for the newest."""

    number = forms.IntegerField(min_value=1)
    based_on = forms.IntegerField(min_value=0, required=False)


class PublishForm(NumberForm):
    """Which revision is published, and when, if not at once."""

    publish_at = forms.DateTimeField(required=False, label=_("Publish"))
    expires_at = forms.DateTimeField(required=False, label=_("Expire"))

    def clean(self) -> dict[str, Any]:
        """Refuse a moment to expire where there is none to publish."""
        data = super().clean() or {}
        if data.get("expires_at") and not data.get("publish_at") and not self.errors:
            raise forms.ValidationError(_("Say when it is published, too."))
        return data

    @property
    def moments(self) -> tuple[datetime, datetime | None] | None:
        """When to publish and to withdraw, or None for at once."""
        publish_at = self.cleaned_data["publish_at"]
        return (publish_at, self.cleaned_data["expires_at"]) if publish_at else None
