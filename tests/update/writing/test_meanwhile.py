"""What others do while a change is put in place is never lost: an editor that saves, a git that holds its lock."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from support.alone import alone
from support.moments import ENDING, MOVING, PLACING, at, at_change, killer
from support.updating import files, git, project_of, snapshot, unmerged, update
from waypost.errors import StateError
from waypost.projects.project import find_project
from waypost.questions.record import RECORD
from waypost.update.merge.merge import replaced
from waypost.update.writing import switchover
from waypost.update.writing.worktree import take_back, write

OLD = {"a.txt": "one\n", "b.txt": "b\n", "c.txt": "c\n", "gone.txt": "gone\n"}
NEW = {"a.txt": "ONE\n", "b.txt": "B\n", "c.txt": "C\n", "new.txt": "new\n"}
EDITED = "what somebody has just written\n"


def save_in_place(path: Path) -> None:
    path.write_text(EDITED)


def save_by_rename(path: Path) -> None:
    path.with_name(".swap").write_text(EDITED)
    path.with_name(".swap").rename(path)


# Right before the so-manyth event. What an audit hook does raises events as well, so that each counts but once.
MOMENTS = {
    "before anything moves": partial(at, MOVING),
    "before the second file moves": partial(at, MOVING, number=2),
    "before the first file is placed": partial(at, PLACING),
    "before the second file is placed": partial(at, PLACING, number=2),
    "before the last file is placed": partial(at, PLACING, number=4),
    "at the end": partial(at, ENDING),
}


def change(project: Path, how: str) -> None:
    match how:
        case "update":
            update(project, OLD, NEW)
        case "regenerate":
            found = find_project(project)
            write(found, replaced(found, files(NEW)), title="Put back")
        case _:
            take_back(find_project(project))


def change_while_saving(project: Path, how: str, moment: str, save: Callable[[Path], None], path: str) -> None:
    MOMENTS[moment](partial(save, project / path))
    change(project, how)


@pytest.mark.slow
@pytest.mark.parametrize("save", [save_in_place, save_by_rename])
@pytest.mark.parametrize(
    ("how", "moment", "path"),
    [
        ("update", "before anything moves", "gone.txt"),
        ("update", "before the second file moves", "a.txt"),
        ("update", "before the first file is placed", "a.txt"),
        ("update", "before the second file is placed", "a.txt"),
        ("update", "before the second file is placed", "b.txt"),
        ("update", "before the second file is placed", "gone.txt"),
        ("update", "before the last file is placed", "new.txt"),
        ("update", "at the end", "c.txt"),
        ("regenerate", "before the second file is placed", "b.txt"),
        ("undo", "before anything moves", "new.txt"),
        ("undo", "before the second file is placed", "a.txt"),
        ("undo", "before the second file is placed", "b.txt"),
    ],
)
def test_what_an_editor_saves_stands_whether_or_not_the_change_does(
    tmp_path: Path, how: str, moment: str, save: Callable[[Path], None], path: str
) -> None:
    project = project_of(tmp_path, OLD)
    if how == "undo":
        update(project, OLD, NEW)
    before = texts_in(project)
    after = {**OLD, **NEW} if how == "regenerate" else OLD if how == "undo" else NEW
    with suppress(StateError):
        alone(change_while_saving, project, how, moment, save, path)

    now = texts_in(project)
    assert now.pop(path, "") == EDITED
    assert now in [{name: text for name, text in state.items() if name != path} for state in (before, after)]
    assert not find_project(project).pending.exists()


def texts_in(project: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in project.iterdir() if path.is_file() and path.name != RECORD}


def kept_versions(project: Path) -> list[str]:
    state = find_project(project).state
    return [path.read_text() for path in state.glob("kept-*/*")]


def write_late(project: Path) -> None:
    """Update while somebody writes into a file that was opened before."""
    stream = (project / "a.txt").open("r+")

    def save() -> None:
        stream.write(EDITED)
        stream.close()

    at(PLACING, save, number=2)
    update(project, OLD, NEW)


def test_what_is_written_into_a_file_opened_before_counts(tmp_path: Path) -> None:
    project = project_of(tmp_path, OLD)

    with pytest.raises(StateError, match=r"changed in the meantime: 'a\.txt'"):
        alone(write_late, project)

    assert (project / "a.txt").read_text() == EDITED
    assert (project / "b.txt").read_text() == OLD["b.txt"]


def update_and_crash(project: Path, number: int) -> None:
    tempfile.tempdir = str(project / ".git")  # nobody clears away after a process that was killed
    at(PLACING, killer(), number=number)
    update(project, OLD, NEW)


def test_what_was_edited_after_a_crash_stands_and_the_old_version_is_kept(tmp_path: Path) -> None:
    project = project_of(tmp_path, OLD)
    with pytest.raises(BrokenProcessPool):
        alone(update_and_crash, project, 3)
    assert (project / "a.txt").read_text() == NEW["a.txt"]
    (project / "a.txt").write_text(EDITED)

    with pytest.raises(StateError, match=r"put back .* wrote a\.txt meanwhile: that stands, .* kept in"):
        take_back(find_project(project))

    assert (project / "a.txt").read_text() == EDITED
    assert kept_versions(project) == [OLD["a.txt"]]
    assert (project / "b.txt").read_text() == OLD["b.txt"]
    assert (project / "gone.txt").read_text() == OLD["gone.txt"]


# git's lock


@pytest.mark.parametrize("content", [b"", b"DIRC", "the new index"], ids=["empty", "a beginning", "the same"])
def test_a_lock_of_git_is_never_removed(tmp_path: Path, content: bytes | str) -> None:
    project = project_of(tmp_path, {**OLD, "a.txt": "mine\n"})
    before = snapshot(project)
    update(project, OLD, NEW)
    new_index = (project / ".git/index").read_bytes()
    take_back(find_project(project))
    lock = project / ".git/index.lock"
    lock.write_bytes(new_index if isinstance(content, str) else content)
    theirs = lock.stat().st_ino

    with pytest.raises(StateError, match="git is at work there"):
        update(project, OLD, NEW)

    assert lock.stat().st_ino == theirs
    lock.unlink()
    assert snapshot(project) == before


def test_a_lock_that_git_takes_after_a_crash_is_never_removed(tmp_path: Path) -> None:
    project = project_of(tmp_path, {**OLD, "a.txt": "mine\n"})
    before = snapshot(project)
    with pytest.raises(BrokenProcessPool):
        alone(update_and_crash, project, 2)
    lock = project / ".git/index.lock"
    content = lock.read_bytes()
    lock.unlink()  # by somebody who knows what git says about such a file
    lock.write_bytes(content)

    with switchover.locked(find_project(project)) as recovery:
        assert recovery

    assert lock.read_bytes() == content
    lock.unlink()
    assert snapshot(project) == before


def test_our_own_lock_goes_after_a_crash(tmp_path: Path) -> None:
    project = project_of(tmp_path, {**OLD, "a.txt": "mine\n"})
    with pytest.raises(BrokenProcessPool):
        alone(update_and_crash, project, 2)
    assert (project / ".git/index.lock").exists()

    take_back(find_project(project))

    assert not (project / ".git/index.lock").exists()
    assert not unmerged(project)


# Every process killed at once


def kill_at_change(project: Path, number: int, how: str) -> None:
    tempfile.tempdir = str(project / ".git")  # nobody clears away after a process that was killed
    at_change(number, killer())
    change(project, how)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["update", "undo"])
@pytest.mark.parametrize("number", [3, *range(8, 60, 5)])
def test_where_all_processes_are_killed_at_once_the_next_command_decides(tmp_path: Path, number: int, how: str) -> None:
    project = project_of(tmp_path, {**OLD, "a.txt": "mine\n"})
    before = snapshot(project)
    update(project, OLD, NEW)
    after = snapshot(project)
    if how == "update":
        take_back(find_project(project))
    with suppress(BrokenProcessPool):
        alone(kill_at_change, project, number, how)
    with switchover.locked(find_project(project)):
        pass

    now = snapshot(project)
    assert now.paths in (before.paths, after.paths)
    assert unmerged(project) == ({"a.txt"} if now.paths == after.paths else set())
    assert not (project / ".git/index.lock").exists()
    assert subprocess.run(["git", "fsck", "--strict"], cwd=project, capture_output=True, check=False).returncode == 0
    if now.paths == after.paths:
        take_back(find_project(project))
        assert snapshot(project).paths == before.paths
    assert git("status", "--porcelain", cwd=project) == ""
