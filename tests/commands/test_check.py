"""`waypost check`: current, outdated and drifted projects, of releases with invented versions."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import waypost
from support.releasing import Checkout
from support.running import Done, Workplace
from support.sources import TEMPLATES, as_repository, copy_of_our_source, git
from waypost.errors import AnswersError, SourceError, StateError
from waypost.projects.project import find_project
from waypost.questions.record import RECORD

pytestmark = pytest.mark.slow

LOADED = "import sys; from waypost.cli.run import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Waypost as it was released as 7.1.0."""
    folder = tmp_path_factory.mktemp("releases")
    checkout = Checkout(folder / "new")
    checkout.has_releases()
    return checkout.at("v7.1.0", folder / "old")


@pytest.fixture(scope="module")
def new(old: Checkout) -> Checkout:
    """Waypost as it was released as 7.2.0."""
    return Checkout(old.folder.with_name("new"), is_made=True)


def made_by(checkout: Checkout, place: Workplace, name: str = "project", *options: str) -> Path:
    place.run("new", name, "--set=template=flask-micro", *options, "--defaults", env=checkout.environment)
    return place.here / name


def checked(checkout: Checkout, place: Workplace, *arguments: str | Path) -> Done:
    return place.run("check", *arguments, "--json", env=checkout.environment)


def set_in_record(project: Path, key: str, value: str) -> None:
    lines = (project / RECORD).read_text().splitlines()
    kept = [line for line in lines if not line.startswith(f"{key}:")]
    (project / RECORD).write_text("\n".join([*kept, f"{key}: {value}"]) + "\n")


def test_a_project_of_the_newest_release_is_current(new: Checkout, place: Workplace) -> None:
    project = made_by(new, place)
    done = checked(new, place, project)
    assert (done.code, done.reply["state"]) == (0, "current")
    assert done.reply["template"] == {"name": "flask-micro", "from": "v7.2.0", "to": "v7.2.0"}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_new_project_of_any_template_has_not_drifted(place: Workplace, template: str) -> None:
    place.run("new", "project", f"--set=template={template}", "--set=project_name=Café 'n' \"co\"")
    done = place.run("check", "--json", cwd=place.here / "project")
    assert (done.code, done.reply["drift"]) == (0, [])


def test_an_outdated_project_lists_what_it_lacks(old: Checkout, new: Checkout, place: Workplace) -> None:
    project = made_by(old, place)
    done = checked(new, place, project)
    assert (done.code, done.reply["state"], done.reply["has_drifted"]) == (6, "outdated", False)
    assert (done.reply["version"], done.reply["newest"]) == ("v7.1.0", "v7.2.0")
    assert done.reply["has_security_fix"] is True
    assert done.reply["newer"] == [
        {
            "version": "v7.2.0",
            "date": "2031-01-03",
            "changes": ["Security: A hole.", 'Fixed: A "small" mistake.'],
            "is_security_fix": True,
        }
    ]
    said = place.run("check", project, env=new.environment).out
    assert "1 release behind v7.2.0 (1 with a security fix)" in said
    assert "  v7.2.0 (2031-01-03) SECURITY\n    Security: A hole." in said


def _edit(path: Path) -> None:
    path.write_text(path.read_text() + "More.\n")


def _become_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("elsewhere")


