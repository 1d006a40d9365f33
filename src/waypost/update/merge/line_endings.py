"""Line endings: a project that ends its lines otherwise than the template has not edited them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from waypost.projects.belongings import points_to
from waypost.update.merge.trees import LINK, File


def adapted(
    old: Mapping[str, File], new: Mapping[str, File], present: Mapping[str, File]
) -> tuple[dict[str, File], dict[str, File]]:
    """Return the old and the new template's files with the line endings of the project's own files ``present``.

    A file that the project does not have (yet) gets the endings that most of the template's other files have there. One
    that Git LFS keeps, with the bytes of the template's, becomes the pointer that git has of it.
    """
    old, new = (_pointed(files, present) for files in (old, new))
    endings = {path: ending for path, file in present.items() if (ending := ending_of(file.content))}
    most = Counter(endings.values()).most_common(1)
    everywhere = most[0][0] if most else b""
    one, other = (
        {path: _ended(file, endings.get(path, b"" if path in present else everywhere)) for path, file in files.items()}
        for files in (old, new)
    )
    return one, other


def _pointed(files: Mapping[str, File], present: Mapping[str, File]) -> dict[str, File]:
    pointers = {
        path for path, file in files.items() if path in present and points_to(present[path].content, file.content)
    }
    return {path: File(file.mode, present[path].content) if path in pointers else file for path, file in files.items()}


def ending_of(content: bytes) -> bytes:
    """Return how all lines of a text end, or nothing where they differ, it has none, or it is no text."""
    breaks = content.count(b"\n")
    if not breaks or b"\0" in content:
        return b""
    with_return = content.count(b"\r\n")
    return b"\r\n" if with_return == breaks else b"" if with_return else b"\n"


def _ended(file: File, ending: bytes) -> File:
    if not ending or file.mode == LINK or ending_of(file.content) in (b"", ending):
        return file
    return File(file.mode, file.content.replace(b"\r\n", b"\n").replace(b"\n", ending))
