"""What git leaves out of a commit although it belongs to a project, and the commands that put it in."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from waypost.system import git


def left_out(folder: Path, files: Iterable[str], executables: Iterable[str]) -> tuple[str, ...]:
    """Return what to type in ``folder``, beside ``git add --all``, for all that is new there to reach the next commit.

    ``files`` are new to git: those that somebody's ignore rules cover need force. ``executables`` are to be executable:
    where git was told not to look at that (``core.fileMode``), it takes a word.
    """
    commands = []
    ignored = git.ignored(tuple(files), folder=folder)
    if ignored:
        commands.append(f"git add --force -- {shlex.join(ignored)}")
    marked = sorted(executables)
    if marked and not git.looks_at_modes(folder):
        commands.append(f"git add --chmod=+x -- {shlex.join(marked)}")
    return tuple(commands)
