"""Forms of uploads."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.media import PictureField

# A picture is shown no larger than half of this; screens of phones have two pixels for one.
LONGEST_SIDE = 512


class ProfilePictureForm(forms.Form):
    """A picture of oneself."""

    picture = PictureField(
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP. Where it was taken is left out."),
        max_side=LONGEST_SIDE,
    )
