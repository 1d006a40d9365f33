"""Folders that are there for a while, and moments in which no signal interrupts."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from waypost.system.interruption import STOPPING


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Provide an empty folder, and remove it with all that is in it, whatever happens and whoever interrupts."""
    made: list[Path] = []
    try:
        with uninterrupted():
            made.append(Path(tempfile.mkdtemp(prefix=prefix)).resolve())
        yield made[0]
    finally:
        with uninterrupted():
            for folder in made:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def uninterrupted(notify: Callable[[], None] = lambda: None) -> Iterator[list[int]]:
    """Hold back the signals that stop a program inside the block; the first that arrives meanwhile counts at its end.

    ``notify`` is called when one arrives, which can be at any line of the block; the block gets the list of them.
    Handlers are exchanged, not signals masked: a mask holds for one thread only.
    """
    arrived: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield arrived
        return
    handlers = {number: signal.getsignal(number) for number in STOPPING}
    answering = {number: handler for number, handler in handlers.items() if handler not in (None, signal.SIG_IGN)}

    def note(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)
        notify()

    for number in answering:
        signal.signal(number, note)
    try:
        yield arrived
    finally:
        for number, handler in answering.items():
            signal.signal(number, handler)
    if arrived:
        signal.raise_signal(arrived[0])
