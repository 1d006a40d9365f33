"""The folder that the page was started in: what may be made there, and the projects that are there, by their ids."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from werkzeug.exceptions import NotFound

from waypost.commands.replies.pages import FoundFields
from waypost.errors import ErrorCode, StateError, UsageError, WaypostError
from waypost.projects.standing import check
from waypost.questions.record import RECORD

MOST_PROJECTS = 100
_DEPTH = 2
_NAME = re.compile(r"\w[\w.+-]{0,99}")


class Folder:
    """A folder that was opened at the start: it stays the one that was meant, whatever its path leads to later."""

    def __init__(self, path: Path) -> None:
        """Open the folder. Raises ``UsageError`` where there is none."""
        try:
            self.path = path.resolve(strict=True)
            self._descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise UsageError(
                f"{path} is no folder that can be opened: {error.strerror or error}",
                hint="Name a folder that exists: waypost web FOLDER",
            ) from error
        self.changing = Lock()
        """Held by whoever changes something below it: one change at a time."""

    def place_for(self, name: str) -> Path:
        """Return where a new project called ``name`` goes: directly below, where there is nothing yet.

        Raises ``UsageError`` where the name is none of a folder here, and ``StateError`` where it is taken.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                "that is no name for a new folder here",
                hint="Take letters, digits, hyphens, dots and underscores, without slashes. For another place, start "
                "waypost web there.",
            )
        self._refuse_moved()
        try:
            os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return self.path / name
        raise StateError(
            f"{name} is there already, and nothing in it was touched",
            hint="Choose another name.",
            code=ErrorCode.DESTINATION,
        )

    def projects(self) -> dict[str, Path]:
        """Return the projects by id: the folder itself and those below it, without following links."""
        self._refuse_moved()
        found = sorted(self._found(self.path, _DEPTH))[:MOST_PROJECTS]
        return {_id_of(path.relative_to(self.path).as_posix()): path for path in found}

    def project(self, id_: str) -> Path:
        """Return the project with this id. Raises ``NotFound`` where there is none."""
        found = self.projects().get(id_)
        if found is None:
            raise NotFound("There is no such project any more.")
        return found

    def name_of(self, project: Path) -> str:
        """Return what a project is called on the page."""
        relative = project.relative_to(self.path).as_posix()
        return self.path.name if relative == "." else relative

    def described(self, id_: str, project: Path) -> FoundFields:
        """Return where a project stands, without looking at its files."""
        try:
            standing = check(project, compares_files=False)
        except (WaypostError, OSError) as error:
            message = error.message if isinstance(error, WaypostError) else str(error)
            return {
                "id": id_,
                "name": self.name_of(project),
                "template": None,
                "version": None,
                "is_outdated": False,
                "has_security_fix": False,
                "problem": message,
            }
        return {
            "id": id_,
            "name": self.name_of(project),
            "template": standing.template,
            "version": standing.version,
            "is_outdated": standing.is_outdated,
            "has_security_fix": any(release.is_security_fix for release in standing.newer),
            "problem": None,
        }

    def _found(self, folder: Path, depth: int) -> Iterator[Path]:
        record = folder / RECORD
        if record.is_file() and not record.is_symlink():
            yield folder
        if depth == 0:
            return
        try:
            with os.scandir(folder) as entries:
                inner = [entry.name for entry in entries if not entry.name.startswith(".") and _is_folder(entry)]
        except OSError:
            return
        for name in sorted(inner):
            yield from self._found(folder / name, depth - 1)

    def _refuse_moved(self) -> None:
        """Raise ``StateError`` where the path now leads to another folder than the one that was opened."""
        opened = os.fstat(self._descriptor)
        try:
            now = self.path.lstat()
        except OSError:
            now = None
        if now is None or not stat.S_ISDIR(now.st_mode) or not os.path.samestat(opened, now):
            raise StateError(
                f"{self.path} is no longer the folder that waypost web was started in",
                hint="End it with Ctrl-C, and start it again.",
            )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.name not in {"node_modules", "__pycache__"} and entry.is_dir(follow_symlinks=False)


def _id_of(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:16]
