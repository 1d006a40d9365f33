"""Credentials in a source's address are for git alone: no file, message or reply of Waypost holds them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from support.running import Done, Workplace
from support.serving import PASSWORD, Served, served
from support.sources import SMALL, as_repository, copy_of_our_source, git
from waypost.questions.record import RECORD

pytestmark = pytest.mark.slow


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A repository with one version of small templates."""
    return as_repository(copy_of_our_source(tmp_path / "source", SMALL), "v1.0.0")


@pytest.fixture
def guarded(source: Path, tmp_path: Path) -> Iterator[Served]:
    """The same repository behind a password."""
    (tmp_path / "www").mkdir()
    with served(source, tmp_path / "www") as found:
        yield found


def make(place: Workplace, guarded: Served, *options: str) -> Done:
    return place.run("new", "shop", "--set=template=flask-micro", "--source", guarded.address, *options)


def release(source: Path, guarded: Served, tag: str) -> None:
    """Publish another version, with another README."""
    (source / "templates/flask-micro/README.md.jinja").write_text(f"# {tag}\n")
    git("commit", "--quiet", "--all", "--message", tag, cwd=source)
    git("tag", tag, cwd=source)
    guarded.publish(source)


def recorded_with_credentials(place: Workplace, guarded: Served) -> Path:
    """A project whose record was written by an earlier version, credentials and all."""
    assert make(place, guarded).code == 0
    record = place.here / "shop" / RECORD
    record.write_text(record.read_text().replace(guarded.url, guarded.address))
    git("commit", "--quiet", "--all", "--message=As before", cwd=record.parent)
    return record.parent


def holding(folder: Path, text: str) -> list[str]:
    """The files below the folder that hold the text, and what git has stored that does."""
    found = [str(path) for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
    for repository in folder.rglob(".git"):
        names = git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)", cwd=repository.parent).split()
        found += [name for name in names if text in git("cat-file", "-p", name, cwd=repository.parent)]
    return found


def silent(done: Done) -> bool:
    """Whether nothing that was said holds the password."""
    return PASSWORD not in done.out + done.err


def with_helper(place: Workplace) -> None:
    """Let git's credential helper supply the password from now on."""
    (place.home / ".gitconfig").write_text(
        "[user]\nname = A Tester\nemail = tester@example.com\n"
        f'[credential]\nhelper = "!f() {{ echo username=robot; echo password={PASSWORD}; }}; f"\n'
    )


def test_they_are_in_no_file_commit_or_message_and_the_note_names_the_helper(place: Workplace, guarded: Served) -> None:
    done = make(place, guarded, "--json")
    assert (done.code, silent(done)) == (0, True), done.err
    assert holding(place.root, PASSWORD) == []
    assert yaml.safe_load((place.here / "shop" / RECORD).read_text())["_src_path"] == guarded.url
    assert any("git's credential helper" in note for note in done.reply["notes"])


def test_they_are_no_argument_of_git_and_in_no_settings_of_a_clone(place: Workplace, guarded: Served) -> None:
    seen = place.root / "seen"
    wrapper = place.root / "bin/git"
    wrapper.parent.mkdir()
    real = next(folder for folder in os.environ["PATH"].split(":") if Path(folder, "git").exists())
    wrapper.write_text(
        f'#!/bin/sh\necho "$@" >> {seen}\n{real}/git "$@"\ncode=$?\ncat {place.temporary}/*/source/.git/config '
        f">> {seen} 2>/dev/null\nexit $code\n"
    )
    wrapper.chmod(0o755)
    done = place.run(
        *("new", "shop", "--set=template=flask-micro", "--source", guarded.address),
        env={"PATH": f"{wrapper.parent}:{os.environ['PATH']}"},
    )
    assert (done.code, "[remote" in seen.read_text()) == (0, True), done.err
    assert PASSWORD not in seen.read_text()


