"""Which of git's longer operations is under way in a repository, and its own ways out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation that git has begun: what people call it, and the commands that finish it and give it up."""

    name: str
    finish: str
    abort: str


def operation_under_way(repository: Path) -> Operation | None:
    """Return what is under way in the repository whose private folder this is, or None.

    A bisection does not count: what it checks out is a commit like any other. The order is that of ``git status``: a
    rebase stops in the middle of picks and merges, which are its own.
    """
    if _is_there(repository / "rebase-merge"):
        return _operation("rebase")
    if _is_there(repository / "rebase-apply"):  # both apply patches there; only am leaves this mark
        return _operation("am" if _is_there(repository / "rebase-apply" / "applying") else "rebase")
    for name, head in (("merge", "MERGE_HEAD"), ("cherry-pick", "CHERRY_PICK_HEAD"), ("revert", "REVERT_HEAD")):
        if _is_there(repository / head):
            return _operation(name)
    return _sequence(repository / "sequencer")


def _operation(name: str) -> Operation:
    called = "git am" if name == "am" else name
    return Operation(name=called, finish=f"git {name} --continue", abort=f"git {name} --abort")


def _sequence(folder: Path) -> Operation | None:
    """Return the pick or revert of several commits that stands between two of them."""
    try:
        lines = (folder / "todo").read_text(errors="surrogateescape").splitlines()
    except FileNotFoundError:
        return None
    words = [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]
    if not words:
        return None
    return _operation("revert" if words[0] == "revert" else "cherry-pick")


def _is_there(path: Path) -> bool:
    return os.path.lexists(path)
