"""Tries an update out: the merged project in a folder of its own, set up and tested by its own commands."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from waypost.errors import InterruptedByUserError
from waypost.system.scratch import temporary_folder
from waypost.update.merge.trees import EXECUTABLE, LINK, File

COMMANDS: tuple[tuple[str, ...], ...] = (("make", "setup"), ("make", "test"))
"""What every project of Waypost's templates answers to."""
_LOOKS_EVERY = 0.5
_PART = 65_536
# What the shell that Waypost was started from had activated is not the rehearsed project's.
_NOT_PASSED_ON = frozenset({"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"})


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """How it went: the commands that were run, and the one that failed, if any, with its exit code."""

    commands: tuple[str, ...]
    failed: str
    exit_code: int

    @property
    def has_passed(self) -> bool:
        """Whether every command succeeded."""
        return not self.failed


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """Somebody who reads along: ``hears`` what commands print, a part at a time, and may say that it ``is_enough``."""

    hears: Callable[[bytes], None]
    is_enough: Callable[[], bool]


def rehearse(
    files: Mapping[str, File],
    name: str,
    *,
    environment: str = "",
    steps: Sequence[str] = (),
    watcher: Watcher | None = None,
) -> Rehearsal:
    """Write ``files`` into a temporary folder called ``name`` and run the project's own commands there.

    ``environment`` is the text of its ``.env``, into which ``steps``, commands of a shell, write what the update needs.
    The packages are installed anew, as what they are may have changed; no database is migrated, as ``.env`` names the
    real one. What the commands print goes to the ``watcher``, or without one to standard error. The folder is removed
    afterwards. Raises ``InterruptedByUserError`` once the watcher has enough.
    """
    run: list[str] = []
    with temporary_folder("waypost-rehearsal-") as scratch:
        folder = scratch / name
        _write(files, folder)
        if environment:
            _write_environment(environment, folder)
        for command in [*(("sh", "-c", step) for step in steps), *COMMANDS]:
            run.append(command[-1] if command[0] == "sh" else " ".join(command))
            code = _run(command, folder, watcher)
            if code:
                return Rehearsal(commands=tuple(run), failed=run[-1], exit_code=code)
    return Rehearsal(commands=tuple(run), failed="", exit_code=0)


def _write(files: Mapping[str, File], folder: Path) -> None:
    folder.mkdir()
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.mode == LINK:
            target.symlink_to(os.fsdecode(file.content))
        else:
            target.write_bytes(file.content)
            target.chmod(0o755 if file.mode == EXECUTABLE else 0o644)


def _write_environment(text: str, folder: Path) -> None:
    descriptor = os.open(folder / ".env", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as stream:
        stream.write(text)


def _run(command: Sequence[str], folder: Path, watcher: Watcher | None) -> int:
    """Run a command with all that it starts in a group of its own, which goes with us."""
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    try:
        process = subprocess.Popen(  # noqa: S603 - the project's own commands, which the user asked for
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if watcher else 2,
            stderr=subprocess.STDOUT if watcher else None,
            start_new_session=True,
        )
    except FileNotFoundError:
        return 127
    try:
        if watcher:
            _pass_on(process, watcher)
        return process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        if process.stdout:
            process.stdout.close()


def _pass_on(process: subprocess.Popen[bytes], watcher: Watcher) -> None:
    """Tell the watcher what the command prints until it ends, and ask in between whether that is enough."""
    assert process.stdout is not None  # noqa: S101 - for the checker of types
    while True:
        if watcher.is_enough():
            raise InterruptedByUserError("The rehearsal was stopped; nothing was changed.")
        ready, _, _ = select.select([process.stdout], [], [], _LOOKS_EVERY)
        if ready:
            part = os.read(process.stdout.fileno(), _PART)
            if not part:
                return
            watcher.hears(part)
        elif process.poll() is not None:  # what it has started may hold the pipe open
            return