def _become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _with_other_line_ends(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


@pytest.mark.parametrize(
    ("name", "happens", "change"),
    [
        pytest.param("README.md", _edit, "edited", id="edited"),
        pytest.param("README.md", Path.unlink, "deleted", id="deleted"),
        pytest.param("README.md", _become_link, "edited", id="a link instead"),
        pytest.param("README.md", _become_folder, "edited", id="a folder instead"),
        pytest.param("run.sh", lambda path: path.chmod(0o644), "edited", id="no longer to be run"),
        pytest.param("README.md", lambda path: path.chmod(0o600), None, id="only its owner reads it"),
        pytest.param("README.md", _with_other_line_ends, None, id="the line ends of another system"),
        pytest.param(".env", _edit, None, id="a file of the user's own"),
    ],
)
def test_drift_is_what_happened_to_the_templates_files(
    old: Checkout, new: Checkout, place: Workplace, *, name: str, happens: Any, change: str | None
) -> None:
    project = made_by(old, place)
    (project / ".env").write_text("SECRET_KEY=mine\n")
    happens(project / name)
    done = checked(old, place, project)
    assert done.reply["drift"] == ([{"path": name, "change": change}] if change else [])
    assert (done.code, done.reply["state"]) == ((6, "drifted") if change else (0, "current"))
    later = checked(new, place, project)
    assert (later.reply["state"], later.reply["drift"]) == ("outdated", done.reply["drift"])


def test_only_version_leaves_the_files_alone(new: Checkout, place: Workplace) -> None:
    project = made_by(new, place)
    _edit(project / "README.md")
    done = checked(new, place, project, "--only-version")
    assert (done.code, done.reply["state"], done.reply["has_drifted"]) == (0, "current", None)


def test_many_projects_are_looked_at_though_one_is_none(old: Checkout, new: Checkout, place: Workplace) -> None:
    made_by(old, place, "first")
    made_by(new, place, "second")
    done = checked(new, place, "first", "nowhere", "second")
    states = [(row["project"], row["state"]) for row in done.reply["projects"]]
    assert states == [("first", "outdated"), ("nowhere", "failed"), ("second", "current")]
    assert (done.code, done.reply["status"]) == (4, "failed")
    assert "Run this inside such a project" in done.reply["projects"][1]["error"]["hint"]
    assert checked(new, place, "first", "second").code == 6


@pytest.mark.parametrize("state", ["current", "drifted", "outdated"])
def test_copier_is_not_imported(old: Checkout, new: Checkout, place: Workplace, state: str) -> None:
    project = made_by(old if state == "outdated" else new, place)
    if state == "drifted":
        _edit(project / "README.md")
    done = place.run("check", project, program=(sys.executable, "-c", LOADED), env=new.environment)
    assert state in done.out
    assert "waypost.projects.standing" in done.err.split()
    assert not {"copier", "questionary", "rich"} & set(done.err.split())


def test_a_current_project_needs_no_git(new: Checkout, place: Workplace) -> None:
    project = made_by(new, place)
    done = place.run("check", project, "--json", env={**new.environment, "PATH": ""})
    assert done.code == 0


def test_a_project_of_a_newer_waypost_is_told_to_get_it(old: Checkout, new: Checkout, place: Workplace) -> None:
    done = checked(old, place, made_by(new, place))
    assert (done.code, done.reply["error"]["hint"]) == (7, "Install a newer Waypost.")


def test_a_version_between_releases_is_outdated_and_cannot_be_compared(new: Checkout, place: Workplace) -> None:
    project = made_by(new, place)
    set_in_record(project, "_commit", "v7.1.1.dev0")
    done = checked(new, place, project)
    assert (done.code, done.reply["state"], done.reply["has_drifted"]) == (6, "outdated", None)
    assert "there is no release v7.1.1.dev0" in done.reply["notes"][0]


def test_what_is_not_released_yet_counts_as_a_version(old: Checkout, place: Workplace, tmp_path: Path) -> None:
    project = made_by(old, place)
    later = old.at("v7.1.0", tmp_path / "later")
    pyproject = later.folder / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('version = "7.1.0"', 'version = "7.2.0.dev0"'))
    done = checked(later, place, project)
    assert [release["version"] for release in done.reply["newer"]] == ["v7.2.0.dev0"]


def test_a_record_that_its_own_version_refuses_is_an_error_of_the_answers(new: Checkout, place: Workplace) -> None:
    project = made_by(new, place)
    set_in_record(project, "ci", "jenkins")
    done = checked(new, place, project)
    assert done.code == 3
    assert f"{RECORD}: ci: 'jenkins' is not one of" in done.reply["error"]["message"]


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        pytest.param("_commit", "null", StateError, id="no version"),
        pytest.param("_src_path", "7", StateError, id="no address"),
        pytest.param("_src_path", "--upload-pack=x", SourceError, id="an option as address"),
        pytest.param("_src_path", "ext::sh -c id", SourceError, id="a command as address"),
        pytest.param("_commit", "whatever", SourceError, id="not a version"),
        pytest.param("template", "no-such", AnswersError, id="no template"),
    ],
)
def test_a_spoilt_record_is_refused(place: Workplace, key: str, value: str, error: type[Exception]) -> None:
    place.run("new", "project", "--set=template=flask-micro", "--no-git")
    set_in_record(place.here / "project", key, value)
    with pytest.raises(error):
        waypost.check(place.here / "project")


