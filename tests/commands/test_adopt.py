"""`waypost adopt` as it is typed, and the updates of a project that was adopted."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.adopting import DJANGO, FLASK, MODULE, repository_of
from support.running import Workplace
from support.updating import commit, git, snapshot
from waypost.projects.keeping.memory import MEMORY, Memory, memory_text, read_memory
from waypost.questions.record import RECORD, read_record
from waypost.update.merge.trees import LINK, File

pytestmark = pytest.mark.slow

DECISION = "docs/decisions/0001-web-framework.md"


@pytest.fixture
def project(place: Workplace) -> Path:
    """A Flask application of blueprints that Waypost did not make."""
    return repository_of(place.here / "shop", FLASK)


@pytest.fixture
def adopted(place: Workplace, project: Path) -> Path:
    """The same, adopted and committed."""
    assert place.run("adopt", "--yes", "--quiet", cwd=project).code == 0
    commit(project)
    return project


def test_a_look_says_everything_and_writes_nothing(place: Workplace, project: Path) -> None:
    before = snapshot(project)
    done = place.run("adopt", "--dry-run", "--diff", "--json", cwd=project)
    assert (done.code, snapshot(project)) == (0, before)
    reply = done.reply
    assert reply["template"] == {"name": "flask-blueprints", "from": None, "to": reply["template"]["to"]}
    assert reply["answers"]["database"] == {
        "value": "postgresql",
        "origin": "seen",
        "place": "shop/__init__.py:7",
    }
    assert {"kind", "size", "experience"} <= set(reply["open"])
    assert [each["template"] for each in reply["distances"]] == ["flask-blueprints", "flask-micro", "django-full"]
    assert reply["files"] == {RECORD: "added", MEMORY: "added", DECISION: "added"}
    assert "+template: flask-blueprints" in reply["diff"]
    assert reply["standing"]["Makefile"]["state"] == "lacking"
    assert reply["standing"]["README.md"] == {"state": "different", "yours": "README.md", "leans_on": []}
    assert reply["standing"]["pyproject.toml"]["yours"] == "requirements.txt"
    assert reply["standing"]["src/shop/health.py"]["state"] == "application"
    assert reply["is_dry_run"] is True


def test_people_read_the_facts_with_their_places_and_the_distances(place: Workplace, project: Path) -> None:
    said = " ".join(place.run("adopt", "--dry-run", cwd=project).err.split())
    for words in (
        "jobs: no template has it (rq) requirements.txt:4",
        "0.12 flask-blueprints code: here the package in shop/; the template has src/shop",
        "Cannot be seen, and stands as not sure: kind, size",
        "Makefile (to adapt: it names",
        "src/shop/health.py, src/shop/security.py",
        "there is no common ancestor",
    ):
        assert words in said, words


def test_only_the_record_and_the_decision_are_written_and_undo_takes_them_back(place: Workplace, project: Path) -> None:
    before = snapshot(project)
    done = place.run("adopt", "--yes", "--json", cwd=project)
    assert (done.code, done.reply["changed"]) == (0, [RECORD, MEMORY, DECISION])
    assert set(git("status", "--porcelain", "--untracked-files=all", cwd=project).split()[1::2]) == {
        *(RECORD, MEMORY, DECISION)
    }
    assert read_record(project).template == "flask-blueprints"
    assert "The project was there before Waypost." in (project / DECISION).read_text()
    assert place.run("undo", cwd=project).code == 0
    assert snapshot(project) == before


def test_its_next_steps_lead_to_a_look_at_the_template(place: Workplace, project: Path) -> None:
    steps = place.run("adopt", "--yes", "--json", cwd=project).reply["next"]
    for step in steps[:-1]:
        subprocess.run(["sh", "-c", step], cwd=project, check=True, env=place.environment(), capture_output=True)
    assert git("status", "--porcelain", cwd=project) == ""
    assert steps[-1] == "waypost update --dry-run --diff"
    assert "+++ b/Makefile" in place.run(*steps[-1].split()[1:], cwd=project).out


def test_without_a_terminal_it_asks_for_agreement(place: Workplace, project: Path) -> None:
    before = snapshot(project)
    done = place.run("adopt", "--json", cwd=project)
    assert (done.code, done.reply["error"]["code"]) == (2, "agreement-needed")
    assert snapshot(project) == before


def test_what_is_answered_counts_before_what_was_read(place: Workplace, project: Path) -> None:
    (project.parent / "a.toml").write_text('kind = "ecommerce"\n')
    done = place.run("adopt", "--yes", "--answers", "../a.toml", "--set", "database=mysql", "--json", cwd=project)
    assert done.reply["answers"]["database"]["value"] == "mysql"
    assert "kind" not in done.reply["open"]
    assert "kind: ecommerce" in (project / RECORD).read_text()
    assert place.run("adopt", "--set", "databse=mysql", cwd=project).code in (3, 4)


@pytest.mark.parametrize("files", [MODULE, DJANGO], ids=["module", "django"])
def test_the_other_kinds_are_adopted_too(place: Workplace, files: Mapping[str, str]) -> None:
    project = repository_of(place.here / "mine", files)
    assert place.run("adopt", "--yes", cwd=project).code == 0
    commit(project)
    assert place.run("update", "--dry-run", cwd=project).code == 0
    assert place.run("check", cwd=project).code == 0


# What cannot be adopted


def test_a_dirty_tree_is_refused(place: Workplace, project: Path) -> None:
    (project / "README.md").write_text("mine\n")
    done = place.run("adopt", "--yes", cwd=project)
    assert (done.code, "changes that are not committed: README.md" in done.err) == (4, True)


def test_a_folder_without_git_or_commits_is_refused(place: Workplace) -> None:
    folder = place.here / "bare"
    folder.mkdir()
    (folder / "app.py").write_text(MODULE["app.py"])
    assert "is not kept by git" in place.run("adopt", "--yes", cwd=folder).err
    git("init", "--quiet", cwd=folder)
    done = place.run("adopt", "--yes", cwd=folder)
    assert (done.code, "nothing of" in done.err and "is committed" in done.err) == (4, True)


def test_a_project_that_has_a_record_is_refused(place: Workplace, adopted: Path) -> None:
    done = place.run("adopt", "--yes", "--json", cwd=adopted)
    assert (done.code, done.reply["error"]["code"]) == (4, "recorded-already")


def test_the_record_of_another_template_is_replaced_only_where_that_is_asked_for(
    place: Workplace, project: Path
) -> None:
    (project / RECORD).write_text("_commit: 1.0\n_src_path: gh:somebody/template\nname: x\n")
    commit(project)
    done = place.run("adopt", "--yes", cwd=project)
    assert (done.code, "--replace-record" in done.err, "gh:somebody/template" in done.err) == (4, True, True)
    before = snapshot(project)
    assert place.run("adopt", "--yes", "--replace-record", "--json", cwd=project).reply["files"][RECORD] == "changed"
    assert read_record(project).template == "flask-blueprints"
    assert place.run("undo", cwd=project).code == 0
    assert snapshot(project) == before


def test_a_record_that_is_a_link_is_refused(place: Workplace) -> None:
    outside = place.here / "outside.yml"
    outside.write_text("_src_path: x\n")
    folder = repository_of(place.here / "linked", {**MODULE, RECORD: File(LINK, str(outside).encode())})
    done = place.run("adopt", "--yes", cwd=folder)
    assert (done.code, "is a link" in done.err) == (4, True)
    assert outside.read_text() == "_src_path: x\n"


def test_nothing_is_written_through_a_link(place: Workplace) -> None:
    outside = place.here / "outside"
    outside.mkdir()
    folder = repository_of(place.here / "linked", {**MODULE, "docs": File(LINK, str(outside).encode())})
    done = place.run("adopt", "--yes", cwd=folder)
    assert (done.code, "docs" in done.err) == (4, True)
    assert list(outside.iterdir()) == []


def test_a_project_without_either_framework_is_refused_unless_the_template_is_named(place: Workplace) -> None:
    folder = repository_of(place.here / "api", {"main.py": "import fastapi\n"})
    done = place.run("adopt", "--yes", "--json", cwd=folder)
    assert (done.code, done.reply["error"]["code"]) == (4, "unknown-framework")
    assert place.run("adopt", "--yes", "--set", "template=flask-micro", cwd=folder).code == 0


# Updates afterwards


def test_an_update_brings_what_is_lacking_and_touches_nothing_else(place: Workplace, adopted: Path) -> None:
    mine = {path: (adopted / path).read_bytes() for path in FLASK if path != ".gitignore"}
    done = place.run("update", "--json", cwd=adopted)
    assert (done.code, done.reply["conflicts"]) == (0, [])
    files = done.reply["files"]
    assert {"Makefile", "CONTRIBUTING.md", "deploy/healthcheck.py", "compose.yaml"} <= files.keys()
    assert {path for path, kind in files.items() if kind != "added"} == {".gitignore", MEMORY}
    assert not any(path.startswith(("src/", "tests/")) for path in files)
    assert {path: (adopted / path).read_bytes() for path in mine} == mine
    assert done.reply["adoption"]["left"]["Dockerfile"]["state"] == "different"
    assert done.reply["adoption"]["left"][".github/workflows/check.yml"]["yours"] == ".github/workflows/tests.yml"
    assert "*.pyc\n" in (adopted / ".gitignore").read_text()
    assert not any(step.startswith("make") for step in done.reply["next"])
    commit(adopted)
    assert place.run("update", "--json", cwd=adopted).reply["files"] == {}
    assert place.run("check", cwd=adopted).code == 0


def test_an_update_can_be_undone(place: Workplace, adopted: Path) -> None:
    before = snapshot(adopted)
    assert place.run("update", cwd=adopted).code == 0
    assert place.run("undo", cwd=adopted).code == 0
    assert snapshot(adopted) == before


def test_only_brings_what_is_named(place: Workplace, adopted: Path) -> None:
    done = place.run("update", "--only", "deploy", "--only", "./Makefile", "--json", cwd=adopted)
    assert set(done.reply["files"]) == {"Makefile", "deploy/healthcheck.py", MEMORY}
    memory = read_memory((adopted / MEMORY).read_bytes())
    assert memory.taken == frozenset({"Makefile", "deploy/healthcheck.py"})
    commit(adopted)
    assert "has taken that already" in place.run("update", "--only", "Makefile", cwd=adopted).err
    # What was taken and edited is drift from now on, and put back when asked for; nothing else is.
    (adopted / "Makefile").write_text("all:\n")
    commit(adopted)
    assert [each["path"] for each in place.run("check", "--json", cwd=adopted).reply["drift"]] == ["Makefile"]
    assert place.run("regenerate", "--yes", "--json", cwd=adopted).reply["files"] == {"Makefile": "changed"}


def test_a_file_that_both_have_is_a_conflict_where_it_is_asked_for(place: Workplace, adopted: Path) -> None:
    before = snapshot(adopted)
    done = place.run("update", "--only", "Dockerfile", cwd=adopted)
    assert done.code == 5
    assert "No common ancestor: Dockerfile." in done.err
    text = (adopted / "Dockerfile").read_text()
    assert "COPY shop shop" in text
    assert "<<<<<<<" in text
    assert place.run("undo", cwd=adopted).code == 0
    assert snapshot(adopted) == before


def test_a_choice_brings_its_own_files_only(place: Workplace, adopted: Path) -> None:
    files = place.run("add", "renovate", "--dry-run", "--json", cwd=adopted).reply["files"]
    assert "renovate.json" in files
    assert "Makefile" not in files


def test_a_part_of_the_application_comes_where_it_is_named(place: Workplace, adopted: Path) -> None:
    files = place.run("update", "--only", "src/shop/security.py", "--dry-run", "--json", cwd=adopted).reply["files"]
    assert set(files) == {"src/shop/security.py", MEMORY}


def test_what_was_taken_follows_a_newer_version_with_its_own_ancestor(place: Workplace) -> None:
    place.run("new", "old", "--ref", "v0.2.0", "--set", "template=flask-micro", "--quiet")
    project = place.here / "old"
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace('  "gunicorn', '  "httpx>=0.28",\n  "gunicorn', 1))
    (project / "CONTRIBUTING.md").unlink()
    (project / MEMORY).write_bytes(memory_text(Memory(taken=frozenset({"Makefile", "pyproject.toml"}))))
    commit(project)
    reply = place.run("update", "--json", cwd=project).reply
    assert reply["files"]["Makefile"] == reply["files"]["pyproject.toml"] == "changed"
    assert "httpx>=0.28" in (project / "pyproject.toml").read_text()
    assert reply["files"]["CONTRIBUTING.md"] == "added"
    assert reply["adoption"]["left"]["README.md"]["state"] == "different"
    assert "README.md" not in reply["files"]


def test_a_project_below_the_top_of_its_repository_is_adopted(place: Workplace) -> None:
    top = repository_of(place.here / "many", {f"services/shop/{path}": text for path, text in FLASK.items()})
    (top / "notes.txt").write_text("not committed, and not of the project\n")
    project = top / "services/shop"
    assert place.run("adopt", "--yes", cwd=project).code == 0
    assert (project / RECORD).exists()
    commit(top)
    assert place.run("update", "--only", "Makefile", "--json", cwd=project).reply["files"]["Makefile"] == "added"


def test_what_the_template_does_not_make_cannot_be_named(place: Workplace, adopted: Path) -> None:
    done = place.run("update", "--only", "Makefil", cwd=adopted)
    assert (done.code, "did you mean 'Makefile'?" in done.err) == (2, True)


def test_only_is_for_adopted_projects(place: Workplace) -> None:
    place.run("new", "made", "--defaults", "--quiet")
    done = place.run("update", "--only", "Makefile", cwd=place.here / "made")
    assert (done.code, "--only takes part of a template into a project that was adopted" in done.err) == (2, True)


# A lost record


@pytest.mark.parametrize(
    ("version", "settings"),
    [
        ("v0.1.0", ("template=flask-micro", "kind=microservice", "database=postgresql")),
        ("v0.2.0", ("template=flask-micro", "cache=redis", "ci=gitlab", "license=proprietary")),
    ],
)
def test_a_lost_record_is_found_again(place: Workplace, version: str, settings: tuple[str, ...]) -> None:
    given = [word for setting in settings for word in ("--set", setting)]
    place.run("new", "prices", "--ref", version, *given, "--quiet")
    project = place.here / "prices"
    record = (project / RECORD).read_bytes()
    (project / RECORD).unlink()
    readme = (project / "README.md").read_text()
    (project / "README.md").write_text(f"{readme}\nMore.\n")
    commit(project)
    reply = place.run("adopt", "--yes", "--json", cwd=project).reply
    assert reply["made_from"]["version"] == version
    assert reply["made_from"]["same"] == reply["made_from"]["files"] - 1
    assert (project / RECORD).read_bytes() == record
    assert reply["files"] == {RECORD: "added"}
    commit(project)
    done = place.run("update", "--dry-run", "--json", cwd=project).reply
    assert "adoption" not in done
    assert done["files"]["pyproject.toml"] in ("changed", "conflict")


def test_every_reply_can_be_read_as_json_on_one_line(place: Workplace, project: Path) -> None:
    assert json.loads(place.run("adopt", "--dry-run", "--json", cwd=project).out)["schema"] == 3
