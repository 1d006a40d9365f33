"""What ``import waypost`` offers to Python: the advice and a project, typed, without a terminal."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import waypost
from waypost.advice.model import Recommendation
from waypost.errors import AnswersError, StateError


def run(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True).stdout


def test_the_package_offers_what_its_documentation_says() -> None:
    assert waypost.__doc__
    for name in waypost.__all__:
        offered = getattr(waypost, name)
        assert inspect.isfunction(offered), name
        assert inspect.getdoc(offered), name
        assert name in dir(waypost)
        assert "return" in inspect.get_annotations(offered)


def test_importing_the_package_imports_next_to_nothing() -> None:
    script = "import sys; import waypost; print(sorted(name for name in sys.modules if name.startswith('waypost')))"
    assert run(script) == "['waypost']\n"


@pytest.mark.parametrize(
    "script",
    [
        "import waypost; print(waypost.recommend({'kind': 'cms'}).framework)",
        "import waypost.advice.recommend, waypost; print(waypost.recommend({'kind': 'cms'}).framework)",
        "import waypost.advice.recommend; from waypost import recommend; print(recommend({'kind': 'cms'}).framework)",
        "import waypost; waypost.create; print(waypost.recommend({'kind': 'cms'}).framework)",
        "from waypost.advice.recommend import recommend; print(recommend({'kind': 'cms'}).framework)",
    ],
    ids=["package", "module first", "both", "after create", "module only"],
)
def test_the_advice_is_a_function_however_it_is_imported(script: str) -> None:
    assert run(script) == "django\n"


def test_there_is_nothing_else() -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        waypost.no_such_thing  # type: ignore[attr-defined]  # noqa: B018


def test_the_advice_comes_as_a_value() -> None:
    advice = waypost.recommend({"kind": "ecommerce"})
    assert isinstance(advice, Recommendation)
    assert advice.template == "django-full"


def test_a_project_is_made_from_values(tmp_path: Path) -> None:
    answers: dict[str, str | list[str]] = {"kind": "website", "project_name": "My Shop", "deployment": []}
    project = waypost.create(tmp_path / "shop", answers, uses_git=False)
    assert project.folder == tmp_path / "shop"
    assert ".copier-answers.yml" in project.files
    assert all((project.folder / name).is_file() for name in project.files)
    assert not (project.folder / ".git").exists()
    assert "My Shop" in (project.folder / ".copier-answers.yml").read_text(encoding="utf-8")


def test_a_project_may_be_named_by_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert waypost.create("shop", {"template": "auto"}, uses_git=False).folder == tmp_path / "shop"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"sise": "small"}, "did you mean 'size'"),
        ({"size": "tiny"}, "size: 'tiny' is not one of"),
        ({"example": "yes"}, "example: expected true or false"),
        ({"project_name": 3}, "project_name: expected text"),
    ],
    ids=["key", "choice", "type", "number"],
)
def test_wrong_values_are_refused_and_nothing_is_made(tmp_path: Path, answers: dict[str, str], said: str) -> None:
    with pytest.raises(AnswersError, match=said):
        waypost.create(tmp_path / "shop", answers)
    assert list(tmp_path.iterdir()) == []


def test_a_full_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(StateError, match="not empty"):
        waypost.create(tmp_path, {})
