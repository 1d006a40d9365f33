"""Sees files and folders onto the disk, where a failure of the machine does not take them away."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

_THREADS = 16
_Item = TypeVar("_Item")


def sync_file(path: Path) -> None:
    """Return when the bytes of the file, or the names in the folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        sync_descriptor(descriptor)
    finally:
        os.close(descriptor)


def sync_contents(folder: Path) -> None:
    """Return when the bytes of all files below the folder are on the disk, be it without their names."""
    files = (Path(root, name) for root, _, names in os.walk(folder) for name in names)
    at_once(sync_file, [path for path in files if not path.is_symlink()])


def sync_names(folder: Path) -> None:
    """Return when the names of all that lies below the folder are on the disk."""
    at_once(sync_file, [Path(root) for root, _, _ in os.walk(folder)])


def make_durable(folder: Path) -> None:
    """Make the folder and those above it that are missing, so that no failure of the machine takes them away."""
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync_file(each.parent)


def at_once(function: Callable[[_Item], None], items: Collection[_Item]) -> None:
    """Call the function for every item in several threads: a disk takes many files in about the time of one.

    Raises what the function raises first.
    """
    waiting, failed = list(items), list[BaseException]()

    def work() -> None:
        while not failed:
            try:
                item = waiting.pop()
            except IndexError:
                return
            try:
                function(item)
            except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
                failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(min(_THREADS, len(waiting) // 4))]
    for thread in threads:
        thread.start()
    work()
    for thread in threads:
        thread.join()
    for error in failed[:1]:
        raise error


def sync_descriptor(descriptor: int) -> None:
    """Return when the open file or folder is on the disk, as far as its file system has that promise to give."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
