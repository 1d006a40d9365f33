"""Puts prepared changes in place all at once or not at all.

A process of its own, which no signal but SIGKILL ends, moves the files. If even that one dies, whoever next takes the
lock puts everything back, from the journal and the files that were kept. A program with threads cannot be forked
safely, so it moves the files itself.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from waypost.errors import ErrorCode, StateError
from waypost.projects.project import Project
from waypost.system.durability import make_durable, sync_file
from waypost.system.interruption import STOPPING
from waypost.system.scratch import uninterrupted
from waypost.update.writing.exchange import Exchange, changed_meanwhile
from waypost.update.writing.files import files_of
from waypost.update.writing.index import IndexLock
from waypost.update.writing.journal import digest_of, read_journal
from waypost.update.writing.preparation import make_prepared_durable
from waypost.update.writing.recovery import DONE, Recovery, settle

_PATIENCE_IN_SECONDS = 10.0


@contextmanager
def locked(project: Project) -> Iterator[Recovery | None]:
    """Keep every other Waypost from changing files of this repository, and provide what one had left half done.

    That is put back or finished first. The process that changes the files holds the lock as well, even where the
    command that started it was killed. Raises ``StateError`` where another one is at work for long.
    """
    with _lock(project):
        yield settle(project)


def recover(project: Project, *, is_preview: bool = False) -> tuple[str, ...]:
    """Put back what an update that was killed has left half done, and return what to say about it, if anything.

    Raises ``StateError`` for a preview, which touches nothing, and where a change was completed that a person has not
    seen.
    """
    if not project.pending.exists():
        return ()
    if is_preview:
        with _lock(project):  # one that is still at work ends first
            if project.pending.exists():
                raise StateError(
                    f"a change of {project.folder} was interrupted, and is neither done nor put back",
                    hint=f"This puts everything back as it was: waypost undo {shlex.quote(str(project.folder))}",
                    code=ErrorCode.UNFINISHED,
                )
        return ()
    with locked(project) as recovery:
        if recovery is None:
            return ()
        if recovery.is_finished and not recovery.journal.is_undo:
            raise StateError(
                recovery.sentence, hint="Look at it (git diff) and commit it, or take it back with `waypost undo`."
            )
        return (recovery.sentence,)


def carry_out(project: Project, folder: Path, *, when_done: Callable[[], None] = lambda: None) -> None:
    """Do what was prepared in ``folder``: wholly, or not at all. Call it inside ``locked``.

    ``when_done`` is called at the moment it is done, before any signal can interrupt again.
    Raises ``StateError`` where it could not be done; everything is then as it was.
    """
    with uninterrupted():
        run = _in_this_process if _has_threads() else _in_a_process_of_its_own
        said = run(lambda: _do(project, folder))
        try:
            recovery = settle(project)
        except OSError as error:
            raise _left_half_done(project, said, error) from error
        is_done = recovery is not None and recovery.is_finished
        if is_done:
            when_done()
    note = recovery.note_of_kept if recovery else ""
    if not is_done:
        raise StateError(
            f"the files could not be put in place: {said}", hint=f"Nothing was changed.{note}", code=ErrorCode.SYSTEM
        )
    if note:
        raise StateError(f"the change is made, but look at this.{note}", hint="`waypost undo` takes the change back.")


def _do(project: Project, folder: Path) -> None:
    """Put the new files in their places, the index last. Runs in the process of its own."""
    pending = project.pending
    make_prepared_durable(folder)  # here, as it needs threads for a while, and whoever forks must have none
    folder.rename(pending)
    sync_file(project.state)
    journal = read_journal(pending)
    lock = IndexLock(index=project.index, new=pending / "index")
    if journal.index_after:
        lock.take()
        if digest_of(project.index) != journal.index_before:
            raise changed_meanwhile(str(project.index))
    with files_of(project.folder) as files:
        _exchange(Exchange(files=files, pending=pending, kept=pending, journal=journal))
    if journal.index_after:
        lock.put_in_place()
    (pending / DONE).touch()
    sync_file(pending)


def _exchange(exchange: Exchange) -> None:
    """Exchange all files, and return when that is on the disk."""
    files, journal, steps = exchange.files, exchange.journal, tuple(exchange.steps)
    _refuse_changed(exchange.changed())
    for number, step in steps:
        if not step.after:
            exchange.set_aside(number, step)
    for folder in reversed(tuple(journal.going)):
        files.remove_empty_folder(folder)
    for folder, mode in journal.coming.items():
        files.make_folder(folder, mode)
    for number, step in steps:
        if step.after and step.before:
            exchange.set_aside(number, step)
        if step.after:
            exchange.put(number, step)
    _refuse_changed(exchange.written_late())
    files.sync_folders(journal.paths)


def _refuse_changed(paths: Sequence[str]) -> None:
    if paths:
        raise changed_meanwhile(paths[0])


def _left_half_done(project: Project, said: str, error: OSError) -> StateError:
    """Return the error for files that the system refuses to have put back."""
    why = f"the files could not be put in place ({said or 'interrupted'}), nor put back: {_text_of(error)}"
    hint = f"What is missing is kept in {project.pending}. When the cause is gone, this puts it back: waypost undo"
    return StateError(why, hint=f"{hint} {shlex.quote(str(project.folder))}")


@contextmanager
def _lock(project: Project) -> Iterator[None]:
    make_durable(project.private)
    descriptor = os.open(project.private / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _wait_for(descriptor, project)
        yield
    finally:
        os.close(descriptor)


def _in_a_process_of_its_own(work: Callable[[], None]) -> str:
    """Run ``work`` where neither a signal to us nor our end interrupts it, and return what went wrong, if anything."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setsid()
            for number in (*STOPPING, signal.SIGQUIT, signal.SIGPIPE):
                signal.signal(number, signal.SIG_IGN)
            work()
            code = 0
        except BaseException as error:  # noqa: BLE001 - passed on to the parent
            with suppress(OSError):
                os.write(writing, _text_of(error).encode(errors="backslashreplace")[:2000])
        finally:
            os._exit(code)
    os.close(writing)
    with open(reading, "rb") as stream:  # noqa: PTH123 - a descriptor, not a path
        said = stream.read().decode()
    _, status = os.waitpid(child, 0)
    return said or ("" if status == 0 else "the process that was to do it was killed")


def _in_this_process(work: Callable[[], None]) -> str:
    """Run ``work`` and return what went wrong, if anything.

    For a program with threads: one of them may hold a lock that its forked copy would wait for forever. No signal that
    Python handles interrupts ``work`` here either; where the program itself is killed, the journal puts all back.
    """
    try:
        work()
    except Exception as error:  # noqa: BLE001 - returned as text, like that of the other process
        return _text_of(error)
    return ""


def _has_threads() -> bool:
    """Return whether this process has more than one thread, those that Python did not start included."""
    try:
        return len(os.listdir("/proc/self/task")) > 1  # noqa: PTH208 - only their number counts
    except OSError:  # not Linux
        return threading.active_count() > 1


def _text_of(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _wait_for(descriptor: int, project: Project) -> None:
    deadline = time.monotonic() + _PATIENCE_IN_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StateError(
                    f"another Waypost is at work in {project.top}", hint="Wait for it to end, then try again."
                ) from None
            time.sleep(0.02)
        else:
            return
