"""A project in its git repository, and whether it is in a state to be changed."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from waypost.errors import ErrorCode, StateError
from waypost.projects.unfinished import operation_under_way
from waypost.questions.record import RECORD
from waypost.system import git

_OLDEST_GIT = (2, 38)  # the first whose merge-tree writes trees
_LISTED_AT_MOST = 10
_PENDING = "pending"
# What git runs for others while it reads: no hook may fail, or see files that are not there yet.
QUIET = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false")
"""Arguments that keep git from running anything of the user's on the way."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project: its ``folder``, the work tree ``top`` that it lies in, and its ``prefix`` there (``""`` or ``a/b/``).

    ``head`` is the commit that is checked out and ``tree`` the project's tree in it; ``index``, ``objects`` and
    ``private``, a folder for what Waypost keeps, are paths of the repository.
    """

    folder: Path
    top: Path
    prefix: str
    index: Path
    objects: Path
    private: Path
    object_format: str
    head: str
    tree: str

    @property
    def state(self) -> Path:
        """Where Waypost keeps its journal of this project and what undo needs."""
        return self.private / _name_of_state(self.prefix)

    @property
    def pending(self) -> Path:
        """Where a change stands while it is put in place; still there where the process that did it was killed."""
        return self.state / _PENDING


def find_project(folder: Path) -> Project:
    """Return the project in ``folder``. Raises ``StateError`` where it is none, or none that git keeps."""
    folder = _existing(folder)
    if not (folder / RECORD).is_file():
        raise StateError(
            f"{folder} is not a project made from a template: it has no {RECORD}",
            hint="Run this inside such a project, or name its folder. `waypost adopt` writes one for a project that "
            "Waypost did not make.",
            code=ErrorCode.NOT_A_PROJECT,
        )
    return _in_repository(
        folder, RECORD, missing=f"{folder / RECORD} is not committed, so there is nothing to merge with"
    )


def find_repository(folder: Path) -> Project:
    """Return what lies in ``folder`` as a project, made from a template or not.

    Raises ``StateError`` where git does not keep it, or nothing of it is committed.
    """
    folder = _existing(folder)
    return _in_repository(folder, "", missing=f"nothing of {folder} is committed, so there is nothing to read")


def _existing(folder: Path) -> Path:
    folder = folder.resolve()
    if not folder.is_dir():
        raise StateError(f"{folder} is no folder", hint="Name the folder of a project.", code=ErrorCode.NOT_A_PROJECT)
    return folder


def _in_repository(folder: Path, record: str, *, missing: str) -> Project:
    """Return the project in ``folder``; ``missing`` says what is wrong where no commit has it, and its ``record``."""
    refuse_old_git()
    try:
        lines = git.run(
            "rev-parse", "--path-format=absolute", "--show-toplevel", "--show-object-format",
            *("--git-path", "index"), *("--git-path", "objects"), *("--git-path", "waypost"), "--show-prefix",
            cwd=folder,
        ).split("\n")  # fmt: skip
        top, object_format, index, objects, private, prefix = lines[:6]
    except (git.GitError, ValueError) as error:
        said = str(error).partition("\n")[0]
        hint = "Put it under version control: git init && git add --all && git commit"
        if "dubious ownership" in said:
            hint = f"If you trust its owner: git config --global --add safe.directory {said.rpartition(' at ')[2]}"
        raise StateError(
            f"{folder} is not kept by git, or git refuses it: {said}",
            hint=hint,
            code=ErrorCode.NOT_A_PROJECT,
        ) from error
    try:
        head = git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", cwd=folder).strip()
        tree = git.run("rev-parse", "--verify", "--quiet", f"HEAD:{prefix.rstrip('/')}", cwd=folder).strip()
        git.run("cat-file", "-e", f"{tree}:{record}", cwd=folder)
    except git.GitError as error:
        hint = "Commit the project first: git add --all && git commit"
        raise StateError(missing, hint=hint, code=ErrorCode.NOT_COMMITTED) from error
    return Project(
        folder=folder,
        top=Path(top),
        prefix=prefix,
        index=Path(index),
        objects=Path(objects),
        private=Path(private),
        object_format=object_format,
        head=head,
        tree=tree,
    )


def current_head(project: Project) -> str:
    """Return the commit that is checked out at this moment."""
    return git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", cwd=project.top).strip()


def is_half_changed(folder: Path) -> bool:
    """Whether a change of the project in ``folder`` was killed while it was put in place. Finds out without git."""
    folder = folder.resolve()
    for top in (folder, *folder.parents):
        link = top / ".git"
        if link.is_dir():
            repository = link
        elif link.is_file():  # a further work tree or a submodule
            repository = top / link.read_text(errors="surrogateescape").removeprefix("gitdir:").strip()
        else:
            continue
        prefix = f"{folder.relative_to(top).as_posix()}/" if folder != top else ""
        return (repository / "waypost" / _name_of_state(prefix) / _PENDING).exists()
    return False


def refuse_unfit(project: Project, *, allows_new_files: bool = False) -> tuple[str, ...]:
    """Raise ``StateError`` unless nothing is under way in the project and all of it is committed.

    Changes elsewhere in the repository do not matter, nor do files that git ignores. Those that git does not know yet
    are returned where they are allowed. What a partial clone has left out of the project is fetched.
    """
    _fetch_missing(project)
    unfinished = operation_under_way(project.private.parent)
    if unfinished:
        raise StateError(
            f"a {unfinished.name} is under way in {project.top}",
            hint=f"Finish it ({unfinished.finish}), or give it up ({unfinished.abort}).",
            code=ErrorCode.UNFINISHED,
        )
    listed = git.run(
        *QUIET, "--no-optional-locks", "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames",
        "--", ".",
        cwd=project.folder,
    )  # fmt: skip
    rows = [row for row in listed.split("\0") if row]
    unmerged = [row[3:] for row in rows if row[:2] in {"DD", "AU", "UD", "UA", "DU", "AA", "UU"}]
    if unmerged:
        raise StateError(
            f"files of the project are still in conflict: {enumerated(unmerged)}",
            hint="Resolve them, git add them and commit; or take the last update back with `waypost undo`.",
            code=ErrorCode.UNFINISHED,
        )
    new = tuple(row[3:] for row in rows if row.startswith("??"))
    if len(rows) > len(new) or (new and not allows_new_files):
        raise StateError(
            f"the project has changes that are not committed: {enumerated(row[3:] for row in rows)}",
            hint="Commit them first, or put them aside: "
            f"git -C {shlex.quote(str(project.folder))} stash push --include-untracked -- .",
            code=ErrorCode.NOT_COMMITTED,
        )
    return new


def taken(project: Project, added: Iterable[str], removed: Iterable[str]) -> list[str]:
    """Return those of the ``added`` paths in whose place something is that does not go with the ``removed`` ones."""
    going = {project.folder / path for path in removed}
    return [path for path in added if _is_taken(project.folder, project.folder / path, going)]


def links_on_the_way(project: Project, paths: Iterable[str], removed: Iterable[str]) -> dict[str, str]:
    """Return the links that stand where the paths have a folder, each with one of those paths.

    Those that go themselves, as they are among the ``removed`` paths, do not count.
    """
    going, found = set(removed), dict[str, str]()
    is_link: dict[Path, bool] = {}
    for path in paths:
        for parent in reversed(Path(path).parents[:-1]):
            if parent not in is_link:
                is_link[parent] = (project.folder / parent).is_symlink()
            if is_link[parent]:
                if parent.as_posix() not in going:
                    found.setdefault(parent.as_posix(), path)
                break
    return found


def unseen(project: Project, paths: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return those of the paths whose changes git was told not to look at, and those outside the sparse checkout.

    The first are marked assume-unchanged or skip-worktree; the second are too, and left out of the work tree.
    """
    listed = git.run("ls-files", "-v", "-z", "--", ".", cwd=project.folder)
    marked = {row[2:]: row[0] for row in listed.split("\0") if row and (row[0].islower() or row[0] in "Ss")}
    there = {path for path in paths if path in marked and os.path.lexists(project.folder / path)}
    outside = {path for path in paths if path not in there and marked.get(path, "") in ("S", "s")}
    if "S" in marked.values():
        outside |= {path for path in paths if path not in marked} & _outside_cone(project, paths)
    return tuple(path for path in paths if path in there), tuple(sorted(outside))


