"""Template sources of others, which ask other questions than Waypost's own: every command works with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from support.running import Workplace
from support.sources import RECORD_TEXT, as_repository, git
from waypost.questions.record import RECORD

pytestmark = pytest.mark.slow

QUESTIONS = """\
_secret_questions: [key]
title: {type: str, default: A thing}
port: {type: int, default: 8000, validator: "{% if port < 1 %}too small{% endif %}"}
share: 0.5
tags: {type: yaml, default: [one, two]}
level: {type: int, choices: {Low: 1, High: 2}, default: 1}
kinds: {type: str, choices: [[First, a], [Second, b]], multiselect: true, default: [a]}
loud: true
password: {type: str, secret: true, default: ""}
key: {type: str, default: "none", validator: "{% if key == 'none' %}needed{% endif %}"}
next_port: {type: int, default: "{{ port + 1 }}", when: false}
"""
TEXT = "{{ title }} {{ port + 1 }} {{ next_port }} {{ share * 2 }} {{ tags | join('+') }} {{ level + 1 }} {{ kinds }}"
FILES = {
    "copier.yml": QUESTIONS,
    "{{ _copier_conf.answers_file }}.jinja": RECORD_TEXT,
    "README.md.jinja": f"{TEXT} {{{{ loud }}}}\n",
    "secret.txt.jinja": "{{ password }}{{ key }}\n",
    "src/run.sh": "#!/bin/sh\n",
}
SECRETS = ("hunter2-password", "hunter2-key")


def repository(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "src/run.sh").chmod(0o755)
    return as_repository(folder, "v1.0.0")


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A template as copier's documentation shows one: its files beside its copier.yml, and questions of its own."""
    return repository(tmp_path / "a-thing.git", FILES)


def release(source: Path, tag: str, changes: dict[str, str]) -> None:
    for name, text in changes.items():
        (source / name).write_text(text)
    git("add", "--all", cwd=source)
    git("commit", "--quiet", "--message", tag, cwd=source)
    git("tag", tag, cwd=source)


def test_its_choices_are_features_too(place: Workplace, foreign: Path) -> None:
    assert place.run("new", "thing", "--source", foreign, "--defaults", "--quiet").code == 0
    project = place.here / "thing"
    reply = place.run("add", "--list", "--json", cwd=project).reply
    states = {feature["name"]: feature["state"] for feature in reply["features"]}
    assert states == {"1": "there", "2": "possible", "a": "there", "b": "possible", "loud": "there"}
    assert place.run("add", "b", cwd=project).code == 0
    assert "['a', 'b']" in (project / "README.md").read_text()
    assert place.run("undo", cwd=project).code == 0
    taken = place.run("remove", "loud", "kinds", "--json", cwd=project).reply
    assert taken["changed_answers"] == {"kinds": {"from": ["a"], "to": []}, "loud": {"from": True, "to": False}}
    assert (project / "README.md").read_text().endswith(" [] False\n")
    assert place.run("remove", "loud", cwd=project).code == 4


def test_a_project_is_made_checked_shown_updated_and_put_back(place: Workplace, foreign: Path) -> None:
    done = place.run(*("new", "thing", "--source", foreign, "--set=port=9000", "--set=tags=[x, y]"))
    assert done.code == 0, done.err
    assert "Made thing from a-thing: " in done.err
    project = place.here / "thing"
    assert (project / "README.md").read_text() == "A thing 9001 9001 1.0 x+y 2 ['a'] True\n"
    record = yaml.safe_load((project / RECORD).read_text())
    assert (record["port"], record["level"], record["tags"]) == (9000, 1, ["x", "y"])
    assert git("log", "--format=%s", cwd=project) == "Start thing from a-thing\n"
    assert not (project / "docs").exists()

    checked = place.run("check", "thing", "--json")
    assert (checked.code, checked.reply["drift"], checked.reply["template"]["name"]) == (0, [], None)
    shown = place.run("answers", "show", "thing")
    assert 'port = "9000"' in shown.out
    assert place.run("answers", "show", "thing", "--json").reply["answers"]["title"]["value"] == "A thing"
    (project / "README.md").write_text("mine\n")
    git("commit", "--quiet", "--all", "--message=Mine", cwd=project)
    assert place.run("regenerate", "thing", "--yes", "--json").reply["changed"] == ["README.md"]
    assert place.run("undo", "thing").code == 0

    release(foreign, "v1.1.0", {"more.txt.jinja": "{{ level }}\n"})
    assert place.run("check", "thing").code == 6
    updated = place.run("update", "thing", "--json", "--set=level=2")
    assert updated.code == 5, updated.err
    assert updated.reply["changed_answers"] == {"level": {"from": "1", "to": "2"}}
    assert (project / "more.txt").read_text() == "2\n"


