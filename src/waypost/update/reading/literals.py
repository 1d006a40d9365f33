"""Reads and replaces literals in the source of a migration, and leaves every other byte of it alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def module_of(text: str) -> ast.Module | None:
    """Return a Python file as a tree, or None where it is none."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two where it nests too deeply
        return None


def assigned(tree: ast.AST, name: str) -> Iterator[ast.expr]:
    """Yield what is assigned to the name, in a class or a module, with a type or without."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                is_named = any(isinstance(to, ast.Name) and to.id == name for to in targets)
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
                is_named = target == name
            case _:
                continue
        if is_named:
            yield value


def strings_in(node: ast.expr) -> Iterator[str]:
    """Yield the text literals in an expression, in their order."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def with_replaced(text: str, replacements: Iterable[tuple[ast.expr, str]]) -> str:
    """Return the text with other source in the place of expressions that were read from it."""
    content = text.encode()
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, source in sorted(replacements, key=lambda pair: (pair[0].lineno, pair[0].col_offset), reverse=True):
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        begin = starts[node.lineno - 1] + node.col_offset
        content = content[:begin] + source.encode() + content[starts[end_line - 1] + end_column :]
    return content.decode()


def quoted(value: str) -> str:
    """Return the text as a literal, in the quotes that formatters write."""
    return f'"{value}"' if '"' not in value and "\\" not in value else repr(value)
