"""`waypost update`, `regenerate` and `undo` as they are typed, between versions of a template source."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.running import Done, Workplace
from support.sources import RECORD_TEXT, TEMPLATES, as_repository, copy_of_our_source, git
from support.updating import snapshot, unmerged
from waypost import apply_update, plan_update
from waypost.errors import AnswersError, StateError
from waypost.projects.project import find_project
from waypost.questions.record import RECORD
from waypost.system import git as git_of_ours
from waypost.update.writing.worktree import take_back

pytestmark = pytest.mark.slow

LINES = "".join(f"line {number}\n" for number in range(1, 13))
FILES = {
    ".env.example": "SECRET_KEY=change-me\n",
    ".gitignore": ".env\n",
    "a.txt": LINES,
    "goes.txt": "goes\n",
    "README.md.jinja": "# {{ project_name }}\n",
    "{% if uses_github %}ci.yml{% endif %}": "on: push\n",
    "Makefile": "setup:\n\t@echo setting up\ntest:\n\t@test ! -e broken\n",
}
NEWER = {**FILES, "a.txt": LINES.replace("line 2\n", "NEW 2\n"), "comes.txt": "comes\n"}
del NEWER["goes.txt"]


class Source:
    """A template source with two versions, v1.0.0 and v1.1.0."""

    def __init__(self, folder: Path) -> None:
        self.folder = as_repository(copy_of_our_source(folder, FILES), "v1.0.0")
        self.release("v1.1.0", NEWER)

    def release(self, tag: str, files: Mapping[str, str], questions: Mapping[str, str] | None = None) -> None:
        for template in TEMPLATES:
            shutil.rmtree(self.folder / "templates" / template)
            for name, text in {"{{ _copier_conf.answers_file }}.jinja": RECORD_TEXT, **files}.items():
                path = self.folder / "templates" / template / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        for name, text in (questions or {}).items():
            (self.folder / "templates/questions" / name).write_text(text)
        git("add", "--all", cwd=self.folder)
        git("commit", "--quiet", "--message", tag, cwd=self.folder)
        git("tag", tag, cwd=self.folder)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return Source(tmp_path_factory.mktemp("source") / "templates.git")


@pytest.fixture
def project(source: Source, place: Workplace) -> Path:
    """A project of v1.0.0, committed."""
    return made(source, place)


def made(source: Source, place: Workplace, *settings: str) -> Path:
    done = place.run(
        "new",
        "project",
        "--source",
        source.folder,
        "--ref=v1.0.0",
        "--defaults",
        "--set=template=flask-micro",
        "--set=python_version=3.12",
        *settings,
    )
    assert done.code == 0, done.err
    return place.here / "project"


def edit(project: Path, name: str, text: str | None) -> None:
    if text is None:
        (project / name).unlink()
    else:
        (project / name).write_text(text)
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--message", "An edit", cwd=project)


def updated(place: Workplace, *options: str) -> Done:
    return place.run("update", "project", "--json", *options)


def test_a_newer_version_is_merged_left_uncommitted_and_taken_back(place: Workplace, project: Path) -> None:
    edit(project, "a.txt", LINES + "mine\n")
    before = snapshot(project)

    done = updated(place)

    assert done.code == 0
    assert done.reply["template"] == {"name": "flask-micro", "from": "v1.0.0", "to": "v1.1.0"}
    assert done.reply["files"] == {
        RECORD: "changed", "a.txt": "changed", "comes.txt": "added", "goes.txt": "removed",
    }  # fmt: skip
    assert done.reply["changed"] == [RECORD, "a.txt", "comes.txt", "goes.txt"]
    assert done.reply["conflicts"] == []
    assert (project / "a.txt").read_text() == NEWER["a.txt"] + "mine\n"
    assert yaml.safe_load((project / RECORD).read_text())["_commit"] == "v1.1.0"
    assert git("status", "--porcelain", cwd=project).splitlines() == [
        f" M {RECORD}", " M a.txt", " D goes.txt", "?? comes.txt",
    ]  # fmt: skip

    assert place.run("undo", "project", "--json").code == 0
    assert snapshot(project) == before
    assert place.run("undo", "project").code == 4


def test_conflicts_end_with_5_and_are_named_in_every_way(place: Workplace, project: Path) -> None:
    edit(project, "a.txt", LINES.replace("line 2\n", "mine\n"))
    edit(project, "goes.txt", "mine\n")

    done = updated(place)

    assert done.code == 5
    assert done.reply["status"] == "conflicts"
    assert done.reply["conflicts"] == ["a.txt", "goes.txt"] == sorted(unmerged(project))
    assert set(done.reply["reasons"]) == {"a.txt", "goes.txt"}
    assert done.reply["next"] == [
        "cd project", "git status", "git diff", "git add a.txt", "git add goes.txt", "make test", "git add --all",
        "git commit --message 'Update flask-micro from v1.0.0 to v1.1.0'",
    ]  # fmt: skip
    assert "<<<<<<< yours\nmine\n=======\nNEW 2\n>>>>>>> v1.1.0\n" in (project / "a.txt").read_text()
    again = place.run("update", "project")
    assert again.code == 4
    assert "still in conflict: a.txt, goes.txt" in again.err
    place.run("undo", "project")
    assert "2 files are left to you, marked C above." in place.run("update", "project").err


def test_what_is_current_is_left_alone(place: Workplace, project: Path) -> None:
    assert updated(place).code == 0
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--message", "Update", cwd=project)
    before = snapshot(project)

    done = updated(place)

    assert (done.code, done.reply["changed"]) == (0, [])
    assert snapshot(project) == before


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_a_look_beforehand_changes_nothing(place: Workplace, project: Path, option: str) -> None:
    before = snapshot(project)

    done = place.run("update", "project", option)

    assert done.code == 0
    assert "A comes.txt" in done.err
    assert ("+NEW 2" in done.out) == (option == "--diff")
    assert snapshot(project) == before
    assert updated(place, option).reply["is_dry_run"] is True


@pytest.mark.parametrize("command", ["update", "regenerate"])
def test_a_look_beforehand_may_be_written_into_the_project(place: Workplace, project: Path, command: str) -> None:
    edit(project, "a.txt", LINES.replace("line 9\n", "mine\n"))
    (project / "look.diff").write_text("")

    done = place.run(command, "project", "--diff")

    assert done.code == 0, done.err
    assert "a.txt" in done.out
    assert "Note: Git does not know look.diff yet" in done.err
    refused = place.run(command, "project", "--yes")
    assert refused.code == 4
    assert "not committed: look.diff" in refused.err


def test_migrations_stay_as_they_are_and_the_new_ones_are_named(tmp_path: Path, place: Workplace) -> None:
    source = Source(tmp_path / "templates.git")
    first, second = (f"migrations/versions/{name}.py" for name in ("0001_items", "0002_more"))
    source.release("v2.0.0", {**FILES, first: "one = 1\n", "migrations/env.py": "env = 1\n"})
    project = made(source, place)
    assert place.run("update", "project", "--to=v2.0.0").code == 0
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--message=Two", cwd=project)
    source.release("v3.0.0", {**FILES, first: "one = 2\n", "migrations/env.py": "env = 2\n", second: "two = 2\n"})

    done = updated(place)

    assert done.reply["notes"] == [f"New migrations, behind your own: {second}."]
    assert (project / first).read_text() == "one = 1\n"
    assert done.reply["files"] == {RECORD: "changed", "migrations/env.py": "changed", second: "added"}


def test_an_answer_is_changed_and_said_so(place: Workplace, project: Path) -> None:
    done = updated(place, "--to=v1.0.0", "--set=ci=github")

    assert done.code == 0
    assert done.reply["changed_answers"] == {"ci": {"from": "none", "to": "github"}}
    assert done.reply["answers"]["ci"] == {"value": "github", "origin": "set", "place": "--set"}
    assert done.reply["files"] == {RECORD: "changed", "ci.yml": "added"}


def test_an_answer_that_no_question_takes_is_said_to_have_no_effect(place: Workplace, project: Path) -> None:
    note = "django_version is not used, because its question does not apply to the others."

    assert updated(place, "--set=django_version=5.2", "--dry-run").reply["notes"] == [note]
    alone = place.run("update", "project", "--to=v1.0.0", "--set=django_version=5.2")
    assert (alone.code, alone.err) == (0, f"project is current: flask-micro v1.0.0.\nNote: {note}\n")


def test_auto_does_not_change_the_template_of_a_project_and_says_so(place: Workplace, project: Path) -> None:
    done = updated(place, "--set=template=auto")

    assert done.reply["template"]["name"] == "flask-micro"
    assert done.reply["notes"] == ["template = auto keeps the recorded template; to change it, name one."]


def test_answers_come_from_a_file_too(place: Workplace, project: Path) -> None:
    (place.here / "more.toml").write_text('ci = "github"\n')

    assert updated(place, "--answers=more.toml").reply["changed_answers"] == {"ci": {"from": "none", "to": "github"}}


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        pytest.param(["--set=ci=gitbub"], 3, "github", id="no such value"),
        pytest.param(["--set=cj=github"], 3, "did you mean 'ci'", id="no such question"),
        pytest.param(["--to=v9.9.9"], 7, "v9.9.9", id="no such version"),
        pytest.param(["--set=template=django-full", "--set=database=none"], 3, "database: ", id="refused together"),
    ],
)
def test_what_cannot_be_is_refused_and_touches_nothing(
    place: Workplace, project: Path, options: list[str], code: int, said: str
) -> None:
    before = snapshot(project)

    done = place.run("update", "project", *options)

    assert done.code == code
    assert said in done.err
    assert snapshot(project) == before


def test_updates_only_go_forward(place: Workplace, project: Path) -> None:
    assert updated(place).code == 0
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--message", "Update", cwd=project)

    done = place.run("update", "project", "--to=v1.0.0")

    assert done.code == 2
    assert "older than v1.1.0" in done.err


class TestQuestionsThatChange:
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        source = Source(tmp_path / "templates.git")
        ours = source.folder / "templates/questions/project.yml"
        newer = ours.read_text() + "\ncolour:\n  type: str\n  help: Which colour?\n  default: green\n"
        source.release("v1.2.0", {**NEWER, "colour.txt.jinja": "{{ colour }}\n"}, {"project.yml": newer})
        fewer = newer[: newer.index("\ncolour:")].replace('["3.11", "3.12", ', '["3.11", ')
        fewer = fewer.replace('default: "3.12"', 'default: "3.13"')
        source.release("v2.0.0", NEWER, {"project.yml": fewer})
        return source

    def test_a_new_question_is_shown_with_its_default(self, place: Workplace, project: Path) -> None:
        done = updated(place, "--to=v1.2.0")

        assert done.reply["new_answers"] == {"colour": "green"}
        assert (project / "colour.txt").read_text() == "green\n"

    def test_a_recorded_answer_that_is_refused_is_named_and_never_replaced_in_silence(
        self, place: Workplace, project: Path
    ) -> None:
        before = snapshot(project)

        refused = place.run("update", "project")

        assert refused.code == 3
        assert f"{RECORD}: python_version" in refused.err
        assert "--set python_version=3.13" in refused.err
        assert snapshot(project) == before
        told = updated(place, "--set=python_version=3.13")
        assert told.reply["changed_answers"] == {"python_version": {"from": "3.12", "to": "3.13"}}

    def test_a_question_that_is_gone_is_let_go_only_when_told(self, place: Workplace, project: Path) -> None:
        updated(place, "--to=v1.2.0")
        git("add", "--all", cwd=project)
        git("commit", "--quiet", "--message", "Update", cwd=project)

        refused = place.run("update", "project", "--set=python_version=3.13")

        assert refused.code == 3
        assert "--set colour=" in refused.err
        told = updated(place, "--set=python_version=3.13", "--set=colour=")
        assert told.code == 0
        assert told.reply["dropped_answers"] == {"colour": "green"}


def omitted_in(project: Path) -> list[str]:
    settings = tomllib.loads((project / "pyproject.toml").read_text())
    omitted: list[str] = settings["tool"]["coverage"]["run"]["omit"]
    return omitted


class TestAnotherTemplate:
    def test_what_migrations_import_stays_and_is_named(self, place: Workplace) -> None:
        made = place.run("new", "our-shop", "--set=template=flask-blueprints", "--defaults")
        assert made.code == 0, made.err
        project = place.here / "our-shop"
        edit(project, "src/our_shop/models.py", (project / "src/our_shop/models.py").read_text() + "\nMINE = 1\n")

        done = place.run(
            "update", project, "--set=template=flask-micro", "--set=api_library=plain", "--dry-run", "--json"
        )

        assert done.code == 0, done.reply
        assert done.reply["orphans"] == []
        said = "Only migrations still need these files, which stay, untested and left out of the coverage: "
        assert any(note.startswith(said) and "src/our_shop/models.py" in note for note in done.reply["notes"])

    def test_coverage_counts_nothing_that_only_migrations_need(self, place: Workplace) -> None:
        made = place.run("new", "our-shop", "--set=template=flask-blueprints", "--defaults")
        assert made.code == 0, made.err

        done = place.run("update", "our-shop", "--set=template=flask-micro", "--set=api_library=plain", "--yes")

        assert done.code == 0, done.err
        omitted = omitted_in(place.here / "our-shop")
        assert "src/our_shop/models.py" in omitted
        assert "# the tests run copies of them" in (place.here / "our-shop" / "pyproject.toml").read_text()

        git("add", "--all", cwd=place.here / "our-shop")
        git("commit", "--quiet", "--message", "Switch", cwd=place.here / "our-shop")
        back = place.run("update", "our-shop", "--set=template=flask-blueprints", "--yes")

        assert back.code == 0, back.err
        assert "src/our_shop/models.py" not in omitted_in(place.here / "our-shop")

    def test_coverage_counts_no_migrations_while_nothing_runs_them(self, place: Workplace) -> None:
        made = place.run("new", "our-shop", "--set=template=flask-blueprints", "--defaults")
        assert made.code == 0, made.err
        first = "src/our_shop/migrations/versions/0001_items.py"
        for access, is_omitted in (("sql", True), ("orm", False)):
            done = place.run("update", "our-shop", f"--set=data_access={access}", "--yes")
            assert done.code == 0, done.err
            assert (place.here / "our-shop" / first).is_file()
            assert (first in omitted_in(place.here / "our-shop")) is is_omitted
            git("add", "--all", cwd=place.here / "our-shop")
            git("commit", "--quiet", "--message", "Switch", cwd=place.here / "our-shop")

    def test_the_users_code_stays_and_the_decision_is_recorded(self, place: Workplace, project: Path) -> None:
        edit(project, "mine.py", "mine = 1\n")

        done = updated(place, *switched(place, "flask-blueprints"))

        assert done.code == 0, done.reply
        assert done.reply["orphans"] == ["mine.py"]
        assert (project / "mine.py").read_text() == "mine = 1\n"
        record = (project / "docs/decisions/0002-web-framework.md").read_text()
        assert record.startswith("# 2. Flask as the web framework\n")
        assert "flask-micro until now" in record
        assert (project / "docs/decisions/0001-web-framework.md").read_text().startswith("# 1. ")

    def test_another_framework_lists_first_what_has_no_counterpart_and_wants_agreement(
        self, place: Workplace, project: Path
    ) -> None:
        edit(project, "mine.py", "mine = 1\n")
        before = snapshot(project)
        options = switched(place, "django-full")

        refused = place.run("update", "project", *options)

        assert refused.code == 2, refused.err
        assert "  mine.py\n" in refused.err
        shown = place.run("update", "project", "--dry-run", *options).err
        assert shown.index("  mine.py\n") < shown.index("  M ")
        assert "--yes" in refused.err
        assert snapshot(project) == before
        assert updated(place, "--yes", *options).code == 0
        assert "Django" in (project / "docs/decisions/0002-web-framework.md").read_text()


def switched(place: Workplace, template: str) -> tuple[str, ...]:
    """The settings for another template, with those that the refusal of the first attempt says would do."""
    first = place.run("update", "project", "--dry-run", f"--set=template={template}")
    assert first.code in (0, 3)
    wanted = first.err.partition("The defaults would do: ")[2].split()
    return (f"--set=template={template}", *wanted)


class TestRehearsal:
    def test_it_runs_the_projects_own_tests_elsewhere(self, place: Workplace, project: Path) -> None:
        before = snapshot(project)

        done = updated(place, "--rehearse")

        assert done.code == 0
        assert done.reply["rehearsal"] == {
            "status": "passed", "commands": ["make setup", "make test"], "failed": None, "failed_with": None,
        }  # fmt: skip
        assert "setting up" in done.err
        assert snapshot(project) == before

    def test_it_says_what_failed(self, place: Workplace, project: Path) -> None:
        edit(project, "broken", "x\n")

        done = updated(place, "--rehearse")

        assert done.code == 4
        assert done.reply["rehearsal"]["failed"] == "make test"

    def test_conflicts_are_not_rehearsed(self, place: Workplace, project: Path) -> None:
        edit(project, "goes.txt", "mine\n")

        done = updated(place, "--rehearse")

        assert done.code == 5
        assert done.reply["status"] == "conflicts"
        assert done.reply["rehearsal"]["status"] == "not run"
        assert not unmerged(project)
        said = place.run("update", "project", "--rehearse").err
        assert "\n\n1 file would be left to you, marked C above.\nNot rehearsed: " in said


class TestRegenerate:
    def test_it_puts_back_what_the_template_owns_and_nothing_else(self, place: Workplace, project: Path) -> None:
        edit(project, "a.txt", "edited\n")
        edit(project, "goes.txt", None)
        edit(project, "mine.txt", "mine\n")
        before = snapshot(project)

        shown = place.run("regenerate", "project", "--json", "--dry-run")
        refused = place.run("regenerate", "project")
        assert shown.reply["files"] == {"a.txt": "changed", "goes.txt": "added"}
        assert refused.code == 2
        assert "M a.txt" in refused.err
        assert snapshot(project) == before

        assert place.run("regenerate", "project", "--yes", "--json").code == 0
        assert (project / "a.txt").read_text() == LINES
        assert (project / "goes.txt").read_text() == "goes\n"
        assert (project / "mine.txt").read_text() == "mine\n"
        assert place.run("undo", "project").code == 0
        assert snapshot(project) == before

    def test_a_project_as_it_was_made_needs_nothing(self, place: Workplace, project: Path) -> None:
        done = place.run("regenerate", project, "--json")

        assert (done.code, done.reply["changed"]) == (0, [])


@pytest.mark.parametrize(
    ("record", "said"),
    [
        pytest.param("- a\n- list\n", "is not a record", id="no record"),
        pytest.param("ci: none\n", "names no template source and version", id="no source"),
        pytest.param("_commit: v1.0.0\n_src_path: {source}\nci: vax\n", "could not have made: ci", id="no such answer"),
    ],
)
def test_a_record_that_was_edited_by_hand_is_a_clear_error(
    place: Workplace, project: Path, source: Source, record: str, said: str
) -> None:
    edit(project, RECORD, record.format(source=source.folder))

    done = place.run("update", "project")

    assert done.code == 4
    assert said in done.err


def test_a_project_inside_another_repository_is_updated_in_its_own_folder(place: Workplace, project: Path) -> None:
    shutil.rmtree(project / ".git")
    git("init", "--quiet", cwd=place.here)
    git("add", "--all", cwd=place.here)
    git("commit", "--quiet", "--message", "Everything", cwd=place.here)
    (place.here / "elsewhere.txt").write_text("x\n")

    done = place.run("update", "--json", cwd=project)

    assert done.code == 0
    assert (project / "comes.txt").exists()
    assert done.reply["changed"] == [RECORD, "a.txt", "comes.txt", "goes.txt"]


def test_where_git_refuses_a_strangers_repository_the_way_out_is_gits(place: Workplace, project: Path) -> None:
    stranger = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}

    refused = place.run("update", "project", "--json", env=stranger)

    assert refused.code == 4
    command = refused.reply["error"]["hint"].partition("owner: ")[2]
    subprocess.run(command, shell=True, check=True, env=place.environment())
    assert "there is no update to take back" in place.run("undo", "project", env=stranger).err


class TestWorkElsewhereInTheRepository:
    """What nobody asked Waypost about: neither the next steps nor the way back may take it along or lose it."""

    @pytest.fixture
    def repository(self, place: Workplace, project: Path) -> Path:
        shutil.rmtree(project / ".git")
        git("init", "--quiet", cwd=place.here)
        (place.here / "staged.txt").write_text("x\n")
        (place.here / "edited.txt").write_text("x\n")
        git("add", "--all", cwd=place.here)
        git("commit", "--quiet", "--message", "Everything", cwd=place.here)
        (place.here / "staged.txt").write_text("staged\n")
        git("add", "staged.txt", cwd=place.here)
        (place.here / "edited.txt").write_text("edited\n")
        (place.here / "new.txt").write_text("new\n")
        return place.here

    def test_the_next_steps_leave_it_alone(self, place: Workplace, repository: Path) -> None:
        steps = updated(place).reply["next"]

        subprocess.run(
            " && ".join(steps).replace("git diff", "git --no-pager diff"), shell=True, check=True, cwd=repository,
            env=place.environment(), capture_output=True,
        )  # fmt: skip

        assert git("log", "-1", "--format=%s", cwd=repository) == "Update flask-micro from v1.0.0 to v1.1.0\n"
        assert git("status", "--porcelain", cwd=repository) == " M edited.txt\nM  staged.txt\n?? new.txt\n"

    def test_what_is_put_aside_for_an_update_is_the_projects(
        self, place: Workplace, project: Path, repository: Path
    ) -> None:
        (project / "a.txt").write_text("edited\n")
        (project / "mine.txt").write_text("mine\n")
        command = updated(place).reply["error"]["hint"].partition("aside: ")[2]

        subprocess.run(command, shell=True, check=True, cwd=place.here, env=place.environment(), capture_output=True)

        assert git("status", "--porcelain", cwd=repository) == " M edited.txt\nM  staged.txt\n?? new.txt\n"
        assert updated(place).code == 0

    def test_the_way_back_that_is_named_where_undo_refuses_leaves_it_alone(
        self, place: Workplace, project: Path, repository: Path
    ) -> None:
        updated(place)
        (project / "a.txt").write_text("edited since\n")
        refused = place.run("undo", "project", "--json")
        assert refused.code == 4

        command = refused.reply["error"]["hint"].partition("the update: ")[2].partition(", and remove")[0]
        subprocess.run(command, shell=True, check=True, cwd=place.here, env=place.environment())

        assert (project / "a.txt").read_text() == LINES
        assert git("status", "--porcelain", cwd=repository) == (
            " M edited.txt\nM  staged.txt\n?? new.txt\n?? project/comes.txt\n"
        )
        (project / "comes.txt").unlink()
        assert "the last update is in no file any more" in place.run("undo", "project").err


class TestPython:
    def test_a_plan_is_made_looked_at_and_applied(self, project: Path) -> None:
        plan = plan_update(project, {"ci": "github"})

        assert [(change.path, change.kind) for change in plan.changes] == [
            (RECORD, "changed"),
            ("a.txt", "changed"),
            ("ci.yml", "added"),
            ("comes.txt", "added"),
            ("goes.txt", "removed"),
        ]
        assert not (project / "comes.txt").exists()
        apply_update(plan)
        assert (project / "comes.txt").read_text() == "comes\n"

    def test_a_plan_that_is_out_of_date_is_not_applied(self, project: Path) -> None:
        plan = plan_update(project)
        edit(project, "mine.txt", "x\n")

        with pytest.raises(StateError, match="another commit"):
            apply_update(plan)

        assert not (project / "comes.txt").exists()

    def test_what_another_update_writes_while_one_is_planned_is_a_change_not_committed(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = plan_update(project)
        run = git_of_ours.run_bytes
        moments = asked = 0

        def and_then_the_other(*arguments: Any, **options: Any) -> bytes:
            nonlocal asked
            printed = run(*arguments, **options)
            asked += 1
            if asked == moments:
                apply_update(other)
            return printed

        is_over = False
        while not is_over:
            moments, asked, said = moments + 1, 0, "done"
            try:
                with monkeypatch.context() as patching:
                    patching.setattr(git_of_ours, "run_bytes", and_then_the_other)
                    plan = plan_update(project)
                is_over = asked < moments
                apply_update(plan)
            except StateError as error:
                said = str(error)
            assert (said == "done") if is_over else ("not committed" in said), (moments, said)
            take_back(find_project(project))
        assert moments > 5

    def test_a_wrong_answer_is_an_error(self, project: Path) -> None:
        with pytest.raises(AnswersError):
            plan_update(project, {"ci": "gitbub"})


def test_the_environment_of_a_hook_leads_nowhere_else(place: Workplace, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git("init", "--quiet", cwd=other)

    done = place.run(
        "update", "project", "--json", env={"GIT_DIR": str(other / ".git"), "GIT_INDEX_FILE": str(other / "index")}
    )

    assert done.code == 0
    assert not (other / "index").exists()
    assert list(other.iterdir()) == [other / ".git"]


def test_a_git_that_cannot_merge_trees_is_refused(place: Workplace, project: Path) -> None:
    fake = place.root / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho git version 2.37.9\n")
    fake.chmod(0o755)

    done = place.run("update", project, env={"PATH": str(fake.parent)})

    assert done.code == 4
    assert "git 2.38 or newer; this is git version 2.37.9" in done.err


def test_names_that_cannot_be_printed_do_not_reach_the_terminal(place: Workplace, project: Path) -> None:
    (project / "\x1b[31mred\nline").write_text("x\n")

    done = place.run("update", project)

    assert done.code == 4
    assert "\\x1b[31mred\\nline" in done.err


def test_interrupted_at_any_moment_the_project_is_as_it_was_or_finished(place: Workplace, project: Path) -> None:
    edit(project, "a.txt", LINES.replace("line 2\n", "mine\n"))
    before = snapshot(project)
    started = time.monotonic()
    assert updated(place).code == 5
    took = time.monotonic() - started
    after = snapshot(project)
    place.run("undo", project)
    for attempt in range(8):
        # Not COMMAND with its warnings as errors: interrupted in Python's own subprocess module, a pipe is left open.
        command = [sys.executable, "-m", "waypost", "update", str(project), "--json"]
        with subprocess.Popen(
            command, env=place.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        ) as process:
            time.sleep(took * (attempt + 2) / 9)
            os.killpg(process.pid, signal.SIGINT if attempt % 2 else signal.SIGTERM)
            out, err = process.communicate()

        assert b"Traceback" not in err
        if process.returncode == 5:
            assert snapshot(project).paths == after.paths
            assert place.run("undo", project).code == 0
        elif process.returncode == 130:
            assert json.loads(out)["status"] == "interrupted"
        assert snapshot(project) == before
        assert list(place.temporary.iterdir()) == []


def test_a_file_that_its_source_leaves_alone_is_the_project_s_once_it_is_there(
    tmp_path: Path, place: Workplace
) -> None:
    source = Source(tmp_path / "templates.git")
    patterns = "_skip_if_exists:\n  - '*.local'\n  - /conf/{{ project_slug }}/\n"
    (source.folder / "copier.yml").write_text((source.folder / "copier.yml").read_text() + "\n---\n" + patterns)
    mine, gone, inside, later = "mine.local", "gone.local", "conf/project/a.cfg", "later.local"
    inside_of_template = "conf/{{ project_slug }}/a.cfg"
    source.release("v2.0.0", {**FILES, mine: "1\n", gone: "1\n", inside_of_template: "1\n", "other.cfg": "1\n"})
    done = place.run(
        "new", "project", "--source", source.folder, "--ref=v2.0.0", "--set=template=flask-micro", "--json"
    )
    assert {mine, gone, inside} <= set(done.reply["changed"])
    project = place.here / "project"
    edit(project, mine, "my own\n")
    edit(project, inside, "my own\n")
    assert place.run("check", "project").code == 0
    assert place.run("regenerate", "project", "--dry-run", "--json").reply["changed"] == []
    edit(project, gone, None)
    (project / ".gitignore").write_text(".env\nlater.local\n")
    edit(project, ".gitignore", ".env\nlater.local\n")
    (project / later).write_text("my own, and ignored\n")
    newer = {mine: "2\n", gone: "2\n", inside_of_template: "2\n", later: "2\n", "new.local": "2\n", "other.cfg": "2\n"}
    source.release("v3.0.0", {**FILES, **newer})

    done = updated(place)

    assert (done.code, done.reply["conflicts"]) == (0, [])
    assert done.reply["files"] == {RECORD: "changed", "new.local": "added", "other.cfg": "changed"}
    assert {(project / name).read_text() for name in (mine, inside)} == {"my own\n"}
    assert (project / later).read_text() == "my own, and ignored\n"


def test_a_file_that_git_lfs_keeps_is_no_edit(tmp_path: Path, place: Workplace) -> None:
    source = Source(tmp_path / "templates.git")
    source.release("v2.0.0", {**FILES, "same.bin": "same\n" * 99, "newer.bin": "one\n" * 99, "mine.bin": "one\n" * 99})
    project = made(source, place)
    assert place.run("update", "project", "--to=v2.0.0").code == 0

    def pointer(content: str) -> str:
        digest = hashlib.sha256(content.encode()).hexdigest()
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"

    # As git keeps them, and as a checkout without Git LFS has them.
    for name, content in (("same.bin", "same\n" * 99), ("newer.bin", "one\n" * 99), ("mine.bin", "my own\n")):
        edit(project, name, pointer(content))
    assert place.run("check", "project", "--json").reply["drift"] == [{"path": "mine.bin", "change": "edited"}]
    source.release("v3.0.0", {**FILES, "same.bin": "same\n" * 99, "newer.bin": "two\n" * 99, "mine.bin": "two\n" * 99})

    done = updated(place)

    assert (done.code, done.reply["conflicts"]) == (5, ["mine.bin"])
    assert done.reply["files"]["newer.bin"] == "changed"
    assert "same.bin" not in done.reply["files"]
    assert (project / "newer.bin").read_text() == "two\n" * 99


def test_what_a_submodule_holds_beside_its_files_is_not_asked_about_where_it_is_to_be_ignored(
    tmp_path: Path, place: Workplace, project: Path
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/code.c").write_text("code\n")
    lib = as_repository(tmp_path / "lib")
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", lib, "lib", cwd=project)
    git("config", "--file", ".gitmodules", "submodule.lib.ignore", "all", cwd=project)
    edit(project, "a.txt", LINES + "mine\n")
    (project / "lib/code.o").write_text("built\n")

    done = updated(place)

    assert (done.code, "comes.txt" in done.reply["changed"]) == (0, True), done.err


def test_what_the_user_s_settings_would_leave_out_of_the_commit_has_its_step(tmp_path: Path, place: Workplace) -> None:
    source = Source(tmp_path / "templates.git")
    source.release("v2.0.0", {**FILES, ".env.other": "X=1\n", "run.sh": "#!/bin/sh\n"})
    (source.folder / "templates/flask-micro/run.sh").chmod(0o755)
    git("commit", "--quiet", "--all", "--message=x", cwd=source.folder)
    git("tag", "v2.1.0", cwd=source.folder)
    project = made(source, place)
    (place.home / "ignored").write_text(".env*\n")
    with (place.home / ".gitconfig").open("a") as stream:
        stream.write(f"[core]\nexcludesFile = {place.home}/ignored\n")
    git("config", "core.fileMode", "false", cwd=project)

    steps = updated(place).reply["next"]

    for step in steps[steps.index("git add --all") :]:
        subprocess.run(step, shell=True, cwd=project, env=place.environment(), check=True)
    committed = git("ls-tree", "-r", "HEAD", cwd=project)
    assert "\t.env.other\n" in committed
    assert [line[:6] for line in committed.splitlines() if line.endswith("run.sh")] == ["100755"]


def test_users_that_migrations_build_on_are_not_taken_out(place: Workplace) -> None:
    place.run("new", "project", "--set=template=django-full", "--defaults")
    project = place.here / "project"
    done = place.run("update", project, "--set=accounts=none", "--set=admin=none", "--json")
    assert (done.code, done.reply["error"]["message"].partition(":")[0]) == (
        4,
        "accounts and the admin area cannot both be taken out",
    )
    assert git("status", "--porcelain", cwd=project) == ""