def test_a_batch_makes_and_updates_many(place: Workplace, foreign: Path) -> None:
    entries = "".join(f'[[projects]]\npath = "{name}"\n' for name in ("a", "b", "c", "d", "e"))
    (place.here / "fleet.toml").write_text(f'source = "{foreign}"\n{entries}')
    assert place.run("batch", "fleet.toml").code == 0
    release(foreign, "v1.1.0", {"more.txt.jinja": "{{ level }}\n"})
    rows = place.run("batch", "fleet.toml", "--json").reply["projects"]
    assert {(row["status"], tuple(row["changed"])) for row in rows} == {("done", (RECORD, "more.txt"))}


def test_what_names_no_folder_asks_for_one(place: Workplace, foreign: Path) -> None:
    done = place.run("new", "--defaults", "--source", foreign)
    assert (done.code, "waypost new FOLDER" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("port=many", "expected a number; got 'many'"),
        ("port=0", "too small"),
        ("level=3", "'3' is not one of 1, 2"),
        ("prot=1", "did you mean 'port'?"),
    ],
)
def test_an_answer_that_its_questions_refuse_is_named(place: Workplace, foreign: Path, setting: str, says: str) -> None:
    done = place.run("new", "thing", "--source", foreign, "--set", setting)
    assert (done.code, says in done.err) == (3, True), done.err


def test_secret_answers_reach_the_files_and_nothing_else(place: Workplace, foreign: Path) -> None:
    answers = {f"--set={key}={value}" for key, value in zip(("password", "key"), SECRETS, strict=True)}
    plain = place.run("new", "dry", "--source", foreign, "--dry-run", *answers)
    made = place.run("new", "thing", "--source", foreign, "--json", *answers)
    project = place.here / "thing"
    assert (project / "secret.txt").read_text() == "".join(SECRETS) + "\n"
    record = (project / RECORD).read_text()
    shown = place.run("answers", "show", "thing")
    release(foreign, "v1.1.0", {"more.txt": "more\n"})
    updated = place.run("update", "thing", "--json", "--set=password=hunter2-newer", "--set=key=hunter2-key")
    assert (updated.code, updated.reply["conflicts"]) == (5, ["secret.txt"])
    again = place.run("update", "thing", "--set=password=hunter2-newer")
    for said in (plain.out + plain.err, made.out + made.err, record, shown.out, updated.out + updated.err, again.err):
        assert "hunter2" not in said
    assert "password" not in yaml.safe_load(record)
    kept = [path for path in (project / ".git/waypost").rglob("*.json") if "hunter2" in path.read_text()]
    assert kept == []


def test_secret_answers_stay_out_of_the_state_of_a_batch(place: Workplace, foreign: Path) -> None:
    entries = '[[projects]]\npath = "a"\n[[projects]]\npath = "b"\nset = { port = "none" }\n'
    (place.here / "fleet.toml").write_text(f'source = "{foreign}"\nset = {{ password = "{SECRETS[0]}" }}\n{entries}')
    done = place.run("batch", "fleet.toml")
    assert done.code == 3
    state = (place.here / "fleet.toml.state").read_text()
    assert json.loads(state)["row"]["project"] == "a"
    assert "hunter2" not in done.out + done.err + state


def test_what_is_wrong_with_a_secret_answer_does_not_repeat_it(place: Workplace, foreign: Path) -> None:
    (place.here / "number.toml").write_text("password = 20042004\n")
    (place.here / "bare.toml").write_text("password = hunter2\n")
    for name in ("number", "bare"):
        done = place.run("new", "thing", "--source", foreign, "--answers", f"{name}.toml", "--json")
        assert done.code == 3
        assert "2004" not in done.out
        assert "hunter2" not in done.out


def test_templates_and_a_slug_are_all_that_a_source_of_our_form_needs(place: Workplace) -> None:
    files = {
        "copier.yml": '_subdirectory: "templates/{{ template }}"\n'
        "template: {type: str, choices: [service, worker], default: service}\n"
        "project_slug: {type: str, default: a-service}\n",
        "templates/service/{{ _copier_conf.answers_file }}.jinja": RECORD_TEXT,
        "templates/service/README.md.jinja": "# {{ project_slug }}\n",
        "src/run.sh": "",
    }
    source = repository(place.root / "source", files)
    done = place.run("new", "--defaults", "--source", source, "--json")
    assert (done.code, done.reply["template"]["name"]) == (0, "service"), done.reply
    project = place.here / "a-service"
    assert git("log", "--format=%s", cwd=project) == "Start a-service from service\n"
    assert git("ls-files", cwd=project).split() == [RECORD, "README.md"]
    assert place.run("check", "a-service").out.startswith("a-service: current, service v1.0.0")
    release(source, "v1.1.0", {"templates/service/more.txt": "more\n"})
    assert place.run("update", "a-service", "--json").reply["changed"] == [RECORD, "more.txt"]
