"""What fails is named: the disk, the network, the way in, or the source, and each with what helps against it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.running import AS_ANYBODY, COMMAND, Workplace
from waypost.errors import SourceError, StateError
from waypost.sources.failures import unreachable, working_folder, writing_temporarily
from waypost.system.git import GitError


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("fatal: unable to access 'https://h/x/': Could not resolve host: h", "network"),
        (
            "ssh: connect to host h port 22: Connection refused\nfatal: Could not read from remote repository.",
            "network",
        ),
        ("fatal: could not read Username for 'https://h': terminal prompts disabled", "credential helper"),
        ("git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", "SSH key"),
        (
            "remote: x\nfatal: unable to access 'https://h/x/': The requested URL returned error: 403",
            "credential helper",
        ),
        ("fatal: transport 'file' not allowed", "GIT_ALLOW_PROTOCOL"),
        ("fatal: unable to access 'https://h/x/': SSL certificate problem: self-signed certificate", "sslCAInfo"),
        ("fatal: detected dubious ownership in repository at '/srv/x'", "safe.directory"),
        ("fatal: repository 'https://h/x/' not found", "Look closer."),
    ],
)
def test_what_helps_follows_from_what_git_says(said: str, hint: str) -> None:
    error = unreachable(GitError(said), url="https://h/x", doing="cannot be reached", hint="Look closer.")
    assert isinstance(error, SourceError)
    assert hint in error.hint


def test_a_git_that_is_missing_is_no_fault_of_the_address() -> None:
    error = unreachable(GitError("git was not found", hint="Install git."), url="u", doing="x", hint="Look closer.")
    assert error.hint == "Install git."


@pytest.mark.parametrize(
    "said",
    [
        "fatal: write error: No space left on device",
        "fatal: cannot create directory at '/scratch/source/.git': Read-only file system",
        "git clone was ended by the signal SIGXFSZ",
    ],
)
def test_what_cannot_be_written_is_no_fault_of_the_source(said: str) -> None:
    error = unreachable(GitError(said), url="u", doing="x", hint="h", folder=Path("/scratch"))
    assert isinstance(error, StateError)
    assert "TMPDIR" in error.hint


def test_what_the_system_refuses_in_a_temporary_folder_names_it(tmp_path: Path) -> None:
    for failing in (lambda: (tmp_path / "no/file").write_text(""), lambda: shutil.copytree(tmp_path, tmp_path)):
        with pytest.raises(StateError, match=r"temporary folder .*: [FN]"), writing_temporarily():
            failing()
    with working_folder("waypost-test-") as folder:
        assert folder.is_dir()
    assert not folder.exists()


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A file system on which nothing has room any more."""
    folder = tmp_path / "full"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"needs to mount a file system, which was refused: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.slow
def test_a_full_temporary_folder_is_blamed_for_itself(place: Workplace, full: Path, small_repository: Path) -> None:
    assert place.run("new", "shop", "--set=template=flask-micro").code == 0
    environment: dict[str, str | None] = {"TMPDIR": str(full)}
    for command in (
        ("new", "a", "--defaults", "--source", small_repository),
        ("new", "b", "--defaults", "--ref=v0.1.0"),
        ("new", "c", "--defaults", "--dry-run"),
        ("update", "shop", "--set=ci=github"),
    ):
        done = place.run(*command, env=environment)
        assert (done.code, f"temporary folder {full}" in done.err, "TMPDIR" in done.err) == (4, True, True), done.err
    assert sorted(path.name for path in place.here.iterdir()) == ["shop"]


@pytest.mark.slow
def test_without_git_a_source_says_that_git_is_missing(place: Workplace) -> None:
    done = place.run("new", "a", "--defaults", "--source=https://localhost.invalid/x", env={"PATH": str(place.home)})
    assert (done.code, "Install git" in done.err) == (7, True), done.err


@pytest.mark.slow
def test_text_that_the_locale_does_not_know_is_taken_as_utf_8(place: Workplace, small_repository: Path) -> None:
    plain: dict[str, str | None] = {"LC_ALL": "C", "PYTHONUTF8": "0"}
    source = ["--source", str(small_repository), "--set=template=flask-micro"]
    done = place.run("new", "shöp", *source, "--set=project_name=Café Zoë", env=plain)
    assert done.code == 0, done.err
    assert (place.here / "shöp/README.md").read_text(encoding="utf-8") == "# Café Zoë\n"
    bad = os.fsdecode(b"--set=project_name=Caf\xe9")
    refused = place.run("new", "other", *source, bad)
    assert (refused.code, "is not text in UTF-8" in refused.err) == (2, True), refused.err


@pytest.mark.slow
@pytest.mark.parametrize("command", [("new", "shop"), ("answers", "validate"), ("recommend",), ("update", ".")])
@pytest.mark.parametrize("given", ["", "\n  \n"])
def test_an_empty_standard_input_answers_nothing(place: Workplace, command: tuple[str, ...], given: str) -> None:
    if command[0] == "update":
        assert place.run("new", ".", "--set=template=flask-micro").code == 0
    file = ["-"] if command[0] == "answers" else ["--answers", "-"]
    done = place.run(*command, *file, stdin=given)
    assert (done.code, "standard input: is empty" in done.err) == (3, True), done.err


@pytest.mark.slow
def test_a_project_that_cannot_be_read_keeps_no_other_from_being_checked(
    place: Workplace, small_repository: Path
) -> None:
    for name in ("one", "two"):
        place.run("new", name, "--source", small_repository, "--set=template=flask-micro")
    (place.here / "one/README.md").chmod(0)
    done = place.run("check", "one", "two", program=AS_ANYBODY)
    assert done.code == 4
    assert "README.md: Permission denied" in done.out
    assert "two: current" in done.out


@pytest.mark.slow
def test_what_is_no_record_says_what_it_is(place: Workplace) -> None:
    (place.here / "a/.copier-answers.yml").mkdir(parents=True)
    (place.here / "b").mkdir()
    (place.here / "b/.copier-answers.yml").write_bytes(b"a: \xff")
    (place.here / "file").write_text("")
    assert "Is a directory" in place.run("check", "a").err
    assert "it is not UTF-8 text" in place.run("check", "b").err
    assert "not a project made from a template" in place.run("check", "file").err
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    done = place.run("doctor", program=("sh", "-c", script, "sh", *COMMAND))
    assert "current folder is gone" in done.err
