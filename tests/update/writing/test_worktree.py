"""A merge reaches the files at once or not at all, from any state of the repository that allows it, and back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path

import pytest

from support.alone import alone
from support.updating import commit, git, project_of, put, snapshot, unmerged, update
from waypost.errors import StateError
from waypost.projects.project import find_project, refuse_unfit
from waypost.update.writing import switchover
from waypost.update.writing.journal import read_journal
from waypost.update.writing.worktree import take_back

OLD = {"a.txt": "one\ntwo\n", "gone/b.txt": "b\n", "c.txt": "c\n"}
NEW = {"a.txt": "one\nTWO\n", "new/d.txt": "d\n", "c.txt": "C\n"}
CONFLICTING = {**OLD, "c.txt": "mine\n"}


def dirty(project: Path) -> None:
    (project / "a.txt").write_text("changed\n")


def untracked(project: Path) -> None:
    (project / "other.txt").write_text("x\n")


def staged(project: Path) -> None:
    dirty(project)
    git("add", "a.txt", cwd=project)


def unfinished_merge(project: Path) -> None:
    git("checkout", "--quiet", "-b", "side", cwd=project)
    (project / "a.txt").write_text("side\n")
    commit(project)
    git("checkout", "--quiet", "main", cwd=project)
    (project / "x.txt").write_text("main\n")
    commit(project)
    git("merge", "--quiet", "--no-commit", "--no-ff", "side", cwd=project)


def ignored_in_the_way(project: Path) -> None:
    (project / ".git/info/exclude").write_text("new/\n")
    (project / "new").mkdir()
    (project / "new/d.txt").write_text("precious\n")


def ignored_link_in_the_way(project: Path) -> None:
    (project / ".git/info/exclude").write_text("new\n")
    (project / "new").symlink_to("/tmp")


def hidden_change(project: Path) -> None:
    git("update-index", "--assume-unchanged", "a.txt", cwd=project)
    dirty(project)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(dirty, "not committed: a.txt", id="changed"),
        pytest.param(untracked, "not committed: other.txt", id="untracked"),
        pytest.param(staged, "not committed: a.txt", id="staged"),
        pytest.param(unfinished_merge, "a merge is under way", id="merge"),
        pytest.param(ignored_in_the_way, "in the way of new ones: new/d.txt", id="ignored file in the way"),
        pytest.param(
            ignored_link_in_the_way, r"links are .* new \(on the way to new/d.txt\)", id="ignored link in the way"
        ),
        pytest.param(hidden_change, "not to look at changes of files that would change: a.txt", id="assume-unchanged"),
    ],
)
def test_a_project_in_no_fit_state_is_refused_and_not_touched(
    tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    project = project_of(tmp_path, OLD)
    spoil(project)
    before = snapshot(tmp_path)

    with pytest.raises(StateError, match=said):
        update(project, OLD, NEW)

    assert snapshot(tmp_path) == before


def test_conflicts_that_are_still_open_are_refused(tmp_path: Path) -> None:
    project = project_of(tmp_path, CONFLICTING)
    update(project, OLD, NEW)
    assert unmerged(project) == {"c.txt"}

    with pytest.raises(StateError, match=r"still in conflict: c\.txt"):
        refuse_unfit(find_project(project))


@pytest.mark.parametrize("what", ["no repository", "no commit", "not committed"])
def test_what_git_does_not_keep_cannot_be_merged(tmp_path: Path, what: str) -> None:
    put(tmp_path, {".copier-answers.yml": "_commit: v1\n", "x": "1\n"})
    if what != "no repository":
        git("init", "--quiet", cwd=tmp_path)
    if what == "not committed":
        git("add", "x", cwd=tmp_path)
        git("commit", "--quiet", "--message", "x", cwd=tmp_path)

    with pytest.raises(StateError, match="git" if what == "no repository" else "not committed"):
        find_project(tmp_path)


def test_changes_elsewhere_in_a_repository_of_many_projects_do_not_matter(tmp_path: Path) -> None:
    project = project_of(tmp_path, OLD, prefix="services/shop")
    (tmp_path / "elsewhere.txt").write_text("x\n")
    (tmp_path / "new").mkdir()
    (tmp_path / "new/d.txt").write_text("another project's\n")
    before = snapshot(tmp_path)

    update(project, OLD, NEW)

    assert (project / "a.txt").read_text() == NEW["a.txt"]
    assert (tmp_path / "new/d.txt").read_text() == "another project's\n"
    take_back(find_project(project))
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("kind", ["work tree", "shallow clone", "separate git dir", "sha256"])
def test_every_kind_of_repository_is_updated_and_put_back(tmp_path: Path, kind: str) -> None:
    origin = tmp_path / "origin"
    if kind == "sha256":
        origin.mkdir()
        git("init", "--quiet", "--object-format=sha256", cwd=origin)
    project_of(origin, CONFLICTING)
    (origin / "later.txt").write_text("x\n")
    commit(origin)
    project = tmp_path / "project"
    match kind:
        case "work tree":
            git("worktree", "add", "--quiet", str(project), "-b", "other", cwd=origin)
        case "shallow clone":
            git("clone", "--quiet", "--depth=1", f"file://{origin}", str(project), cwd=tmp_path)
        case "separate git dir":
            git(
                "clone",
                "--quiet",
                f"--separate-git-dir={tmp_path / 'elsewhere'}",
                str(origin),
                str(project),
                cwd=tmp_path,
            )
        case _:
            project = origin
    before = snapshot(project)

    merged = update(project, OLD, NEW)

    assert [conflict.path for conflict in merged.conflicts] == ["c.txt"]
    assert (project / "a.txt").read_text() == NEW["a.txt"]
    assert unmerged(project) == {"c.txt"}
    take_back(find_project(project))
    assert snapshot(project) == before


def test_hooks_and_settings_of_the_user_neither_run_nor_fail(tmp_path: Path) -> None:
    project = project_of(tmp_path, CONFLICTING)
    for hook in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction"):
        path = project / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\ntouch ran\nexit 1\n")
        path.chmod(0o755)
    for setting in ("core.fsmonitor=/bin/false", "merge.renames=false", "diff.external=/bin/false", "color.ui=always"):
        git("config", *setting.split("="), cwd=project)

    update(project, OLD, NEW)

    assert unmerged(project) == {"c.txt"}
    assert not list(project.rglob("ran"))


def test_a_filter_that_fails_stops_the_update_before_anything_is_touched(tmp_path: Path) -> None:
    project = project_of(tmp_path, {**OLD, ".gitattributes": "*.txt filter=broken\n"})
    git("config", "filter.broken.smudge", "false", cwd=project)
    git("config", "filter.broken.required", "true", cwd=project)
    before = snapshot(tmp_path)

    with pytest.raises(Exception, match="broken"):
        update(project, OLD, NEW)

    assert snapshot(tmp_path) == before
    assert not list((project / ".git/waypost").rglob("tmp-*"))


def test_nothing_is_changed_where_a_folder_cannot_be_written(tmp_path: Path) -> None:
    project = project_of(tmp_path, OLD)
    before = snapshot(tmp_path)
    journal = prepared(project)
    (journal / "new/new/d.txt").unlink()  # the last of the new files cannot be put in its place

    with pytest.raises(StateError, match="could not be put in place"), switchover.locked(find_project(project)):
        switchover.carry_out(find_project(project), journal)

    assert snapshot(tmp_path) == before


def prepared(project: Path) -> Path:
    """A change that is prepared to be carried out, as a killed command leaves it."""
    update(project, OLD, NEW)
    last = find_project(project).state / "last"
    for step in read_journal(last).steps:
        if step.after:
            new = last / "new" / step.path
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / step.path, new)
    kept = project / ".git/kept"
    shutil.copytree(last, kept, symlinks=True)
    (kept / "done").unlink()
    take_back(find_project(project))
    return kept


class TestUndo:
    def test_without_an_update_there_is_nothing_to_take_back(self, tmp_path: Path) -> None:
        with pytest.raises(StateError, match="no update to take back"):
            take_back(find_project(project_of(tmp_path, OLD)))

    def test_it_works_once(self, tmp_path: Path) -> None:
        project = project_of(tmp_path, OLD)
        update(project, OLD, NEW)
        take_back(find_project(project))

        with pytest.raises(StateError, match="no update to take back"):
            take_back(find_project(project))

    @pytest.mark.parametrize("change", ["edit", "mode", "delete", "file where one went", "commit", "stage"])
    def test_it_refuses_to_lose_what_was_done_since(self, tmp_path: Path, change: str) -> None:
        project = project_of(tmp_path, CONFLICTING)
        update(project, OLD, NEW)
        match change:
            case "edit":
                (project / "c.txt").write_text("resolved\n")
            case "mode":
                (project / "a.txt").chmod(0o755)
            case "delete":
                (project / "new/d.txt").unlink()
            case "file where one went":
                put(project / "gone", {"b.txt": "again\n"})
            case "commit":
                commit(project)
            case _:
                put_in_index_only(project, "a.txt", "staged and nowhere else\n")
        before = snapshot(tmp_path)

        with pytest.raises(StateError, match=r"HEAD is not|changed since|in git's index since"):
            take_back(find_project(project))

        assert snapshot(tmp_path) == before

    def test_what_git_add_staged_stands_in_the_work_tree_and_does_not_hinder(self, tmp_path: Path) -> None:
        project = project_of(tmp_path, CONFLICTING)
        before = snapshot(tmp_path)
        update(project, OLD, NEW)
        git("add", "--all", cwd=project)

        take_back(find_project(project))

        assert snapshot(tmp_path) == before

    def test_files_that_the_update_did_not_touch_may_change(self, tmp_path: Path) -> None:
        project = project_of(tmp_path, {**OLD, "mine.txt": "x\n"})
        update(project, OLD, NEW)
        (project / "mine.txt").write_text("changed\n")
        (project / "new/mine.txt").write_text("also mine\n")

        take_back(find_project(project))

        assert (project / "mine.txt").read_text() == "changed\n"
        assert (project / "new/mine.txt").read_text() == "also mine\n"
        assert (project / "a.txt").read_text() == OLD["a.txt"]


def put_in_index_only(project: Path, path: str, text: str) -> None:
    kept = (project / path).read_bytes()
    (project / path).write_text(text)
    git("add", path, cwd=project)
    (project / path).write_bytes(kept)


SCRIPT = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from test_worktree import NEW, OLD
from support.updating import update
from waypost.projects.project import find_project
from waypost.update.writing.worktree import take_back
project = Path(sys.argv[1])
print("ready", flush=True)
if sys.stdin.readline() == "update\\n":
    update(project, OLD, NEW)
else:
    take_back(find_project(project))
"""


