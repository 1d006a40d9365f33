"""Which files belong to a project from the moment they are made, whatever its template makes later."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from waypost.projects import decision_record

OWNED = frozenset({".env", decision_record.PATH.as_posix()})
"""The paths that no later version or answer touches."""
LINES_STAY = frozenset({".gitignore", ".dockerignore", ".gitattributes"})
"""The names of the files that only ever gain lines: a line that goes would show git what it must not keep."""
_DJANGO = re.compile(r"(?:.*/)?migrations/(?:.+/)?\d{4}_\w+\.py")
_ALEMBIC = re.compile(r"(?:.*/)?(?:migrations|alembic)/versions/\w[\w.-]*\.py")
_SQL = re.compile(r"(?:.*/)?migrations/\d+[\w.-]*\.sql")

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
_POINTER = re.compile(rb"version https?://\S+\n(?:ext-\S+ \S+\n)*oid sha256:([0-9a-f]{64})\nsize (\d+)\n")
_LONGEST_POINTER = 1024


def is_migration(path: str) -> bool:
    """Whether the path of a project is that of a migration: Django's, Alembic's or a numbered SQL file.

    Migrations are an ordered history, and a database remembers which of them it has run: once a project has one, a
    template neither changes nor removes it.
    """
    if PurePosixPath(path).name == "__init__.py":
        return False
    return any(pattern.fullmatch(path) for pattern in (_DJANGO, _ALEMBIC, _SQL))


def keeps_its_lines(path: str) -> bool:
    """Whether the file only ever gains lines."""
    return PurePosixPath(path).name in LINES_STAY


def is_as_made(path: str, found: bytes, made: bytes) -> bool:
    """Whether a file of the project is still what its template ``made``, as far as the template has a say in it."""
    found = found if b"\r\n" in made else found.replace(b"\r\n", b"\n")
    if keeps_its_lines(path):
        return set(_rules(made)) <= set(_rules(found))
    return found == made


def points_to(pointer: bytes, content: bytes) -> bool:
    """Whether ``pointer`` is what git keeps of a file with this ``content``, whose bytes Git LFS keeps."""
    found = _POINTER.fullmatch(pointer) if len(pointer) < _LONGEST_POINTER else None
    if found is None or int(found[2]) != len(content):
        return False
    return hashlib.sha256(content).hexdigest().encode() == found[1]


def _rules(content: bytes) -> list[bytes]:
    return [line.rstrip() for line in content.splitlines() if line.strip() and not line.startswith(b"#")]
