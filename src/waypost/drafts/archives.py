"""A project's files in one: the same answers always come to the same bytes."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from typing import Literal

from waypost.sources.plain import RenderedFile

Form = Literal["zip", "tar.gz"]
MIMETYPES: Mapping[Form, str] = {"zip": "application/zip", "tar.gz": "application/gzip"}
_DATE = (1980, 1, 1, 0, 0, 0)
"""The first that a ZIP archive can hold."""
_SECONDS = 315_532_800
"""The same as a tar archive holds it."""


def packed(files: Mapping[str, RenderedFile], folder: str, form: Form) -> bytes:
    """Return an archive of the files below ``folder``, each readable by all and with its executable bit."""
    return _zipped(files, folder) if form == "zip" else _tarred(files, folder)


def _zipped(files: Mapping[str, RenderedFile], folder: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, file in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{path}", _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, or nobody reads the mode
            entry.external_attr = (0o100000 | _mode(file)) << 16
            archive.writestr(entry, file.content)
    return stream.getvalue()


def _tarred(files: Mapping[str, RenderedFile], folder: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, file in files.items():
            entry = tarfile.TarInfo(f"{folder}/{path}")
            entry.size, entry.mode, entry.mtime = len(file.content), _mode(file), _SECONDS
            archive.addfile(entry, io.BytesIO(file.content))
    return gzip.compress(stream.getvalue(), 6, mtime=0)


def _mode(file: RenderedFile) -> int:
    return 0o755 if file.is_executable else 0o644
