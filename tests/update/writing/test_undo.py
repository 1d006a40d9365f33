"""Undo says which work in git's index it would lose, and refuses; a damaged record never loses the old files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.updating import git, project_of, snapshot, update
from waypost.errors import StateError
from waypost.projects.project import Project, find_project
from waypost.update.writing import switchover
from waypost.update.writing.worktree import take_back

OLD = {"a.txt": "one\n", "b.txt": "b\n", "docs/c.txt": "c\n", "gone.txt": "gone\n"}
NEW = {"a.txt": "ONE\n", "b.txt": "b\n", "docs/c.txt": "c\n", "new.txt": "new\n"}
MINE = {**OLD, "a.txt": "mine\n"}


def in_index(*arguments: str) -> Callable[[Path], None]:
    return lambda project: (git(*arguments, cwd=project), None)[1]


@pytest.mark.parametrize(
    ("work", "named"),
    [
        (in_index("update-index", "--skip-worktree", "b.txt"), r"b\.txt \(skip-worktree set\)"),
        (in_index("update-index", "--assume-unchanged", "b.txt"), r"b\.txt \(assume-unchanged set\)"),
        (in_index("rm", "--quiet", "--cached", "b.txt"), r"b\.txt \(taken out of the index\)"),
        (in_index("rm", "--quiet", "--cached", "gone.txt", "b.txt"), r"(?<!, )b\.txt \(taken out of the index\)$"),
        (in_index("sparse-checkout", "set", "--no-cone", "/*", "!/docs/"), r"docs/c\.txt \(skip-worktree set\)"),
        (in_index("update-index", "--chmod=+x", "b.txt"), r"b\.txt$"),
    ],
    ids=["skip-worktree", "assume-unchanged", "rm --cached", "rm of what went", "sparse checkout", "a mode"],
)
@pytest.mark.parametrize("mine", [OLD, MINE], ids=["no conflict", "conflict"])
def test_work_in_the_index_that_would_be_lost_is_named(
    tmp_path: Path, mine: dict[str, str], work: Callable[[Path], None], named: str
) -> None:
    project = project_of(tmp_path, mine)
    update(project, OLD, NEW)
    work(project)
    before = snapshot(project)

    with pytest.raises(StateError, match=f"done in git's index since the last update would be lost: .*{named}"):
        take_back(find_project(project))

    assert snapshot(project) == before


def test_what_was_marked_before_the_update_stays_marked(tmp_path: Path) -> None:
    project = project_of(tmp_path, OLD)
    git("update-index", "--skip-worktree", "b.txt", cwd=project)
    before = snapshot(project)
    update(project, OLD, NEW)
    git("add", "--all", cwd=project)

    take_back(find_project(project))

    assert snapshot(project) == before
    assert git("ls-files", "-v", "b.txt", cwd=project).startswith("S")


# Records that cannot be read


def damage(folder: Path, how: str) -> None:
    journal = folder / "journal"
    match how:
        case "empty":
            journal.write_bytes(b"")
        case "cut off":
            journal.write_bytes(journal.read_bytes()[:-20])
        case "other bytes":
            journal.write_bytes(journal.read_bytes().replace(b"gone.txt", b"gine.txt"))
        case _:
            journal.unlink()


DAMAGES = pytest.mark.parametrize("how", ["empty", "cut off", "other bytes", "missing"])


def interrupted(project: Path) -> Project:
    """A project whose update stopped half-way."""
    update(project, OLD, NEW)
    found = find_project(project)
    (found.state / "last").rename(found.pending)
    (found.pending / "done").unlink()
    return found


@DAMAGES
def test_a_damaged_record_of_an_interrupted_change_is_an_error_that_keeps_everything(tmp_path: Path, how: str) -> None:
    project = project_of(tmp_path, OLD)
    found = interrupted(project)
    damage(found.pending, how)
    before = snapshot(project)
    kept = sorted(found.pending.rglob("*"))

    for command in (lambda: take_back(found), lambda: switchover.recover(found), lambda: update(project, OLD, NEW)):
        with pytest.raises(StateError, match="cannot be read, so nothing was put back and nothing removed") as refused:
            command()
        assert str(found.pending) in refused.value.hint

    assert snapshot(project) == before
    assert sorted(found.pending.rglob("*")) == kept
    assert (found.pending / "old/gone.txt").read_text() == OLD["gone.txt"]


@DAMAGES
def test_a_damaged_record_of_the_last_update_is_no_update_that_never_was(tmp_path: Path, how: str) -> None:
    project = project_of(tmp_path, OLD)
    update(project, OLD, NEW)
    found = find_project(project)
    damage(found.state / "last", how)

    with pytest.raises(StateError, match="cannot be read") as refused:
        take_back(found)

    assert "old/" in refused.value.hint
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--message", "x", cwd=project)
    update(project, NEW, {**NEW, "b.txt": "B\n"})
    [unreadable] = found.state.glob("unreadable-*")
    assert (unreadable / "old/gone.txt").read_text() == OLD["gone.txt"]
    take_back(find_project(project))


def test_a_preview_leaves_what_was_interrupted_as_it_is(tmp_path: Path) -> None:
    project = project_of(tmp_path, OLD)
    found = interrupted(project)
    before, kept = snapshot(project), sorted(found.pending.rglob("*"))

    with pytest.raises(StateError, match="was interrupted, and is neither done nor put back") as refused:
        switchover.recover(found, is_preview=True)

    assert f"waypost undo {project}" in refused.value.hint
    assert snapshot(project) == before
    assert sorted(found.pending.rglob("*")) == kept


def test_recovery_says_what_it_put_back(tmp_path: Path) -> None:
    found = interrupted(project_of(tmp_path, OLD))

    assert switchover.recover(found) == ("A change that had been interrupted was put back as it was before: Update.",)
    assert switchover.recover(found) == ()


def test_an_update_that_was_completed_is_shown_before_the_next(tmp_path: Path) -> None:
    found = interrupted(project_of(tmp_path, OLD))
    (found.pending / "done").touch()

    with pytest.raises(StateError, match="interrupted was completed: Update"):
        switchover.recover(found)

    assert (found.folder / "new.txt").exists()


def test_undo_after_a_crash_puts_back_what_was_interrupted(tmp_path: Path) -> None:
    project = project_of(tmp_path, OLD)
    before = snapshot(project)
    found = interrupted(project)

    assert take_back(found).title == "Update (it had been interrupted)"

    assert snapshot(project) == before
