"""What a change does to a project, written down before it is done, so that it can be put back or taken back.

A change is prepared in the repository's private folder: the new files, copies of the old ones, and a journal that names
them. ``switchover`` then puts it in place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from waypost.errors import StateError
from waypost.projects.project import Project
from waypost.system.scratch import uninterrupted

_JOURNAL = "journal.json"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One file: what it was before and what it is after, each ``kind:mode:hash``, or nothing where it is not there."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Journal:
    """What is done to a project: each file's step, and the hashes of the index before and after.

    ``folders`` are those that may go and come back, with their modes; ``emptied`` those that go if nothing is left in
    them, and ``made`` those that are new, each after its parent. ``head`` is the commit that the change is based on,
    ``title`` what a person calls it.
    """

    title: str
    head: str
    steps: tuple[Step, ...]
    folders: Mapping[str, int]
    emptied: tuple[str, ...]
    made: tuple[str, ...]
    index_before: str
    index_after: str
    is_undo: bool


@contextmanager
def preparing(project: Project) -> Iterator[Path]:
    """Provide the private folder in which a change is prepared: new files in ``new``, copies of old ones in ``old``."""
    project.state.mkdir(parents=True, exist_ok=True)
    for leftover in project.state.glob("tmp-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="tmp-", dir=project.state))
    try:
        (folder / "new").mkdir()
        (folder / "old").mkdir()
        yield folder
    finally:
        with uninterrupted():
            shutil.rmtree(folder, ignore_errors=True)


def write_journal(
    project: Project, folder: Path, *, title: str, paths: Iterable[str], undoes: Journal | None = None
) -> None:
    """Complete what was prepared in ``folder`` with copies of what is there now and the journal.

    ``new/0``, ``new/1`` and so on are the new files of ``paths``; where one is missing, that path goes. The file
    ``index``, if it is there, is the new index. A change that ``undoes`` another cannot be taken back itself.
    """
    steps = []
    for number, path in enumerate(paths):
        target, new, old = project.folder / path, folder / "new" / str(number), folder / "old" / str(number)
        before, after = state_of(target), state_of(new)
        if before:
            shutil.copy2(target, old, follow_symlinks=False)
            if before != state_of(old) or state_of(target) != before:
                raise StateError(f"{target} changes while it is read", hint="Close what writes it, and try again.")
        if before and after and before.split(":")[0] == after.split(":")[0] == "file" and undoes is None:
            _keep_permissions(old, new)
            after = state_of(new)
        steps.append(Step(path=path, before=before, after=after))
    index = project.index.read_bytes() if project.index.exists() else b""
    (folder / "index.old").write_bytes(index)
    folders = _folders_of(project, steps)
    index_after = digest_of(folder / "index") if (folder / "index").exists() else ""
    journal = Journal(
        title=title,
        head=project.head,
        steps=tuple(steps),
        folders={**(undoes.folders if undoes else {}), **folders},
        emptied=undoes.made if undoes else tuple(folders),
        made=_missing_folders(project, steps),
        index_before=_digest(index),
        index_after=index_after if index_after != _digest(index) else "",
        is_undo=undoes is not None,
    )
    (folder / _JOURNAL).write_text(json.dumps(asdict(journal)), encoding="utf-8")


def read_journal(folder: Path) -> Journal | None:
    """Return the journal in ``folder``, if there is one that can be read."""
    try:
        fields = json.loads((folder / _JOURNAL).read_text(encoding="utf-8"))
        steps = tuple(Step(**step) for step in fields.pop("steps"))
        emptied, made = tuple(fields.pop("emptied")), tuple(fields.pop("made"))
        return Journal(steps=steps, emptied=emptied, made=made, **fields)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def state_of(path: Path) -> str:
    """Return what file is at ``path``, to the byte and the mode; nothing where none is, be it a folder."""
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    if stat.S_ISLNK(found.st_mode):
        return f"link:0:{_digest(os.fsencode(path.readlink()))}"
    if stat.S_ISREG(found.st_mode):
        return f"file:{stat.S_IMODE(found.st_mode):o}:{_digest(path.read_bytes())}"
    return "" if stat.S_ISDIR(found.st_mode) else "other:0:0"


def _folders_of(project: Project, steps: Iterable[Step]) -> dict[str, int]:
    """Return the folders, with their modes, that hold files which go: they may go too, and come back."""
    folders = {parent for step in steps if step.before and not step.after for parent in Path(step.path).parents}
    return {
        str(folder): stat.S_IMODE((project.folder / folder).stat().st_mode)
        for folder in sorted(folders)
        if folder != Path() and (project.folder / folder).is_dir()
    }


def _missing_folders(project: Project, steps: Iterable[Step]) -> tuple[str, ...]:
    folders = {parent for step in steps if step.after for parent in Path(step.path).parents}
    return tuple(str(folder) for folder in sorted(folders) if not (project.folder / folder).is_dir())


def _keep_permissions(old: Path, new: Path) -> None:
    """Leave a file's permissions alone where only its content changes: git knows no more of them than one bit."""
    mode, wanted = old.stat().st_mode, new.stat().st_mode
    if bool(mode & stat.S_IXUSR) == bool(wanted & stat.S_IXUSR):
        new.chmod(stat.S_IMODE(mode))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest_of(path: Path) -> str:
    """Return the hash of a file's bytes; one that is not there counts as empty."""
    return _digest(path.read_bytes() if path.exists() else b"")
