"""Pointers of Git LFS: what git keeps of a large file whose bytes lie elsewhere."""

from __future__ import annotations

import hashlib
import re

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
_POINTER = re.compile(rb"version https?://\S+\n(?:ext-\S+ \S+\n)*oid sha256:([0-9a-f]{64})\nsize (\d+)\n")
_LONGEST = 1024


def points_to(pointer: bytes, content: bytes) -> bool:
    """Whether ``pointer`` is what git keeps of a file with this ``content``, whose bytes Git LFS keeps."""
    found = _POINTER.fullmatch(pointer) if len(pointer) < _LONGEST else None
    if found is None or int(found[2]) != len(content):
        return False
    return hashlib.sha256(content).hexdigest().encode() == found[1]
