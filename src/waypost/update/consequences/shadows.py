"""Modules and packages of one name side by side: Python imports the package, and never the module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from waypost.update.merge.changes import Change, Merge
from waypost.update.reading.project_files import ProjectFiles

_INIT = "/__init__.py"


def without_shadows(merge: Merge, files: ProjectFiles) -> tuple[Merge, dict[str, str]]:
    """Return the merge in which no module stands beside a package of its name, and where the user's files went.

    Where the template brings the one beside the user's other, the user's gets a name of its own, with all that is in
    it: as it stood, one of the two would never be imported, without a word.
    """
    gone = {change.path for change in merge.changes if change.file is None}
    result = (files.paths - gone) | {change.path for change in merge.changes if change.file is not None}
    moved = {path: to for path, to in _moves(result, files.paths) if path in files.paths}
    if not moved:
        return merge, {}
    changes = [change for change in merge.changes if change.path not in moved]
    for path, to in moved.items():
        changes.append(Change(path=path, kind="removed", file=None))
        changes.append(Change(path=to, kind="added", file=files.file(path)))
    conflicts = tuple(conflict for conflict in merge.conflicts if conflict.path not in moved)
    ordered = tuple(sorted(changes, key=lambda change: change.path))
    return replace(merge, changes=ordered, conflicts=conflicts), moved


def _moves(result: frozenset[str], before: frozenset[str]) -> Iterator[tuple[str, str]]:
    stood_together = set(_doubled(before))
    for stem in sorted(set(_doubled(result)) - stood_together):
        if f"{stem}.py" in before and f"{stem}{_INIT}" not in before:
            yield f"{stem}.py", f"{_free(stem, result)}.py"
        else:
            name = _free(stem, result)
            yield from (
                (path, f"{name}{path.removeprefix(stem)}") for path in sorted(result) if path.startswith(f"{stem}/")
            )


def _doubled(paths: Iterable[str]) -> Iterator[str]:
    """Yield what is there both as a module and as a package, without the ending."""
    found = frozenset(paths)
    packages = (str(PurePosixPath(path).parent) for path in found if path.endswith(_INIT))
    return (package for package in packages if f"{package}.py" in found)


def _free(stem: str, taken: frozenset[str]) -> str:
    names = (f"{stem}_before{number or ''}" for number in range(len(taken) + 1))
    return next(
        name for name in names if not any(path == f"{name}.py" or path.startswith(f"{name}/") for path in taken)
    )
