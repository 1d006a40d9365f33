"""No file of the user's is left where Python imports another in its place."""

from __future__ import annotations

from pathlib import Path

from support.updating import files, project_of
from waypost.projects.project import find_project
from waypost.update.consequences.shadows import without_shadows
from waypost.update.merge.changes import Merge
from waypost.update.merge.merge import merge
from waypost.update.reading.project_files import ProjectFiles


def merged(
    tmp_path: Path, mine: dict[str, str], old: dict[str, str], new: dict[str, str]
) -> tuple[Merge, dict[str, str]]:
    project = find_project(project_of(tmp_path, mine))
    found = merge(project, files(old), files(new), label="v2", follows_renames=False)
    return without_shadows(found, ProjectFiles(project=project))


def kinds(found: Merge) -> dict[str, str]:
    return {change.path: change.kind for change in found.changes}


def test_an_edited_module_makes_way_for_a_package(tmp_path: Path) -> None:
    found, moved = merged(tmp_path, {"a/api.py": "mine\n"}, {"a/api.py": "old\n"}, {"a/api/__init__.py": ""})
    assert moved == {"a/api.py": "a/api_before.py"}
    assert kinds(found) == {"a/api.py": "removed", "a/api/__init__.py": "added", "a/api_before.py": "added"}
    assert found.conflicts == ()


def test_a_package_makes_way_for_a_module_with_all_that_is_in_it(tmp_path: Path) -> None:
    mine = {"api/__init__.py": "mine\n", "api/own.py": "own\n", "api_before.py": "taken\n"}
    found, moved = merged(tmp_path, mine, {"api/__init__.py": "old\n"}, {"api.py": "new\n"})
    assert moved == {"api/__init__.py": "api_before1/__init__.py", "api/own.py": "api_before1/own.py"}
    assert found.conflicts == ()


def test_what_stood_side_by_side_before_stays(tmp_path: Path) -> None:
    mine = {"api.py": "mine\n", "api/__init__.py": "mine\n"}
    _, moved = merged(tmp_path, mine, {}, {"b.py": "new\n"})
    assert moved == {}
