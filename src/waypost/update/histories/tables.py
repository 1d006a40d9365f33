"""Which tables migrations make: they stay, with what is in them, when the code that used them goes."""

from __future__ import annotations

import ast
import re

from waypost.update.reading.literals import module_of

_CREATE = re.compile(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"`]?(\w+)", re.IGNORECASE)


def tables_of(text: str, *, label: str = "") -> list[str]:
    """Return the names of the tables that a migration creates, in its order; ``label`` is that of a Django app."""
    tree = module_of(text)
    if tree is None:
        return _CREATE.findall(text)
    tables: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="create_table"), args=[ast.Constant(value=str(name)), *_]):
                tables.append(name)
            case ast.Call(func=ast.Attribute(attr="CreateModel"), keywords=keywords):
                tables += _tables_of_model(keywords, label)
    return tables


def _tables_of_model(keywords: list[ast.keyword], label: str) -> list[str]:
    values = {each.arg: each.value for each in keywords}
    match values.get("name"):
        case ast.Constant(value=str(name)):
            table = f"{label}_{name.lower()}"
        case _:
            return []
    fields = values.get("fields")
    many = [
        f"{table}_{field.value}"
        for pair in (fields.elts if isinstance(fields, ast.List) else ())
        if isinstance(pair, ast.Tuple) and len(pair.elts) == len(("name", "field"))
        for field, kind in [pair.elts]
        if isinstance(field, ast.Constant)
        and isinstance(field.value, str)
        and isinstance(kind, ast.Call)
        and isinstance(kind.func, ast.Attribute)
        and kind.func.attr == "ManyToManyField"
    ]
    return [table, *many]
