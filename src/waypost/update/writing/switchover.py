"""Puts prepared changes in place all at once or not at all.

A process of its own, which no signal but SIGKILL ends, moves the files. If even that one dies, whoever next takes the
lock puts everything back, from the journal and the copies that were made before. A program with threads cannot be
forked safely, so it moves the files itself.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from waypost.errors import StateError
from waypost.projects.project import Project
from waypost.system.interruption import STOPPING
from waypost.system.scratch import uninterrupted
from waypost.update.writing.journal import Journal, Step, digest_of, read_journal, state_of

_DONE = "done"
_PATIENCE_IN_SECONDS = 10.0


@contextmanager
def locked(project: Project) -> Iterator[None]:
    """Keep every other Waypost from changing files of this repository; put back first what one left half done.

    The process that changes the files holds the lock as well, even where the command that started it was killed.
    Raises ``StateError`` where another one is at work for long.
    """
    project.private.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(project.private / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _wait_for(descriptor, project)
        _recover(project)
        yield
    finally:
        os.close(descriptor)


def recover(project: Project) -> None:
    """Put back what an update that was killed has left half done, if there is such a thing."""
    if project.pending.exists():
        with locked(project):
            pass


def carry_out(project: Project, folder: Path, *, when_done: Callable[[], None] = lambda: None) -> None:
    """Do what was prepared in ``folder``: wholly, or not at all. Call it inside ``locked``.

    ``when_done`` is called at the moment it is done, before any signal can interrupt again.
    Raises ``StateError`` where it could not be done; everything is then as it was.
    """
    pending = project.pending
    with uninterrupted():
        folder.rename(pending)
        run = _in_this_process if _has_threads() else _in_a_process_of_its_own
        said = run(lambda: _do(project, pending))
        _recover(project)
        if not said:
            when_done()
    if said:
        raise StateError(f"the files could not be put in place: {said}", hint="Nothing was changed.")


def _do(project: Project, pending: Path) -> None:
    """Put the new files in their places, the index last. Runs in the process of its own."""
    journal = read_journal(pending)
    if journal is None:
        raise OSError(errno.EIO, "the journal cannot be read", str(pending))
    lock = _lock_of(project)
    if journal.index_after:
        with lock.open("xb") as stream:  # as git itself locks it; fails where git is at work
            stream.write((pending / "index").read_bytes())
    _refuse_changed(project, journal)
    for step in journal.steps:
        if not step.after:
            (project.folder / step.path).unlink(missing_ok=True)
    _remove_empty(project, journal.emptied)
    for number, step in enumerate(journal.steps):
        if step.after:
            _put(pending / "new" / str(number), project.folder / step.path)
    _set_modes(project, journal)
    if journal.index_after:
        shutil.copymode(project.index, lock)
        lock.rename(project.index)
    (pending / _DONE).touch()


def _refuse_changed(project: Project, journal: Journal) -> None:
    changed = [step.path for step in journal.steps if state_of(project.folder / step.path) != step.before]
    if digest_of(project.index) != journal.index_before:
        changed.append(str(project.index))
    if changed:
        raise OSError(errno.EBUSY, "it was changed in the meantime", changed[0])


def _recover(project: Project) -> None:
    """Finish what is whole, and put back what is not. Nobody else is at work, and killing this leaves it as it was."""
    pending, last = project.pending, project.state / "last"
    if not pending.exists():
        return
    journal = read_journal(pending)
    if journal is not None and ((pending / _DONE).exists() or _is_done(project, journal)):
        shutil.rmtree(last, ignore_errors=True)
        if not journal.is_undo:
            shutil.rmtree(pending / "new", ignore_errors=True)
            pending.rename(last)
            return
    elif journal is not None:
        _put_back(project, journal, pending)
    pending.rename(Path(tempfile.mkdtemp(prefix="tmp-", dir=project.state)) / "gone")
    for leftover in project.state.glob("tmp-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _is_done(project: Project, journal: Journal) -> bool:
    if journal.index_after:
        return digest_of(project.index) == journal.index_after
    return all(state_of(project.folder / step.path) == step.after for step in journal.steps)


def _put_back(project: Project, journal: Journal, pending: Path) -> None:
    lock = _lock_of(project)
    if journal.index_after and _is_part_of(lock, pending / "index"):
        lock.unlink()
    for step in journal.steps:
        if not step.before and _is_ours(project, step):
            (project.folder / step.path).unlink(missing_ok=True)
    _remove_empty(project, journal.made)
    for number, step in enumerate(journal.steps):
        if step.before and _is_ours(project, step):
            copy = pending / "new" / f"back-{number}"
            copy.unlink(missing_ok=True)
            shutil.copy2(pending / "old" / str(number), copy, follow_symlinks=False)
            _put(copy, project.folder / step.path)
    _set_modes(project, journal)


def _is_ours(project: Project, step: Step) -> bool:
    """Whether the file is as we left it or gone; what someone wrote since is theirs."""
    now = state_of(project.folder / step.path)
    return now != step.before and now in (step.after, "")


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f".{target.name[:100]}.waypost")
        shutil.copy2(source, beside, follow_symlinks=False)
        beside.replace(target)


def _remove_empty(project: Project, folders: tuple[str, ...]) -> None:
    """Remove those of the folders that are empty, as git does."""
    for folder in reversed(folders):
        with suppress(OSError):
            (project.folder / folder).rmdir()


def _set_modes(project: Project, journal: Journal) -> None:
    for path, mode in journal.folders.items():
        if (project.folder / path).is_dir():
            (project.folder / path).chmod(mode)


def _lock_of(project: Project) -> Path:
    return project.index.with_name(f"{project.index.name}.lock")


def _is_part_of(lock: Path, index: Path) -> bool:
    """Whether git's lock is the one we took, of which the writing may have been cut off."""
    try:
        return index.read_bytes().startswith(lock.read_bytes())
    except FileNotFoundError:
        return False


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
        except BaseException as error:  # noqa: BLE001 - told to the parent
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
