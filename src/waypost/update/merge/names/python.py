"""Names in Python: definitions, constants and imports, keys and items of literals, and what is registered."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_ADDS_TO_THE_ONE_BEFORE = frozenset({"setter", "getter", "deleter", "register"})
_ROUTES = frozenset({"route", "get", "post", "put", "patch", "delete", "errorhandler"})
_REGISTERS = frozenset({"register", "register_blueprint", "init_app", "add_command", "add_url_rule"})


def names(text: str) -> Counter[str]:
    """Return what a module defines, each in the words that a person would use.

    What only holds under a condition does not count, nor what builds upon an earlier definition of its own name:
    overloads, setters, ``X = [*X, 1]``. The same import twice counts once.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    found = Counter([*_definitions(tree.body, ""), *_addresses(tree)])
    for node in ast.walk(tree):
        match node:
            case ast.Dict():
                found |= Counter(f"the key {key!r} of a dictionary" for key in _constants(node.keys))
            case ast.List() | ast.Tuple() | ast.Set():
                found |= Counter(f"the item {item!r} of a list" for item in _constants(node.elts, only=str))
            case ast.Module() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.If():
                found |= Counter(_registrations(node.body))
    return found


def _definitions(body: Iterable[ast.stmt], where: str, *, is_function: bool = False) -> Iterator[str]:
    imports: set[tuple[str, str]] = set()
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                if not _builds_upon_another(statement):
                    yield _word(statement.name, where)
                inside = f"{where}{statement.name}."
                yield from _definitions(statement.body, inside, is_function=not isinstance(statement, ast.ClassDef))
            case ast.Assign() | ast.AnnAssign() if not is_function:
                used = _names_in(statement.value, ast.Load)
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                assigned = (name for target in targets for name in _names_in(target, ast.Store))
                yield from (_word(name, where) for name in assigned if name != "_" and name not in used)
            case ast.Import() | ast.ImportFrom() if not is_function:
                for bound in _imported(statement):
                    if bound not in imports:
                        imports.add(bound)
                        yield _word(bound[0], where)


def _word(name: str, where: str) -> str:
    return f"the name {where + name!r}"


def _builds_upon_another(definition: _Function | ast.ClassDef) -> bool:
    if definition.name == "_":
        return True
    for decorator in definition.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(called, ast.Attribute) and (
            called.attr in _ADDS_TO_THE_ONE_BEFORE
            or called.attr == "overload"
            or (isinstance(called.value, ast.Name) and called.value.id == definition.name)
        ):
            return True
        if isinstance(called, ast.Name) and called.id == "overload":
            return True
    return False


def _names_in(node: ast.expr | None, context: type[ast.expr_context]) -> set[str]:
    if node is None:
        return set()
    return {child.id for child in ast.walk(node) if isinstance(child, ast.Name) and isinstance(child.ctx, context)}


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield each name that an import binds, and what to."""
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            first = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif alias.name != "*":
            source = f"{'.' * statement.level}{statement.module or ''}:{alias.name}"
            yield alias.asname or alias.name, source


def _constants(nodes: Iterable[ast.expr | None], *, only: type | None = None) -> Iterator[object]:
    for node in nodes:
        if isinstance(node, ast.Constant) and (only is None or isinstance(node.value, only)):
            yield node.value


def _addresses(tree: ast.Module) -> Iterator[str]:
    """Yield what a function is reached by in Flask, and the names of addresses in Django: the second is never used."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for decorator in node.decorator_list:
                    match decorator:
                        case ast.Call(func=ast.Attribute(attr=attribute), args=[ast.Constant(), *_]):
                            if attribute in _ROUTES:
                                yield f"the address {ast.unparse(decorator)}"
            case ast.Call(func=ast.Name(id="path" | "re_path"), keywords=keywords):
                named = (keyword.value for keyword in keywords if keyword.arg == "name")
                yield from (f"the address named {name!r}" for name in _constants(named))


def _registrations(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield what is registered, which a framework refuses the second time."""
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attribute) as called, args=[first, *_])):
                if attribute in _REGISTERS:
                    yield f"the call {ast.unparse(called)}({ast.unparse(first)})"
