"""Writes a merge into a project's files and index, and takes the last one back."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from waypost.errors import ErrorCode, StateError
from waypost.projects.project import (
    QUIET,
    Project,
    current_head,
    enumerated,
    links_on_the_way,
    refuse_unfit,
    taken,
    unseen,
)
from waypost.system import git
from waypost.update.merge.changes import Conflict, Merge
from waypost.update.merge.trees import Commit, Trees, trees_beside
from waypost.update.writing import switchover
from waypost.update.writing.files import files_of, state_of
from waypost.update.writing.index import staged_since
from waypost.update.writing.journal import Journal, read_journal
from waypost.update.writing.preparation import prepare, preparing
from waypost.update.writing.recovery import Recovery


def write(project: Project, merge: Merge, *, title: str, when_done: Callable[[], None] = lambda: None) -> None:
    """Write the merge into the project's files, and its conflicts into the index, in one last step.

    Files come out as git would check them out. What changed is left for review, not staged; new files are new to git.
    Raises ``StateError`` where the project is no longer what the merge was made for; nothing is touched then.
    """
    with switchover.locked(project) as recovery:
        if recovery:
            raise StateError(recovery.sentence, hint="Run the command again.")
        refuse_unwritable(project, merge)
        if current_head(project) != project.head:
            raise StateError("another commit was checked out in the meantime", hint="Run the command again.")
        with preparing(project) as folder, trees_beside(project.objects, project.object_format) as trees:
            _write_new_files(project, merge, trees, folder)
            if merge.conflicts:
                _write_index(project, merge.conflicts, folder)
            prepare(project, folder, title=title, paths=[change.path for change in merge.changes])
            switchover.carry_out(project, folder, when_done=when_done)


def refuse_unwritable(project: Project, merge: Merge, *, allows_new_files: bool = False) -> None:
    """Raise ``StateError`` where the project is not in a state for the merge to be written.

    With ``allows_new_files`` those that git does not know yet only matter in the place of others.
    """
    paths = [change.path for change in merge.changes]
    added = [change.path for change in merge.changes if change.kind == "added"]
    removed = [change.path for change in merge.changes if change.kind == "removed"]
    links = links_on_the_way(project, paths, removed)
    in_the_way = [] if links else taken(project, added, removed)
    # Git is asked after that: what another update writes meanwhile then counts as what it is, a change not committed.
    refuse_unfit(project, allows_new_files=allows_new_files)
    if links:
        raise StateError(
            "links are in the place of folders, and nothing is written through a link: "
            + enumerated(f"{link} (on the way to {path})" for link, path in links.items()),
            hint="Put a folder in the place of each link, or remove the link, and commit that if git keeps it.",
            code=ErrorCode.IN_THE_WAY,
        )
    if in_the_way:
        raise StateError(
            f"files that git does not keep are in the way of new ones: {enumerated(in_the_way)}",
            hint="Move them elsewhere, then run the update again.",
            code=ErrorCode.IN_THE_WAY,
        )
    _refuse_unseen(project, paths)


def take_back(project: Project, *, when_done: Callable[[], None] = lambda: None) -> Journal:
    """Put files and index back as they were before the last change that Waypost wrote, and return its journal.

    A change that was interrupted is the last one: putting it back is then all there is to do. Raises ``StateError``,
    and touches nothing, where there is none or something was done since.
    """
    with switchover.locked(project) as recovery:
        if recovery and (recovery.is_finished == recovery.journal.is_undo):
            return _taken_back_already(recovery)
        last = project.state / "last"
        if not last.exists():
            raise StateError(
                "there is no update to take back",
                hint="Only the last update of a project can be taken back, once.",
                code=ErrorCode.NOTHING_TO_UNDO,
            )
        done = read_journal(last)
        _refuse_to_lose(project, done, last)
        with preparing(project) as folder:
            with files_of(last / "old") as old:
                for step in done.steps:
                    if step.before:
                        copy = folder / "new" / step.path
                        copy.parent.mkdir(parents=True, exist_ok=True)
                        old.keep(step.path, copy)
            shutil.copy2(last / "index.old", folder / "index")
            prepare(project, folder, title=done.title, paths=[step.path for step in done.steps], undoes=done)
            switchover.carry_out(project, folder, when_done=when_done)
    return done


def _taken_back_already(recovery: Recovery) -> Journal:
    """Return the journal of a change that the recovery has just put back."""
    if recovery.kept:
        raise StateError(recovery.sentence, hint="Look at both versions, and keep what you want of them.")
    return replace(recovery.journal, title=f"{recovery.journal.title} (it had been interrupted)")


def _refuse_unseen(project: Project, paths: Sequence[str]) -> None:
    """Refuse to change files that git was told not to look at, or not to have in the work tree."""
    hidden, outside = unseen(project, paths)
    if hidden:
        raise StateError(
            f"git was told not to look at changes of files that would change: {enumerated(hidden)}",
            hint="git update-index --no-assume-unchanged --no-skip-worktree FILE, then look at git status.",
            code=ErrorCode.IN_THE_WAY,
        )
    if outside:
        raise StateError(
            f"files that would change are outside the sparse checkout: {enumerated(outside)}",
            hint="Widen it (git sparse-checkout add FOLDER), or end it (git sparse-checkout disable).",
            code=ErrorCode.IN_THE_WAY,
        )


def _refuse_to_lose(project: Project, done: Journal, last: Path) -> None:
    if current_head(project) != done.head:
        raise StateError(
            "HEAD is not the commit that the last update was made on, so it cannot be taken back",
            hint="If you committed the update, git revert that commit. If you switched branches, switch back.",
            code=ErrorCode.NOTHING_TO_UNDO,
        )
    with files_of(project.folder) as files:
        now = {step.path: files.state_of(step.path) for step in done.steps}
    edited = [step.path for step in done.steps if now[step.path] != step.after]
    if edited and all(now[step.path] == step.before for step in done.steps):
        raise StateError(
            "the last update is in no file any more, so there is nothing to take back",
            hint="All files that it changed are as they were before it.",
            code=ErrorCode.NOTHING_TO_UNDO,
        )
    if edited:
        raise StateError(
            f"files of the last update were changed since: {enumerated(edited)}",
            hint="Nothing was touched. To lose those changes and the update: "
            f"git -C {shlex.quote(str(project.folder))} restore --staged --worktree ., and remove the new files that "
            "git status shows there. To keep both: commit.",
            code=ErrorCode.WOULD_BE_LOST,
        )
    missing = [step.path for step in done.steps if step.before and not state_of(last / "old" / step.path)]
    if missing:
        raise StateError(
            f"the files as they were before the last update are no longer in {last}: {enumerated(missing)}",
            hint="Nothing was touched. git restore brings back what is committed.",
            code=ErrorCode.NOTHING_TO_UNDO,
        )
    staged = staged_since(project, last / "index" if (last / "index").exists() else last / "index.old", done.steps)
    if staged:
        raise StateError(
            f"what was done in git's index since the last update would be lost: {enumerated(staged)}",
            hint="Nothing was touched. Take that back first (git restore --staged FILE for what was staged or taken "
            "out, git update-index or git sparse-checkout for marks), or keep it all: commit.",
            code=ErrorCode.WOULD_BE_LOST,
        )


def _write_new_files(project: Project, merge: Merge, trees: Trees, folder: Path) -> None:
    """Let git write the new files as it would check them out: line endings, filters and all."""
    files = {change.path: change.file for change in merge.changes if change.file is not None}
    if not files:
        return
    trees.write([Commit(label="new", files=files)])
    entries = trees.entries("new")
    environment = {"GIT_OBJECT_DIRECTORY": str(trees.objects), "GIT_INDEX_FILE": str(folder / "index.new")}
    rows = (f"{entry.mode} {entry.name}\t{project.prefix}{path}" for path, entry in entries.items())
    _update_index(project, rows, environment)
    checked_out = folder / "checked-out"
    checked_out.mkdir()
    git.run(
        *QUIET, "checkout-index", "--all", "--quiet", f"--prefix={checked_out}/", cwd=project.top,
        environment=environment,
    )  # fmt: skip
    (checked_out / project.prefix).rename(folder / "new")
    shutil.rmtree(checked_out, ignore_errors=True)
    (folder / "index.new").unlink()
    missing = [path for path in files if not state_of(folder / "new" / path)]
    if missing:  # or they would count as files that go
        raise StateError(f"git did not write every new file: {enumerated(missing)}", hint="Nothing was changed.")


def _write_index(project: Project, conflicts: Iterable[Conflict], folder: Path) -> None:
    """Write the index that has the stages of the conflicts and is otherwise as it was."""
    shutil.copy2(project.index, folder / "index")
    rows, contents = [], []
    for conflict in conflicts:
        if conflict.stages:
            no_object = "0" * len(project.tree)
            rows.append(f"0 {no_object}\t{project.prefix}{conflict.path}")
        for number, stage in conflict.stages.items():
            if stage.content is not None:
                contents.append(stage.content)
            rows.append(f"{stage.mode} {stage.name} {number}\t{project.prefix}{conflict.path}")
    _write_objects(project, contents, folder)
    _update_index(project, rows, {"GIT_INDEX_FILE": str(folder / "index")})


def _write_objects(project: Project, contents: Sequence[bytes], folder: Path) -> None:
    """Write the objects that the index will name, on the disk before the index is."""
    if not contents:
        return
    scratch = folder / "stages"
    scratch.mkdir()
    for number, content in enumerate(contents):
        (scratch / str(number)).write_bytes(content)
    git.run_bytes(
        *QUIET, "-c", "core.fsync=loose-object", "hash-object", "-w", "--no-filters", "--stdin-paths", cwd=project.top,
        given="".join(f"{scratch / str(number)}\n" for number in range(len(contents))).encode(errors="surrogateescape"),
    )  # fmt: skip
    shutil.rmtree(scratch)


def _update_index(project: Project, rows: Iterable[str], environment: Mapping[str, str]) -> None:
    given = "".join(f"{row}\0" for row in rows).encode(errors="surrogateescape")
    whole = ("-c", "core.splitIndex=false")
    git.run_bytes(
        *QUIET, *whole, "update-index", "-z", "--index-info", cwd=project.top, environment=environment, given=given
    )
