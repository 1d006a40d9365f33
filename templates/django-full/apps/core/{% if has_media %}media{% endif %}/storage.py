"""Where files are kept on this machine: public ones, and private ones with addresses that expire."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse
from django.utils.functional import cached_property

signer = TimestampSigner(salt="apps.core.media.private")


def private_storage() -> Storage:
    """Return where private files are kept, for a model: `FileField(storage=private_storage)`.

    The `url` of such a file is good for `MEDIA_LINK_SECONDS`, for everybody who has it: show it to whoever may have the
    file, and to nobody else.
    """
    return storages["private"]


class PublicFiles(FileSystemStorage):
    """Files that everybody may see who knows their address."""

    @cached_property
    def base_location(self) -> Path:
        """Where they are, below MEDIA_ROOT."""
        return Path(settings.MEDIA_ROOT) / "public"


class PrivateFiles(FileSystemStorage):
    """Files that are sent to whoever has an address with a signature that has not expired."""

    @cached_property
    def base_location(self) -> Path:
        """Where they are, below MEDIA_ROOT and beside the public ones."""
        return Path(settings.MEDIA_ROOT) / "private"

    def url(self, name: str | None) -> str:
        """Return an address that expires."""
        path = str(name)
        return f"{reverse('private_file', args=[path])}?key={signed(path)}"


def signed(name: str) -> str:
    """Return what opens a private file for a while."""
    return signer.sign(name).removeprefix(f"{name}:")


def opens(key: str, name: str) -> bool:
    """Tell whether a key was made for this file, and not too long ago."""
    try:
        signer.unsign(f"{name}:{key}", max_age=settings.MEDIA_LINK_SECONDS)
    except BadSignature:
        return False
    return True