def test_another_repository_is_asked_for_its_tags(place: Workplace, tmp_path: Path) -> None:
    source = as_repository(copy_of_our_source(tmp_path / "fork", {"a.txt": "one\n"}), "v1.0.0", "v1.1.0rc1", "latest")
    place.run("new", "project", "--set=template=flask-micro", f"--source={source.as_uri()}")
    project = place.here / "project"
    assert waypost.check(project).newer == ()
    (source / "templates/flask-micro/a.txt").write_text("two\n")
    git("commit", "--quiet", "--all", "--message=Two", cwd=source)
    git("tag", "v1.1.0", cwd=source)
    _edit(project / "a.txt")
    standing = waypost.check(project)
    assert [release.version for release in standing.newer] == ["v1.1.0"]
    assert [drift.path for drift in standing.drift or ()] == ["a.txt"]
    source.rename(tmp_path / "gone")
    with pytest.raises(SourceError, match="cannot be reached"):
        waypost.check(project)


def test_nothing_is_written(new: Checkout, place: Workplace) -> None:
    project = made_by(new, place)
    before = {path: (path.stat().st_mtime_ns, os.access(path, os.X_OK)) for path in project.rglob("*")}
    checked(new, place, project)
    assert {path: (path.stat().st_mtime_ns, os.access(path, os.X_OK)) for path in project.rglob("*")} == before


@pytest.mark.parametrize("shape", ["a repository", "a folder of one", "a further work tree"])
def test_of_a_project_whose_change_was_killed_half_way_nothing_is_said(
    new: Checkout, place: Workplace, shape: str
) -> None:
    made = made_by(new, place)
    if shape == "a folder of one":
        shutil.rmtree(made / ".git")
        git("init", "--quiet", cwd=place.here)
        git("add", "--all", cwd=place.here)
        git("commit", "--quiet", "--message=Start", cwd=place.here)
    project = made
    if shape == "a further work tree":
        project = place.here / "further"
        git("worktree", "add", "--quiet", "--detach", project, cwd=made)
    assert checked(new, place, project).code == 0
    (project / "README.md").write_text("half\n")
    pending = find_project(project).pending
    pending.mkdir(parents=True)  # killed before it had written down what it was about to do

    done = checked(new, place, project)
    assert done.code == 4
    assert "killed half-way" in done.reply["error"]["message"]
    assert f"waypost undo {project}" in done.reply["error"]["hint"]

    place.run("undo", project, env=new.environment)
    assert not pending.exists()
    assert checked(new, place, project).reply["state"] == "drifted"


@pytest.mark.parametrize("template", TEMPLATES)
def test_migrations_and_added_ignored_names_are_no_drift_and_stay(place: Workplace, template: str) -> None:
    data = [] if template == "django-full" else ["--set=data_access=orm"]
    place.run("new", "project", f"--set=template={template}", *data, "--defaults")
    project = place.here / "project"
    migration = next(path for path in sorted(project.rglob("0001_i*.py")) if "migrations" in path.parts)
    migration.write_text(migration.read_text() + "\n# Ours.\n")
    with (project / ".gitignore").open("a") as stream:
        stream.write("/ours/\n")
    git("commit", "--quiet", "--all", "--message=Ours", cwd=project)
    assert place.run("check", project, "--json").reply["drift"] == []
    assert place.run("regenerate", project, "--yes", "--json").reply["changed"] == []


def test_an_ignored_name_that_is_gone_is_drift_and_comes_back(place: Workplace) -> None:
    place.run("new", "project", "--set=template=flask-micro", "--defaults")
    project = place.here / "project"
    ignored = project / ".gitignore"
    ignored.write_text(ignored.read_text().replace("*.sqlite3\n", "/ours/\n"))
    git("commit", "--quiet", "--all", "--message=Ours", cwd=project)
    assert place.run("check", project, "--json").reply["drift"] == [{"path": ".gitignore", "change": "edited"}]
    place.run("regenerate", project, "--yes")
    assert {"*.sqlite3", "/ours/"} <= set(ignored.read_text().splitlines())


def test_what_lies_behind_a_link_to_a_folder_is_not_looked_at(place: Workplace) -> None:
    place.run("new", "project", "--set=template=flask-micro", "--defaults")
    project = place.here / "project"
    (project / "tests").rename(place.here / "elsewhere")
    (project / "tests").symlink_to(place.here / "elsewhere")
    drift = place.run("check", project, "--json").reply["drift"]
    assert drift == [{"path": "tests/test_app.py", "change": "edited"}]
