"""The releases that this checkout carries: they never change, and a released version is what the checkout holds."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.releasing import Checkout
from support.running import Done, Workplace
from support.sources import ROOT
from support.updating import snapshot
from waypost.errors import SourceError
from waypost.sources.embedded import embedded
from waypost.sources.releases import (
    BUNDLE,
    Release,
    alone,
    commit_content,
    commit_hash,
    extract,
    open_bundle,
    read_register,
    releases,
)
from waypost.sources.source import source_at

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every release that is carried, each in one of its own."""
    folder = tmp_path_factory.mktemp("releases")
    for release in releases():
        extract(release, folder / release.version)
    return folder


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy of this checkout with the invented releases v7.1.0 and v7.2.0."""
    checkout = Checkout(tmp_path_factory.mktemp("checkout") / "waypost")
    checkout.has_releases()
    return checkout


def test_every_hash_follows_from_what_is_recorded() -> None:
    parent = None
    for release in releases():
        content = commit_content(version=release.version, date=release.date, tree=release.tree, parent=parent)
        assert commit_hash(content) == release.commit, release.version
        parent = release.commit


def test_the_bundle_holds_exactly_the_recorded_releases(tmp_path: Path) -> None:
    recorded = {f"refs/tags/{release.version}": release.commit for release in releases()}
    if not recorded:
        assert not BUNDLE.exists()
        return
    heads = alone("bundle", "list-heads", str(BUNDLE), cwd=tmp_path).decode().split()
    held = dict(zip(heads[1::2], heads[::2], strict=True))
    newest = releases()[-1].commit
    assert held == recorded | {"HEAD": newest, "refs/heads/main": newest}
    open_bundle(tmp_path / "history.git")
    where = f"--git-dir={tmp_path / 'history.git'}"
    for release in releases():
        tree = alone(where, "rev-parse", f"{release.commit}^{{tree}}", cwd=tmp_path).decode().strip()
        assert tree == release.tree, release.version


def test_every_release_can_be_taken_out(extracted: Path) -> None:
    for release in releases():
        assert (extracted / release.version / "copier.yml").is_file(), release.version


def test_a_released_version_is_what_the_checkout_holds(extracted: Path) -> None:
    version = embedded().version
    if version in [release.version for release in releases()]:
        assert _files(ROOT) == _files(extracted / version), (
            f"the templates are not those of {version} any more: write the next version with .dev0 behind it into "
            "pyproject.toml, and a fragment into changelog.d/"
        )
    else:
        assert version.endswith(".dev0"), f"{version} is no release, so it has to end in .dev0"


def test_the_version_of_this_waypost_needs_no_bundle() -> None:
    ours = embedded()
    with source_at(ours.url, ours.version) as source:
        assert source.root == ROOT
    with source_at(ours.url, None) as source:
        assert source == ours


def test_a_release_may_be_named_without_its_v() -> None:
    newest = releases()[-1].version
    with source_at(embedded().url, newest.removeprefix("v")) as source:
        assert source.version == newest


@pytest.mark.parametrize(
    ("version", "says", "helps"),
    [
        pytest.param("v99.0.0", "v99.0.0 is newer than this Waypost", "Install a newer Waypost", id="newer"),
        pytest.param("v0.0.1.dev0", "there is no release v0.0.1.dev0", ".copier-answers.yml", id="unreleased"),
        pytest.param("main", "there is no release main", ".copier-answers.yml", id="not a version"),
    ],
)
def test_an_unknown_version_is_refused_with_what_to_do(version: str, says: str, helps: str) -> None:
    with pytest.raises(SourceError) as caught, source_at(embedded().url, version):
        pass
    assert says in caught.value.message
    assert helps in caught.value.hint


def test_a_damaged_bundle_is_an_error_of_the_source(tmp_path: Path) -> None:
    damaged = tmp_path / "history.bundle"
    damaged.write_bytes(b"# v2 git bundle\nnothing\n")
    release = Release(
        version="v1.0.0", date="2030-01-01", tree="0" * 40, commit="0" * 40, changes=(), is_security_fix=False
    )
    with pytest.raises(SourceError, match=r"v1\.0\.0 cannot be taken"):
        extract(release, tmp_path / "v1.0.0", bundle=damaged)


def turned_in_the_middle(whole: bytes) -> bytes:
    middle = len(whole) // 2
    return whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: whole.replace(b"PACK", b"PICK", 1), id="another signature"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="cut off"),
        pytest.param(turned_in_the_middle, id="a byte in the middle"),
        pytest.param(lambda whole: whole[:0], id="empty"),
        pytest.param(None, id="missing"),
    ],
)
def test_a_damaged_history_stops_what_needs_it_in_one_sentence_and_nothing_else(
    released: Checkout, place: Workplace, damage: Callable[[bytes], bytes] | None
) -> None:
    def run(*arguments: str) -> Done:
        return place.run(*arguments, env=released.environment)

    older = ("--ref=v7.1.0", "--set=template=flask-micro")
    assert run("new", "project", *older).code == 0
    before = snapshot(place.here / "project")
    whole = released.bundle.read_bytes()
    released.bundle.unlink()
    if damage:
        released.bundle.write_bytes(damage(whole))
    try:
        for arguments in (("update", "project"), ("regenerate", "project", "--yes"), ("new", "other", *older)):
            done = run(*arguments)
            error, hint = done.err.splitlines()
            assert done.code == 7
            assert error.startswith("Error: v7.1.0 cannot be taken from the template history: ")
            assert hint.startswith("Hint: `waypost doctor` looks at the history. Install Waypost again ")
        assert snapshot(place.here / "project") == before
        assert [path.name for path in place.here.iterdir()] == ["project"]
        assert run("new", "newest", "--set=template=flask-micro").code == 0  # this Waypost's own version needs none
    finally:
        released.bundle.write_bytes(whole)


def test_a_damaged_register_is_an_error_of_the_source(tmp_path: Path) -> None:
    (tmp_path / "releases.toml").write_text('[[release]]\nversion = "v1.0.0"\n')
    with pytest.raises(SourceError, match=r"releases\.toml cannot be read"):
        read_register(tmp_path / "releases.toml")


def _files(root: Path) -> dict[str, tuple[bytes, bool]]:
    """The bytes of each file of a template source, and whether it can be run."""
    paths = [root / "copier.yml", *(root / "templates").rglob("*")]
    kept = [path for path in paths if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(root).as_posix(): (path.read_bytes(), os.access(path, os.X_OK)) for path in kept}