def test_who_has_a_helper_updates_without_them_in_the_record(place: Workplace, source: Path, guarded: Served) -> None:
    make(place, guarded)
    release(source, guarded, "v1.1.0")
    refused = place.run("update", "shop")
    assert (refused.code, "git's credential helper" in refused.err, silent(refused)) == (7, True, True)
    with_helper(place)
    assert place.run("check", "shop", "--json").reply["newest"] == "v1.1.0"
    done = place.run("update", "shop", "--json")
    assert (done.code, done.reply["changed"]) == (0, [RECORD, "README.md"])


def test_no_command_shows_those_of_an_older_record(place: Workplace, guarded: Served) -> None:
    recorded_with_credentials(place, guarded)
    for command in (
        ("check", "shop"),
        ("check", "shop", "--json"),
        ("answers", "show", "shop"),
        ("answers", "show", "shop", "--json"),
        ("update", "shop", "--dry-run"),
        ("update", "shop", "--diff"),
        ("update", "shop", "--json", "--diff"),
        ("regenerate", "shop", "--diff", "--json"),
    ):
        done = place.run(*command)
        assert (done.code, silent(done), "revoke" in done.out + done.err) == (0, True, True), command
    done = place.run("update", "shop", "--json", "--to", "v9")
    assert (done.code, silent(done)) == (7, True)


def test_an_update_takes_them_out_of_an_older_record_and_says_what_is_left_to_do(
    place: Workplace, guarded: Served
) -> None:
    shop = recorded_with_credentials(place, guarded)
    done = place.run("update", "shop", "--json")
    assert (done.code, silent(done), done.reply["changed"]) == (0, True, [RECORD])
    assert any("revoke" in note for note in done.reply["notes"])
    assert yaml.safe_load((shop / RECORD).read_text())["_src_path"] == guarded.url
    assert "without credentials" in done.reply["next"][-1]
    git("commit", "--quiet", "--all", "--message=Clean", cwd=shop)
    with_helper(place)
    again = place.run("update", "shop", "--json")
    assert (again.reply["changed"], again.reply["notes"]) == ([], [])


def test_an_update_to_a_newer_version_does_both_and_can_be_taken_back(
    place: Workplace, source: Path, guarded: Served
) -> None:
    shop = recorded_with_credentials(place, guarded)
    before = (shop / RECORD).read_bytes()
    release(source, guarded, "v1.1.0")
    done = place.run("update", "shop", "--json")
    assert (done.code, done.reply["conflicts"]) == (0, [])
    assert PASSWORD not in (shop / RECORD).read_text()
    assert silent(place.run("undo", "shop"))
    assert (shop / RECORD).read_bytes() == before


@pytest.mark.parametrize("address", ["robot:{}@host:x", "https://robot:{}@host/a b", "ext::https://x:{}@y", "-{}@x"])
def test_an_address_that_is_refused_is_repeated_without_them(place: Workplace, address: str) -> None:
    done = place.run("new", "shop", "--defaults", "--json", "--source", address.format(PASSWORD))
    assert done.code == 7
    assert silent(done) or address.startswith("-")


def test_a_batch_keeps_them_out_of_its_state_and_still_uses_them(
    place: Workplace, source: Path, guarded: Served
) -> None:
    manifest = place.here / "fleet.toml"
    entries = '[[projects]]\npath = "one"\n[[projects]]\npath = "two"\nset = { ci = "jenkins" }\n'
    manifest.write_text(f'source = "{guarded.address}"\nset = {{ template = "flask-micro" }}\n{entries}')
    done = place.run("batch", manifest)
    assert (done.code, silent(done)) == (3, True)
    assert PASSWORD not in (place.here / "fleet.toml.state").read_text()
    manifest.write_text(manifest.read_text().replace("jenkins", "github"))
    assert place.run("batch", manifest).code == 0
    release(source, guarded, "v1.1.0")
    updated = place.run("batch", manifest)
    assert (updated.code, silent(updated)) == (0, True), updated.err
    assert holding(place.here, PASSWORD) == [str(manifest)]


def test_a_password_that_is_wrong_is_not_repeated(place: Workplace, guarded: Served) -> None:
    wrong = guarded.address.replace(PASSWORD, "wr0ng")
    done = place.run("new", "shop", "--defaults", "--source", wrong)
    assert (done.code, "wr0ng" in done.err) == (7, False)
    assert "credential helper" in done.err
