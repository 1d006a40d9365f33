"""Django's migrations: numbered files of an app, each with the migrations that it depends on."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from waypost.errors import ErrorCode, StateError
from waypost.update.histories.numbers import Added, number_of, renumbered
from waypost.update.reading.literals import assigned, module_of, quoted, with_replaced


def label_of(folder: str) -> str:
    """Return the label of the app whose migrations are in the folder."""
    path = PurePosixPath(folder)
    return path.parent.name if path.name == "migrations" else path.name


def follow(
    folder: str, existing: Mapping[str, str], new: Mapping[str, str], renamed: Mapping[tuple[str, str], str]
) -> dict[str, Added]:
    """Return the new migrations after the app's own last one, under numbers that are free."""
    label = label_of(folder)
    last = _last(folder, label, existing)
    number = max((number_of(name) for name in existing), default=0)
    added: dict[str, Added] = {}
    for name in sorted(new):
        here_as = name if number_of(name) > number else renumbered(name, number + 1)
        number = max(number, number_of(here_as))
        added[name] = Added(name=here_as, text=_relinked(new[name], label, last, renamed))
        last = PurePosixPath(here_as).stem
    return added


def relinked(text: str, renamed: Mapping[tuple[str, str], str]) -> str:
    """Return a migration that depends on the ``renamed`` ones (app and name) under the names that they have here."""
    return _relinked(text, "", "", renamed)


def dependencies_of(text: str) -> Iterator[tuple[str, str, ast.expr]]:
    """Yield the app and the name of each migration that this one depends on, with the literal of the name."""
    tree = module_of(text)
    for value in assigned(tree, "dependencies") if tree else ():
        for pair in value.elts if isinstance(value, ast.List | ast.Tuple) else ():
            match pair:
                case ast.Tuple(elts=[ast.Constant(value=str(label)), ast.Constant(value=str(name)) as literal]):
                    yield label, name, literal


def _last(folder: str, label: str, migrations: Mapping[str, str]) -> str:
    followed = {name for text in migrations.values() for app, name, _ in dependencies_of(text) if app == label}
    leaves = sorted(PurePosixPath(name).stem for name in migrations if PurePosixPath(name).stem not in followed)
    if len(leaves) > 1:
        raise StateError(
            f"the migrations in {folder} have {len(leaves)} ends: {', '.join(leaves)}",
            hint="Join them first, with `manage.py makemigrations --merge`, and commit that.",
            code=ErrorCode.MIGRATIONS,
        )
    return leaves[0] if leaves else ""


def _relinked(text: str, label: str, last: str, renamed: Mapping[tuple[str, str], str]) -> str:
    changes = []
    for app, name, literal in dependencies_of(text):
        now = last if app == label else renamed.get((app, name), name)
        if now != name:
            changes.append((literal, quoted(now)))
    return with_replaced(text, changes)
