"""The modules that an update leaves in a project for the sake of its migrations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from waypost.projects.belongings import is_migration
from waypost.projects.project import enumerated
from waypost.update.merge.structure.toml import entries_of, with_entries
from waypost.update.merge.trees import File

_SETTINGS = "pyproject.toml"
_COVERAGE = ("tool", "coverage", "run")


def modules_left(needed: Iterable[str]) -> tuple[str, ...]:
    """Return which of the files that the project's history needs are no migrations, in order."""
    return tuple(sorted(path for path in needed if not is_migration(path)))


def note_of(modules: Sequence[str]) -> str:
    """Return what the user reads about them."""
    names = enumerated(modules)
    return f"Only migrations still need these files, which stay, untested and left out of the coverage: {names}."


def left_out_of_coverage(new: Mapping[str, File], modules: Sequence[str], retired: Iterable[str]) -> dict[str, File]:
    """Return the files of the template, in which coverage omits ``modules`` and the migrations that are ``retired``.

    Their tests went with the template that had them, so that the project's own gate would fail for code that nobody
    calls. Files without settings of coverage stay as they are.
    """
    return _omitting(new, [*modules, *(path for path in retired if path.endswith(".py"))])


def counted_again(
    old: Mapping[str, File], new: Mapping[str, File], revived: Iterable[str], settings: Callable[[], str]
) -> Mapping[str, File]:
    """Return the files of the old template, in which coverage omits what comes back with the new one.

    That is what only the new template has, and migrations that are ``revived``. ``settings`` reads the project's own
    pyproject.toml, where anything comes back at all. The new template omits none of it, so the merge takes the entries
    out that an earlier update added.
    """
    coming = {path for path in {*(new.keys() - old.keys()), *revived} if path.endswith(".py")}
    if not coming:
        return old
    return _omitting(old, [path for path in entries_of(settings(), _COVERAGE, "omit") if path in coming])


def _omitting(files: Mapping[str, File], modules: Sequence[str]) -> dict[str, File]:
    if not modules or _SETTINGS not in files:
        return dict(files)
    before = files[_SETTINGS]
    text = with_entries(before.content.decode(), _COVERAGE, "omit", modules)
    return {**files, _SETTINGS: File(before.mode, text.encode())}
