"""git's index: taking git's own lock on it, and what somebody did to it since an update."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from waypost.projects.project import QUIET, Project
from waypost.system import git
from waypost.system.durability import sync_file
from waypost.update.writing.files import NO_LINKS
from waypost.update.writing.journal import Step

_PATIENCE_IN_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class IndexLock:
    """git's lock on the ``index``, taken with the ``new`` index as its content.

    The lock is another name of the file ``new``: that proves whose it is, even to whoever comes after a crash. One of
    git's own is never removed.
    """

    index: Path
    new: Path

    @property
    def path(self) -> Path:
        """Where git looks for it."""
        return self.index.with_name(f"{self.index.name}.lock")

    @property
    def is_ours(self) -> bool:
        """Whether the lock that stands there is proved to be the one we took."""
        try:
            return os.path.samestat(self.path.lstat(), self.new.lstat())
        except FileNotFoundError:
            return False

    def take(self) -> None:
        """Take the lock, waiting a moment for a git that looks. Raises ``OSError`` where git is at work for longer."""
        deadline = time.monotonic() + _PATIENCE_IN_SECONDS
        while True:
            try:
                os.link(self.new, self.path, follow_symlinks=False)
            except FileExistsError:
                if time.monotonic() > deadline:
                    raise FileExistsError(
                        errno.EEXIST,
                        "git is at work there; if none is running, a git that crashed has left this file: remove it",
                        os.fspath(self.path),
                    ) from None
                time.sleep(0.05)
            except OSError as error:
                if error.errno in NO_LINKS:
                    raise OSError(
                        error.errno, "its file system cannot give a file two names, which a change of the index needs",
                        os.fspath(self.index.parent),
                    ) from error  # fmt: skip
                raise
            else:
                return

    def put_in_place(self) -> None:
        """Make the new index the index, on the disk."""
        self.path.rename(self.index)
        sync_file(self.index.parent)

    def release(self) -> None:
        """Remove the lock if it is ours, on the disk before what proves it goes."""
        if self.is_ours:
            self.path.unlink()
            sync_file(self.index.parent)


def staged_since(project: Project, left: Path, steps: Iterable[Step]) -> list[str]:
    """Return what was done in the index since it was as the file ``left`` and is in neither the work tree nor HEAD.

    Each is a sentence with its path: content that is staged, a file that was taken out of the index, or a file that git
    is to look at in another way than before.
    """
    before, now = _staged(project, left), _staged(project, project.index)
    differing = sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))
    touched = {f"{project.prefix}{step.path}": step for step in steps}
    found = (_what_is_lost(project, path, before.get(path), now.get(path), touched.get(path)) for path in differing)
    return [lost for lost in found if lost]


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """What the index says of a path: its versions, each ``mode name stage``, and how git is to look at it."""

    versions: tuple[str, ...]
    marks: frozenset[str]


def _what_is_lost(project: Project, path: str, before: _Entry | None, now: _Entry | None, step: Step | None) -> str:
    """Return what undoing the update would lose of the index's entry of the path, or nothing."""
    if now is None:
        is_as_in_work_tree = step is not None and not step.after
        return "" if is_as_in_work_tree else f"{path} (taken out of the index)"
    marks = before.marks if before else frozenset()
    if now.marks != marks:
        differing = sorted(now.marks ^ marks)
        said = [f"{mark} {'set' if mark in now.marks else 'cleared'}" for mark in differing]
        return f"{path} ({', '.join(said)})"
    return "" if _is_kept(project, path, now.versions, step) else path


def _is_kept(project: Project, path: str, versions: Sequence[str], step: Step | None) -> bool:
    """Whether what is staged of a path of the update is in HEAD or stands in the work tree."""
    mode, name, stage = versions[0].split()
    if stage != "0" or (step is None and not path.startswith(project.prefix)):
        return False
    in_head = git.run("ls-tree", "-z", "--full-tree", project.head, "--", path, cwd=project.top)
    if in_head.partition("\t")[0].split(" ")[::2] == [mode, name]:
        return True
    if step is None or not step.after.startswith("file"):
        return False
    is_executable = bool(int(step.after.split(":")[1], 8) & 0o100)
    if mode != ("100755" if is_executable else "100644") and _trusts_modes(project):
        return False
    staged = git.run(*QUIET, "hash-object", f"--path={path}", "--", str(project.top / path), cwd=project.top)
    return staged.strip() == name


def _trusts_modes(project: Project) -> bool:
    return git.run("config", "--type=bool", "--default=true", "core.fileMode", cwd=project.top).strip() == "true"


def _staged(project: Project, index: Path) -> Mapping[str, _Entry]:
    listed = git.run(
        "ls-files", "--stage", "-v", "-z", "--full-name", cwd=project.top, environment={"GIT_INDEX_FILE": str(index)}
    )
    staged: dict[str, _Entry] = {}
    for row in listed.split("\0"):
        described, _, path = row.partition("\t")
        if path:
            tag, _, version = described.partition(" ")
            versions = (*staged[path].versions, version) if path in staged else (version,)
            staged[path] = _Entry(versions=versions, marks=_marks(tag))
    return staged


def _marks(tag: str) -> frozenset[str]:
    """Return how git was told to look at a file, by the letter that ``git ls-files -v`` prints."""
    return frozenset(
        name for name, is_set in (("skip-worktree", tag.upper() == "S"), ("assume-unchanged", tag.islower())) if is_set
    )
