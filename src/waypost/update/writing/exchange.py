"""Exchanges single files of a project for prepared ones, and back, so that no save by somebody else is lost.

A file that is there is moved aside and compared before the new one takes its place, and the new one never replaces
what stands there by then: an editor may save at any moment.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from waypost.system.durability import make_durable
from waypost.update.writing.files import ProjectFiles, state_of
from waypost.update.writing.journal import Journal, Step

_Kind = Literal["old", "new", "gone"]
# Somebody else's file or link stands in the way.
_OCCUPIED = frozenset({errno.EEXIST, errno.ELOOP, errno.ENOTDIR, errno.EISDIR})


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """The files of a change: in the project, and in the private folder ``pending`` with its ``journal``.

    What is moved aside lies in ``pending``, or, where that is on another file system, beside its place in the project.
    ``kept`` is the folder for versions that stand nowhere else.
    """

    files: ProjectFiles
    pending: Path
    kept: Path
    journal: Journal

    @property
    def steps(self) -> Iterator[tuple[int, Step]]:
        """The steps that change something, with their numbers."""
        return ((number, step) for number, step in enumerate(self.journal.steps) if not step.changes_nothing)

    def changed(self) -> list[str]:
        """Return the paths of the files that are not as they were when the change was prepared."""
        return [step.path for _, step in self.steps if self.files.state_of(step.path) != step.before]

    def set_aside(self, number: int, step: Step) -> None:
        """Move the old file out of its place. Raises ``OSError`` where it is no longer what the journal says."""
        try:
            self._move(number, step, "old")
        except FileNotFoundError as error:
            raise changed_meanwhile(step.path) from error
        if self._state(number, step, "old") != step.before:
            raise changed_meanwhile(step.path)

    def put(self, number: int, step: Step) -> None:
        """Put the new file in its place. Raises ``OSError`` where something else stands there by now."""
        try:
            self._bring_in(self.pending / "new" / step.path, number, step)
        except FileExistsError as error:
            raise changed_meanwhile(step.path) from error

    def written_late(self) -> list[str]:
        """Return the paths whose old file was written after it was moved aside, by somebody who had it open."""
        return [step.path for number, step in self.steps if self._state(number, step, "old") not in ("", step.before)]

    def withdraw(self, number: int, step: Step) -> None:
        """Take the new file out of its place again, if it is there and nobody has written it since."""
        is_somebodys = self._state(number, step, "gone") not in ("", step.after)  # killed before it was back
        if is_somebodys and not self._return(number, step, "gone"):
            self._keep(number, step, "gone")
        self._far(number, "gone").unlink(missing_ok=True)  # or moving another name of it there would do nothing
        if step.after and self.files.state_of(step.path) == step.after:
            self._move(number, step, "gone")
            if self._state(number, step, "gone") != step.after:
                self._return(number, step, "gone")
        self._remove_beside(number, step, "new")  # or its folder would not be empty

    def restore(self, number: int, step: Step) -> bool:
        """Put the old file back; return False where somebody else's stands in its place, and keep both."""
        aside, now = self._state(number, step, "old"), self.files.state_of(step.path)
        if now == (aside or step.before):
            return True
        if not now and self._return(number, step, "old"):
            return True
        if not now and not aside and self._is_brought_back(number, step):
            return True
        if not aside and now:  # it was never in our hands: whoever wrote it replaced the old one
            return True
        self._keep(number, step, "old")
        return False

    def clear(self, number: int, step: Step) -> bool:
        """Remove what lies beside the file's place; return False where that is somebody's, and keep it."""
        is_clear = True
        expected: tuple[tuple[_Kind, str], ...] = (("old", step.before), ("gone", step.after))
        for kind, ours in expected:
            if self._state(number, step, kind) not in ("", ours, self.files.state_of(step.path)):
                self._keep(number, step, kind)
                is_clear = False
            self._remove_beside(number, step, kind)
        self._remove_beside(number, step, "new")
        return is_clear

    def _move(self, number: int, step: Step, kind: _Kind) -> None:
        try:
            self.files.move_out(step.path, self._far(number, kind))
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self.files.move(step.path, self._beside(number, step, kind))

    def _return(self, number: int, step: Step, kind: _Kind) -> bool:
        """Put back what was moved out; return False where there is nothing, or something is in the way."""
        try:
            if state_of(self._far(number, kind)):
                self._bring_in(self._far(number, kind), number, step)
            elif self._state(number, step, kind):
                self.files.make_parents(step.path)
                self.files.move_back(self._beside(number, step, kind), step.path)
            else:
                return False
        except OSError as error:
            if error.errno not in _OCCUPIED:
                raise
            return False
        return True

    def _is_brought_back(self, number: int, step: Step) -> bool:
        """Put the copy of the old file in its place, where it is nowhere else."""
        try:
            self._bring_in(self.pending / "old" / step.path, number, step)
        except OSError as error:
            if error.errno not in _OCCUPIED:
                raise
            return False
        return True

    def _bring_in(self, source: Path, number: int, step: Step) -> None:
        self.files.make_parents(step.path)
        self.files.bring_in(source, step.path, beside=self.journal.beside(number, "new"))

    def _keep(self, number: int, step: Step, kind: _Kind) -> None:
        """Keep a version that nobody else has."""
        target = self.kept / step.path
        make_durable(target.parent)
        target.unlink(missing_ok=True)
        for source in (self._far(number, kind), self.pending / "old" / step.path):
            if state_of(source):
                os.rename(source, target)  # noqa: PTH104 - a link is renamed as well, whatever it leads to
                return
            if self._state(number, step, kind):
                self.files.keep(self._beside(number, step, kind), target)
                return

    def _state(self, number: int, step: Step, kind: _Kind) -> str:
        return state_of(self._far(number, kind)) or self.files.state_of(self._beside(number, step, kind))

    def _far(self, number: int, kind: _Kind) -> Path:
        return self.pending / f"{kind}-{number}"

    def _beside(self, number: int, step: Step, kind: _Kind) -> str:
        """Return where a file lies that cannot be moved far: for a new one beside its place, else where it may stay."""
        passing = () if kind == "new" else (*self.journal.going, *self.journal.coming)
        parents = PurePosixPath(step.path).parents
        staying = next(parent for parent in parents if parent.as_posix() not in passing)
        return (staying / self.journal.beside(number, kind)).as_posix()

    def _remove_beside(self, number: int, step: Step, kind: _Kind) -> None:
        self.files.remove(self._beside(number, step, kind))


def changed_meanwhile(path: str) -> OSError:
    """Return the error for a file that somebody wrote while it was being exchanged."""
    return OSError(errno.EBUSY, "it was changed in the meantime", path)
