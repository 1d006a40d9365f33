"""What came of a case after an update: what was reported and where, and what went wrong without a word.

The judge knows no tool: it looks at the project, at git's index, at the exit code and at what was printed.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from support.comparison.cases import Case, Entry, Side, Tree, pieces
from support.comparison.reading import fault_in

# Where a conflict can be reported, the plainest way first.
Way = Literal["exit code", "index", "work tree", "message"]
FAULTS = ("lost", "left out", "came back", "doubled", "unreadable")
REJECT = ".rej"

_MARKERS = (b"<<<<<<< ", b">>>>>>> ")
_TROUBLE = re.compile(r"error|conflict|reject|fail", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A project after an update: its files, the versions of unmerged paths in git's index, and what the tool said."""

    files: Tree
    unmerged: Mapping[str, tuple[bytes, ...]]
    exit_code: int
    output: str


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A file that both sides changed: at the same place or not, with a report or without, and what went wrong then."""

    at_one_place: bool
    is_reported: bool
    is_wrong: bool


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The judgement of one case.

    ``way`` is the plainest way of its report. ``faults`` are the silent ones, ``faults_in_place`` those of them in
    files that neither side moved.
    """

    way: Way | None
    gave_up: bool
    loses_lines: bool
    faults: frozenset[str]
    faults_in_place: frozenset[str]
    meetings: tuple[Meeting, ...]


@dataclass(frozen=True, kw_only=True)
class _File:
    """A file in every version, with its path in each; none where a version has none."""

    old: str | None
    new: str | None
    mine: str | None

    @property
    def paths(self) -> set[str]:
        return {path for path in (self.old, self.new, self.mine) if path is not None}

    @property
    def is_moved(self) -> bool:
        return self.old is not None and len(self.paths) > 1


def judge(case: Case, outcome: Outcome) -> Verdict:
    """Judge what an update made of a case."""
    reported = reported_paths(case, outcome)
    way = _way(outcome, reported)
    gave_up = way is None and outcome.exit_code != 0
    scene = _Scene(case, outcome, reported)
    silent: set[str] = set()
    in_place: set[str] = set()
    meetings, loses = [], False
    for file in _files(case):
        is_reported = bool(file.paths & reported)
        wrong = set() if is_reported or gave_up else set(scene.faults(file))
        loses = loses or bool(scene.lost(file))
        silent |= wrong
        in_place |= set() if file.is_moved else wrong
        if _both_changed(file, case) and not gave_up:
            meeting = Meeting(at_one_place=_meet(file, case), is_reported=is_reported, is_wrong=bool(wrong))
            meetings.append(meeting)
    return Verdict(
        way=way,
        gave_up=gave_up,
        loses_lines=loses,
        faults=frozenset(silent),
        faults_in_place=frozenset(in_place),
        meetings=tuple(meetings),
    )


def reported_paths(case: Case, outcome: Outcome) -> set[str]:
    """Every path that is unmerged, has markers or a reject, or is named where the output speaks of trouble."""
    known = {*case.old, *case.new.files, *case.mine.files, *outcome.files}
    trouble = [line for line in outcome.output.splitlines() if _TROUBLE.search(line)]
    return (
        set(outcome.unmerged)
        | {path for path, entry in outcome.files.items() if has_markers(entry.content)}
        | {path.removesuffix(REJECT) for path in outcome.files if path.endswith(REJECT)}
        | {path for path in known for line in trouble if re.search(rf"(?<![\w/.-]){re.escape(path)}(?![\w/-])", line)}
    )


def has_markers(content: bytes) -> bool:
    """Whether a file holds git's conflict markers."""
    return any(line.startswith(_MARKERS) for line in content.splitlines())


def _way(outcome: Outcome, reported: set[str]) -> Way | None:
    """Return the plainest way of a report; an exit code that leaves no conflict behind reports none."""
    in_work_tree = any(path.endswith(REJECT) or has_markers(entry.content) for path, entry in outcome.files.items())
    if outcome.exit_code:
        return "exit code" if outcome.unmerged or in_work_tree else None
    if outcome.unmerged:
        return "index"
    if in_work_tree:
        return "work tree"
    return "message" if reported else None


def _files(case: Case) -> Iterator[_File]:
    for path in case.old:
        yield _File(old=path, new=case.new.places[path], mine=case.mine.places[path])
    added = [set(side.files) - set(side.places.values()) for side in (case.new, case.mine)]
    for path in sorted(added[0] | added[1]):
        yield _File(old=None, new=path if path in added[0] else None, mine=path if path in added[1] else None)


