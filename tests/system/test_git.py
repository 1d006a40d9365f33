"""Running git: with an environment of its own, an error in git's own words, and repositories told apart."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.sources import as_repository
from support.sources import git as plain_git
from waypost.system import git
from waypost.system.git import GitError


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "file").write_text("one")
    return as_repository(folder, "v1.0.0", "other")


def test_what_git_prints_is_returned(repository: Path) -> None:
    assert git.run("show", "HEAD:file", cwd=repository) == "one"


def test_what_git_complains_of_is_the_error(repository: Path) -> None:
    with pytest.raises(GitError, match="nowhere"):
        git.run("show", "nowhere", cwd=repository)


def test_a_git_that_is_missing_is_named(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert not git.is_available()
    with pytest.raises(GitError, match="not found"):
        git.run("status", cwd=repository)


def test_messages_are_not_translated_and_nothing_is_asked(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    (repository / ".git/config").write_text('[alias]\n shown = "!env"\n')
    variables = dict(line.split("=", 1) for line in git.run("shown", cwd=repository).splitlines() if "=" in line)
    assert variables["LC_ALL"] == "C"
    assert variables["GIT_TERMINAL_PROMPT"] == "0"
    assert variables.keys().isdisjoint({"GIT_DIR", "GIT_ALLOW_PROTOCOL"})


def fetching(folder: Path, *, allowed: str | None = None, **settings: str) -> str:
    """Why a fetch from the repository in ``folder`` by a file:// address is refused; nothing where it is not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder.parent))
        patch.delenv("GIT_ALLOW_PROTOCOL", raising=False)
        if allowed is not None:
            patch.setenv("GIT_ALLOW_PROTOCOL", allowed)
        (folder.parent / ".gitconfig").write_text(
            "".join(f'[protocol "{k}"]\nallow = {v}\n' for k, v in settings.items())
        )
        try:
            git.tags(f"file://{folder}")
        except GitError as error:
            return error.cause
    return ""


def test_which_protocols_are_allowed_is_what_the_user_has_set(repository: Path) -> None:
    refused = "transport 'file' not allowed"
    assert fetching(repository) == ""
    assert fetching(repository, file="never") == refused
    assert fetching(repository, allowed="https:ssh") == refused
    assert fetching(repository, allowed="") == refused
    assert fetching(repository, allowed="https:file", file="never") == ""


def test_what_the_user_allows_is_never_widened_and_no_program_becomes_a_transport(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "ext:https")
    with pytest.raises(GitError, match="'ext' not allowed"):
        git.run("ls-remote", f"ext::touch {tmp_path}/ran", cwd=repository)
    monkeypatch.delenv("GIT_ALLOW_PROTOCOL")
    with pytest.raises(GitError, match="'ext' not allowed"):
        git.run("ls-remote", f"ext::touch {tmp_path}/ran", cwd=repository)
    assert not (tmp_path / "ran").exists()


def test_a_git_that_a_signal_ends_and_a_folder_that_is_gone_are_named(repository: Path, tmp_path: Path) -> None:
    (repository / ".git/config").write_text('[alias]\n die = "!kill -9 $PPID"\n')
    with pytest.raises(GitError, match="git die was ended by the signal SIGKILL"):
        git.run("-c", "core.quotePath=false", "die", cwd=repository)
    with pytest.raises(FileNotFoundError):
        git.run("status", cwd=tmp_path / "gone")


def test_every_variable_that_points_at_a_repository_is_dropped(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = plain_git("rev-parse", "--local-env-vars", cwd=repository).split()
    assert "GIT_DIR" in names
    for name in names:
        monkeypatch.setenv(name, "/nowhere")
    assert git.run("rev-parse", "--show-toplevel", cwd=repository).strip() == str(repository.resolve())


def test_a_work_tree_is_told_from_other_folders(repository: Path, tmp_path: Path) -> None:
    (repository / "below").mkdir()
    assert git.is_inside_work_tree(repository)
    assert git.is_inside_work_tree(repository / "below")
    assert not git.is_inside_work_tree(tmp_path)
    assert not git.is_inside_work_tree(repository / ".git")


def test_tags_are_listed(repository: Path) -> None:
    assert set(git.tags(str(repository))) == {"v1.0.0", "other"}
    with pytest.raises(GitError):
        git.tags(str(repository / "nowhere"))


@pytest.mark.parametrize("ref", ["v1.0.0", "main", "HEAD"])
def test_a_version_is_cloned(repository: Path, tmp_path: Path, ref: str) -> None:
    git.clone(str(repository), ref if ref != "main" else "origin/main", tmp_path / "clone")
    assert (tmp_path / "clone/file").read_text() == "one"


@pytest.mark.parametrize("ref", ["v9", "--upload-pack=touch x", "-q", "", "a b", "v1.0.0:file"])
def test_what_is_no_version_is_an_error(repository: Path, tmp_path: Path, ref: str) -> None:
    with pytest.raises(GitError):
        git.clone(str(repository), ref, tmp_path / "clone")


def test_cloning_runs_no_hook(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = tmp_path / "template/hooks"
    hooks.mkdir(parents=True)
    (hooks / "post-checkout").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (hooks / "post-checkout").chmod(0o755)
    monkeypatch.setenv("GIT_TEMPLATE_DIR", os.fspath(hooks.parent))
    git.clone(str(repository), "v1.0.0", tmp_path / "clone")
    assert (tmp_path / "clone/file").exists()
    assert not (tmp_path / "ran").exists()


def test_what_can_be_run_is_committed_so_on_a_file_system_that_keeps_no_such_bits(tmp_path: Path) -> None:
    for name, mode in (("plain", 0o755), ("runs", 0o644), ("-also runs", 0o755)):
        (tmp_path / name).write_text(name)
        (tmp_path / name).chmod(mode)
    git.start_repository(
        tmp_path,
        files=("plain", "runs", "-also runs"),
        executables={"runs", "-also runs"},
        message="x",
        author=("A", "a@localhost.invalid"),
    )
    rows = plain_git("ls-tree", "HEAD", cwd=tmp_path).splitlines()
    assert {row.partition("\t")[2]: row[:6] for row in rows} == {
        "plain": "100644",
        "runs": "100755",
        "-also runs": "100755",
    }


def test_an_object_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    git.run("init", "--quiet", cwd=tmp_path)
    answer = git.run_bytes("cat-file", "--batch", cwd=tmp_path, given=b"0" * 39 + b"1\n")
    with pytest.raises(git.GitError, match=f"lacks the object {'0' * 39}1"):
        list(git.objects_of(answer))
