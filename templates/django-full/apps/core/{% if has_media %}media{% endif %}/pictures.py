"""Pictures: read, made anew from their pixels, and written as a browser expects them."""

import io
import secrets
import struct
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
# Raised for files that are damaged, or made to do damage.
UNREADABLE = (OSError, EOFError, SyntaxError, ValueError, IndexError, KeyError, struct.error)
TOO_MANY_PIXELS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
QUALITY = 85


def cleaned_picture(
    upload: File[bytes],
    *,
    max_bytes: int | None = None,
    max_pixels: int | None = None,
    max_side: int | None = None,
) -> ContentFile[bytes]:
    """Return a picture that is nothing but a picture, under a random name; ValidationError says what is wrong.

    Its content says whether it is a JPEG, PNG or WebP, and nothing else is taken. It is turned as the camera said, and
    written anew without what else the file held: the place where it was taken, a thumbnail, a script behind the picture.
    With `max_side` a larger one is made smaller. Of moving pictures the first is kept.
    """
    check_size(upload, max_bytes)
    with _opened(upload, max_pixels or settings.MEDIA_MAX_PIXELS) as picture:
        # A JPEG from a camera may hold several pictures; the first one counts.
        kind = "JPEG" if picture.format == "MPO" else str(picture.format)
        try:
            pixels = _pixels(picture, kind, max_side)
        except UNREADABLE as error:
            raise _unreadable() from error
    content = io.BytesIO()
    if kind == "PNG":
        pixels.save(content, kind, optimize=True)
    else:
        pixels.save(content, kind, quality=QUALITY)
    return ContentFile(content.getvalue(), name=f"{secrets.token_hex(16)}.{SUFFIXES[kind]}")


def check_size(upload: File[bytes], max_bytes: int | None = None) -> None:
    """Refuse an upload that is empty or larger than is allowed."""
    limit = max_bytes or settings.MEDIA_MAX_BYTES
    if not upload.size:
        raise ValidationError(_("This file is empty."), code="empty")
    if upload.size > limit:
        raise ValidationError(
            _("This file is too large. It may have at most %(limit)s.")
            % {"limit": filesizeformat(limit)},
            code="too_large",
        )


def _opened(upload: IO[bytes] | File[bytes], max_pixels: int) -> Image.Image:
    """Read what the file says about itself: no pixel is unpacked before their number is known."""
    upload.seek(0)
    try:
        picture = Image.open(upload, formats=FORMATS)
    except TOO_MANY_PIXELS as error:
        raise _too_many_pixels(max_pixels) from error
    except UNREADABLE as error:
        raise _unreadable() from error
    if picture.width * picture.height > max_pixels:
        raise _too_many_pixels(max_pixels)
    return picture


def _pixels(picture: Image.Image, kind: str, max_side: int | None) -> Image.Image:
    """Return the pixels alone, the right way up."""
    if max_side:
        # A large JPEG is unpacked at a half, a quarter or an eighth of its size.
        picture.draft("RGB", (max_side, max_side))
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    has_alpha = kind != "JPEG" and picture.has_transparency_data
    pixels = picture.convert("RGBA" if has_alpha else "RGB")
    if max_side:
        pixels.thumbnail((max_side, max_side))
    pixels.info = {}
    return pixels


def _too_many_pixels(max_pixels: int) -> ValidationError:
    return ValidationError(
        _("This picture has too many pixels. It may have at most %(millions)s million.")
        % {"millions": max_pixels // 1_000_000},
        code="too_many_pixels",
    )


def _unreadable() -> ValidationError:
    return ValidationError(
        _("This is not a picture that we can read. Choose a JPEG, PNG or WebP file."),
        code="not_a_picture",
    )
