"""What the page does on this machine: it makes the project that was shown, and applies the update that was shown."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from support.pages import Asking, asking_here
from support.updating import commit, git
from waypost.commands.new import new
from waypost.commands.replies.schema import schema_of
from waypost.questions.answers import Inputs

MICRO = {"template": "flask-micro", "project_name": "Prices"}


@pytest.fixture
def page(tmp_path: Path) -> Asking:
    (tmp_path / "place").mkdir()
    return asking_here(tmp_path / "place")


@pytest.fixture(scope="module")
def outdated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A committed project of an older release, whose server's settings somebody has edited."""
    folder = tmp_path_factory.mktemp("outdated") / "prices"
    settings = tuple(f"{key}={value}" for key, value in MICRO.items())
    new(Inputs(settings=settings), str(folder), uses_git=False, ref="v0.2.0")
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    with (folder / "Makefile").open("a", encoding="utf-8") as stream:
        stream.write("\n.PHONY: ours\nours:\n\ttrue\n")
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "x", cwd=folder)
    return folder


@pytest.fixture
def existing(outdated: Path, tmp_path: Path) -> tuple[Asking, Path, str]:
    """A page, the project that lies where it was started, and the project's id."""
    (tmp_path / "place").mkdir()
    project = shutil.copytree(outdated, tmp_path / "place/prices")
    page = asking_here(tmp_path / "place")
    (found,) = page.json("/api/projects")["projects"]
    return page, project, found["id"]


def make(page: Asking, **changes: Any) -> Any:
    return page.post("/api/projects", {"answers": MICRO, "name": "prices", "git": False, **changes})


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_project_is_made_as_it_was_shown(page: Asking, tmp_path: Path) -> None:
    made = make(page)
    assert made.status_code == 201, made.text
    shown = page.json("/api/plan?template=flask-micro&project_name=Prices")["files"]
    written = tree(tmp_path / "place/prices")
    assert written.keys() - {".env"} == {file["path"] for file in shown}
    assert {path: len(content) for path, content in written.items() if path != ".env"} == {
        file["path"]: file["bytes"] for file in shown
    }
    assert made.get_json()["next"][0].startswith("cd ")
    assert list(Draft202012Validator(schema_of("new")).iter_errors(made.get_json())) == []


def test_a_folder_of_another_name_changes_nothing_in_the_project(page: Asking, tmp_path: Path) -> None:
    assert make(page, answers={"template": "flask-micro"}, name="some-where").status_code == 201
    written = tree(tmp_path / "place/some-where")
    shown = page.json("/api/plan?template=flask-micro")["files"]
    assert {file["path"]: file["bytes"] for file in shown} == {
        path: len(content) for path, content in written.items() if path != ".env"
    }


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../out", "a/b", "/tmp/out", "a\\b", ".hidden", "-rf", "a\x00b", "a\nb", "x" * 101, "a:b", "~root"],
)
def test_no_name_leads_out_of_the_folder(page: Asking, tmp_path: Path, name: str) -> None:
    assert make(page, name=name).status_code == 400
    assert [path.name for path in tmp_path.rglob("*")] == ["place"]


def test_what_is_there_stays_as_it_is(page: Asking, tmp_path: Path) -> None:
    place = tmp_path / "place"
    (place / "file").write_text("mine")
    (place / "folder").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (place / "link").symlink_to(tmp_path / "elsewhere")
    (place / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("file", "folder", "link", "dangling"):
        assert make(page, name=name).status_code == 409
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert not (tmp_path / "nowhere").exists()
    assert (place / "file").read_text() == "mine"


def test_a_folder_that_becomes_a_link_takes_no_project(page: Asking, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "place").rename(tmp_path / "moved")
    (tmp_path / "place").symlink_to(tmp_path / "elsewhere")
    assert make(page).status_code == 409
    assert page.get("/api/projects").status_code == 409
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"answers": {"ci": "gitlub"}}, 422),
        ({"answers": {"template": "flask-micro", "accounts": "login"}}, 422),
        ({"answers": {"colour": "red"}}, 400),
        ({"answers": {"kind": 3}}, 400),
        ({"git": "yes"}, 400),
        ({"more": 1}, 400),
    ],
    ids=["wrong", "refused", "unknown", "no text", "no truth", "more"],
)
def test_nothing_is_made_of_a_wrong_request(page: Asking, tmp_path: Path, changes: dict[str, Any], status: int) -> None:
    assert make(page, **changes).status_code == status
    assert list((tmp_path / "place").iterdir()) == []


def test_projects_are_found_below_the_folder_and_links_are_not_followed(
    existing: tuple[Asking, Path, str], tmp_path: Path
) -> None:
    page, project, _ = existing
    (tmp_path / "place/link").symlink_to(project)
    (tmp_path / "place/broken").mkdir()
    (tmp_path / "place/broken/.copier-answers.yml").write_text("]")
    found = {item["name"]: item for item in page.json("/api/projects")["projects"]}
    assert found.keys() == {"prices", "broken"}
    assert (found["prices"]["is_outdated"], found["prices"]["problem"]) == (True, None)
    assert found["broken"]["problem"]


@pytest.mark.parametrize("id_", ["0" * 16, "..", "prices", "%2e%2e"])
def test_a_project_is_named_by_its_id_alone(existing: tuple[Asking, Path, str], id_: str) -> None:
    assert existing[0].get(f"/api/projects/{id_}").status_code == 404


