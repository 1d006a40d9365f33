"""The user's files that use what an update takes away are named."""

from __future__ import annotations

from pathlib import Path

from support.updating import files, project_of
from waypost.projects.project import find_project
from waypost.update.consequences.broken_imports import broken_imports
from waypost.update.merge.merge import merge
from waypost.update.reading.project_files import ProjectFiles

TEMPLATE = {"apps/items/apps.py": "", "apps/items/models.py": "class Item: ...\n", "apps/core/a.py": ""}
OWN = {
    "apps/notes/models.py": "from apps.items.models import Item\n",
    "apps/notes/other.py": "from ..items import models\n",
    "apps/notes/views.py": "from apps.core import a\n",
    "apps/notes/migrations/0001_initial.py": 'class Migration:\n    dependencies = [("items", "0001_initial")]\n',
    "apps/items/migrations/0002_own.py": 'class Migration:\n    dependencies = [("items", "0001_initial")]\n',
}


def test_files_and_migrations_that_need_what_goes_are_named(tmp_path: Path) -> None:
    project = find_project(project_of(tmp_path, TEMPLATE | OWN))
    new = {"apps/core/a.py": ""}
    merged = merge(project, files(TEMPLATE), files(new), label="v2", follows_renames=False)
    found = broken_imports(merged, ProjectFiles(project=project), TEMPLATE)
    assert found == {
        "apps/notes/models.py": "apps.items.models",
        "apps/notes/other.py": "apps.items.models",
        "apps/notes/migrations/0001_initial.py": "items",
    }


def test_nothing_is_named_where_nothing_goes(tmp_path: Path) -> None:
    project = find_project(project_of(tmp_path, TEMPLATE | OWN))
    merged = merge(project, files(TEMPLATE), files(TEMPLATE), label="v2")
    assert broken_imports(merged, ProjectFiles(project=project), TEMPLATE) == {}
