"""The names that a file holds twice and may hold once: what a merge makes of two sides that each add one, far apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import yaml

from waypost.update.merge.names import lines, python, structured

Names = Counter[str]


def repeated(path: str, content: bytes) -> tuple[str, ...]:
    """Return the names that the file ``path`` of this ``content`` holds more than once and should not.

    They are given in words, such as ``the option 'retries' in [database]``. There are none in a file of a kind whose
    names nobody knows, and in one that cannot be read.
    """
    read = _reader_of(path)
    if read is None:
        return ()
    try:
        found = read(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except (ValueError, SyntaxError, RecursionError, MemoryError, yaml.YAMLError):
        return ()
    return tuple(name for name, count in found.items() if count > 1)


def _reader_of(path: str) -> Callable[[str], Names] | None:
    for pattern, read in _READERS:
        if pattern.fullmatch(path):
            return read
    return None


_READERS: tuple[tuple[re.Pattern[str], Callable[[str], Names]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), read)
    for pattern, read in (
        (r".*\.pyi?", python.names),
        (r".*\.toml", structured.names_in_toml),
        (r".*\.ya?ml", structured.names_in_yaml),
        (r".*\.json", structured.names_in_json),
        (r"(?:.*/)?(?:(?:GNU)?[Mm]akefile|[^/]*\.mk)", lines.names_in_makefile),
        (r"(?:.*/)?[^/]*(?:requirements|constraints)[^/]*\.(?:txt|in)", lines.requirements),
        (r"(?:.*/)?(?:requirements|constraints)/[^/]*\.(?:txt|in)", lines.requirements),
        (r"(?:.*/)?(?:\.env(?:\.[^/]*)?|[^/]*\.env)", lines.variables),
        (r".*\.(?:ini|cfg|conf)|(?:.*/)?\.(?:editorconfig|coveragerc|flake8|pylintrc)", lines.options),
        (r"(?:.*/)?Procfile(?:\.[^/]*)?", lines.processes),
        (r".*\.(?:html?|xml|txt|j2|jinja2?)", lines.blocks),
    )
)