@pytest.mark.slow
@pytest.mark.parametrize("action", ["update", "undo"])
def test_killed_at_any_moment_the_project_is_as_it_was_or_finished(tmp_path: Path, action: str) -> None:
    project = project_of(tmp_path, CONFLICTING)
    before = snapshot(tmp_path)
    update(project, OLD, NEW)
    after = snapshot(tmp_path)
    ends = set()
    started = time.monotonic()
    take_back(find_project(project))
    took = time.monotonic() - started
    for attempt in range(12):
        if action == "undo":
            update(project, OLD, NEW)
        kill_after(project, action, took * (0.4 + attempt / 8))
        settle(project)
        found = snapshot(tmp_path)
        is_after = found.paths == after.paths
        assert is_after or found == before or (action == "undo" and found.paths == before.paths)
        ends.add(is_after)
        assert not (project / ".git/index.lock").exists()
        if is_after:
            take_back(find_project(project))
        assert snapshot(tmp_path).paths == before.paths


def kill_after(project: Path, action: str, seconds: float) -> None:
    """Run the action and kill its process group with SIGKILL that long after it began."""
    here = Path(__file__).parent
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(project), str(here), str(here.parents[1])],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdin.write(f"{action}\n".encode())
        process.stdin.flush()
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)


def settle(project: Path) -> None:
    """Wait for what still runs to end: the process that moves the files holds the lock, and the next to come looks."""
    with switchover.locked(find_project(project)):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("step", range(17))
