"""Finishes a change that is whole and puts back one that is not, after a failure and after a crash alike."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from waypost.errors import StateError
from waypost.projects.project import Project, enumerated
from waypost.system.durability import sync_contents, sync_file, sync_names
from waypost.update.writing.exchange import Exchange
from waypost.update.writing.files import files_of
from waypost.update.writing.index import IndexLock
from waypost.update.writing.journal import Journal, digest_of, read_journal
from waypost.update.writing.preparation import remove_leftovers

DONE = "done"
"""The name of the file that says that a change is whole."""


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """What was found half done and what became of it: finished, or put back.

    ``kept`` are paths that somebody else wrote meanwhile: their file stands, and the version that it replaced is in
    the folder ``kept_in``.
    """

    journal: Journal
    is_finished: bool
    kept: tuple[str, ...]
    kept_in: Path

    @property
    def sentence(self) -> str:
        """What happened, for a person."""
        became = "completed" if self.is_finished else "put back as it was before"
        what = f"undoing of: {self.journal.title}" if self.journal.is_undo else self.journal.title
        return f"A change that had been interrupted was {became}: {what}.{self.note_of_kept}"

    @property
    def note_of_kept(self) -> str:
        """A further sentence about files of which there are two versions, or nothing."""
        if not self.kept:
            return ""
        files = enumerated(self.kept)
        return f" Somebody wrote {files} meanwhile: that stands, and what it replaced is kept in {self.kept_in}."


def settle(project: Project) -> Recovery | None:
    """Finish the change that is pending if it is whole, and put back one that is not; return None where none is.

    Nobody else may be at work. Killing this leaves it as it was. Raises ``StateError``, and removes nothing, where the
    journal cannot be read, and ``OSError`` where the system refuses to have files put back.
    """
    pending = project.pending
    if not pending.exists():
        return None
    if not any(pending.iterdir()):
        pending.rmdir()
        return None
    journal = read_journal(pending)
    kept_in = project.state / f"kept-{journal.token}"
    is_finished = _is_whole(project, pending, journal)
    with files_of(project.folder) as files:
        exchange = Exchange(files=files, pending=pending, kept=kept_in, journal=journal)
        kept = [] if is_finished else _put_back(project, exchange)
        kept += [step.path for number, step in exchange.steps if not exchange.clear(number, step)]
        files.sync_folders(journal.paths)
    if kept:
        sync_contents(kept_in)
        sync_names(kept_in)
        sync_file(project.state)
    _file_away(project, journal, is_finished=is_finished)
    return Recovery(journal=journal, is_finished=is_finished, kept=tuple(kept), kept_in=kept_in)


def _is_whole(project: Project, pending: Path, journal: Journal) -> bool:
    if (pending / DONE).exists():
        return True
    return bool(journal.index_after) and digest_of(project.index) == journal.index_after


def _put_back(project: Project, exchange: Exchange) -> list[str]:
    """Put everything back, and return the paths where somebody else's file stands now."""
    journal, files, steps = exchange.journal, exchange.files, tuple(exchange.steps)
    if journal.index_after:
        IndexLock(index=project.index, new=exchange.pending / "index").release()
    for number, step in steps:
        exchange.withdraw(number, step)
    for folder in reversed(tuple(journal.coming)):
        files.remove_empty_folder(folder)
    for folder, mode in journal.going.items():
        with suppress(FileExistsError):  # a file of somebody else's
            files.make_folder(folder, mode)
    return [step.path for number, step in steps if not exchange.restore(number, step)]


def _file_away(project: Project, journal: Journal, *, is_finished: bool) -> None:
    """Keep what undo needs of a change that is done, and let go of any other, with the one that could be undone."""
    pending, last = project.pending, project.state / "last"
    if is_finished and last.exists():
        _let_go(project, last)
    if is_finished and not journal.is_undo:
        shutil.rmtree(pending / "new", ignore_errors=True)
        for aside in pending.glob("old-*"):
            aside.unlink()
        pending.rename(last)
    else:
        pending.rename(Path(tempfile.mkdtemp(prefix="tmp-", dir=project.state)) / "gone")
    sync_file(project.state)
    remove_leftovers(project)


def _let_go(project: Project, last: Path) -> None:
    """Remove what undo needed of an earlier change; what cannot be read is kept for a person to look at."""
    try:
        read_journal(last)
    except StateError:
        last.rename(project.state / f"unreadable-{secrets.token_hex(4)}")
    else:
        last.rename(Path(tempfile.mkdtemp(prefix="tmp-", dir=project.state)) / "gone")
