"""No step follows a symbolic link to a folder: nothing outside the project is read, written or deleted."""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import pytest

from support.alone import alone
from support.moments import ENDING, MOVING, at, killer
from support.updating import commit, files, project_of, snapshot, update
from waypost.errors import StateError
from waypost.projects.project import find_project
from waypost.update.merge.merge import replaced
from waypost.update.merge.trees import LINK, File
from waypost.update.writing import switchover, worktree
from waypost.update.writing.worktree import take_back

OLD = {"a.txt": "one\n", "docs/b.txt": "b\n", "docs/gone.txt": "gone\n", "deep/er/c.txt": "c\n"}
NEW = {"a.txt": "ONE\n", "docs/b.txt": "B\n", "deep/er/c.txt": "C\n", "deep/er/new/d.txt": "d\n"}
LINKS = pytest.mark.parametrize("folder", ["docs", "deep", "deep/er"])


def outside_of(tmp_path: Path) -> Path:
    """A folder outside the project that has files of the same names, and as many more."""
    outside = tmp_path / "outside"
    for path in (*OLD, *NEW, "b.txt", "gone.txt", "c.txt", "er/c.txt"):
        target = outside / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("precious\n")
    return outside


def link_instead(project: Path, folder: str, outside: Path) -> None:
    shutil.rmtree(project / folder)
    (project / folder).symlink_to(outside)


@LINKS
def test_a_link_that_is_committed_in_the_place_of_a_folder_is_named(tmp_path: Path, folder: str) -> None:
    outside, project = outside_of(tmp_path), project_of(tmp_path / "project", OLD)
    link_instead(project, folder, outside)
    commit(project)
    before, theirs = snapshot(project), snapshot_of(outside)
    found = find_project(project)

    with pytest.raises(StateError, match=rf"nothing is written through a link: .*{folder} \(on the way to {folder}/"):
        worktree.write(found, replaced(found, files(NEW)), title="Put back")

    assert snapshot(project) == before
    assert snapshot_of(outside) == theirs


@LINKS
@pytest.mark.parametrize("how", ["update", "undo"])
def test_a_link_that_is_put_there_at_the_last_moment_stops_it(tmp_path: Path, folder: str, how: str) -> None:
    outside, project = outside_of(tmp_path), project_of(tmp_path / "project", OLD)
    if how == "undo":
        update(project, OLD, NEW)
    theirs = snapshot_of(outside)

    with pytest.raises(StateError, match=r"it is a link, which is not followed|changed in the meantime"):
        alone(change_with_a_link, project, folder, outside, how)

    assert snapshot_of(outside) == theirs
    assert (project / folder).readlink() == outside
    assert (project / "a.txt").read_text() == ("ONE\n" if how == "undo" else "one\n")


@LINKS
def test_undo_follows_no_link_that_was_made_since(tmp_path: Path, folder: str) -> None:
    outside, project = outside_of(tmp_path), project_of(tmp_path / "project", OLD)
    update(project, OLD, NEW)
    for path, text in NEW.items():  # the same bytes as the update's
        (outside / path).parent.mkdir(parents=True, exist_ok=True)
        (outside / path).write_text(text)
    shutil.rmtree(project / folder)
    (project / folder).symlink_to(outside / folder)
    theirs = snapshot_of(outside)

    with pytest.raises(StateError, match="files of the last update were changed since: "):
        take_back(find_project(project))

    assert snapshot_of(outside) == theirs


@LINKS
def test_putting_back_after_a_crash_follows_no_link(tmp_path: Path, folder: str) -> None:
    outside, project = outside_of(tmp_path), project_of(tmp_path / "project", OLD)
    theirs = snapshot_of(outside)
    with pytest.raises(BrokenProcessPool):
        alone(update_and_crash, project)
    link_instead(project, folder, outside)
    found = find_project(project)

    with switchover.locked(found) as recovery:
        assert recovery
        assert not recovery.is_finished
        assert all(path.startswith(f"{folder}/") for path in recovery.kept)
        for path in recovery.kept:
            assert (recovery.kept_in / path).read_text() == OLD[path]

    assert snapshot_of(outside) == theirs
    assert (project / "a.txt").read_text() == "one\n"


def test_a_link_that_goes_makes_room_for_a_folder_and_comes_back(tmp_path: Path) -> None:
    outside, project = outside_of(tmp_path), project_of(tmp_path / "project", {"a.txt": "one\n"})
    (project / "docs").symlink_to(outside)
    commit(project)
    link = {"docs": File(LINK, str(outside).encode())}
    before, theirs = snapshot(project), snapshot_of(outside)

    update(project, {"a.txt": "one\n", **link}, {"a.txt": "one\n", "docs/b.txt": "B\n"})

    assert (project / "docs/b.txt").read_text() == "B\n"
    assert not (project / "docs").is_symlink()
    take_back(find_project(project))
    assert snapshot(project) == before
    assert snapshot_of(outside) == theirs


def change_with_a_link(project: Path, folder: str, outside: Path, how: str) -> None:
    """Update or undo, and put the link there when all is prepared and nothing has moved."""
    at(MOVING, partial(link_instead, project, folder, outside))
    if how == "undo":
        take_back(find_project(project))
    else:
        update(project, OLD, NEW)


def update_and_crash(project: Path) -> None:
    """Update until all files have moved, and have every process killed there."""
    tempfile.tempdir = str(project / ".git")  # nobody clears away after a process that was killed
    at(ENDING, killer())
    update(project, OLD, NEW)


def snapshot_of(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in folder.rglob("*") if path.is_file()}
