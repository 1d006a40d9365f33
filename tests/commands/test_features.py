"""`waypost add` and `remove` as they are typed: the update, by the names of features."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.running import Workplace
from support.updating import commit, git, snapshot
from waypost.questions.record import RECORD

pytestmark = pytest.mark.slow


@pytest.fixture
def project(place: Workplace) -> Path:
    """A committed project of flask-blueprints."""
    assert place.run("new", "shop", "--defaults", "--quiet").code == 0
    return place.here / "shop"


def test_adding_is_the_update_with_that_answer(place: Workplace, project: Path) -> None:
    by_name = place.run("add", "celery", "prometheus", "--diff", "--json", cwd=project).reply
    settings = ["--set", "jobs=celery", "--set", "monitoring=prometheus"]
    by_answer = place.run("update", *settings, "--diff", "--json", cwd=project).reply
    assert by_name.pop("answers")["jobs"] == {"value": "celery", "origin": "set", "place": "add celery"}
    del by_answer["answers"]
    assert by_name == by_answer
    assert by_name["files"]["src/shop/jobs.py"] == "added"


def test_what_is_added_is_taken_out_again(place: Workplace, project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file() and ".git" not in path.parts}
    assert place.run("add", "prometheus", "docker", cwd=project).code == 0
    commit(project)
    done = place.run("remove", "prometheus", "docker", "--json", cwd=project)
    assert done.code == 0
    assert done.reply["changed_answers"] == {
        "deployment": {"from": ["docker"], "to": []},
        "monitoring": {"from": ["prometheus"], "to": []},
    }
    assert {path: path.read_bytes() for path in before} == before


def test_it_can_be_undone_to_the_byte(place: Workplace, project: Path) -> None:
    before = snapshot(project)
    assert place.run("add", "celery", cwd=project).code == 0
    assert snapshot(project) != before
    assert place.run("undo", cwd=project).code == 0
    assert snapshot(project) == before


def test_edits_stay_and_clashes_are_conflicts(place: Workplace, project: Path) -> None:
    config = project / "gunicorn.conf.py"
    config.write_text(config.read_text().replace("import os\n", "import os\nimport socket\n"))
    git("commit", "--quiet", "--all", "--message", "Ours", cwd=project)
    done = place.run("add", "prometheus", "--json", cwd=project)
    assert done.code == 5
    assert done.reply["conflicts"] == ["gunicorn.conf.py"]
    assert "import socket" in config.read_text()


def test_looking_first_touches_nothing(place: Workplace, project: Path) -> None:
    before = snapshot(project)
    for option in ("--dry-run", "--diff"):
        done = place.run("add", "github", option, cwd=project)
        assert done.code == 0
        assert "A .github/workflows/check.yml" in done.err
    assert snapshot(project) == before


def test_the_version_stays_unless_another_is_named(place: Workplace, project: Path) -> None:
    assert place.run("new", "old", "--ref", "v0.1.0", "--set", "template=flask-micro", "--quiet").code == 0
    folder = place.here / "old"
    commit(folder)
    stays = place.run("add", "github", "--project", folder, "--dry-run", "--json").reply
    assert stays["template"] == {"name": "flask-micro", "from": "v0.1.0", "to": "v0.1.0"}
    moves = place.run("add", "github", "--to", "v0.2.0", "--project", folder, "--dry-run", "--json").reply
    assert moves["template"]["to"] == "v0.2.0"
    assert place.run("add", "github", "--project", folder).code == 0
    assert "_commit: v0.1.0\n" in (folder / RECORD).read_text()


def test_a_feature_that_only_a_newer_version_has_is_said_with_that_version(place: Workplace) -> None:
    assert place.run("new", "old", "--ref", "v0.1.0", "--set", "template=flask-micro", "--quiet").code == 0
    done = place.run("add", "sentry", "--project", "old")
    assert done.code == 3
    version = place.run("new", "x", "--defaults", "--dry-run", "--json").reply["template"]["to"]
    assert done.err.endswith(f"Hint: {version} has it, and --to {version} brings the project there, too.\n")
    moved = place.run("add", "sentry", "--to", version, "--project", "old", "--dry-run", "--json").reply
    assert moved["answers"]["error_reports"]["value"] == "sentry"


def test_a_feature_that_the_old_version_refuses_and_a_newer_one_has_is_said_with_that_version(place: Workplace) -> None:
    assert place.run("new", "old", "--ref", "v0.1.0", "--set", "template=flask-micro", "--quiet").code == 0
    done = place.run("add", "celery", "--project", "old")
    assert done.code == 3
    version = place.run("new", "x", "--defaults", "--dry-run", "--json").reply["template"]["to"]
    assert done.err.endswith(f"Hint: {version} has it, and --to {version} brings the project there, too.\n")
    assert place.run("add", "celery", "--to", version, "--project", "old", "--dry-run").code == 0


def test_answers_that_a_feature_needs_come_along_with_set(place: Workplace) -> None:
    settings = ["--set", "template=flask-micro", "--set", "example=false"]
    assert place.run("new", "small", *settings, "--quiet").code == 0
    folder = place.here / "small"
    refused = place.run("add", "suggestions", cwd=folder)
    assert refused.code == 3
    assert "--set example=true" in refused.err
    reply = place.run("add", "suggestions", "--set", "example=true", "--dry-run", "--json", cwd=folder).reply
    assert reply["changed_answers"]["suggestions"] == {"from": False, "to": True}
    both = place.run("add", "prometheus", "--set", "monitoring=statsd", "--dry-run", "--json", cwd=folder).reply
    assert both["changed_answers"]["monitoring"] == {"from": [], "to": ["statsd", "prometheus"]}


def test_what_is_there_already_is_no_error(place: Workplace, project: Path) -> None:
    done = place.run("add", "sqlite", cwd=project)
    assert done.code == 0
    assert done.err.splitlines()[1] == "Note: sqlite is there already."
    reply = place.run("remove", "celery", "--json", cwd=project).reply
    assert (reply["changed"], reply["notes"]) == ([], ["celery is not there."])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["add", "celry"], 3, "did you mean 'celery'?"),
        (["add", "redis"], 3, "cache=redis or sessions=redis"),
        (["add", "predictions"], 3, "choose example_domain = items, or template = flask-micro"),
        (["add", "flask-smorest"], 3, "api_library is not asked beside the project's other answers"),
        (["add", "celery", "--set", "jobs=none"], 3, "--set makes it none, and add celery makes it celery"),
        (["remove", "cookie"], 3, "sessions cannot be left out"),
        (["remove", "sqlite"], 3, "the example keeps its data in a database"),
        (["add"], 2, "no feature is named"),
        (["remove"], 2, "no feature is named"),
        (["add", "--list", "celery"], 2, "--list shows every feature"),
        (["add", "--list", "--dry-run"], 2, "--list shows every feature"),
        (["add", "celery", "--project", "missing"], 4, "missing is no folder"),
        (["add", "--list", "--project", "missing"], 4, "missing is not a project"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_input_says_what_is_meant_and_touches_nothing(
    place: Workplace, project: Path, arguments: list[str], code: int, said: str
) -> None:
    before = snapshot(project)
    done = place.run(*arguments, cwd=project)
    assert done.code == code
    assert said in done.err
    assert "\nHint: " in done.err
    failed = place.run(*arguments, "--json", cwd=project).reply
    assert failed["status"] == "failed"
    assert snapshot(project) == before


def test_the_list_is_for_people_and_for_programs(place: Workplace, project: Path) -> None:
    done = place.run("add", "--list", cwd=project)
    assert done.code == 0
    for line in (
        "database: Where does it keep its data?",
        "  [x] sqlite: SQLite - one file, nothing to install",
        "  [ ] celery: Yes, with Celery - a worker and a beat schedule",
        "  [ ] cache=redis: Yes, in Redis",
        "  [-] django-ninja: django-ninja - typed functions",
    ):
        assert f"{line}\n" in done.out
    questions = [line for line in done.out.splitlines() if line and not line.startswith(" ")]
    assert len(questions) == len(set(questions))
    assert max(len(line) for line in done.out.splitlines()) <= 120
    features = {
        feature["name"]: feature for feature in place.run("add", "--list", "--json", cwd=project).reply["features"]
    }
    assert features["github"] == {
        "name": "github",
        "key": "ci",
        "value": "github",
        "label": "GitHub Actions",
        "state": "possible",
        "because": None,
        "replaces": None,
        "files": {".github/workflows/check.yml": "added", "README.md": "changed"},
        "dependencies": [],
        "servers": [],
    }
    assert features["realtime"]["value"] is True
    assert features["shop"]["state"] == "refused"
    assert "django-full" in features["shop"]["because"]
    assert json.dumps(features["sqlite"]["files"]) == "{}"
