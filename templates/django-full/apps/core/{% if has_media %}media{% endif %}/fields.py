"""Fields of forms."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from apps.core.media.pictures import cleaned_picture


class PictureField(forms.FileField):
    """A picture that somebody chooses, cleaned by `cleaned_picture`; its file has a random name."""

    widget = forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def __init__(
        self,
        *,
        max_bytes: int | None = None,
        max_pixels: int | None = None,
        max_side: int | None = None,
        **more: Any,
    ) -> None:
        # A long name of the file does not matter, as it gets another one.
        more.pop("max_length", None)
        super().__init__(**more)
        self.limits = {"max_bytes": max_bytes, "max_pixels": max_pixels, "max_side": max_side}

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the cleaned picture; what the row has already where none was chosen, False to remove it."""
        cleaned = super().clean(data, initial)
        return (
            cleaned_picture(cleaned, **self.limits)
            if isinstance(cleaned, UploadedFile)
            else cleaned
        )
