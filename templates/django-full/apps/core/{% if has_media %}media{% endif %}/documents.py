"""Documents: taken as they are once their content is what it is said to be."""

import secrets
from collections.abc import Callable, Collection

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _

from apps.core.media.pictures import SUFFIXES, check_size, cleaned_picture

PICTURES = frozenset(SUFFIXES.values())


def is_pdf(content: bytes) -> bool:
    """Tell whether a file is a PDF from its first byte to its last line."""
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]


def is_text(content: bytes) -> bool:
    """Tell whether a file is plain text in UTF-8."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return not any(character < " " and character not in "\t\n\f\r" for character in text)


KINDS: dict[str, Callable[[bytes], bool]] = {"pdf": is_pdf, "txt": is_text}


def checked_file(
    upload: File[bytes], *, allowed: Collection[str] = ("pdf",), max_bytes: int | None = None
) -> ContentFile[bytes]:
    """Return a file whose content is of a kind that is allowed, under a random name with the ending of that kind.

    `allowed` names the kinds: pdf, txt, jpg, png, webp. A picture is cleaned as everywhere. ValidationError says what is
    wrong. Such a file is for a private storage, which sends it as a download: a PDF may hold anything.
    """
    if unknown := set(allowed) - set(KINDS) - PICTURES:
        raise ValueError(f"No way to check a file of the kind {', '.join(sorted(unknown))}.")
    check_size(upload, max_bytes)
    upload.seek(0)
    content = upload.read()
    for kind, is_kind in KINDS.items():
        if kind in allowed and is_kind(content):
            return ContentFile(content, name=f"{secrets.token_hex(16)}.{kind}")
    if PICTURES.intersection(allowed):
        picture = cleaned_picture(upload, max_bytes=max_bytes)
        if str(picture.name).rpartition(".")[2] in allowed:
            return picture
    raise ValidationError(
        _("This is not a file that we take. Choose one of these kinds: %(kinds)s.")
        % {"kinds": ", ".join(sorted(kind.upper() for kind in allowed))},
        code="not_allowed",
    )
