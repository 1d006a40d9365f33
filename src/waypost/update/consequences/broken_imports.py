"""What the user's own files import of what an update takes away: only a person can say what they use instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from waypost.projects.belongings import is_migration
from waypost.update.histories.django import dependencies_of, label_of
from waypost.update.merge.changes import Merge
from waypost.update.reading.imports import imported_modules, module_names
from waypost.update.reading.project_files import ProjectFiles


def broken_imports(merge: Merge, files: ProjectFiles, template: Iterable[str]) -> dict[str, str]:
    """Return the user's own files by path, each with the module, or the app of a migration, that it will not find.

    ``template`` are the paths of the files that the template made; what is in them is the merge's affair.
    """
    gone = {change.path for change in merge.changes if change.file is None and change.path.endswith(".py")}
    if not gone:
        return {}
    there = {change.path for change in merge.changes if change.file is not None} | (files.paths - gone)
    left = {name for path in there if path.endswith(".py") for name in module_names(path)}
    modules = {name for path in gone for name in module_names(path)} - left
    packages = {path.rpartition("/")[0] for path in gone if path.endswith("/apps.py")}
    apps = {package.rpartition("/")[2] for package in packages if f"{package}/apps.py" not in there}
    own = sorted(path for path in (files.paths & there) - set(template) if path.endswith(".py"))
    files.load(own)
    return dict(_broken(own, files, modules, apps))


def _broken(own: Iterable[str], files: ProjectFiles, modules: set[str], apps: set[str]) -> Iterator[tuple[str, str]]:
    for path in own:
        text = files.read(path).decode(errors="replace")
        missing = sorted(imported_modules(text, path) & modules)
        if is_migration(path) and label_of(path.rpartition("/")[0]) not in apps:
            missing += sorted(label for label, _, _ in dependencies_of(text) if label in apps)
        if missing:
            yield path, missing[-1]


def as_note(broken: Mapping[str, str]) -> str:
    """Return the sentence that names the files and what they miss."""
    listed = ", ".join(f"{path} ({missing})" for path, missing in broken.items())
    return f"These files of yours use what goes, and will not work until you change them: {listed}."
