"""Every released version of the templates, carried with the package: ``releases.toml`` and ``history.bundle``.

The bundle is a git repository in one file, with one commit of ``copier.yml`` and ``templates/`` for each release, on
top of the one before. A commit depends on nothing but its files, its version, its date and its parent, so that its hash
can be made again from ``releases.toml``.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from waypost.errors import SourceError
from waypost.sources.failures import is_without_room, temporary_trouble
from waypost.system import git

BUNDLE = Path(__file__).with_name("history.bundle")
"""The git bundle; there is none before the first release."""
REGISTER = Path(__file__).with_name("releases.toml")
"""What is recorded of each release."""

_EXECUTABLE = b"100755"
_SIGNATURE = "Waypost <waypost@localhost.invalid>"
# Nothing of this machine may reach a repository that is made, read and removed within one command.
_ALONE: Mapping[str, str] = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_DEFAULT_HASH": "sha1"}


@dataclass(frozen=True, kw_only=True)
class Release:
    """One released version: its tag ``vX.Y.Z``, its day ``YYYY-MM-DD`` and the hashes of its tree and its commit.

    ``changes`` are the lines of its changelog, each with its kind in front, and ``is_security_fix`` says whether one of
    them fixes a weakness.
    """

    version: str
    date: str
    tree: str
    commit: str
    changes: tuple[str, ...]
    is_security_fix: bool


@cache
def releases() -> tuple[Release, ...]:
    """Return every release that this Waypost knows, the oldest first."""
    return read_register(REGISTER)


def read_register(path: Path) -> tuple[Release, ...]:
    """Return the releases that the file ``path`` records. Raises ``SourceError`` where it cannot be read."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("release", [])
        return tuple(Release(**{**row, "changes": tuple(row["changes"])}) for row in rows)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SourceError(f"{path} cannot be read: {error}", hint="Install Waypost again.") from error


def extract(release: Release, folder: Path, *, bundle: Path = BUNDLE) -> None:
    """Write the files of ``release`` into the new folder ``folder``: their exact bytes and modes, and no repository.

    Nothing is fetched, and neither the user's settings of git nor attributes change a byte. Raises ``SourceError``
    where the bundle is missing or damaged, ``StateError`` where there is no room, and ``OSError``.
    """
    folder.mkdir()
    repository = folder.with_name(f"{folder.name}.git")
    try:
        open_bundle(repository, bundle=bundle)
        for mode, path, content in _files(repository, release.commit):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod(0o755 if mode == _EXECUTABLE else 0o644)
    except git.GitError as error:
        if is_without_room(error, folder.parent):
            raise temporary_trouble(error.cause) from error
        raise SourceError(
            f"{release.version} cannot be taken from the template history: {error.cause}",
            hint=error.hint or "`waypost doctor` looks at the history. Install Waypost again if it is damaged.",
        ) from error


def commit_content(*, version: str, date: str, tree: str, parent: str | None) -> bytes:
    """Return the commit of a release as git stores it; it follows from files, version, day and parent alone."""
    signature = f"{_SIGNATURE} {int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())} +0000"
    parents = [f"parent {parent}"] if parent else []
    lines = [f"tree {tree}", *parents, f"author {signature}", f"committer {signature}", "", version, ""]
    return "\n".join(lines).encode()


def commit_hash(content: bytes) -> str:
    """Return the hash under which git stores a commit of this ``content``."""
    return hashlib.sha1(b"commit %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def open_bundle(repository: Path, *, bundle: Path = BUNDLE) -> None:
    """Make ``repository`` a bare git repository with all that the bundle holds. Raises ``GitError``."""
    alone("init", "--quiet", "--bare", "--template=", "--object-format=sha1", "--", str(repository), cwd=bundle.parent)
    alone(f"--git-dir={repository}", "bundle", "unbundle", str(bundle), cwd=bundle.parent)


def alone(*arguments: str, cwd: Path, given: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
    """Run git without the settings of this machine and its user, and return what it printed. Raises ``GitError``."""
    return git.run_bytes(*arguments, cwd=cwd, given=given, environment={**_ALONE, **(environment or {})})


def _files(repository: Path, commit: str) -> Iterator[tuple[bytes, str, bytes]]:
    """Yield mode, path and content of each file of a commit, without any of the conversions of a checkout."""
    where = f"--git-dir={repository}"
    listed = alone(where, "ls-tree", "-r", "-z", "--full-tree", commit, cwd=repository).split(b"\0")
    entries = [entry.partition(b"\t") for entry in listed if entry]
    names = [described.split()[2] for described, _, _ in entries]
    answer = alone(where, "cat-file", "--batch", cwd=repository, given=b"".join(name + b"\n" for name in names))
    for (described, _, path), content in zip(entries, git.objects_of(answer), strict=True):
        yield described.split()[0], path.decode(), content
