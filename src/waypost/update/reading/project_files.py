"""The committed files of a project, read from git when they are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from waypost.projects.project import Project
from waypost.system import git
from waypost.update.merge.trees import SUBMODULE, File, TreeEntry


@dataclass(frozen=True, kw_only=True)
class ProjectFiles:
    """The files of a project's commit by their path, submodules left out."""

    project: Project
    _contents: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def entries(self) -> dict[str, TreeEntry]:
        """Mode and object name of each file."""
        listed = git.run("ls-tree", "-r", "-z", "--full-tree", self.project.tree, cwd=self.project.folder)
        rows = (row.partition("\t") for row in listed.split("\0") if row)
        entries = {path: TreeEntry(described.split()[0], described.split()[2]) for described, _, path in rows}
        return {path: entry for path, entry in entries.items() if entry.mode != SUBMODULE}

    @cached_property
    def paths(self) -> frozenset[str]:
        """Where the files are."""
        return frozenset(self.entries)

    def load(self, paths: Iterable[str]) -> None:
        """Read many files at once."""
        wanted = [path for path in paths if path not in self._contents]
        if not wanted:
            return
        names = "".join(f"{self.entries[path].name}\n" for path in wanted)
        answer = git.run_bytes("cat-file", "--batch", cwd=self.project.folder, given=names.encode())
        self._contents.update(zip(wanted, git.objects_of(answer), strict=True))

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        self.load([path])
        return self._contents[path]

    def file(self, path: str) -> File:
        """Return a file with its mode."""
        return File(self.entries[path].mode, self.read(path))
