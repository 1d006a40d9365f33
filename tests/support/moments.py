"""Lets something happen at a certain moment of a change. An audit hook stays for good: use this inside ``alone``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink"})
"""What Python calls the changes of a file system, but for writing into a file."""
MOVING, PLACING, ENDING = ("os.rename", "/pending/old-"), ("os.link", "/pending/new/"), ("open", "/pending/done")
"""The moments at which the first old file is moved aside, the first new one is put in place, and all is done."""


def at(moment: tuple[str, str], act: Callable[[], None], *, number: int = 1) -> None:
    """Do something right before the so-manyth event of that name with an argument that holds that text."""
    name, part = moment
    is_due = _countdown(number)

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        if event == name and any(part in str(argument) for argument in arguments) and is_due():
            act()

    sys.addaudithook(audit)


def at_change(number: int, act: Callable[[], None]) -> None:
    """Do something right before the so-manyth change of the file system."""
    is_due = _countdown(number)

    def audit(event: str, _arguments: tuple[object, ...]) -> None:
        if event in CHANGES and is_due():
            act()

    sys.addaudithook(audit)


def _countdown(number: int) -> Callable[[], bool]:
    left = number

    def is_due() -> bool:
        nonlocal left
        left -= 1
        return left == 0

    return is_due


def killer() -> Callable[[], None]:
    """What kills this process and, where it is called in one that this process has forked, that one too."""
    ours = os.getpid()

    def kill() -> None:
        for process in {ours, os.getpid()}:
            if process != os.getpid():
                os.kill(process, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    return kill
