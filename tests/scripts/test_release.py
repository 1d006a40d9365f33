"""`make release` in copies of the checkout, with invented versions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.releasing import Checkout
from support.sources import git
from waypost.sources.releases import commit_content, commit_hash, extract, read_register

pytestmark = pytest.mark.slow


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


@pytest.fixture
def released(checkout: Checkout) -> Checkout:
    checkout.has_releases()
    return checkout


def test_a_release_records_version_day_changes_and_weakness(released: Checkout) -> None:
    first, second = read_register(released.register)
    assert (first.version, first.date, first.is_security_fix) == ("v7.1.0", "2031-01-02", False)
    assert first.changes == ("Added: The first of all releases.",)
    assert second.changes == ("Security: A hole.", 'Fixed: A "small" mistake.')
    assert second.is_security_fix


def test_a_release_commits_and_tags_everything_it_writes(released: Checkout) -> None:
    _, status, tags = released.snapshot()
    assert (status, tags.split()) == ("", ["v7.1.0", "v7.2.0"])
    assert 'version = "7.2.0"' in (released.folder / "pyproject.toml").read_text().splitlines()
    assert [path.name for path in (released.folder / "changelog.d").iterdir()] == ["README.md"]
    changelog = (released.folder / "CHANGELOG.md").read_text()
    assert changelog == (
        "# Changelog\n\nWhat changed.\n\n## v7.2.0 (2031-01-03)\n\n### Security\n\n- A hole.\n\n### Fixed\n\n"
        '- A "small" mistake.\n\n## v7.1.0 (2031-01-02)\n\n### Added\n\n- The first of all releases.\n'
    )


def test_a_later_release_leaves_the_earlier_ones_as_they_were(released: Checkout, tmp_path: Path) -> None:
    first, second = read_register(released.register)
    for release, text in ((first, "# {{ project_name }}\n"), (second, "# {{ project_name }}, again\n")):
        extract(release, tmp_path / release.version, bundle=released.bundle)
        template = tmp_path / release.version / "templates/flask-micro"
        assert (template / "README.md.jinja").read_text() == text
        assert os.access(template / "run.sh", os.X_OK)
        assert not os.access(template / "README.md.jinja", os.X_OK)
        assert not list((tmp_path / release.version).rglob(".git"))


def test_the_hashes_follow_from_what_is_recorded(released: Checkout) -> None:
    parent = None
    for release in read_register(released.register):
        content = commit_content(version=release.version, date=release.date, tree=release.tree, parent=parent)
        assert commit_hash(content) == release.commit
        parent = release.commit


def test_the_bundle_is_a_repository_that_plain_git_can_clone(released: Checkout, tmp_path: Path) -> None:
    git("clone", "--quiet", released.bundle, tmp_path / "clone", cwd=tmp_path)
    assert git("tag", cwd=tmp_path / "clone").split() == ["v7.1.0", "v7.2.0"]
    assert git("log", "--format=%s", cwd=tmp_path / "clone").split() == ["v7.2.0", "v7.1.0"]
    assert sorted(path.name for path in (tmp_path / "clone").iterdir()) == [".git", "copier.yml", "templates"]


def test_the_same_release_from_another_clone_and_machine_has_the_same_hashes(
    released: Checkout, tmp_path: Path
) -> None:
    clone = released.at("v7.1.0", tmp_path / "clone")
    git("checkout", "--quiet", "-B", "main", "v7.2.0~1", cwd=clone.folder)
    git("tag", "--delete", "v7.2.0", cwd=clone.folder)
    git("config", "core.autocrlf", "true", cwd=clone.folder)
    elsewhere = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "GIT_DEFAULT_HASH": "sha256", "HOME": str(tmp_path)}
    done = clone.release("7.2.0", "--date", "2031-01-03", env=elsewhere)
    assert done.returncode == 0, done.stderr
    assert read_register(clone.register) == read_register(released.register)


@pytest.mark.parametrize(
    ("version", "options", "because"),
    [
        pytest.param("7.2.0", (), "does not come after v7.2.0", id="it exists"),
        pytest.param("7.1.9", (), "does not come after v7.2.0", id="it is older"),
        pytest.param("7.3", (), "not a version of the form X.Y.Z", id="it is not a version"),
        pytest.param("7.3.0.dev1", (), "not a version of the form X.Y.Z", id="it is not final"),
        pytest.param("7.3.0", ("--date", "2031-01-01"), "before 2031-01-03", id="its day is before the last one's"),
        pytest.param("7.3.0", ("--date", "tomorrow"), "not a day", id="its day is none"),
        pytest.param("7.3.0", ("--date", "2031-01-04"), "holds no change", id="it changes nothing"),
    ],
)
def test_a_release_is_refused_if(released: Checkout, version: str, options: tuple[str, ...], because: str) -> None:
    before = released.snapshot()
    done = released.release(version, *options)
    assert (done.returncode, because in done.stderr) == (1, True), done.stderr
    assert released.snapshot() == before


@pytest.mark.parametrize(
    ("name", "text", "because"),
    [
        pytest.param("changelog.d/a.other.md", "A change.", "the kind is one of", id="unknown kind"),
        pytest.param("changelog.d/a.added.md", " \n", "is empty", id="empty fragment"),
    ],
)
def test_a_fragment_is_refused_that_says_nothing(checkout: Checkout, name: str, text: str, because: str) -> None:
    checkout.change(name, text)
    done = checkout.release("7.1.0")
    assert (done.returncode, because in done.stderr) == (1, True), done.stderr


def test_a_dirty_checkout_is_refused(checkout: Checkout) -> None:
    (checkout.folder / "templates/new.txt").write_text("")
    done = checkout.release("7.1.0")
    assert done.returncode == 1
    assert "templates/new.txt" in done.stderr


def test_links_in_templates_are_refused(checkout: Checkout) -> None:
    (checkout.folder / "templates/flask-micro/link").symlink_to("run.sh")
    checkout.change("changelog.d/a.added.md", "A link.")
    done = checkout.release("7.1.0")
    assert done.returncode == 1
    assert "templates/flask-micro/link" in done.stderr


def test_a_release_that_cannot_be_committed_leaves_all_as_it_was(checkout: Checkout) -> None:
    checkout.change("changelog.d/first.added.md", "The first.\n")
    hook = checkout.folder / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    before = checkout.snapshot()
    done = checkout.release("7.1.0")
    assert (done.returncode, "not today" in done.stderr) == (1, True), done.stderr
    assert checkout.snapshot() == before
    assert not checkout.bundle.exists()
    assert (checkout.folder / "changelog.d/first.added.md").read_text() == "The first.\n"