@pytest.mark.slow
def test_an_update_is_seen_applied_as_it_was_seen_and_taken_back(existing: tuple[Asking, Path, str]) -> None:
    page, project, id_ = existing
    before = tree(project)
    state = page.json(f"/api/projects/{id_}")
    assert (state["state"], [drift["path"] for drift in state["drift"]]) == ("outdated", ["Makefile"])
    shown = page.post(f"/api/projects/{id_}/preview", {"answers": {"ci": "github"}, "to": None, "stays": False})
    fields = shown.get_json()
    assert list(Draft202012Validator(schema_of("web")).iter_errors(fields)) == []
    assert (tree(project), fields["changed_answers"]["ci"]["to"]) == (before, "github")
    assert fields["diffs"].keys() == {path for path in fields["files"] if path not in fields["conflicts"]} | (
        fields["diffs"].keys() & set(fields["conflicts"])
    )
    done = page.post(f"/api/projects/{id_}/apply", {"plan": fields["plan"], "agreed": False})
    assert done.status_code == 200, done.text
    assert (project / ".github/workflows/check.yml").is_file()
    assert b".PHONY: ours" in (project / "Makefile").read_bytes()
    assert page.post(f"/api/projects/{id_}/undo", {}).status_code == 200
    assert tree(project) == before
    assert git("status", "--porcelain", cwd=project) == ""


@pytest.mark.slow
@pytest.mark.thorough
def test_only_the_update_that_was_shown_last_is_applied(existing: tuple[Asking, Path, str]) -> None:
    page, project, id_ = existing
    before = tree(project)

    def preview(**answers: str) -> str:
        reply = page.post(f"/api/projects/{id_}/preview", {"answers": answers, "to": None, "stays": True})
        return str(reply.get_json()["plan"])

    first = preview(ci="github")
    assert preview(ci="github") == first
    second = preview(ci="gitlab")
    for plan in (first, "", "0" * 32):
        assert page.post(f"/api/projects/{id_}/apply", {"plan": plan, "agreed": True}).status_code == 409
    (project / "ours.txt").write_text("new\n")
    commit(project)
    before |= {"ours.txt": b"new\n"}
    response = page.post(f"/api/projects/{id_}/apply", {"plan": second, "agreed": True})
    assert (response.status_code, tree(project)) == (409, before), response.text


@pytest.mark.slow
@pytest.mark.thorough
def test_another_framework_needs_an_agreement(existing: tuple[Asking, Path, str]) -> None:
    page, project, id_ = existing
    before = tree(project)
    ways = page.json(f"/api/projects/{id_}/plan?template=django-full")["ways_out"]
    way = next(way["result"] for way in ways if "template" not in way["result"])
    answers = {"template": "django-full", **{key: str(value) for key, value in way.items() if value is not None}}
    shown = page.post(f"/api/projects/{id_}/preview", {"answers": answers, "to": None, "stays": False}).get_json()
    assert shown.get("needs_agreement"), shown
    response = page.post(f"/api/projects/{id_}/apply", {"plan": shown["plan"], "agreed": False})
    assert (response.status_code, response.get_json()["error"]["code"]) == (400, "agreement-needed")
    assert tree(project) == before


@pytest.mark.slow
def test_a_conflict_is_shown_from_all_sides_before_it_is_there(existing: tuple[Asking, Path, str]) -> None:
    page, project, id_ = existing
    readme = project / "README.md"
    readme.write_text("".join(f"ours: {line}" for line in readme.read_text().splitlines(keepends=True)))
    commit(project)
    shown = page.post(f"/api/projects/{id_}/preview", {"answers": {}, "to": None, "stays": False}).get_json()
    assert "README.md" in shown["conflicts"]
    sides = shown["sides"]["README.md"]
    assert sides["ours"]["text"] == readme.read_text()
    assert "<<<<<<<" in sides["marked"]["text"]
    done = page.post(f"/api/projects/{id_}/apply", {"plan": shown["plan"], "agreed": False}).get_json()
    assert (done["status"], readme.read_text()) == ("conflicts", sides["marked"]["text"])
    response = page.post(f"/api/projects/{id_}/rehearse", {"plan": shown["plan"]})
    assert response.status_code == 409


@pytest.mark.slow
def test_a_rehearsal_streams_what_the_project_s_own_commands_print(existing: tuple[Asking, Path, str]) -> None:
    page, project, id_ = existing
    (project / "Makefile").write_text("setup:\n\t@echo setting up\n\ntest:\n\t@echo testing; exit 3\n")
    commit(project)
    before = tree(project)
    answers = {"answers": {"ci": "github"}, "to": None, "stays": True}
    shown = page.post(f"/api/projects/{id_}/preview", answers).get_json()
    assert shown["conflicts"] == [], shown["reasons"]
    response = page.post(f"/api/projects/{id_}/rehearse", {"plan": shown["plan"]})
    parts = [json.loads(line) for line in response.text.splitlines()]
    assert parts[-1]["rehearsal"]["failed"] == "make test"
    said = "".join(part.get("text", "") for part in parts)
    assert said.index("setting up") < said.index("testing")
    assert tree(project) == before


@pytest.mark.slow
@pytest.mark.thorough
def test_a_rehearsal_ends_when_nobody_reads_it_any_more(existing: tuple[Asking, Path, str], tmp_path: Path) -> None:
    page, project, id_ = existing
    mark = tmp_path / "left-over"
    (project / "Makefile").write_text(f"setup:\n\t@echo begun; sleep 30; touch {mark}\n\ntest:\n\t@true\n")
    commit(project)
    answers = {"answers": {"ci": "github"}, "to": None, "stays": True}
    shown = page.post(f"/api/projects/{id_}/preview", answers).get_json()
    response = page.post(f"/api/projects/{id_}/rehearse", {"plan": shown["plan"]})
    for line in response.iter_encoded():
        if b"begun" in line:
            break
    response.close()
    assert subprocess.run(["pgrep", "-f", f"touch {mark}"], check=False, capture_output=True).stdout == b""
