"""The forms of the community."""

import uuid
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.community import rules
from apps.community.models import Comment, Post, Profile, Report


class JoinForm(forms.ModelForm[Profile]):
    """How somebody wants to be called."""

    class Meta:
        """What is asked for first; the rest is in the settings."""

        model = Profile
        fields = ("handle", "name", "is_private")
        help_texts: ClassVar[dict[str, Any]] = {
            "handle": _(
                "3 to 30 small letters, digits and underscores. It cannot be changed later."
            )
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "handle": forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
        }

    def clean_handle(self) -> str:
        """Return the handle, unless it would look official."""
        handle: str = self.cleaned_data["handle"]
        if handle in rules.RESERVED:
            raise forms.ValidationError(_("Nobody can have this handle. Choose another one."))
        return handle


class ProfileForm(forms.ModelForm[Profile]):
    """What people say about themselves, and who reads it."""

    class Meta:
        """The fields that are theirs to change."""

        model = Profile
        fields = ("name", "about", "is_private")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "about": forms.Textarea(attrs={"rows": 3}),
        }


class WritingForm(forms.ModelForm[Any]):
    """A text, with a key that makes of a form that is sent twice one row."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"key": uuid.uuid4()}, **kwargs})


class PostForm(WritingForm):
    """A post."""

    class Meta:
        """What is written."""

        model = Post
        fields = ("text",)
        labels: ClassVar[dict[str, Any]] = {"text": _("What is new?")}
        help_texts: ClassVar[dict[str, Any]] = {"text": _("Up to 500 characters.")}
        widgets: ClassVar[dict[str, forms.Widget]] = {"text": forms.Textarea(attrs={"rows": 3})}


class CommentForm(WritingForm):
    """A comment."""

    class Meta:
        """What is said."""

        model = Comment
        fields = ("text",)
        labels: ClassVar[dict[str, Any]] = {"text": _("Your comment")}
        widgets: ClassVar[dict[str, forms.Widget]] = {"text": forms.Textarea(attrs={"rows": 2})}


class ReportForm(forms.ModelForm[Report]):
    """What is wrong with something."""

    class Meta:
        """What moderators want to know."""

        model = Report
        fields = ("reason", "note")
        labels: ClassVar[dict[str, Any]] = {"note": _("What should we know?")}
        widgets: ClassVar[dict[str, forms.Widget]] = {"note": forms.Textarea(attrs={"rows": 3})}


class DecisionForm(forms.Form):
    """What a moderator does about a report."""

    decision = forms.TypedChoiceField(
        coerce=Report.Decision,
        choices=[(one, one.label) for one in Report.Decision if one != "none"],
    )


class DeleteForm(forms.Form):
    """What only a person would type who wants to delete their account."""

    handle = forms.CharField(
        label=_("Your handle"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, profile: Profile, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.profile = profile

    def clean_handle(self) -> str:
        """Refuse what is not their handle."""
        handle: str = self.cleaned_data["handle"]
        if handle.removeprefix("@") != self.profile.handle:
            raise forms.ValidationError(_("Type your handle to delete the account."))
        return handle
