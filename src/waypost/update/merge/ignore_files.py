"""Files that are lists of lines, such as ``.gitignore``: the template adds lines to the user's, and takes none away.

A line that is gone lets git see what it had ignored, a database with its accounts included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from waypost.projects.belongings import keeps_its_lines
from waypost.update.merge.line_endings import ending_of
from waypost.update.merge.trees import EXECUTABLE, REGULAR, File

_ATTRIBUTES = ".gitattributes"


def holds_attributes(path: str, file: File) -> bool:
    """Whether git reads in this file of a project how to treat others."""
    parts = PurePosixPath(path).parts
    return parts[-1] == _ATTRIBUTES and ".." not in parts and file.mode in (REGULAR, EXECUTABLE)


def merged_lists(ours: Mapping[str, File], old: Mapping[str, File], new: Mapping[str, File]) -> dict[str, File]:
    """Return the project's lists of lines that the template has or had, each with the lines that are new in it."""
    nothing = File(REGULAR, b"")
    return {
        path: File(file.mode, merged_lines(*(side.get(path, nothing).content for side in (old, ours, new))))
        for path, file in ours.items()
        if (path in old or path in new) and _is_list(path, [side[path] for side in (ours, old, new) if path in side])
    }


def merged_lines(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """Return ``ours`` with the lines that ``theirs`` has beyond ``base``, each at its place.

    A line stands behind the one that it follows in the template. A comment takes the place of the one that it replaces
    there; no other line goes. What the user deleted stays deleted. With an empty ``base`` every line that is missing is
    added.
    """
    ending = ending_of(ours) or ending_of(theirs) or b"\n"
    before, mine, other = (list(map(_bare, _lines(side, ending))) for side in (base, ours, theirs))
    comments = _new_comments(before, other)
    if mine == before and {line for line in before if line not in comments} <= set(other):
        return theirs  # in the template's own order
    result = [comments[line] if line in comments and comments[line] not in mine else line for line in mine]
    order = _in_order(before, other)
    there = {*before, *result, b""}
    for place, line in enumerate(other):
        if line not in there:
            there.add(line)
            _Insertion(
                order=order,
                line=line,
                starts_paragraph=place > 0 and not other[place - 1],
                ends_paragraph=place + 1 < len(other) and not other[place + 1],
            ).into(result)
    if result == mine:
        return ours
    as_written = {_bare(line): line for side in (theirs, ours) for line in _lines(side, ending)}
    text = ending.join(as_written[line] if line else line for line in result)
    return text + ending if not ours or ours.endswith(b"\n") else text


@dataclass(frozen=True, kw_only=True)
class _Insertion:
    """A line that is new in the template, whose lines, old and new, stand in ``order``."""

    order: Sequence[bytes]
    line: bytes
    starts_paragraph: bool
    ends_paragraph: bool

    def into(self, lines: list[bytes]) -> None:
        """Put the line at its place among ``lines``, with the empty lines around it that it has in the template."""
        place = self._place(lines)
        if self.starts_paragraph and place > 0 and lines[place - 1]:
            if place == len(lines) or lines[place]:
                lines.insert(place, b"")
            place += 1
        lines.insert(place, self.line)
        if self.ends_paragraph and place + 1 < len(lines) and lines[place + 1]:
            lines.insert(place + 1, b"")

    def _place(self, lines: list[bytes]) -> int:
        index = self.order.index(self.line)
        before, after = self.order[:index], self.order[index + 1 :]
        place = next((_last(line, lines) + 1 for line in reversed(before) if line in lines), None)
        if place is None:
            place = next((lines.index(line) for line in after if line in lines), len(lines))
        elif self.starts_paragraph:
            place = next((number for number in range(place, len(lines)) if not lines[number]), len(lines))
        # The last pattern that fits a file decides: what takes back and what it takes back keep their order.
        is_exception = self.line.startswith(b"!")
        first = max((_last(line, lines) + 1 for line in before if _opposes(line, is_exception, lines)), default=0)
        last = min((lines.index(line) for line in after if _opposes(line, is_exception, lines)), default=len(lines))
        place = min(max(place, first), last)
        # Where the user's order allows neither, more is ignored rather than less.
        return place if is_exception else max(place, first)


def _is_list(path: str, files: Sequence[File]) -> bool:
    return keeps_its_lines(path) and all(
        file.mode in (REGULAR, EXECUTABLE) and b"\0" not in file.content for file in files
    )


def _lines(content: bytes, ending: bytes) -> list[bytes]:
    lines = content.split(ending)
    return lines[:-1] if not lines[-1] else lines


def _bare(line: bytes) -> bytes:
    """Return a line without the spaces at its end, which git does not read either unless a backslash protects them."""
    bare = line.rstrip(b" \t\r")
    return line if bare.endswith(b"\\") else bare


def _new_comments(before: list[bytes], other: list[bytes]) -> dict[bytes, bytes]:
    """Return what the template has in the place of each comment that it changed."""
    result: dict[bytes, bytes] = {}
    for action, start, end, new_start, new_end in SequenceMatcher(None, before, other, autojunk=False).get_opcodes():
        old, new = before[start:end], other[new_start:new_end]
        if action == "replace" and len(old) == len(new) and all(line.startswith(b"#") for line in [*old, *new]):
            result |= {line: now for line, now in zip(old, new, strict=True) if line not in other}
    return result


def _in_order(before: list[bytes], other: list[bytes]) -> list[bytes]:
    """Return all lines that the template had and has, what replaces a line behind it."""
    result = []
    for action, start, end, new_start, new_end in SequenceMatcher(None, before, other, autojunk=False).get_opcodes():
        gone = [line for line in before[start:end] if line not in other] if action != "equal" else []
        result += [line for line in [*gone, *other[new_start:new_end]] if line]
    return result


def _last(line: bytes, lines: list[bytes]) -> int:
    return len(lines) - 1 - lines[::-1].index(line)


def _opposes(line: bytes, is_exception: bool, lines: list[bytes]) -> bool:
    return line.startswith(b"!") != is_exception and not line.startswith(b"#") and line in lines