class _Scene:
    """A case and its outcome, with the pieces of all files counted once."""

    def __init__(self, case: Case, outcome: Outcome, reported: set[str]) -> None:
        self._case = case
        self._files = {path: entry for path, entry in outcome.files.items() if not path.endswith(REJECT)}
        self._reported = reported
        self._old, self._new, self._mine = (_count(tree) for tree in (case.old, case.new.files, case.mine.files))
        self._settled = _count({path: entry for path, entry in self._files.items() if path not in reported})
        rejects = [_rejected(entry.content) for path, entry in outcome.files.items() if path.endswith(REJECT)]
        staged = [content for versions in outcome.unmerged.values() for content in versions]
        contents = [*(entry.content for entry in self._files.values()), *rejects, *staged]
        self._anywhere = {piece for content in contents for piece in pieces(content)}

    def lost(self, file: _File) -> set[bytes]:
        """What the user wrote and nothing holds any more: no file, marker, reject or version in the index."""
        return self._written(file.mine, self._case.mine) - self._anywhere

    def faults(self, file: _File) -> Iterator[str]:
        """Name what went wrong with a file that no conflict is reported for."""
        mine, new = self._of(file.mine, self._case.mine.files), self._of(file.new, self._case.new.files)
        old = self._of(file.old, self._case.old)
        is_deleted = file.old is not None and file.mine is None
        there = set(self._settled)
        if self.lost(file) or (old & set(self._mine) & set(self._new)) - self._anywhere:
            yield "lost"
        left_out = self._written(file.new, self._case.new) - self._anywhere
        if not is_deleted and (left_out or (old & set(self._mine) & there) - set(self._new)):
            yield "left out"
        if (old & there) - set(self._mine):
            yield "came back"
        most = {piece: max(self._old[piece], self._mine[piece], self._new[piece]) for piece in old | mine | new}
        found = {fault for path in file.paths for fault in self._unsound(path, file)}
        if any(self._settled[piece] > count for piece, count in most.items()) or "doubled" in found:
            yield "doubled"
        if "unreadable" in found or self._is_spliced(file):
            yield "unreadable"

    def _unsound(self, path: str, file: _File) -> Iterator[str]:
        entry = self._files.get(path)
        sides = ((file.mine, self._case.mine.files), (file.new, self._case.new.files))
        if entry is None or entry.mode == "link" or any(at and _fault(at, tree[at]) for at, tree in sides):
            return
        yield _fault(path, entry)

    def _is_spliced(self, file: _File) -> bool:
        """Whether a binary is none of its versions any more."""
        known = {*self._old, *self._new, *self._mine}
        here = [self._files[path].content for path in file.paths if path in self._files]
        return any(b"\0" in content and content not in known for content in here)

    def _written(self, path: str | None, side: Side) -> set[bytes]:
        """Return what a side wrote into a file that the old template does not have."""
        return self._of(path, side.files) - set(self._old)

    @staticmethod
    def _of(path: str | None, tree: Tree) -> set[bytes]:
        return set(pieces(tree[path].content)) if path is not None else set()


def _count(tree: Tree) -> Counter[bytes]:
    return Counter(piece for entry in tree.values() for piece in pieces(entry.content))


def _rejected(content: bytes) -> bytes:
    """Return the lines that a reject holds, without the signs of a difference; not those that were only to go."""
    return b"\n".join(line[1:] for line in content.splitlines() if line.startswith((b"+", b" ")))


def _fault(path: str, entry: Entry) -> str:
    return fault_in(path, entry.content) if entry.mode != "link" else ""


def _both_changed(file: _File, case: Case) -> bool:
    new, mine = _version(file.new, case.new.files), _version(file.mine, case.mine.files)
    if file.old is None:
        return new is not None and mine is not None and new != mine
    old = (file.old, case.old[file.old])
    return new not in (old, mine) and mine != old


def _version(path: str | None, tree: Tree) -> tuple[str, Entry] | None:
    return (path, tree[path]) if path is not None else None


def _meet(file: _File, case: Case) -> bool:
    """Whether both changed one place: touching lines, a binary, the path, the kind, or a file that one side deleted."""
    if file.old is None or file.new is None or file.mine is None:
        return True
    old, new, mine = case.old[file.old], case.new.files[file.new], case.mine.files[file.mine]
    return (
        _all_differ(file.old, file.new, file.mine)
        or _all_differ(old.mode, new.mode, mine.mode)
        or (mine.mode == "link" and new.content != old.content)
        or (_all_differ(old.content, new.content, mine.content) and _touch(old.content, new.content, mine.content))
    )


def _all_differ(*versions: object) -> bool:
    return len(set(versions)) == len(versions)


def _touch(old: bytes, new: bytes, mine: bytes) -> bool:
    if any(b"\0" in content for content in (old, new, mine)):
        return True
    return any(
        max(low, other_low) <= min(high, other_high)
        for low, high in _changed_lines(old, new)
        for other_low, other_high in _changed_lines(old, mine)
    )


def _changed_lines(old: bytes, side: bytes) -> list[tuple[int, int]]:
    matcher = difflib.SequenceMatcher(
        None, old.splitlines(keepends=True), side.splitlines(keepends=True), autojunk=False
    )
    return [(low, high) for what, low, high, _, _ in matcher.get_opcodes() if what != "equal"]
