"""Prepares a change beside the project: new files, old files and the journal, all on the disk before anything moves."""

from __future__ import annotations

import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from waypost.errors import ErrorCode, StateError
from waypost.projects.project import Project
from waypost.system.durability import make_durable, sync_contents, sync_file, sync_names
from waypost.system.scratch import uninterrupted
from waypost.update.writing.files import ProjectFiles, files_of, state_of
from waypost.update.writing.journal import JOURNAL, Journal, Step, digest_of, write_journal


@contextmanager
def preparing(project: Project) -> Iterator[Path]:
    """Provide the private folder in which a change is prepared: new files in ``new``, old ones in ``old``."""
    make_durable(project.state)
    remove_leftovers(project)
    folder = Path(tempfile.mkdtemp(prefix="tmp-", dir=project.state))
    try:
        (folder / "new").mkdir()
        (folder / "old").mkdir()
        yield folder
    finally:
        with uninterrupted():
            shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(project: Project) -> None:
    """Remove what was being prepared when somebody was killed, and what is done with: no file's only copy."""
    for leftover in project.state.glob("tmp-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def prepare(
    project: Project, folder: Path, *, title: str, paths: Iterable[str], undoes: Journal | None = None
) -> Journal:
    """Complete what was prepared in ``folder`` with what is there now and the journal.

    The files in ``new`` are the new ones of ``paths``; where one is missing, that path goes. The file ``index``, if it
    is there, is the new index. A change that ``undoes`` another cannot be taken back itself.
    """
    with files_of(project.folder) as files, files_of(folder / "new") as new:
        steps = tuple(_step(files, new, path, folder, keeps_modes=undoes is None) for path in paths)
        going = _going(files, steps, undoes.coming if undoes else ())
        coming = _coming(files, steps, undoes.going if undoes else {})
    index = folder / "index"
    shutil.copy2(project.index, folder / "index.old")
    if index.exists():
        shutil.copymode(project.index, index)
    index_before, index_after = digest_of(folder / "index.old"), digest_of(index)
    journal = Journal(
        title=title,
        token=secrets.token_hex(8),
        head=project.head,
        steps=steps,
        going=going,
        coming=coming,
        index_before=index_before,
        index_after=index_after if index.exists() and index_after != index_before else "",
        is_undo=undoes is not None,
    )
    write_journal(folder, journal)
    return journal


def make_prepared_durable(folder: Path) -> None:
    """Return when all is on the disk that it takes to put the change in ``folder`` back, or to see it through.

    The names below ``new`` may be missing: a change that is not whole goes back. Old files are second names of what
    is on the disk already, and copies were synced.
    """
    sync_contents(folder / "new")
    for name in ("index.old", "index", JOURNAL):
        if (folder / name).exists():
            sync_file(folder / name)
    sync_names(folder / "old")
    sync_file(folder)


def _step(files: ProjectFiles, new: ProjectFiles, path: str, folder: Path, *, keeps_modes: bool) -> Step:
    old = folder / "old" / path
    before, after = files.state_of(path), new.state_of(path)
    if before:
        if before.startswith("other"):
            raise StateError(
                f"{path} is neither a file nor a link",
                hint="Move it elsewhere, then try again.",
                code=ErrorCode.IN_THE_WAY,
            )
        old.parent.mkdir(parents=True, exist_ok=True)
        files.keep(path, old)
        if before != state_of(old) or files.state_of(path) != before:
            raise StateError(f"{path} changes while it is read", hint="Close what writes it, and try again.")
    if keeps_modes and before[:5] == after[:5] == "file:":
        _keep_permissions(old, folder / "new" / path)
        after = new.state_of(path)
    return Step(path=path, before=before, after=after)


def _keep_permissions(old: Path, new: Path) -> None:
    """Leave a file's permissions alone where only its content changes: git knows no more of them than one bit."""
    mode, wanted = old.stat().st_mode, new.stat().st_mode
    if bool(mode & stat.S_IXUSR) == bool(wanted & stat.S_IXUSR):
        new.chmod(stat.S_IMODE(mode))


def _going(files: ProjectFiles, steps: Iterable[Step], made: Iterable[str]) -> dict[str, int]:
    """Return the folders that nothing may be left in: where files go, and where a file comes in a folder's place."""
    staying = {parent for step in steps if step.after for parent in PurePosixPath(step.path).parents}
    left = {parent for step in steps if step.before and not step.after for parent in PurePosixPath(step.path).parents}
    going = {parent.as_posix() for parent in left - staying if parent.parts} | set(made)
    for step in steps:
        if step.after and not step.before:
            going |= set(files.folders_in(step.path))
    modes = {path: files.mode_of_folder(path) for path in sorted(going)}
    return {path: mode for path, mode in modes.items() if mode is not None}


def _coming(files: ProjectFiles, steps: Iterable[Step], gone: Mapping[str, int]) -> dict[str, int | None]:
    needed = {parent for step in steps if step.after for parent in PurePosixPath(step.path).parents if parent.parts}
    coming = {**{path.as_posix(): None for path in needed}, **gone}
    return {path: coming[path] for path in sorted(coming) if files.mode_of_folder(path) is None}
