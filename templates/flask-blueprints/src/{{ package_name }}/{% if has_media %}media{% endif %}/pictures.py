"""Pictures: read, made anew from their pixels, and written as a browser expects them."""

import io
import struct
from typing import IO

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
QUALITY = 85
# A small file may hold more pixels than fit into the memory. Each takes eight bytes while it is read.
MAX_PIXELS = 25_000_000
# Raised for files that are damaged, or made to do damage.
UNREADABLE = (OSError, EOFError, SyntaxError, ValueError, IndexError, KeyError, struct.error)
TOO_MANY_PIXELS = (Image.DecompressionBombError, Image.DecompressionBombWarning)

NOT_A_PICTURE = "This is not a picture that we can read. Choose a JPEG, PNG or WebP file."


class UploadError(ValueError):
    """An upload is refused; the message is for whoever sent it."""


def cleaned_picture(
    upload: IO[bytes], *, max_bytes: int, max_pixels: int = MAX_PIXELS, max_side: int | None = None
) -> tuple[bytes, str]:
    """A picture that is nothing but a picture, and the ending of its name.

    Its content says whether it is a JPEG, PNG or WebP, and nothing else is taken. It is turned as
    the camera said, and written anew without what else the file held: the place where it was taken,
    a thumbnail, a script behind the picture. With `max_side` a larger one is made smaller. Of moving
    pictures the first is kept.

    Raises:
        UploadError: with what is wrong with it.
    """
    content = upload.read(max_bytes + 1)
    if not content:
        raise UploadError("This file is empty.")
    if len(content) > max_bytes:
        raise UploadError(f"This file is too large. It may have at most {in_words(max_bytes)}.")
    with _opened(content, max_pixels) as picture:
        # A JPEG from a camera may hold several pictures; the first one counts.
        kind = "JPEG" if picture.format == "MPO" else str(picture.format)
        try:
            pixels = _pixels(picture, kind, max_side)
        except UNREADABLE as error:
            raise UploadError(NOT_A_PICTURE) from error
    cleaned = io.BytesIO()
    if kind == "PNG":
        pixels.save(cleaned, kind, optimize=True)
    else:
        pixels.save(cleaned, kind, quality=QUALITY)
    return cleaned.getvalue(), SUFFIXES[kind]


def in_words(size: int) -> str:
    """A number of bytes, for people."""
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{size} bytes"


def _opened(content: bytes, max_pixels: int) -> Image.Image:
    """Read what the file says about itself: no pixel is unpacked before their number is known."""
    too_many = UploadError(
        f"This picture has too many pixels. It may have at most {max_pixels // 1_000_000} million."
    )
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except TOO_MANY_PIXELS as error:
        raise too_many from error
    except UNREADABLE as error:
        raise UploadError(NOT_A_PICTURE) from error
    if picture.width * picture.height > max_pixels:
        raise too_many
    return picture


def _pixels(picture: Image.Image, kind: str, max_side: int | None) -> Image.Image:
    """The pixels alone, the right way up."""
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