def test_where_even_the_last_process_dies_the_next_command_puts_everything_back(tmp_path: Path, step: int) -> None:
    project = project_of(tmp_path, CONFLICTING)
    before = snapshot(tmp_path)
    folder = prepared(project)
    assert snapshot(tmp_path) == before
    found = find_project(project)
    with suppress(BrokenProcessPool):
        alone(die_in_step, found.folder, folder, step)

    settle(project)

    now = snapshot(tmp_path)
    assert now == before or ((project / "a.txt").read_text() == NEW["a.txt"] and unmerged(project) == {"c.txt"})
    assert not (project / ".git/index.lock").exists()
    assert not (found.state / "pending").exists()


def die_in_step(folder: Path, prepared: Path, number: int) -> None:
    """Do a prepared change in a process that kills itself at its so-manyth change of the file system."""
    count = 0

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        if event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.link"):
            count += 1
            if count > number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audit)
    switchover._do(find_project(folder), prepared)


def test_two_updates_at_once_are_one_after_the_other(tmp_path: Path) -> None:
    project = project_of(tmp_path, OLD)
    said: list[str] = []

    def run() -> None:
        try:
            update(project, OLD, NEW)
            said.append("done")
        except StateError as error:
            said.append(error.message)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert said.count("done") == 1
    assert all("not committed" in message for message in said if message != "done")
    assert (project / "new/d.txt").read_text() == "d\n"


def test_an_empty_folder_in_the_place_of_a_file_makes_way_and_comes_back(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"a.txt": "a\n"})
    (project / "new.txt").mkdir()
    update(project, {"a.txt": "a\n"}, {"a.txt": "a\n", "new.txt": "new\n"})
    assert (project / "new.txt").read_text() == "new\n"
    take_back(find_project(project))
    assert not (project / "new.txt").is_file()
