"""Which modules of a project others import: what a migration needs stays as long as the migration does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from waypost.update.reading.literals import module_of

_ROOTS = ("", "src/")


def imported_modules(text: str, path: str) -> set[str]:
    """Return the dotted names that a Python file at ``path`` imports, relative ones resolved."""
    tree = module_of(text)
    if tree is None:
        return set()
    return {name for node in ast.walk(tree) for name in _names(node, PurePosixPath(path))}


def files_needed_by(paths: Iterable[str], candidates: Iterable[str], read: Callable[[str], str]) -> set[str]:
    """Return those of the ``candidates``, files of the project, that the files ``paths`` import, however indirectly.

    ``read`` returns the text of a file.
    """
    modules = {name: path for path in candidates if path.endswith(".py") for name in module_names(path)}
    needed: set[str] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        for name in imported_modules(read(path), path):
            found = modules.get(name)
            if found is not None and found not in needed:
                needed.add(found)
                waiting.append(found)
    return needed


def _names(node: ast.AST, path: PurePosixPath) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            for each in names:
                yield from _with_parents(each.name)
        case ast.ImportFrom(module=module, names=names, level=level):
            base = module or ""
            if level:
                parent = path.parents[level - 1] if level <= len(path.parents) else PurePosixPath()
                parts = parent.parts[1:] if parent.parts[:1] == ("src",) else parent.parts
                base = ".".join([*parts, *([module] if module else [])])
            yield from _with_parents(base)
            yield from (f"{base}.{each.name}" for each in names)


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[: length + 1]) for length in range(len(parts)))


def module_names(path: str) -> Iterator[str]:
    """Yield the dotted names by which a Python file of a project can be imported."""
    for root in _ROOTS:
        if path.startswith(root):
            yield path.removeprefix(root).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
