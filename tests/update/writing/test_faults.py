"""Where the machine fails in the middle of a change, nothing is lost, nothing half-made, and one sentence says why."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.running import AS_ANYBODY, Done, Workplace
from support.sources import git
from support.updating import snapshot

pytestmark = pytest.mark.slow

ADDING = ("--set", "deployment=docker,nginx,supervisor", "--set", "monitoring=statsd,prometheus", "--set", "ci=github")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"needs to mount a file system, which was refused: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def remounted(disk: Path, option: str) -> bool:
    """Whether the file system took the option; it does not become read-only while a file is being written."""
    return subprocess.run(["mount", "-o", f"remount,{option}", disk], capture_output=True, check=False).returncode == 0


def made(place: Workplace, repository: Path, folder: Path) -> Path:
    source = ("--source", f"file://{repository}")
    done = place.run("new", folder, *source, "--defaults", "--set", "template=flask-micro", "--json")
    assert done.code == 0, done.err
    return folder


def assert_said(done: Done, reason: str) -> None:
    assert done.code == 4, done.err
    sentences = [line for line in done.err.splitlines() if line.startswith("Error: ")]
    assert len(sentences) == 1, done.err
    assert re.search(reason, sentences[0])


# A full disk, or one that cannot be written


@pytest.mark.parametrize(
    "kibibytes", [0, 16, 96, *(pytest.param(kibibytes, marks=pytest.mark.thorough) for kibibytes in (4, 48, 160, 240))]
)
def test_an_update_that_finds_no_space_changes_nothing(
    place: Workplace, repository: Path, disk: Path, kibibytes: int
) -> None:
    project = made(place, repository, disk / "shop")
    before = snapshot(project)
    with (disk / "filler").open("wb") as filler:
        filler.write(b"x" * (shutil.disk_usage(disk).free - kibibytes * 1024))

    done = place.run("update", project, *ADDING)

    (disk / "filler").unlink()
    if done.code == 0:
        assert place.run("undo", project).code == 0
    else:
        assert_said(done, "No space left on device|Out of diskspace|unable to write file")
    assert done.code == 4 or kibibytes > 16
    assert snapshot(project) == before
    assert place.run("update", project, *ADDING).code == 0
    assert (project / "Dockerfile").is_file()


@pytest.mark.parametrize(
    "kibibytes", [160, *(pytest.param(kibibytes, marks=pytest.mark.thorough) for kibibytes in (24, None))]
)
@pytest.mark.parametrize("small", ["project", "repository"])
def test_nor_where_the_repository_is_on_another_file_system(
    place: Workplace, repository: Path, disk: Path, small: str, kibibytes: int | None
) -> None:
    project = made(place, repository, (disk if small == "project" else place.here) / "shop")
    elsewhere = (disk if small == "repository" else place.here) / "elsewhere.git"
    shutil.move(project / ".git", elsewhere)
    (project / ".git").write_text(f"gitdir: {elsewhere}\n")
    git("status", cwd=project)
    before = snapshot(project)
    filler = disk / "filler"
    if kibibytes is not None:
        filler.write_bytes(b"x" * max(0, shutil.disk_usage(disk).free - kibibytes * 1024))

    done = place.run("update", project, *ADDING)

    assert not list(project.rglob("*waypost*"))
    if done.code == 0:
        assert (project / "Dockerfile").is_file()
        filler.unlink(missing_ok=True)
        assert place.run("undo", project).code == 0
        assert not list(project.rglob("*waypost*"))
    else:
        assert_said(done, "No space left on device|Out of diskspace|unable to write file")
        filler.unlink(missing_ok=True)
    assert done.code == 0 or kibibytes is not None
    assert snapshot(project) == before
    assert place.run("update", project, *ADDING).code == 0


@pytest.mark.parametrize("command", ["update", "regenerate", "undo"])
def test_a_project_that_cannot_be_written_is_named_and_stays(
    place: Workplace, repository: Path, disk: Path, command: str
) -> None:
    project = made(place, repository, disk / "shop")
    assert place.run("update", project, *ADDING).code == 0
    if command != "undo":
        (project / "Dockerfile").write_text("# Mine\n")
        git("add", "--all", cwd=project)
        git("commit", "--quiet", "--message", "Updated, and one file edited", cwd=project)
    before = snapshot(project)
    assert remounted(disk, "ro")
    options = {"update": ["--set", "ci=gitlab"], "regenerate": ["--yes"], "undo": []}

    done = place.run(command, project, *options[command])

    assert_said(done, "Read-only file system")
    assert snapshot(project) == before


def test_a_batch_on_a_disk_that_fills_makes_whole_projects_and_goes_on_later(
    place: Workplace, repository: Path, disk: Path
) -> None:
    rows = "".join(f'[[projects]]\npath = "{disk}/p{number}"\n' for number in range(12))
    manifest = place.root / "fleet.toml"
    manifest.write_text(f'source = "file://{repository}"\n{rows}')
    done = place.run("batch", manifest, "--json")
    assert done.code == 4
    ends = {row["project"]: row for row in done.reply["projects"]}
    assert len(ends) == 12
    whole = sorted(path for path in disk.iterdir())
    assert 0 < len(whole) < 12
    assert {path for path, row in ends.items() if row["status"] == "done"} == {str(project) for project in whole}
    for project in whole:
        if (project / ".git").exists():
            # git has no room to write what it finds out about the files by looking at them, and would end.
            assert git("--no-optional-locks", "status", "--porcelain", cwd=project) == ""
            git("fsck", "--strict", cwd=project)
        else:  # there was room for its files, and then none for git's
            [note] = ends[str(project)]["notes"]
            assert "git could not make the first commit" in note

    assert remounted(disk, "size=30m")
    assert place.run("batch", manifest, "--json").code == 0
    assert len(list(disk.iterdir())) == 12


# A permission that goes


def allow(folder: Path, *, is_allowed: bool) -> None:
    """Let the folders in it be written, or not."""
    for root, folders, _ in os.walk(folder):
        folders[:] = [name for name in folders if not Path(root, name).is_symlink()]
        Path(root).chmod(0o755 if is_allowed else 0o555)


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.thorough)])
def test_a_permission_that_goes_in_the_middle_of_an_update_loses_nothing(
    place: Workplace, repository: Path, step: int
) -> None:
    project = made(place, repository, place.here / "shop")
    allow(project, is_allowed=True)
    before = snapshot(project)
    began = time.monotonic()
    assert place.run("update", project, *ADDING, program=AS_ANYBODY).code == 0
    took = time.monotonic() - began
    after = snapshot(project)
    assert place.run("undo", project).code == 0
    refused = 0
    for moment in range(0, 10, step):
        command = [*AS_ANYBODY, "update", project, *ADDING]
        with subprocess.Popen(command, env=place.environment(), stderr=subprocess.PIPE, text=True) as process:
            time.sleep(took * (0.2 + 0.08 * moment))
            allow(project, is_allowed=False)
            _, err = process.communicate()
            allow(project, is_allowed=True)
        assert "Traceback" not in err
        assert process.returncode in {0, 4}, err
        place.run("check", project)
        if process.returncode:
            refused += 1
            assert "ermission denied" in err
            # What is left half done when even putting back is not permitted is put back by the next command.
            place.run("undo", project)
            assert snapshot(project).paths == before.paths
        else:
            assert snapshot(project).paths == after.paths
            assert place.run("undo", project).code == 0
    assert refused
    assert place.run("update", project, *ADDING).code == 0


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.thorough)])
def test_a_permission_that_goes_while_a_project_is_made_leaves_none_or_a_whole_one(
    place: Workplace, repository: Path, step: int
) -> None:
    options = ("--source", f"file://{repository}", "--defaults")
    began = time.monotonic()
    made(place, repository, place.here / "measured")
    took = time.monotonic() - began
    for moment in range(0, 8, step):
        command = [*AS_ANYBODY, "new", f"p{moment}", *options]
        with subprocess.Popen(
            command, cwd=place.here, env=place.environment(), stderr=subprocess.PIPE, text=True
        ) as process:
            time.sleep(took * (0.1 + 0.12 * moment))
            place.here.chmod(0o555)
            _, err = process.communicate()
            place.here.chmod(0o755)
        assert "Traceback" not in err
        project = place.here / f"p{moment}"
        if process.returncode == 0:
            assert git("status", "--porcelain", cwd=project) == ""
        else:
            assert process.returncode == 4, err
            assert "ermission denied" in err
            assert not project.exists()
            assert place.run("new", f"p{moment}", *options).code == 0


# Git


@pytest.mark.parametrize(
    "command", [["update", *ADDING], ["update", *ADDING, "--rehearse"], ["regenerate", "--yes"], ["undo"]], ids=str
)
def test_a_git_that_is_missing_is_named_and_nothing_changes(
    place: Workplace, repository: Path, command: list[str]
) -> None:
    project = made(place, repository, place.here / "shop")
    before = snapshot(project)
    done = place.run(*command, cwd=project, env={"PATH": str(place.temporary)})
    assert_said(done, "git was not found")
    assert "Install git" in done.err
    assert snapshot(project) == before


def test_an_update_needs_no_identity(place: Workplace, repository: Path) -> None:
    project = made(place, repository, place.here / "shop")
    (place.home / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    assert place.run("update", project, *ADDING).code == 0
    assert place.run("undo", project).code == 0


# Two at once


def test_of_updates_at_once_one_is_done_and_can_be_taken_back(place: Workplace, repository: Path) -> None:
    project = made(place, repository, place.here / "shop")
    before = snapshot(project)
    command = [sys.executable, "-m", "waypost", "update", str(project), *ADDING]
    running = [
        subprocess.Popen(command, env=place.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    ends = [(*process.communicate(), process.wait()) for process in running]
    assert sorted(code for _, _, code in ends) == [0, 4, 4, 4], ends
    for _, err, code in ends:
        assert "Traceback" not in err
        assert code == 0 or "not committed" in err
    assert (project / "Dockerfile").is_file()
    assert place.run("undo", project).code == 0
    assert snapshot(project) == before