def enumerated(paths: Iterable[str]) -> str:
    """Return the first of the paths as a person reads them, and how many more there are."""
    rows = sorted(map(printable, paths))
    more = f" and {len(rows) - _LISTED_AT_MOST} more" if len(rows) > _LISTED_AT_MOST else ""
    return ", ".join(rows[:_LISTED_AT_MOST]) + more


def printable(text: str) -> str:
    """Return a path, or a sentence with one, fit for a terminal: what cannot be printed is shown escaped."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def _outside_cone(project: Project, paths: Iterable[str]) -> set[str]:
    """Return those of the paths that lie in no folder of a sparse checkout by folders: git would not add them."""
    cone = git.run("config", "--type=bool", "--default=false", "core.sparseCheckoutCone", cwd=project.top).strip()
    if cone != "true":
        return set()
    folders = git.run("-c", "core.quotePath=false", "sparse-checkout", "list", cwd=project.top).splitlines()
    whole = {PurePosixPath(folder) for folder in folders}
    partly = {parent for folder in whole for parent in folder.parents} | {PurePosixPath()}
    parents = {path: PurePosixPath(f"{project.prefix}{path}").parent for path in paths}
    return {
        path for path, parent in parents.items() if parent not in partly and whole.isdisjoint((parent, *parent.parents))
    }


def _name_of_state(prefix: str) -> str:
    return hashlib.sha256(os.fsencode(prefix)).hexdigest()[:12]


def _is_taken(folder: Path, target: Path, going: set[Path]) -> bool:
    for parent in reversed(target.relative_to(folder).parents[:-1]):
        between = folder / parent
        if between.is_symlink() or (between.exists() and not between.is_dir()):
            return between not in going
    if target.is_dir() and not target.is_symlink():
        return any(path not in going and (path.is_symlink() or not path.is_dir()) for path in target.rglob("*"))
    return os.path.lexists(target) and target not in going


def _fetch_missing(project: Project) -> None:
    """Fetch what a partial clone has left out of the project's files, all at once, as git itself would one by one."""
    if not any((project.objects / "pack").glob("*.promisor")):
        return
    listed = git.run(
        *("rev-list", "--objects", "--missing=print", "--no-object-names", project.tree), cwd=project.folder
    )
    missing = [row[1:] for row in listed.split() if row.startswith("?")]
    if not missing:
        return
    try:
        # Git asks the remote that has promised them, and in one go where it is about to check files out.
        git.run_bytes(
            "cat-file", "--batch-check", cwd=project.folder, given="".join(f"{name}\n" for name in missing).encode()
        )
    except git.GitError as error:
        raise StateError(
            f"{len(missing)} of the project's files are not in this partial clone, and cannot be fetched: "
            f"{error.cause}",
            hint="They come from the remote that the repository was cloned from. Once it can be reached, try again.",
            code=ErrorCode.GIT,
        ) from error


def refuse_old_git() -> None:
    """Raise ``StateError`` where git is too old to update a project, and ``GitError`` where there is none."""
    said = git.run("version", cwd=Path("/"))
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and (int(found[1]), int(found[2])) < _OLDEST_GIT:
        raise StateError(
            f"updates need git 2.38 or newer; this is {said.strip()}", hint="Install a newer git.", code=ErrorCode.GIT
        )
