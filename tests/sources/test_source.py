"""Template sources: the one that Waypost carries, and others by an address that is safe to give to git."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.sources import ROOT, SMALL, as_repository, copy_of_our_source, git
from waypost.errors import SourceError
from waypost.sources.embedded import embedded, embedded_root
from waypost.sources.source import fetched


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A repository of three commits: v1.0.0, v1.10.0, and a release candidate."""
    folder = as_repository(copy_of_our_source(tmp_path / "templates", SMALL), "v1.0.0", "not-a-version")
    for tag in ("v1.10.0", "v2.0.0rc1"):
        (folder / "copier.yml").write_text((folder / "copier.yml").read_text() + f"# {tag}\n")
        git("commit", "--quiet", "--all", "--message", tag, cwd=folder)
        git("tag", tag, cwd=folder)
    return folder


def test_waypost_carries_its_own_templates() -> None:
    ours = embedded()
    assert ours.root == embedded_root() == ROOT
    assert ours.url.startswith("https://")
    assert ours.version.startswith("v")


def test_the_newest_release_is_taken_and_no_candidate(source: Path) -> None:
    with fetched(str(source), None) as found:
        assert found.version == "v1.10.0"
        assert (found.root / "copier.yml").read_text().endswith("# v1.10.0\n")
        folder = found.root
    assert not folder.exists()


@pytest.mark.parametrize("ref", ["v1.0.0", "v2.0.0rc1"])
def test_a_version_can_be_named(source: Path, ref: str) -> None:
    with fetched(f"file://{source}", ref) as found:
        assert (found.version, found.url) == (ref, f"file://{source}")


def test_a_path_is_recorded_from_the_root(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(source.parent)
    for path in ("templates", "./templates/", str(source)):
        with fetched(path, "v1.0.0") as found:
            assert found.url == str(source)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nowhere",
        "ext::sh -c id",
        "ext::sh -c 'touch x'",
        "fd::3",
        "--upload-pack=id",
        "-u",
        "javascript:alert(1)",
        "ftp://example.invalid/x",
        "https://example.invalid/a b",
        "file",
    ],
)
def test_an_address_that_is_none_is_never_given_to_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(SourceError, match="is not an address"), fetched(url, "v1"):
        pass


def test_a_folder_named_like_a_transport_is_not_taken_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ext::x").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError), fetched("ext::x", "v1"):
        pass


@pytest.mark.parametrize("ref", ["v9.9.9", "", "--help", "-x"])
def test_a_version_that_is_missing_is_named(source: Path, ref: str) -> None:
    with (
        pytest.raises(SourceError, match=r"cannot be had .* no such version"),
        fetched(str(source), ref or "v 1"),
    ):
        pass


def test_a_repository_without_versions_says_what_to_do(tmp_path: Path) -> None:
    source = as_repository(copy_of_our_source(tmp_path / "templates", SMALL), "latest")
    with pytest.raises(SourceError, match="no version tag") as caught, fetched(str(source), None):
        pass
    assert "--ref" in caught.value.hint


def test_a_folder_that_is_no_repository_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"cannot be reached: .* a git repo"), fetched(str(tmp_path), None):
        pass


def test_a_repository_without_templates_is_named_by_its_address(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "README.md").touch()
    source = as_repository(tmp_path / "other", "v1.0.0")
    with pytest.raises(SourceError, match="it has no copier") as caught, fetched(str(source), None):
        pass
    assert caught.value.message.startswith(str(source))
