"""What the page asks about answers: each reply is what the commands say, and every set of answers has an address."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path
from urllib.parse import urlencode

import pytest
from jsonschema import Draft202012Validator

from support.pages import Asking, asking_hosted
from support.sources import catalogue
from waypost.commands.new import new
from waypost.commands.replies.schema import schema_of
from waypost.questions.answers import Inputs

SETS = {
    "nothing": {},
    "an API": {"kind": "rest-api", "size": "small", "admin": "none", "accounts": "none"},
    "a shop": {
        "kind": "ecommerce",
        "database": "postgresql",
        "project_name": "Käse & Co",
        "deployment": "docker,nginx",
    },
}
REFUSED = {"accounts": "login", "template": "flask-micro"}


@pytest.fixture(scope="module")
def page() -> Asking:
    return asking_hosted()


def query(answers: dict[str, str]) -> str:
    return f"?{urlencode(answers)}"


@pytest.mark.parametrize("path", ["/api/catalogue", "/api/plan", "/api/plan?accounts=login&template=flask-micro"])
def test_a_reply_is_one_of_the_published_schema(page: Asking, path: str) -> None:
    assert list(Draft202012Validator(schema_of("web")).iter_errors(page.json(path))) == []


def test_the_page_shows_every_question_of_the_catalogue(page: Asking) -> None:
    shown = page.json("/api/catalogue")["questions"]
    assert [question["key"] for question in shown] == [question.key for question in catalogue().questions]
    for question, ours in zip(shown, catalogue().questions, strict=True):
        assert [choice["value"] for choice in question["choices"]] == list(ours.values)
        for choice, theirs in zip(question["choices"], ours.choices, strict=True):
            assert " - ".join(filter(None, [choice["title"], choice["explanation"]])) == theirs.label


@pytest.mark.parametrize("answers", SETS.values(), ids=SETS)
def test_the_archives_hold_what_the_command_makes(page: Asking, answers: dict[str, str], tmp_path: Path) -> None:
    settings = tuple(f"{key}={value}" for key, value in {"project_name": "My Project", **answers}.items())
    reply = new(Inputs(settings=settings), str(tmp_path / "made"), uses_git=False)
    made = {path: (tmp_path / "made" / path).read_bytes() for path in reply.fields["changed"] if path != ".env"}
    runnable = {path for path in made if (tmp_path / "made" / path).stat().st_mode & 0o100}
    slug = reply.fields["answers"]["project_slug"]["value"]
    with zipfile.ZipFile(io.BytesIO(page.get(f"/starter.zip{query(answers)}").data)) as archive:
        held = {entry.filename.removeprefix(f"{slug}/"): archive.read(entry) for entry in archive.infolist()}
        modes = {e.filename.removeprefix(f"{slug}/") for e in archive.infolist() if e.external_attr >> 16 & 0o100}
    assert (held, modes) == (made, runnable)
    with tarfile.open(fileobj=io.BytesIO(page.get(f"/starter.tar.gz{query(answers)}").data)) as archive:
        members = {member.name.removeprefix(f"{slug}/"): member for member in archive.getmembers()}
        assert members.keys() == made.keys()
        assert {path for path, member in members.items() if member.mode & 0o100} == runnable
        for path, member in members.items():
            stream = archive.extractfile(member)
            assert stream is not None
            assert stream.read() == made[path]


def test_the_same_answers_come_to_the_same_bytes(page: Asking) -> None:
    for path in ("/starter.zip?kind=cms", "/starter.tar.gz?kind=cms"):
        assert page.get(path).data == asking_hosted().get(path).data


def test_the_files_of_a_plan_can_be_had_by_their_shas(page: Asking) -> None:
    plan = page.json("/api/plan?kind=cms&size=large")
    some = plan["files"][:100]
    found = page.json(f"/api/files?kind=cms&size=large&shas={','.join(file['sha'] for file in some)}")["contents"]
    assert found.keys() == {file["sha"] for file in some}
    for file in some:
        text = found[file["sha"]]["text"]
        if text is not None:
            assert hashlib.sha256(text.encode()).hexdigest().startswith(file["sha"])
            assert (len(text.splitlines()), len(text.encode())) == (file["lines"], file["bytes"]) or "\f" in text


def test_highlighting_covers_a_file_to_the_last_unit_of_utf16(page: Asking) -> None:
    plan = page.json("/api/plan?kind=rest-api&description=%F0%9F%90%9D+bees")
    sha = {file["path"]: file["sha"] for file in plan["files"]}["pyproject.toml"]
    held = page.json(f"/api/files?kind=rest-api&description=%F0%9F%90%9D+bees&shas={sha}")["contents"][sha]
    lengths = [int(part) for part in "".join(c if c.isdigit() else " " for c in held["runs"]).split()]
    assert sum(lengths) == len(held["text"].encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    "query_string",
    ["shas=", "", f"shas={','.join(f'{n:016x}' for n in range(130))}"],
    ids=["empty", "none", "too many"],
)
def test_files_are_asked_for_by_a_few_shas(page: Asking, query_string: str) -> None:
    assert page.get(f"/api/files?{query_string}").status_code == 400


def test_the_advice_is_there_also_where_answers_are_refused(page: Asking) -> None:
    reply = page.json(f"/api/plan{query(REFUSED)}")
    assert reply["advice"]["framework"] in ("flask", "django")
    assert reply["refusals"][0]["keys"] == ["template", "accounts"]
    assert reply["ways_out"]
    assert reply["files"] == []
    for way in reply["ways_out"]:
        answers = {key: value for key, value in {**REFUSED, **way["changes"]}.items() if value is not None}
        assert page.json(f"/api/plan{query(answers)}")["refusals"] == []


def test_an_answer_that_no_question_takes_is_named_and_its_default_counts(page: Asking) -> None:
    reply = page.json("/api/plan?ci=gitlub&colour=red&project_slug=%21")
    assert {(problem["key"], problem["nearest"]) for problem in reply["invalid"]} == {
        ("ci", "gitlab"),
        ("project_slug", None),
    }
    assert (reply["unknown"], reply["answers"]["ci"]["value"]) == (["colour"], "none")
    assert reply["files"]
    for path in ("/api/archive", "/api/answers", "/starter.zip"):
        response = page.get(f"{path}?ci=gitlub")
        assert (response.status_code, response.get_json()["error"]["problems"][0]["nearest"]) == (422, "gitlab")
    assert page.get("/starter.zip?colour=red").get_json()["error"]["code"] == "wrong-answer"


def test_what_is_taken_away_makes_the_same(page: Asking, tmp_path: Path) -> None:
    answers = {"kind": "cms", "project_name": "It's a Café", "example": "false", "deployment": "none"}
    held = page.json(f"/api/answers{query(answers)}")
    (tmp_path / "waypost.toml").write_text(held["toml"])
    made = new(Inputs(file=str(tmp_path / "waypost.toml")), str(tmp_path / "made"), uses_git=False)
    plan = page.json(f"/api/plan{query(answers)}")
    assert {path for path in made.fields["changed"] if path != ".env"} == {file["path"] for file in plan["files"]}
    shown = {key: answer["value"] for key, answer in plan["answers"].items()}
    assert {key: answer["value"] for key, answer in made.fields["answers"].items()} == shown
    assert "--set 'project_name=It'\"'\"'s a Café'" in held["command"]
    assert all(len(line) <= 100 for line in held["command"].splitlines())


def test_a_reply_is_known_by_version_and_answers_before_any_work_is_done(page: Asking) -> None:
    first = page.get("/api/plan?kind=cms")
    again = page.get("/api/plan?kind=cms", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = page.get("/api/plan?kind=ecommerce", If_None_Match=first.headers["ETag"])
    assert (other.status_code, other.headers["ETag"] != first.headers["ETag"]) == (200, True)
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_a_wrong_request_gets_no_mark(page: Asking) -> None:
    assert "ETag" not in page.get("/api/archive?ci=gitlub").headers


def test_files_of_the_page_are_kept_for_ever_under_their_hash(page: Asking) -> None:
    text = page.get("/").text
    address = text.partition('href="')[2].partition('"')[0]
    assert address.startswith("/static/")
    kept = page.get(address)
    assert (kept.status_code, "immutable" in kept.headers["Cache-Control"]) == (200, True)
    assert page.get(address.replace("/static/", "/static/0")).status_code == 404


def test_whoever_asks_for_more_than_there_is_gets_an_error_in_json(page: Asking) -> None:
    assert page.get("/api/nothing").get_json()["error"]["message"]
    assert page.get("/api/plan?kind=%ff").status_code == 400
    assert page.get("/api/plan?" + "&".join(f"a{n}=b" for n in range(65))).status_code == 400
    assert page.get("/api/plan?project_name=" + "x" * 5_000).status_code == 414


def test_a_hosted_page_has_no_routes_that_touch_a_disk(page: Asking) -> None:
    rules = {str(rule) for rule in page.client.application.url_map.iter_rules()}
    assert not [rule for rule in rules if "projects" in rule]
    assert page.get("/api/projects").status_code == 404
    assert page.client.post("/api/projects", json={}).status_code in (403, 404)


def test_replies_can_be_read_as_json_lines(page: Asking) -> None:
    assert json.loads(page.get("/api/plan").text)["schema"] == 3
