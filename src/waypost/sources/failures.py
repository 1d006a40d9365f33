"""Why a template source cannot be had, as git says it, and what helps against that."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from waypost.address import CREDENTIALS_HINT, without_credentials
from waypost.errors import ErrorCode, SourceError, StateError, WaypostError
from waypost.system.git import GitError
from waypost.system.scratch import temporary_folder

# What git and the programs that it starts say in English, as it runs in the locale C; the first that fits counts.
_HINTS: tuple[tuple[str, str], ...] = (
    (
        "transport '.*' not allowed",
        "Git's settings forbid this kind of address: look at GIT_ALLOW_PROTOCOL and git config --get-regexp protocol",
    ),
    (
        r"could not read (Username|Password)|Authentication failed|prompts disabled|error: 40[13]|uses plaintext",
        f"You have to be allowed to read it. {CREDENTIALS_HINT}",
    ),
    (
        r"Permission denied \(|Host key verification failed",
        f"You have to be allowed to read it. {CREDENTIALS_HINT}",
    ),
    (
        "resolve|not known|timed out|Connection (refused|reset|closed)|unreachable|Failed to connect|No route to host",
        "Look at the name of the host in the address, at the network, and at a proxy if you need one.",
    ),
    ("certificate|SSL|TLS", "Git does not trust the connection to the host: look at git config http.sslCAInfo"),
    (
        "dubious ownership",
        "If you trust its owner: git config --global --add safe.directory PATH",
    ),
)
_FULL = re.compile("No space left on device|Disk quota exceeded|File too large|SIGXFSZ|Too many open files")
_UNWRITABLE = re.compile(
    "Read-only file system|Permission denied|Input/output error|write error|(unable|could not|couldn't|cannot) "
)


def unreachable(error: GitError, *, url: str, doing: str, hint: str, folder: Path | None = None) -> WaypostError:
    """Return why the template source at ``url`` cannot be had: what git said, and what helps against that.

    ``doing`` ends the sentence, ``hint`` is for what is not known here. Where git could not write into ``folder``, the
    source is not to blame.
    """
    if is_without_room(error, folder):
        return temporary_trouble(error.cause)
    known = next((advice for pattern, advice in _HINTS if re.search(pattern, error.message)), "")
    return SourceError(
        f"the template source {without_credentials(url)} {doing}: {error.cause}",
        hint=error.hint or known or hint,
        code=ErrorCode.SOURCE_UNREACHABLE,
    )


def is_without_room(error: GitError, folder: Path | None) -> bool:
    """Whether git failed because it cannot write, into ``folder`` or because the disk is full."""
    said = error.message
    is_refused = folder is not None and str(folder) in said and _UNWRITABLE.search(said)
    return bool(_FULL.search(said) or is_refused)


@contextmanager
def working_folder(prefix: str) -> Iterator[Path]:
    """Provide an empty temporary folder, and remove it afterwards. Raises ``StateError`` where there cannot be one."""
    with ExitStack() as stack:
        with writing_temporarily():
            folder = stack.enter_context(temporary_folder(prefix))
        yield folder


@contextmanager
def writing_temporarily() -> Iterator[None]:
    """Raise ``StateError`` for what the system refuses within the block, which writes into a temporary folder only."""
    try:
        yield
    except OSError as error:
        raise temporary_trouble(reason_of(error)) from error


def temporary_trouble(reason: str) -> StateError:
    """Return the error of a temporary folder that nothing can be written into."""
    try:
        place = f" {tempfile.gettempdir()}"
    except OSError:  # there is none that can be used
        place = ""
    return StateError(
        f"nothing can be written into the temporary folder{place}: {reason}",
        hint="Let TMPDIR name a folder that can be written and has room, or make room there.",
        code=ErrorCode.SYSTEM,
    )


def reason_of(error: OSError) -> str:
    """Return what the system said, without number and path."""
    collected = error.args[0] if error.errno is None and error.args else None
    if isinstance(collected, list):  # of shutil, with a row for each file
        return str(collected[0][-1]).partition("] ")[2].partition(": ")[0] or str(collected[0][-1])
    return error.strerror or str(error)
