"""Writes a merge into a project's files and index, and takes the last one back."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from waypost.errors import StateError
from waypost.projects.project import QUIET, Project, enumerated, find_project, hidden_changes, refuse_unfit, taken
from waypost.system import git
from waypost.update.merge.changes import Conflict, Merge
from waypost.update.merge.trees import Commit, Trees, trees_beside
from waypost.update.writing import journal, switchover
from waypost.update.writing.journal import Journal, Step


def write(project: Project, merge: Merge, *, title: str, when_done: Callable[[], None] = lambda: None) -> None:
    """Write the merge into the project's files, and its conflicts into the index, in one last step.

    Files come out as git would check them out. What changed is left for review, not staged; new files are new to git.
    Raises ``StateError`` where the project is no longer what the merge was made for; nothing is touched then.
    """
    with switchover.locked(project):
        refuse_unwritable(project, merge)
        if find_project(project.folder).head != project.head:
            raise StateError("another commit was checked out in the meantime", hint="Run the command again.")
        with journal.preparing(project) as folder, trees_beside(project.objects, project.object_format) as trees:
            _write_new_files(project, merge, trees, folder)
            if merge.conflicts:
                _write_index(project, merge.conflicts, folder)
            journal.write_journal(project, folder, title=title, paths=[change.path for change in merge.changes])
            switchover.carry_out(project, folder, when_done=when_done)


def refuse_unwritable(project: Project, merge: Merge, *, allows_new_files: bool = False) -> None:
    """Raise ``StateError`` where the project is not in a state for the merge to be written.

    With ``allows_new_files`` those that git does not know yet only matter in the place of others.
    """
    added = [change.path for change in merge.changes if change.kind == "added"]
    in_the_way = taken(project, added, [change.path for change in merge.changes if change.kind == "removed"])
    # Git is asked after that: what another update writes meanwhile then counts as what it is, a change not committed.
    refuse_unfit(project, allows_new_files=allows_new_files)
    if in_the_way:
        raise StateError(
            f"files that git does not keep are in the way of new ones: {enumerated(in_the_way)}",
            hint="Move them elsewhere, then run the update again.",
        )
    hidden = hidden_changes(project, [change.path for change in merge.changes])
    if hidden:
        raise StateError(
            f"git was told not to look at changes of files that would change: {enumerated(hidden)}",
            hint="git update-index --no-assume-unchanged --no-skip-worktree FILE, then look at git status.",
        )


def take_back(project: Project, *, when_done: Callable[[], None] = lambda: None) -> Journal:
    """Put files and index back as they were before the last change that Waypost wrote, and return its journal.

    Raises ``StateError``, and touches nothing, where there is none or something was done since.
    """
    with switchover.locked(project):
        last = project.state / "last"
        done = journal.read_journal(last)
        if done is None:
            raise StateError(
                "there is no update to take back", hint="Only the last update of a project can be taken back, once."
            )
        _refuse_to_lose(project, done, last)
        with journal.preparing(project) as folder:
            for number, step in enumerate(done.steps):
                if step.before:
                    shutil.copy2(last / "old" / str(number), folder / "new" / str(number), follow_symlinks=False)
            shutil.copy2(last / "index.old", folder / "index")
            journal.write_journal(
                project, folder, title=done.title, paths=[step.path for step in done.steps], undoes=done
            )
            switchover.carry_out(project, folder, when_done=when_done)
    return done


def _refuse_to_lose(project: Project, done: Journal, last: Path) -> None:
    if project.head != done.head:
        raise StateError(
            "HEAD is not the commit that the last update was made on, so it cannot be taken back",
            hint="If you committed the update, git revert that commit. If you switched branches, switch back.",
        )
    now = {step.path: journal.state_of(project.folder / step.path) for step in done.steps}
    edited = [step.path for step in done.steps if now[step.path] != step.after]
    if edited and all(now[step.path] == step.before for step in done.steps):
        raise StateError(
            "the last update is in no file any more, so there is nothing to take back",
            hint="All files that it changed are as they were before it.",
        )
    if edited:
        raise StateError(
            f"files of the last update were changed since: {enumerated(edited)}",
            hint="Nothing was touched. To lose those changes and the update: "
            f"git -C {shlex.quote(str(project.folder))} restore --staged --worktree ., and remove the new files that "
            "git status shows there. To keep both: commit.",
        )
    staged = _staged_since(project, done, last)
    if staged:
        raise StateError(
            f"changes were staged since the last update: {enumerated(staged)}",
            hint="Nothing was touched. Take them out of the index (git restore --staged FILE), then undo.",
        )


def _staged_since(project: Project, done: Journal, last: Path) -> list[str]:
    """Return the paths whose staged content would be lost: it is not what the work tree or HEAD holds anyway."""
    left = last / "index" if (last / "index").exists() else last / "index.old"
    before, now = _staged(project, left), _staged(project, project.index)
    differing = sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))
    touched = {f"{project.prefix}{step.path}": step for step in done.steps}
    return [path for path in differing if not _is_kept(project, path, now.get(path, ()), touched.get(path))]


def _is_kept(project: Project, path: str, entries: Sequence[str], step: Step | None) -> bool:
    """Whether all that is staged of a path of the update is in HEAD or stands in the work tree."""
    stages = [entry.split() for entry in entries]
    in_conflict = any(stage != "0" for _, _, stage in stages)
    if step is None and not path.startswith(project.prefix):
        return False
    if in_conflict or not stages:
        return step is not None or not stages
    name = stages[0][1]
    in_head = git.run("ls-tree", "-z", "--full-tree", project.head, "--", path, cwd=project.top)
    if name in in_head.split():
        return True
    if step is None or not step.after.startswith("file"):
        return False
    staged = git.run(*QUIET, "hash-object", f"--path={path}", "--", str(project.top / path), cwd=project.top)
    return staged.strip() == name


def _staged(project: Project, index: Path) -> Mapping[str, tuple[str, ...]]:
    listed = git.run(
        "ls-files", "--stage", "-z", "--full-name", cwd=project.top, environment={"GIT_INDEX_FILE": str(index)}
    )
    staged: dict[str, tuple[str, ...]] = {}
    for row in listed.split("\0"):
        described, _, path = row.partition("\t")
        if path:
            staged[path] = (*staged.get(path, ()), described)
    return staged


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
    for number, change in enumerate(merge.changes):
        if change.file is not None:
            (checked_out / project.prefix / change.path).rename(folder / "new" / str(number))
    shutil.rmtree(checked_out)
    (folder / "index.new").unlink()


def _write_index(project: Project, conflicts: Iterable[Conflict], folder: Path) -> None:
    """Write the index that has the stages of the conflicts and is otherwise as it was."""
    shutil.copy2(project.index, folder / "index")
    rows = []
    for conflict in conflicts:
        if conflict.stages:
            no_object = "0" * len(project.tree)
            rows.append(f"0 {no_object}\t{project.prefix}{conflict.path}")
        for number, stage in conflict.stages.items():
            if stage.content is not None:
                git.run_bytes("hash-object", "-w", "--stdin", cwd=project.top, given=stage.content)
            rows.append(f"{stage.mode} {stage.name} {number}\t{project.prefix}{conflict.path}")
    _update_index(project, rows, {"GIT_INDEX_FILE": str(folder / "index")})


def _update_index(project: Project, rows: Iterable[str], environment: Mapping[str, str]) -> None:
    given = "".join(f"{row}\0" for row in rows).encode(errors="surrogateescape")
    whole = ("-c", "core.splitIndex=false")
    git.run_bytes(
        *QUIET, *whole, "update-index", "-z", "--index-info", cwd=project.top, environment=environment, given=given
    )
