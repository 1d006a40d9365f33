"""What earlier runs worked out, in a folder of the user's own that nobody else can have written to."""

from __future__ import annotations

import hashlib
import marshal
import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import Any

_DAY = 24 * 60 * 60
KEPT_SECONDS = 30 * _DAY
"""What has not been written for so long is removed, and made again should it be needed."""

_PRUNED = "pruned"
# A file is in the way, or may not be written; the user has no home.
_UNUSABLE = (OSError, RuntimeError)
_WRITABLE_BY_OTHERS = 0o022
_OPEN_TO_OTHERS = 0o077


class PrivateStore:
    """Bytes by a digest of all that they were made from, in the folder ``name`` of Waypost's cache.

    Whatever is wrong with the folder or with a file in it, the bytes count as not there. Several runs can use it at
    once, and it can be deleted at any time.
    """

    def __init__(self, name: str) -> None:
        """Use the folder ``name``; it is made when the store is first asked."""
        self._name = name

    def read(self, key: str) -> bytes | None:
        """Return the bytes kept for ``key``, or None where there are none that are whole."""
        if self._folder is None:
            return None
        try:
            content = (self._folder / key).read_bytes()
        except OSError:
            return None
        size = hashlib.sha256().digest_size
        return content[size:] if hashlib.sha256(content[size:]).digest() == content[:size] else None

    def write(self, key: str, content: bytes) -> None:
        """Keep the bytes for the next run: whole or not at all."""
        if self._folder is None:
            return
        with suppress(OSError):
            descriptor, name = tempfile.mkstemp(dir=self._folder)
            written = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(hashlib.sha256(content).digest() + content)
                written.replace(self._folder / key)
            finally:
                written.unlink(missing_ok=True)

    @cached_property
    def _folder(self) -> Path | None:
        folder = private_folder(self._name)
        if folder is not None:
            with suppress(OSError):
                _prune(folder)
        return folder


def digest(*parts: str) -> str:
    """Return one name for all ``parts`` together: what they hold, and where each begins, makes it."""
    whole = hashlib.sha256()
    for part in parts:
        content = part.encode(errors="surrogatepass")
        whole.update(b"%d:" % len(content) + content)
    return whole.hexdigest()


def parsed(syntax: str, text: str, parse: Callable[[str], Any]) -> Any:
    """Return ``parse(text)`` of plain data, from an earlier run where one parsed the same text in that syntax.

    Raises what ``parse`` raises. Values that are not plain data, such as dates, are parsed each time.
    """
    key = digest(sys.version, syntax, text)
    content = _parsed().read(key)
    if content is not None:
        with suppress(ValueError, EOFError, TypeError):
            return marshal.loads(content)  # noqa: S302 - the folder is the user's own
    value = parse(text)
    with suppress(ValueError):
        _parsed().write(key, marshal.dumps(value))
    return value


def private_folder(name: str) -> Path | None:
    """Return the folder ``name`` of Waypost's cache, made where it is not there, or None where it cannot be trusted.

    It lies below ``XDG_CACHE_HOME``, or below ``~/.cache`` where that is not set. It is closed to everybody else, and
    nobody but the user and root can replace a folder that leads to it: whoever could might have this user run their
    code. ``WAYPOST_CACHE`` is used in place of the usual folder; empty, there is none.
    """
    chosen = os.environ.get("WAYPOST_CACHE")
    if chosen == "":
        return None
    try:
        folder = (_usual() if chosen is None else Path(chosen).absolute()) / name
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder if _is_own(folder) else None
    except (OSError, RuntimeError, ValueError):
        return None


@cache
def _parsed() -> PrivateStore:
    return PrivateStore("parsed")


def _usual() -> Path:
    home = os.environ.get("XDG_CACHE_HOME", "")
    # The specification of base directories has relative paths ignored.
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "waypost"


def _is_own(folder: Path) -> bool:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & _OPEN_TO_OTHERS:
        return False
    return all(_is_safe(parent.stat()) for parent in folder.resolve().parents)


def _is_safe(parent: os.stat_result) -> bool:
    """Whether nobody but the user and root can rename what lies in a folder; in a sticky one, only owners can."""
    if parent.st_uid not in {0, os.geteuid()}:
        return False
    return not parent.st_mode & _WRITABLE_BY_OTHERS or bool(parent.st_mode & stat.S_ISVTX)


def _prune(folder: Path) -> None:
    """Remove what is old, at most once a day, so that what nobody needs any more does not pile up."""
    now = time.time()
    last = folder / _PRUNED
    if last.exists() and now - last.stat().st_mtime < _DAY:
        return
    last.touch()
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # another run removes as well
            if now - file.stat().st_mtime > KEPT_SECONDS:
                file.unlink()
