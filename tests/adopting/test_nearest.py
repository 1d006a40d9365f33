"""What is read from projects that Waypost did not make, and which template comes nearest: made-up projects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from support.adopting import DJANGO, FLASK, MODULE, repository_of
from support.sources import catalogue
from waypost.adopting.material import Fact, material_of
from waypost.adopting.nearest import Candidate, candidates
from waypost.adopting.stack import Findings, findings_of
from waypost.errors import AnswersError
from waypost.model import Value
from waypost.projects.project import find_repository
from waypost.questions.answers import Answer
from waypost.update.merge.trees import LINK, File


def read(folder: Path, files: Mapping[str, str | bytes | File]) -> Findings:
    return findings_of(material_of(find_repository(repository_of(folder, files))))


def facts(folder: Path, files: Mapping[str, str | bytes | File]) -> dict[str, Fact]:
    return {fact.key: fact for fact in read(folder, files).facts}


def nearest(folder: Path, files: Mapping[str, str | bytes | File], **given: Value) -> tuple[Candidate, ...]:
    answers = {key: Answer(value=value, origin="set") for key, value in given.items()}
    return candidates(catalogue(), read(folder, files).facts, answers)


@pytest.mark.parametrize(
    ("files", "template"),
    [(MODULE, "flask-micro"), (FLASK, "flask-blueprints"), (DJANGO, "django-full")],
    ids=["module", "flask", "django"],
)
def test_the_template_of_the_same_framework_and_layout_is_the_nearest(
    tmp_path: Path, files: Mapping[str, str], template: str
) -> None:
    found = nearest(tmp_path / "x", files)
    assert found[0].template == template
    assert [candidate.distance for candidate in found] == sorted(candidate.distance for candidate in found)
    assert 0 <= found[0].distance < found[1].distance <= 1


def test_each_fact_names_the_line_that_it_rests_on(tmp_path: Path) -> None:
    found = facts(tmp_path / "x", FLASK)
    assert {key: (fact.value, fact.place) for key, fact in found.items() if fact.path} == {
        "framework": ("flask", "shop/__init__.py:6"),
        "layout": ("flask-blueprints", "shop/cart.py:3"),
        "package_name": ("shop", "shop/__init__.py:6"),
        "code": ("shop", "shop/__init__.py:6"),
        "database": ("postgresql", "shop/__init__.py:7"),
        "data_access": ("orm", "requirements.txt:2"),
        "accounts": ("login", "shop/cart.py:7"),
        "jobs": (None, "requirements.txt:4"),
        "error_reports": ("sentry", "requirements.txt:5"),
        "deployment": (("docker",), "Dockerfile"),
        "ci": ("github", ".github/workflows/tests.yml"),
        "license": ("MIT", "LICENSE:1"),
        "project_name": ("Corner Shop", "README.md:1"),
        "python_version": ("3.13", "Dockerfile:1"),
    }


def test_what_a_template_has_otherwise_is_named_with_the_reason(tmp_path: Path) -> None:
    blueprints, micro, _ = nearest(tmp_path / "x", FLASK)
    assert {each.fact.key: each.template for each in blueprints.differences} == {"code": "src/shop", "jobs": "none"}
    because = {each.fact.key: each.because for each in micro.differences}
    assert "flask-micro is a service without sign-in" in because["accounts"]
    assert because["jobs"] == "no template has it"
    # Framework 4, layout 2, and one each for code, database, data_access, api, accounts, admin, jobs, error_reports,
    # deployment, ci and python_version: 17. Of these code and jobs are apart.
    assert blueprints.distance == round(2 / 17, 2)


def test_the_answers_of_a_candidate_are_valid_and_say_where_they_were_read(tmp_path: Path) -> None:
    found = nearest(tmp_path / "x", FLASK)[0]
    assert found.resolution.problems == ()
    assert found.answers["database"] == Answer(value="postgresql", origin="seen", place="shop/__init__.py:7")
    assert found.answers["example"].value is False
    assert "jobs" not in found.answers


def test_given_answers_count_before_what_was_read(tmp_path: Path) -> None:
    found = nearest(tmp_path / "x", FLASK, template="flask-micro", database="sqlite")
    assert found[0].template == "flask-micro"
    assert found[0].answers["database"] == Answer(value="sqlite", origin="set")


def test_given_answers_that_no_template_takes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AnswersError, match="flask-micro has no admin area"):
        nearest(tmp_path / "x", FLASK, template="flask-micro", admin="basic")
    with pytest.raises(AnswersError, match="flask-mikro"):
        nearest(tmp_path / "y", FLASK, template="flask-mikro")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": '[project]\nname = "a"\ndependencies = ["flask>=3", "celery"]\n'}, {"jobs": "celery"}),
        ({"pyproject.toml": '[tool.poetry.dependencies]\nflask = "^3"\nredis = {version = "5"}\npsycopg = "*"\n'},
         {"database": "postgresql"}),
        ({"pyproject.toml": '[project]\ndependencies = ["flask"]\n[dependency-groups]\ndev = ["sentry-sdk"]\n'},
         {"error_reports": "sentry"}),
        ({"Pipfile": '[packages]\nflask = "*"\nflask-restful = "*"\n'},
         {"api_library": "flask-restful", "api": "rest"}),
        ({"setup.cfg": "[options]\ninstall_requires =\n  Flask\n  pymongo\n"}, {"database": "mongodb"}),
        ({"setup.py": "from setuptools import setup\nsetup(install_requires=['flask', 'mysqlclient'])\n"},
         {"database": "mysql"}),
        ({"requirements/base.txt": "Flask==3.0\n", "requirements/prod.txt": "-r base.txt\nflask_socketio\n"},
         {"realtime": True}),
        ({"requirements.txt": "flask\n", "renovate.json": "{}"}, {"dependency_updates": "renovate"}),
        ({"requirements.txt": "flask\n", ".travis.yml": "x"}, {"ci": None}),
        ({"requirements.txt": "flask\n", "COPYING": "GNU GENERAL PUBLIC LICENSE\n"}, {"license": "proprietary"}),
        ({"requirements.txt": "django==4.2\n"}, {"framework": "django", "django_version": "5.2"}),
        ({"requirements.txt": "django>=6.1,<7\n"}, {"django_version": "6.1"}),
        ({"requirements.txt": "flask\n", "runtime.txt": "python-3.9.1\n"}, {"python_version": "3.11"}),
        ({"requirements.txt": "flask\nstatsd==4.0\n"}, {"monitoring": ("statsd",)}),
        ({"requirements.txt": "flask\n"}, {"database": "none", "api": "none", "accounts": "none", "admin": "none"}),
    ],
    ids=lambda value: next(iter(value)) if len(value) == 1 else None,
)  # fmt: skip
def test_each_kind_of_file_is_understood(
    tmp_path: Path, files: Mapping[str, str], expected: Mapping[str, Value | None]
) -> None:
    found = facts(tmp_path / "x", files)
    assert {key: found[key].value for key in expected} == expected


def test_a_version_that_no_template_has_is_only_near(tmp_path: Path) -> None:
    found = facts(tmp_path / "x", {"requirements.txt": "django==4.2\n", "runtime.txt": "python-3.9.1\n"})
    assert not found["django_version"].is_exact
    assert not found["python_version"].is_exact


def test_tests_and_the_code_of_others_say_nothing(tmp_path: Path) -> None:
    found = facts(
        tmp_path / "x",
        {
            **MODULE,
            "tests/test_app.py": "URL = 'mysql://x'\n",
            "node_modules/y/manage.py": DJANGO["manage.py"],
            "venv/lib/z.py": "def register(): ...\n",
        },
    )
    assert (found["framework"].value, found["database"].value, found["accounts"].value) == ("flask", "none", "none")


def test_what_is_neither_framework_has_none(tmp_path: Path) -> None:
    assert read(tmp_path / "x", {"requirements.txt": "fastapi\n", "main.py": "import fastapi\n"}).framework is None


def test_hostile_files_are_passed_over_and_named(tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("URL = 'oracle://secret'\n")
    found = read(
        tmp_path / "x",
        {
            **MODULE,
            "pyproject.toml": "[project\n",
            "huge.py": "x = 1\n" * 100_000,
            "binary.py": b"\0\1\2",
            "deep.py": "(" * 5000 + ")" * 5000,
            "latin.py": "# caf\xe9\n".encode("latin-1"),
            "Pipfile": "a = " + "[" * 3000 + "]" * 3000,
            "setup.cfg": "no section\n",
            "link.py": File(LINK, str(secret).encode()),
            "requirements.txt": File(LINK, b"/etc/passwd"),
        },
    )
    assert set(found.unread) == {
        *("Pipfile", "binary.py", "deep.py", "huge.py", "latin.py", "pyproject.toml", "setup.cfg"),
    }
    assert {fact.key: fact.value for fact in found.facts}["database"] == "none"
    assert found.framework is not None
    assert found.framework.value == "flask"


def test_nothing_of_the_project_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "was-run"
    code = f"open({str(mark)!r}, 'w').close()\nfrom setuptools import setup\nsetup(install_requires=['flask'])\n"
    found = facts(tmp_path / "x", {"setup.py": code, "conftest.py": code, "flask.py": code, "sitecustomize.py": code})
    assert found["framework"].value == "flask"
    assert not mark.exists()


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path) -> None:
    found = facts(tmp_path / "x", {**MODULE, "config.py": "DB = 'postgresql://me:hunter2@host/db'\n"})
    assert found["database"].value == "postgresql"
    assert "hunter2" not in repr(found)
