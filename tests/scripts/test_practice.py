"""The script reads from a repository what an application uses, and two codings are compared rightly."""

from __future__ import annotations

import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest

import practice_page
from practice import coding
from practice.agreement import Hits, agreement, by_documents, by_majority, by_neighbours, hits
from practice.checkout import git_directory, read_checkout
from practice.rules import facts_of
from support.sources import ROOT
from waypost.practice.table import CHOICES, load_projects

SHOP = {
    "README.md": "A shop.",
    "requirements.txt": "Django==5.2\npsycopg[binary]\n",
    "shop/urls.py": 'urlpatterns = [path("admin/", admin.site.urls), path("signup/", join)]\n',
    "shop/models.py": "from django.db import models\n"
    + "".join(f"class M{n}(models.Model):\n    pass\n" for n in range(11)),
    "shop/views.py": "@permission_required('shop.add_m1')\ndef add(request): ...\n",
    "shop/tasks.py": "from celery import shared_task\n",
    "shop/consumers.py": "from channels.generic.websocket import WebsocketConsumer\n",
    "shop/api.py": "from rest_framework import views\n",
}
SERVICE = {
    "setup.py": "install_requires=['flask']\n",
    "service.py": "from flask import Flask\n\napp = Flask(__name__)\n",
}
NOTES = {
    "requirements.txt": "flask\npymongo\n",
    "notes.py": 'import pymongo\nfrom flask_login import login_user\n@app.route("/api/notes")\ndef notes(): ...\n',
    "app.py": "import flask\n",
    "tests/test_notes.py": "from celery import Celery\nimport flask_socketio\n",
    "libs/celery_copy.py": "from celery import Celery\n",
}


def repository(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "All"]):
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True)
    return folder


def values_of(folder: Path) -> dict[str, str | bool]:
    git = git_directory(folder)
    assert git is not None
    return {key: fact.value for key, fact in facts_of(read_checkout(git)).items()}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (SHOP, ("django", "small", "multi-role", "full", "relational", "postgresql", "celery", "rest", True)),
        (SERVICE, ("flask", "small", "none", "none", "none", "none", "none", "none", False)),
        (NOTES, ("flask", "small", "none", "login", "document", "mongodb", "none", "rest", False)),
    ],
    ids=["shop", "service", "notes, whose tests and copies of others' code do not count"],
)
def test_the_facts_of_an_application_are_read(
    tmp_path: Path, files: dict[str, str], expected: tuple[object, ...]
) -> None:
    found = values_of(repository(tmp_path, files))
    keys = ("framework", "size", "admin", "accounts", "data", "database", "jobs", "api", "realtime")
    assert tuple(found[key] for key in keys) == expected


def test_a_bare_git_directory_will_do(tmp_path: Path) -> None:
    checkout = repository(tmp_path / "checkout", SHOP)
    bare = tmp_path / "owner+shop" / "repo"
    subprocess.run(["git", "clone", "-q", "--bare", str(checkout), str(bare)], check=True)
    row = coding.row_of(
        {"name": "Shop", "address": "https://example.org/owner/shop", "subject": "shop"}, tmp_path, date(2026, 1, 2)
    )
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=checkout, check=True, capture_output=True, text=True
    ).stdout
    assert row["commit"] == commit.strip()
    assert row["seen"]["admin"] == "shop/views.py"
    assert row["seen"]["size"] == "6 Python files, 1 commits"
    subjects = [{"name": "shop", "kind": "ecommerce"}]
    assert tomllib.loads(coding.table(subjects, [row])) == {"kinds": {"shop": "ecommerce"}, "project": [row]}


def test_what_cannot_be_coded_gets_no_row(tmp_path: Path) -> None:
    project = {"name": "A", "address": "https://example.org/o/a", "subject": "shop"}
    with pytest.raises(ValueError, match="no checkout"):
        coding.row_of(project, tmp_path, date(2026, 1, 2))
    repository(tmp_path / "o+a", {"a.py": "import bottle\n"})
    with pytest.raises(ValueError, match="neither Flask nor Django"):
        coding.row_of(project, tmp_path, date(2026, 1, 2))


def test_every_row_has_the_commit_and_a_file_for_each_fact_that_is_there() -> None:
    rows = tomllib.loads(practice_page.TABLE.read_text(encoding="utf-8"))["project"]
    assert len(rows) >= 120
    for row in rows:
        assert len(row["commit"]) == 40
        assert row["address"].startswith("https://github.com/")
        present = {key for key in practice_page.CODED if row[key] not in ("none", False)}
        assert present - row["seen"].keys() <= {"database"}, row["name"]


def test_every_project_has_a_subject_of_the_table_and_stands_there_once() -> None:
    projects = tomllib.loads((ROOT / "scripts/practice/projects.toml").read_text(encoding="utf-8"))
    subjects = {subject["name"]: subject["kind"] for subject in projects["subject"]}
    assert set(subjects.values()) <= set(CHOICES["kind"])
    assert {project["subject"] for project in projects["project"]} == subjects.keys()
    addresses = [project["address"] for project in projects["project"]]
    assert len(set(addresses)) == len(addresses)
    assert {project.address for project in load_projects()} <= set(addresses)


def test_thirty_projects_are_coded_twice_half_with_each_framework() -> None:
    by_hand, first, table = practice_page.codings()
    assert len(by_hand) == 30
    assert by_hand.keys() == first.keys() <= table.keys()
    assert [row["framework"] for row in by_hand.values()].count("flask") == 15


@pytest.mark.parametrize(
    ("pairs", "same", "kappa"),
    [
        ([("a", "a"), ("b", "b")], 2, 1.0),
        ([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 2, 0.0),
        ([("a", "b"), ("b", "a")], 0, -1.0),
        ([("a", "a"), ("a", "a")], 2, 1.0),
    ],
)
def test_agreement_is_counted_beyond_chance(pairs: list[tuple[str, str]], same: int, kappa: float) -> None:
    found = agreement(pairs)
    assert (found.same, found.of) == (same, len(pairs))
    assert found.kappa == pytest.approx(kappa)


def test_a_project_never_foretells_itself() -> None:
    projects = load_projects()[:6]
    others = [str(project.framework) for project in projects[1:]]
    assert by_neighbours(projects, CHOICES)(projects[0]) == max(("flask", "django"), key=others.count)
    assert by_majority(projects)(projects[0]) == max(("flask", "django"), key=others.count)


def test_the_documents_foretell_by_what_a_repository_shows() -> None:
    django = [project for project in load_projects() if project.framework == "django"]
    assert hits(django, lambda _: "django") == Hits(flask=0, django=len(django))
    assert {
        by_documents(["kind"])(project) for project in load_projects() if project.answers["kind"] == "microservice"
    } == {"flask"}
