"""`waypost batch`: many projects beside each other, of which none can spoil another."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from support.contract import refuse_unpublished
from support.running import COMMAND, Done, Workplace
from support.sources import as_repository, copy_of_our_source, git
from waypost.commands.replies.reply import Reply
from waypost.errors import AnswersError
from waypost.fleet.manifest import read_manifest
from waypost.questions.record import RECORD

pytestmark = pytest.mark.slow

FILES = {".gitignore": ".env\n", "README.md.jinja": "# {{ project_name }}\n"}
THREE = ("one", "two", "three")


def manifest(place: Workplace, *projects: str, common: str = "") -> Path:
    path = place.here / "fleet.toml"
    path.write_text(common + "\n" + "\n".join(f"[[projects]]\n{project}\n" for project in projects))
    return path


def small(repository: Path, *lines: str) -> str:
    """What all entries of a manifest have in common: a template source of two files."""
    return "\n".join([f'source = "{repository}"', 'set = { template = "flask-micro" }', *lines])


def rows(done: Done) -> dict[str, dict[str, Any]]:
    """The lines of a batch by project: the same objects that its one reply would hold."""
    found = [json.loads(line) for line in done.out.splitlines()]
    refuse_unpublished(["batch"], json.loads(json.dumps(Reply().envelope)) | {"projects": found})
    return {row["project"]: row for row in found}


def git_that(place: Workplace, script: str) -> dict[str, str]:
    """Variables with which `git` runs the lines of `script` first."""
    wrapper = place.root / "bin/git"
    wrapper.parent.mkdir(exist_ok=True)
    wrapper.write_text(f'#!/bin/sh\n{script}\nexec {shutil.which("git")} "$@"\n')
    wrapper.chmod(0o755)
    return {"PATH": f"{wrapper.parent}:{os.environ['PATH']}"}


def test_one_project_is_counted_as_one(small_repository: Path, place: Workplace) -> None:
    path = manifest(place, 'path = "one"', common=small(small_repository))
    assert place.run("batch", path, cwd=place.root).err == "1 project: 1 done.\n"


def test_projects_are_made_and_then_updated(small_repository: Path, place: Workplace) -> None:
    path = manifest(place, *(f'path = "{name}"' for name in THREE), common=small(small_repository))
    done = place.run("batch", path, cwd=place.root)
    assert (done.code, done.err) == (0, "3 projects: 3 done.\n")
    assert {name: (row["status"], row["action"]) for name, row in rows(done).items()} == dict.fromkeys(
        THREE, ("done", "new")
    )
    assert rows(done)["one"]["template"] == {"name": "flask-micro", "from": None, "to": "v1.0.0"}
    assert sorted(child.name for child in place.here.iterdir()) == sorted([*THREE, "fleet.toml"])
    again = place.run("batch", path, "--json", "--jobs=1")
    assert [row["action"] for row in again.reply["projects"]] == ["update"] * 3
    assert (again.code, again.reply["status"]) == (0, "done")


def test_answers_of_all_and_of_one_come_together(place: Workplace) -> None:
    (place.here / "ours.toml").write_text('license = "MIT"\nci = "gitlab"\n')
    path = manifest(
        place,
        'path = "a"\nset = { ci = "github", deployment = [], example = false }',
        'path = "b"',
        common='answers = "ours.toml"\nset = { template = "flask-micro" }',
    )
    done = place.run("batch", path)
    values = {
        name: {key: row["answers"][key]["value"] for key in ("license", "ci", "example", "template")}
        for name, row in rows(done).items()
    }
    assert values["a"] == {"license": "MIT", "ci": "github", "example": False, "template": "flask-micro"}
    assert values["b"] == {"license": "MIT", "ci": "gitlab", "example": True, "template": "flask-micro"}


def test_one_failure_stops_no_other_and_is_taken_up_again(small_repository: Path, place: Workplace) -> None:
    entries = ['path = "one"', 'path = "two"\nset = { ci = "jenkins" }', 'path = "three"']
    done = place.run("batch", manifest(place, *entries, common=small(small_repository)))
    assert (done.code, rows(done)["two"]["status"]) == (3, "failed")
    assert "'jenkins' is not one of" in rows(done)["two"]["error"]["message"]
    assert "3 projects: 2 done, 1 failed.\n  two: --set: ci:" in done.err
    assert not (place.here / "two").exists()
    before = (place.here / "one/README.md").stat().st_ino

    entries[1] = 'path = "two"\nset = { ci = "github" }'
    again = place.run("batch", manifest(place, *entries, common=small(small_repository)))
    assert again.code == 0
    assert {name: row.get("is_repeated", False) for name, row in rows(again).items()} == {
        "one": True,
        "two": False,
        "three": True,
    }
    assert rows(again)["one"]["action"] == "new"
    assert (place.here / "one/README.md").stat().st_ino == before
    assert not (place.here / "fleet.toml.state").exists()


def test_what_is_wanted_otherwise_or_from_the_start_is_done_anew(small_repository: Path, place: Workplace) -> None:
    entries = ['path = "one"', 'path = "two"\nset = { ci = "jenkins" }']
    path = manifest(place, *entries, common=small(small_repository))
    place.run("batch", path)
    assert rows(place.run("batch", path))["one"]["is_repeated"]
    assert "is_repeated" not in rows(place.run("batch", path, "--restart"))["one"]
    entries[0] = 'path = "one"\nset = { license = "MIT" }'
    row = rows(place.run("batch", manifest(place, *entries, common=small(small_repository))))["one"]
    assert (row["action"], row.get("is_repeated")) == ("update", None)


def test_a_process_that_dies_is_a_failure_of_its_own_project(small_repository: Path, place: Workplace) -> None:
    killing = git_that(place, 'case "$1 $PWD" in "init "*two*) kill -9 $PPID; exit 1;; esac')
    path = manifest(place, *(f'path = "{name}"' for name in THREE), common=small(small_repository))
    done = subprocess.run(
        [*COMMAND, "batch", path], env=place.environment(killing), capture_output=True, text=True, check=False
    )
    found = {row["project"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 4
    assert {name: row["status"] for name, row in found.items()} == {"one": "done", "two": "failed", "three": "done"}
    assert "ended by signal 9" in found["two"]["error"]["message"]
    assert not (place.here / "two").exists()


def test_conflicts_are_finished_and_end_with_their_own_code(tmp_path: Path, place: Workplace) -> None:
    source = as_repository(copy_of_our_source(tmp_path / "source", FILES), "v1.0.0")
    path = manifest(place, 'path = "one"', 'path = "two"', common=small(source))
    assert place.run("batch", path).code == 0
    (place.here / "one/README.md").write_text("# Mine\n")
    git("commit", "--quiet", "--all", "--message=Mine", cwd=place.here / "one")
    (source / "templates/flask-micro/README.md.jinja").write_text("# Theirs\n")
    git("commit", "--quiet", "--all", "--message=Theirs", cwd=source)
    git("tag", "v1.1.0", cwd=source)
    done = place.run("batch", path)
    assert (done.code, "1 done, 1 with conflicts" in done.err) == (5, True)
    assert rows(done)["one"]["conflicts"] == ["README.md"]
    assert (rows(done)["two"]["status"], rows(done)["two"]["changed"]) == ("done", [RECORD, "README.md"])


def test_projects_of_one_repository_wait_for_each_other(tmp_path: Path, place: Workplace) -> None:
    source = as_repository(copy_of_our_source(tmp_path / "source", FILES), "v1.0.0")
    path = manifest(place, *(f'path = "{name}"' for name in THREE), common=small(source))
    git("init", "--quiet", cwd=place.here)
    assert place.run("batch", path).code == 0
    for name in THREE:
        (place.here / name / "README.md").write_text("# Mine\n")
    git("add", "--all", cwd=place.here)
    git("commit", "--quiet", "--message=All", cwd=place.here)
    (source / "templates/flask-micro/README.md.jinja").write_text("# Theirs\n")
    git("commit", "--quiet", "--all", "--message=Theirs", cwd=source)
    git("tag", "v1.1.0", cwd=source)
    done = place.run("batch", path, "--jobs=3")
    assert {row["status"] for row in rows(done).values()} == {"conflicts"}
    assert len(git("ls-files", "--unmerged", cwd=place.here).splitlines()) == 9


def test_a_source_is_fetched_once_for_all(small_repository: Path, place: Workplace) -> None:
    log = place.root / "log"
    path = manifest(place, *(f'path = "{name}"' for name in THREE), common=small(small_repository))
    place.run("batch", path, env=git_that(place, f'echo "$*" >> {log}'))
    assert sum("clone" in line for line in log.read_text().splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_batch_leaves_whole_projects_and_goes_on(
    small_repository: Path, place: Workplace, number: signal.Signals
) -> None:
    slow = git_that(place, 'case "$* $PWD" in *" add --force "*three*) exec sleep 20;; esac')
    path = manifest(place, *(f'path = "{name}"' for name in THREE), common=small(small_repository))
    running = subprocess.Popen(
        [*COMMAND, "batch", path, "--jobs=3"],
        env=place.environment(slow),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    ended = [json.loads(running.stdout.readline())["project"] for _ in range(2)]
    assert sorted(ended) == ["one", "two"]
    start = time.monotonic()
    running.send_signal(number)
    out, err = running.communicate(timeout=15)
    assert time.monotonic() - start < 10
    assert (running.returncode, "Traceback" in err) == (130, False), err
    assert [json.loads(line)["status"] for line in out.splitlines()] == ["interrupted"]
    assert sorted(child.name for child in place.here.iterdir()) == ["fleet.toml", "fleet.toml.state", "one", "two"]
    again = place.run("batch", path)
    assert (again.code, rows(again)["one"]["is_repeated"], rows(again)["three"]["action"]) == (0, True, "new")


def test_where_nobody_listens_any_more_the_work_goes_on(small_repository: Path, place: Workplace) -> None:
    path = manifest(place, *(f'path = "{name}"' for name in THREE), common=small(small_repository))
    running = subprocess.Popen(
        [*COMMAND, "batch", path], env=place.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdout is not None
    running.stdout.close()
    _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (0, b"")
    assert all((place.here / name / RECORD).is_file() for name in THREE)


def test_a_terminal_shows_how_far_it_is(small_repository: Path, place: Workplace) -> None:
    path = manifest(place, *(f'path = "{name}"' for name in THREE), common=small(small_repository))
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*COMMAND, "batch", path], env=place.environment(), stdout=subprocess.PIPE, stderr=theirs, check=False
    )
    os.close(theirs)
    seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert [part for part in ("1/3", "2/3", "3/3") if part in seen] == ["1/3", "2/3", "3/3"]
    assert seen.rpartition("\x1b[K")[2].strip() == "3 projects: 3 done."
    assert b"\x1b" not in done.stdout


def test_a_manifest_is_worked_on_by_one_batch_at_a_time(small_repository: Path, place: Workplace) -> None:
    path = manifest(place, 'path = "one"', common=small(small_repository))
    with (place.here / "fleet.toml.state").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        done = place.run("batch", path, "--json")
    assert (done.code, "another batch" in done.reply["error"]["message"]) == (4, True)
    assert not (place.here / "one").exists()


def test_a_state_file_that_was_cut_short_counts_as_far_as_it_goes(small_repository: Path, place: Workplace) -> None:
    path = manifest(place, 'path = "one"', 'path = "two"\naction = "update"', common=small(small_repository))
    place.run("batch", path)
    state = place.here / "fleet.toml.state"
    state.write_text(state.read_text() + '{"key": "something", "ro')
    done = place.run("batch", path)
    assert rows(done)["one"]["is_repeated"]
    assert (done.code, rows(done)["two"]["exit_code"]) == (4, 4)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("[[projects]\n", "fleet.toml:1:11: is not valid TOML", id="not TOML"),
        pytest.param("", "lists no projects", id="empty"),
        pytest.param('projects = ["a"]', "lists no projects", id="not tables"),
        pytest.param("[[projects]]\n", "project 1: has no path", id="no path"),
        pytest.param('[[projects]]\npaht = "a"', "there is no key 'paht'; did you mean 'path'?", id="mistyped key"),
        pytest.param("[[projects]]\npath = 7", "path: expected text in quotes; got 7", id="wrong type"),
        pytest.param('sources = "x"\n[[projects]]\npath = "a"', "did you mean 'source'?", id="mistyped common key"),
        pytest.param('[[projects]]\npath = "a"\naction = "make"', "action is 'make'", id="unknown action"),
        pytest.param('[[projects]]\npath = "a"\nset = { ci = 7 }', "ci: 7 is no answer", id="a number"),
        pytest.param('[[projects]]\npath = "a"\n[[projects]]\npath = "./a"', "./a is listed twice", id="twice"),
        pytest.param('[[projects]]\npath = "a/b"\n[[projects]]\npath = "a"', "a/b lies inside a", id="nested"),
    ],
)
def test_a_wrong_manifest_is_refused_before_anything_is_done(place: Workplace, text: str, says: str) -> None:
    path = place.here / "fleet.toml"
    path.write_text(text)
    with pytest.raises(AnswersError) as caught:
        read_manifest(path)
    assert says in caught.value.message
    assert place.run("batch", path, "--json").code == 3
    assert place.files() == ["fleet.toml"]


def test_a_missing_manifest_is_refused(place: Workplace) -> None:
    done = place.run("batch", "nowhere.toml", "--json")
    assert (done.code, "nowhere.toml" in done.reply["error"]["message"]) == (3, True)


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_a_number_of_jobs_that_is_none_is_wrong_usage(place: Workplace, jobs: str) -> None:
    assert place.run("batch", "fleet.toml", f"--jobs={jobs}").code == 2


def test_a_link_to_a_listed_folder_is_that_folder(place: Workplace) -> None:
    (place.here / "linked").symlink_to(place.here / "one")
    with pytest.raises(AnswersError, match="listed twice"):
        read_manifest(manifest(place, 'path = "one"', 'path = "linked"'))


def test_values_of_every_kind_become_settings(place: Workplace) -> None:
    path = manifest(place, 'path = "one"\nset = { deployment = ["docker", "nginx"], example = false, ci = "none" }')
    assert read_manifest(path)[0].settings == ("deployment=docker,nginx", "example=false", "ci=none")
