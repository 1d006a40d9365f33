"""`waypost diff`: what other answers change in a new project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from support.running import Workplace
from waypost.commands.diff import diff
from waypost.commands.new import new
from waypost.errors import AnswersError, UsageError
from waypost.questions.answers import Inputs

pytestmark = pytest.mark.slow


def test_only_the_difference_is_shown_by_file(place: Workplace) -> None:
    reply = place.run("diff", "--set", "ci=github", "--json").reply
    assert reply["changed_answers"] == {"ci": {"from": "none", "to": "github"}}
    assert reply["files"] == {
        ".copier-answers.yml": "changed",
        ".github/workflows/check.yml": "added",
        "README.md": "changed",
    }
    assert reply["changed"] == list(reply["files"]) == list(reply["diffs"])
    assert "\n+ci: github\n" in reply["diffs"][".copier-answers.yml"]
    assert "-ci: none\n" in reply["diffs"][".copier-answers.yml"]
    assert place.files() == []


def test_for_people_the_difference_is_data_and_the_rest_is_words(place: Workplace) -> None:
    done = place.run("diff", "--set", "ci=github")
    assert done.code == 0
    assert done.out.startswith("diff --git a/.copier-answers.yml b/.copier-answers.yml\n")
    assert done.err == (
        "3 files (1 added, 2 changed) differ.\n"
        "  ci: 'none' -> 'github'\n"
        "  M .copier-answers.yml\n"
        "  A .github/workflows/check.yml\n"
        "  M README.md\n"
    )
    assert place.run("diff", "--set", "ci=github", "--quiet").err == ""


def test_two_files_are_compared_across_templates(place: Workplace) -> None:
    (place.here / "old.toml").write_text('kind = "microservice"\n')
    (place.here / "new.toml").write_text('kind = "cms"\nmonitoring = ["prometheus"]\n')
    reply = place.run("diff", "--answers", "new.toml", "--against", "old.toml", "--json").reply
    assert reply["templates"] == {"from": "flask-micro", "to": "django-full"}
    assert reply["template"]["name"] == "django-full"
    assert reply["files"]["manage.py"] == "added"
    assert reply["files"]["pyproject.toml"] == "changed"
    assert reply["changed_answers"]["monitoring"] == {"from": [], "to": ["prometheus"]}
    assert reply["changed_answers"]["django_version"]["from"] is None


def test_settings_are_compared_with_the_same_file_without_them(place: Workplace) -> None:
    (place.here / "a.toml").write_text('template = "flask-micro"\nci = "github"\n')
    reply = place.run("diff", "--answers", "a.toml", "--set", "jobs=celery", "--json").reply
    assert reply["changed_answers"] == {"jobs": {"from": "none", "to": "celery"}}
    assert reply["answers"]["ci"]["place"] == "a.toml:2:1"


def test_equal_answers_do_not_differ(place: Workplace) -> None:
    done = place.run("diff", "--set", "ci=none")
    assert (done.code, done.out, done.err) == (0, "", "No file differs.\n")
    reply = place.run("diff", "--set", "ci=none", "--json").reply
    assert reply["files"] == reply["diffs"] == reply["changed_answers"] == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["template=flask-micro"], ["monitoring=prometheus,munin", "deployment=docker"]),
        (["template=flask-micro"], ["template=flask-blueprints", "accounts=full"]),
        (["template=django-full", "jobs=celery"], ["template=flask-blueprints", "jobs=none"]),
    ],
    ids=["features", "template", "framework"],
)
def test_git_applies_it_to_the_one_project_and_gets_the_other(
    tmp_path: Path, before: list[str], after: list[str]
) -> None:
    lines = [toml_line(setting) for setting in [*before, "project_name=Shop"]]
    (tmp_path / "old.toml").write_text("\n".join(lines))
    settings = dict(setting.split("=") for setting in [*before, *after, "project_name=Shop"])
    wanted = Inputs(settings=tuple(f"{key}={value}" for key, value in settings.items()))
    reply = diff(wanted, str(tmp_path / "old.toml"))
    old, made = tmp_path / "old", tmp_path / "made"
    new(Inputs(file=str(tmp_path / "old.toml")), str(old), uses_git=False)
    new(wanted, str(made), uses_git=False)
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=old, input=reply.output.encode(), check=True)
    assert {path for path in differing_files(old, made) if not path.endswith(".env")} == set()


def toml_line(setting: str) -> str:
    key, _, value = setting.partition("=")
    return f'{key} = "{value}"'


def differing_files(one: Path, other: Path) -> set[str]:
    """The files that only one folder has, or that are not the same in both."""
    files = [{path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()} for root in (one, other)]
    both = files[0] & files[1]
    return (files[0] ^ files[1]) | {
        path
        for path in both
        if (one / path).read_bytes() != (other / path).read_bytes()
        or os.access(one / path, os.X_OK) != os.access(other / path, os.X_OK)
    }


def test_a_difference_needs_two_sets_of_answers() -> None:
    with pytest.raises(UsageError) as caught:
        diff(Inputs(), None)
    assert "--set" in caught.value.hint
    assert "--against" in caught.value.hint
    with pytest.raises(UsageError, match="standard input can be one"):
        diff(Inputs(file="-"), "-")


@pytest.mark.parametrize(
    "settings", [("ci=gitlap",), ("knd=cms",), ("template=flask-micro", "admin=basic")], ids=lambda given: given[-1]
)
def test_wrong_answers_are_refused_as_new_refuses_them(tmp_path: Path, settings: tuple[str, ...]) -> None:
    with pytest.raises(AnswersError) as of_diff:
        diff(Inputs(settings=settings), None)
    with pytest.raises(AnswersError) as of_new:
        new(Inputs(settings=settings), str(tmp_path / "x"))
    for name in ("message", "hint", "key", "code", "problems"):
        assert getattr(of_diff.value, name) == getattr(of_new.value, name)


def test_what_is_wrong_in_the_other_file_is_said_with_its_place(place: Workplace) -> None:
    (place.here / "old.toml").write_text('\nci = "gitlap"\n')
    done = place.run("diff", "--against", "old.toml")
    assert done.code == 3
    assert done.err.startswith("Error: old.toml:2:1: ci: 'gitlap' is not one of")


def test_added_files_are_among_those_of_new(tmp_path: Path) -> None:
    settings = ("template=flask-micro", "jobs=celery", "project_name=X")
    reply = diff(Inputs(settings=settings), None)
    dry = new(Inputs(settings=settings), str(tmp_path / "x"), is_dry_run=True)
    added = {path for path, kind in reply.fields["files"].items() if kind == "added"}  # type: ignore[typeddict-item]
    assert added
    assert added <= set(dry.fields["changed"])


@pytest.mark.terminal
@pytest.mark.parametrize(
    ("variables", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_a_terminal_shows_it_in_colour_unless_it_shall_not(
    place: Workplace, variables: dict[str, str], is_coloured: bool
) -> None:
    environment = place.environment({"TERM": "xterm", "NO_COLOR": None, **variables})
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "waypost", "diff", "--set", "ci=github"],
        env=environment,
        cwd=str(place.here),
        encoding="utf-8",
    )
    terminal.expect(pexpect.EOF)
    terminal.close()
    shown = str(terminal.before)
    assert terminal.exitstatus == 0
    assert ("\x1b[32m+ci: github" in shown) is is_coloured
    assert ("\x1b[" in shown) is is_coloured
