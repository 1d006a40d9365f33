"""What a merge does to a project's files, as values, and what the project is with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from waypost.projects.project import Project
from waypost.update.merge.trees import Commit, File, trees_beside

ChangeKind = Literal["added", "changed", "removed"]
"""What becomes of a file."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A file that becomes another: ``file`` is what it will be, or None where it goes."""

    path: str
    kind: ChangeKind
    file: File | None


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A version of a file in conflict: its mode, its object's name, and its bytes but for submodules."""

    mode: str
    name: str
    content: bytes | None


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A path that needs a person: why, and its versions by stage (1 the old template's, 2 yours, 3 the new one's)."""

    path: str
    because: str
    stages: Mapping[int, Stage]


@dataclass(frozen=True, kw_only=True)
class Merge:
    """What a merge changes in the project's files, sorted by path, and what it leaves to a person.

    ``carried`` are changed files that git takes for files of the template that the user moved, with the template's
    names of them.
    """

    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    carried: Mapping[str, str] = field(default_factory=dict)


def difference(project: Project, merge: Merge) -> str:
    """Return the unified difference between the project's committed files and what they become."""
    return "".join(differences(project, merge).values())


def differences(project: Project, merge: Merge) -> dict[str, str]:
    """Return the unified difference of each file, by its path: of a moved one by the path where it is then."""
    removed = [change.path for change in merge.changes if change.file is None]
    files = {change.path: change.file for change in merge.changes if change.file is not None}
    with trees_beside(project.objects, project.object_format) as trees:
        trees.write([Commit(label="merged", tree=project.tree, files=files, removed=removed)])
        text = trees.difference(project.tree, "merged").decode(errors="surrogateescape")
        paths = trees.differing(project.tree, "merged")
    # No other line of a difference begins like that.
    return dict(zip(paths, re.split(r"^(?=diff --git )", text, flags=re.MULTILINE)[1:], strict=True))


def merged_files(project: Project, merge: Merge) -> dict[str, File]:
    """Return all files of the project as the merge leaves them, as git keeps them; submodules are left out."""
    with trees_beside(project.objects, project.object_format) as trees:
        files = trees.files(trees.entries(project.tree))
    for change in merge.changes:
        files.pop(change.path, None)
        if change.file is not None:
            files[change.path] = change.file
    return files
