"""If the power fails at any moment of a change, what the disk holds by then is put back or finished."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from support.power import Disk, Image, lay_out
from support.updating import project_of, update
from waypost.projects.project import Project, find_project
from waypost.update.writing import switchover
from waypost.update.writing.files import state_of
from waypost.update.writing.journal import read_journal
from waypost.update.writing.worktree import take_back

pytestmark = pytest.mark.slow

OLD = {"a.txt": "one\n", "gone/b.txt": "b\n", "c.txt": "c\n", "place": "a file\n"}
NEW = {"a.txt": "ONE\n", "new/deep/d.txt": "d\n", "c.txt": "C\n", "place/e.txt": "e\n"}
MINE = {**OLD, "c.txt": "mine\n"}
Files = Mapping[str, tuple[int, bytes]]


def test_an_update_is_done_or_can_be_put_back(tmp_path: Path) -> None:
    project = project_of(tmp_path / "project", MINE)
    before = files_in(project)

    disk = recorded(project, lambda: update(project, OLD, NEW))

    hold(disk, project, tmp_path, before=before, after=files_in(project))


def test_an_undo_is_done_or_can_be_put_back(tmp_path: Path) -> None:
    project = project_of(tmp_path / "project", MINE)
    update(project, OLD, NEW)
    before = files_in(project)

    disk = recorded(project, lambda: take_back(find_project(project)))

    hold(disk, project, tmp_path, before=before, after=files_in(project))


def test_putting_back_can_fail_as_well_and_is_done_again(tmp_path: Path) -> None:
    project = project_of(tmp_path / "project", MINE)
    before = files_in(project)
    disk = recorded(project, lambda: update(project, OLD, NEW))
    after = files_in(project)
    half_done = [image for image in disk.images if is_half_done(image, before, after)]
    assert half_done
    for image in (half_done[len(half_done) // 3], half_done[2 * len(half_done) // 3]):
        shutil.rmtree(project)
        lay_out(image, project)

        again = recorded(project, lambda: settle(find_project(project)))

        hold(again, project, tmp_path, before=before, after=before)


def is_half_done(image: Image, *states: Files) -> bool:
    paths = {path for path, _ in image if path.split("/")[0] != ".git"}
    return all(paths != files.keys() - {".git/index"} for files in states)


def recorded(project: Path, change: Callable[[], object]) -> Disk:
    """Make the change in this process, as a program with threads does, and record what it does to the disk."""
    disk = Disk(project)
    with disk.recording(), another_thread():
        change()
    return disk


@contextmanager
def another_thread() -> Iterator[None]:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    yield
    end.set()
    thread.join()


def hold(disk: Disk, project: Path, scratch: Path, *, before: Files, after: Files) -> None:
    """Hold every image to the promise, and those after the end of the change to being whole."""
    found = find_project(project)
    assert len(disk.images) > 20
    ends = {}
    for image, event in disk.images.items():
        now = end_of(image, found, scratch / "replay")
        assert now in (before, after), (
            event,
            sorted(now.items() ^ before.items()),
            sorted(now.items() ^ after.items()),
        )
        ends[image] = now
    assert before in ends.values()
    assert [ends[image] for image in disk.last] == [after] * len(disk.last)


def end_of(image: Image, project: Project, replay: Path) -> Files:
    """Return the project as it is once the next command has looked at what the disk holds."""
    lay_out(image, replay)
    git = replay / ".git"
    revived = replace(
        project, folder=replay, top=replay, index=git / "index", objects=git / "objects", private=git / "waypost"
    )
    settle(revived)
    now = files_in(replay)
    assert not revived.pending.exists()
    last = revived.state / "last"
    if last.exists():
        for step in read_journal(last).steps:
            assert state_of(last / "old" / step.path) == step.before
    shutil.rmtree(replay)
    return now


def settle(project: Project) -> None:
    with switchover.locked(project):
        pass


def files_in(project: Path) -> dict[str, tuple[int, bytes]]:
    """Every file, link and folder of the project, and its index."""
    found = {".git/index": (0, (project / ".git/index").read_bytes())}
    assert not (project / ".git/index.lock").exists()
    for root, folders, names in os.walk(project):
        folders[:] = [name for name in folders if name != ".git"]
        for name in (*folders, *names):
            path = Path(root, name)
            content = path.read_bytes() if path.is_file() else b""
            found[str(path.relative_to(project))] = (stat.S_IFMT(path.lstat().st_mode), content)
    return found
