"""The files of a project, reached without following a symbolic link to a folder.

Every folder on the way to a file is opened from the one above it. Where a link stands on the way, or is put there at
this very moment, the system refuses; a check beforehand could be overtaken.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from waypost.system.durability import at_once, sync_descriptor

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
# What a system says that keeps no second name for a file, or not for this one.
NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS})
"""The reasons for which a file cannot have a second name."""


class ProjectFiles:
    """The files below one folder. Paths are relative to it, with slashes.

    What a link on the way leads to is not in the project: nothing is there. A method that would write there raises
    ``OSError`` with ``ELOOP``, naming the link.
    """

    def __init__(self, root: int) -> None:
        self._root = root

    def state_of(self, path: str) -> str:
        """Return what file is at ``path``, to the byte and the mode: see the function ``state_of``."""
        try:
            with self._parent(path) as (folder, name):
                return _state(name, folder)
        except OSError as error:
            if error.errno not in _NOT_THERE:
                raise
            return ""

    def mode_of_folder(self, path: str) -> int | None:
        """Return the permissions of the folder at ``path``, or None where none is."""
        try:
            with self._parent(path) as (folder, name):
                found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NOT_THERE:
                raise
            return None
        return stat.S_IMODE(found.st_mode) if stat.S_ISDIR(found.st_mode) else None

    def folders_in(self, path: str) -> Iterator[str]:
        """Yield the folder at ``path``, if one is there, and all folders in it, each after its parent."""
        if self.mode_of_folder(path) is None:
            return
        yield path
        with self._parent(f"{path}/x") as (folder, _), os.scandir(folder) as found:
            names = sorted(entry.name for entry in found if entry.is_dir(follow_symlinks=False))
        for name in names:
            yield from self.folders_in(f"{path}/{name}")

    def make_folder(self, path: str, mode: int | None) -> bool:
        """Make the folder, with these permissions or the usual ones; return False where it is there already."""
        if self.mode_of_folder(path) is not None:
            return False
        with self._parent(path) as (folder, name):
            os.mkdir(name, dir_fd=folder)
            if mode is not None:
                made = os.open(name, _FOLDER, dir_fd=folder)
                try:
                    os.fchmod(made, mode)
                finally:
                    os.close(made)
        return True

    def make_parents(self, path: str) -> None:
        """Make the folders that ``path`` lies in, as far as they are missing."""
        for parent in reversed(PurePosixPath(path).parents[:-1]):
            self.make_folder(parent.as_posix(), None)

    def remove_empty_folder(self, path: str) -> None:
        """Remove the folder if nothing is in it."""
        with suppress(OSError), self._parent(path) as (folder, name):
            os.rmdir(name, dir_fd=folder)

    def remove(self, path: str) -> None:
        """Remove the file, if it is there."""
        try:
            with self._parent(path) as (folder, name):
                os.unlink(name, dir_fd=folder)
        except OSError as error:
            if error.errno not in _NOT_THERE:
                raise

    def keep(self, path: str, copy: Path) -> None:
        """Give the file a second name ``copy`` outside the project, or copy it there."""
        with self._parent(path) as (folder, name):
            try:
                os.link(name, copy, src_dir_fd=folder, follow_symlinks=False)
            except OSError as error:
                if error.errno not in NO_LINKS | {errno.EXDEV}:
                    raise
                _copy(name, folder, os.fspath(copy), None)

    def move_out(self, path: str, to: Path) -> None:
        """Move the file out of the project. Raises ``OSError`` with ``EXDEV`` where that is another file system."""
        with self._parent(path) as (folder, name):
            _refuse_folder(name, folder)
            os.rename(name, to, src_dir_fd=folder)

    def move(self, path: str, to: str) -> None:
        """Move the file to another path in the project, in a folder that is there."""
        with self._parent(path) as (folder, name), self._parent(to) as (new_folder, new):
            _refuse_folder(name, folder)
            os.rename(name, new, src_dir_fd=folder, dst_dir_fd=new_folder)

    def bring_in(self, source: Path, path: str, *, beside: str) -> None:
        """Put the file ``source`` in the place ``path``; raises ``FileExistsError`` where something is there.

        ``source`` stays where the system allows a file two names. From another file system it is copied, first to the
        name ``beside`` in the same folder.
        """
        with self._parent(path) as (folder, name):
            try:
                os.link(source, name, dst_dir_fd=folder, follow_symlinks=False)
            except OSError as error:
                if error.errno == errno.EXDEV:
                    _copy(os.fspath(source), None, beside, folder)
                    _rename_without_replacing(beside, folder, name, folder)
                elif error.errno in NO_LINKS:
                    _rename_unless_there(os.fspath(source), None, name, folder)
                else:
                    raise

    def move_back(self, path: str, to: str) -> None:
        """Move a file like ``move``, but raise ``FileExistsError`` where something is in its new place."""
        with self._parent(path) as (folder, name), self._parent(to) as (new_folder, new):
            _rename_without_replacing(name, folder, new, new_folder)

    def sync_folders(self, paths: Iterable[str]) -> None:
        """Return when the names in the folders of these paths are on the disk."""
        at_once(self._sync_folder, {parent.as_posix() for path in paths for parent in PurePosixPath(path).parents})

    def _sync_folder(self, path: str) -> None:
        try:
            with self._parent(f"{path}/x") as (folder, _):
                sync_descriptor(folder)
        except OSError as error:
            if error.errno not in _NOT_THERE:
                raise

    @contextmanager
    def _parent(self, path: str) -> Iterator[tuple[int, str]]:
        """Provide the folder that ``path`` lies in, opened from the root down, and its name there."""
        *folders, name = [part for part in path.split("/") if part not in ("", ".")]
        if ".." in (*folders, name):
            raise OSError(errno.EINVAL, "not a path in the project", path)
        folder = os.dup(self._root)
        try:
            for number, part in enumerate(folders):
                below = _open_folder(part, folder, "/".join(folders[: number + 1]))
                os.close(folder)
                folder = below
            yield folder, name
        finally:
            os.close(folder)


@contextmanager
def files_of(folder: Path) -> Iterator[ProjectFiles]:
    """Provide the files below ``folder`` for the time of a ``with`` block."""
    root = os.open(folder, _FOLDER)
    try:
        yield ProjectFiles(root)
    finally:
        os.close(root)


def state_of(path: Path) -> str:
    """Return what file is at ``path``, as ``kind:mode:hash``; nothing where none is, be it a folder."""
    try:
        return _state(os.fspath(path), None)
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _open_folder(name: str, folder: int, path: str) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR) and _is_link(name, folder):
            raise OSError(errno.ELOOP, "it is a link, which is not followed", path) from error
        raise


def _is_link(name: str, folder: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _refuse_folder(name: str, folder: int) -> None:
    if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        raise OSError(errno.EBUSY, "it became a folder in the meantime", name)


def _state(name: str, folder: int | None) -> str:
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        return f"link:0:{_digest(os.fsencode(os.readlink(name, dir_fd=folder)))}"
    if stat.S_ISREG(found.st_mode):
        with os.fdopen(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder), "rb") as stream:
            return f"file:{stat.S_IMODE(found.st_mode):o}:{_digest(stream.read())}"
    return "" if stat.S_ISDIR(found.st_mode) else "other:0:0"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _copy(source: str, source_folder: int | None, target: str, target_folder: int | None) -> None:
    """Copy a file or a link, times and all, so that it is on the disk; leave nothing where that fails."""
    found = os.stat(source, dir_fd=source_folder, follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        os.symlink(os.readlink(source, dir_fd=source_folder), target, dir_fd=target_folder)
        return
    reading = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=source_folder)
    with os.fdopen(reading, "rb") as given:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        writing = os.open(target, flags, 0o600, dir_fd=target_folder)
        try:
            with os.fdopen(writing, "wb") as taken:
                shutil.copyfileobj(given, taken)
                taken.flush()
                os.fchmod(taken.fileno(), stat.S_IMODE(found.st_mode))
                os.utime(taken.fileno(), ns=(found.st_atime_ns, found.st_mtime_ns))
                sync_descriptor(taken.fileno())
        except BaseException:
            with suppress(OSError):
                os.unlink(target, dir_fd=target_folder)
            raise


def _rename_without_replacing(old: str, old_folder: int, new: str, folder: int) -> None:
    """Give a file another name, unless something has that name already."""
    try:
        os.link(old, new, src_dir_fd=old_folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _rename_unless_there(old, old_folder, new, folder)
    else:
        os.unlink(old, dir_fd=old_folder)


def _rename_unless_there(old: str, old_folder: int | None, new: str, folder: int) -> None:
    """Do the same where a file cannot have two names: what is left between looking and renaming is a short moment."""
    try:
        os.stat(new, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(old, new, src_dir_fd=old_folder, dst_dir_fd=folder)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new)
