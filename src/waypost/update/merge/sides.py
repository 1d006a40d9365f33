"""The three sides of a merge, and the bytes of their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waypost.update.merge.changes import Stage
from waypost.update.merge.trees import SUBMODULE, File, TreeEntry, Trees

BASELINE, OURS = "baseline", "yours"
"""The names of the branches of the old template and of the project; that of the new one is its version."""


@dataclass(frozen=True, kw_only=True)
class Sides:
    """What each side has, by path: the old template, the project as it is merged and as committed, the new template."""

    trees: Trees
    base: Mapping[str, TreeEntry]
    ours: Mapping[str, TreeEntry]
    theirs: Mapping[str, TreeEntry]
    committed: Mapping[str, TreeEntry]
    label: str

    def stages_of(self, path: str) -> dict[int, TreeEntry]:
        """Return the versions of a file that git merged without a conflict, wherever each side had it."""
        sides = (self.base, self.ours, self.theirs)
        stages = {number: side[path] for number, side in enumerate(sides, start=1) if path in side}
        if len(stages) == len(sides):
            return stages
        by_us = self.trees.renames(BASELINE, OURS)
        by_them = self.trees.renames(BASELINE, self.label)
        origin = next((old for moves in (by_us, by_them) for old, now in moves.items() if now == path), path)
        names = (origin, by_us.get(origin, origin), by_them.get(origin, origin))
        found = ((number, side.get(name)) for number, (side, name) in enumerate(zip(sides, names, strict=True), 1))
        return stages | {number: entry for number, entry in found if entry is not None and number not in stages}

    def carried(self, changed: Iterable[str]) -> dict[str, str]:
        """Return which changed files git takes for files of the template that the user moved, with their names."""
        own = {path for path in changed if path in self.ours and path not in self.base and path not in self.theirs}
        if not own:
            return {}
        moves = {now: before for before, now in self.trees.renames(BASELINE, OURS).items()}
        return {path: moves[path] for path in sorted(own & moves.keys())}


class Contents:
    """The bytes of objects, fetched many at a time."""

    def __init__(self, trees: Trees) -> None:
        self._trees = trees
        self._known: dict[str, bytes] = {}

    def load(self, entries: Iterable[TreeEntry]) -> None:
        """Fetch them."""
        names = (entry.name for entry in entries if entry.mode != SUBMODULE)
        self._known |= self._trees.contents(name for name in names if name not in self._known)

    def file(self, entry: TreeEntry) -> File:
        """Return a file."""
        if entry.name not in self._known:
            self.load([entry])
        return File(entry.mode, self._known[entry.name])

    def stage(self, entry: TreeEntry) -> Stage:
        """Return a version of a file in conflict."""
        content = None if entry.mode == SUBMODULE else self.file(entry).content
        return Stage(mode=entry.mode, name=entry.name, content=content)
