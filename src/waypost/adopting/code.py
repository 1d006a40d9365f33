"""What stands in a project's Python files: imports, calls and texts with their places. Nothing of them is run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from waypost.adopting.material import Material
from waypost.update.reading.imports import module_names
from waypost.update.reading.literals import module_of

_LONGEST_TEXT = 500


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A word in a Python file: an imported module, a name that is called, or a text, and where."""

    word: str
    path: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Code:
    """What stands in a project's Python files but its tests, those near the top first; ``broken`` are no Python."""

    imports: Sequence[Seen]
    calls: Sequence[Seen]
    texts: Sequence[Seen]
    functions: Sequence[Seen]
    modules: tuple[str, ...]
    broken: tuple[str, ...]

    def imported(self, *names: str) -> Seen | None:
        """Return where the first of the modules, or something of it, is imported, if anywhere."""
        return next((seen for seen in self.imports if any(_is_within(seen.word, name) for name in names)), None)

    def called(self, *names: str) -> Sequence[Seen]:
        """Return where something of one of the names is called."""
        return [seen for seen in self.calls if seen.word in names]

    def said(self, *words: str) -> Seen | None:
        """Return where a text begins with one of the words, if anywhere."""
        return next((seen for seen in self.texts if seen.word.startswith(words)), None)

    @cached_property
    def by_module(self) -> Mapping[str, str]:
        """The path of each module by its dotted name."""
        return {name: path for path in reversed(self.modules) for name in module_names(path)}


def code_of(material: Material) -> Code:
    """Return what stands in the project's Python files."""
    modules = material.modules()
    material.load(modules)
    imports: list[Seen] = []
    calls: list[Seen] = []
    texts: list[Seen] = []
    functions: list[Seen] = []
    broken: list[str] = []
    for path in modules:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of the project's style is not the question
            tree = module_of(material.text(path))
        if tree is None:
            broken.append(path)
            continue
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=names):
                    imports += [Seen(word=each.name, path=path, line=node.lineno) for each in names]
                case ast.ImportFrom(module=str(module), level=0, names=names):
                    imports += [Seen(word=f"{module}.{each.name}", path=path, line=node.lineno) for each in names]
                case ast.Call(func=function):
                    calls += [Seen(word=word, path=path, line=node.lineno) for word in _names_of(function)]
                case ast.FunctionDef(name=name):
                    functions.append(Seen(word=name, path=path, line=node.lineno))
                case ast.Constant(value=str(text)) if text and len(text) <= _LONGEST_TEXT:
                    texts.append(Seen(word=text, path=path, line=node.lineno))
    return Code(imports=imports, calls=calls, texts=texts, functions=functions, modules=modules, broken=tuple(broken))


def _names_of(function: ast.expr) -> Iterator[str]:
    match function:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(attr=name):
            yield name


def _is_within(word: str, name: str) -> bool:
    return word == name or word.startswith(f"{name}.")
