"""A package that gets another name: the user's own files move with it and import it by that name."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from waypost.update.merge.trees import LINK, File
from waypost.update.reading.literals import module_of, quoted, with_replaced


@dataclass(frozen=True, kw_only=True)
class Renaming:
    """The name of a package that was ``before`` and is ``after`` now; its folder lies in ``src`` or at the top."""

    before: str
    after: str

    def path(self, path: str) -> str:
        """Return where a file of the project is now."""
        for root in ("src/", ""):
            if path.startswith(f"{root}{self.before}/"):
                return f"{root}{self.after}/{path.removeprefix(f'{root}{self.before}/')}"
        return path

    def file(self, path: str, file: File) -> File:
        """Return a file that imports the package by its new name; only Python files change, and no other text."""
        if not path.endswith((".py", ".pyi")) or file.mode == LINK or self.before.encode() not in file.content:
            return file
        return replace(file, content=_renamed(file.content, self.before, self.after))

    def files(self, files: Mapping[str, File]) -> dict[str, File]:
        """Return the files where they are now, importing the package by its new name."""
        return {self.path(path): self.file(path, file) for path, file in files.items()}

    def still_named_in(self, paths: Iterable[str], read: Callable[[str], bytes]) -> tuple[str, ...]:
        """Return those of the text files that still hold the old name as a word of its own."""
        word = re.compile(rb"\b" + re.escape(self.before.encode()) + rb"\b")
        return tuple(path for path in sorted(paths) if b"\0" not in (content := read(path)) and word.search(content))


def _renamed(content: bytes, before: str, after: str) -> bytes:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content
    tree = module_of(text)
    if tree is None:
        return content
    path = re.compile(rf"{re.escape(before)}(\.\w+)+")
    is_bound = any(
        isinstance(node, ast.Import) and any(_is_in(each.name, before) and not each.asname for each in node.names)
        for node in ast.walk(tree)
    )
    replacements: list[tuple[ast.expr, str]] = []
    lines: dict[int, tuple[int, int]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) if any(_is_in(each.name, before) for each in names):
                lines[node.lineno] = (node.lineno, node.end_lineno or node.lineno)
            case ast.ImportFrom(module=str(module), level=0) if _is_in(module, before):
                lines[node.lineno] = (node.lineno, node.lineno)
            case ast.Name(id=name) if is_bound and name == before:
                replacements.append((node, after))
            case ast.Constant(value=str(value)) if path.fullmatch(value):
                replacements.append((node, quoted(after + value.removeprefix(before))))
    return _with_imports(with_replaced(text, replacements), lines.values(), before, after).encode()


def _with_imports(text: str, spans: Iterable[tuple[int, int]], before: str, after: str) -> str:
    rows = text.splitlines(keepends=True)
    name = re.compile(rf"(?<=[\s,])(?<!\.){re.escape(before)}(?=[\s.,;#]|$)")
    for first, last in spans:
        for number in range(first - 1, last):
            row = rows[number]
            # What is imported from the package may have its name.
            end = row.index(" import ") if row.lstrip().startswith("from ") else len(row)
            rows[number] = name.sub(after, row[:end]) + row[end:]
    return "".join(rows)


def _is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
