"""Alembic's migrations: each names the one before it, and the last is the head."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import PurePosixPath

from waypost.errors import ErrorCode, StateError
from waypost.update.histories.numbers import Added, number_of, renumbered
from waypost.update.reading.literals import assigned, module_of, quoted, strings_in, with_replaced


def follow(
    folder: str, existing: Mapping[str, str], new: Mapping[str, str], _renamed: Mapping[tuple[str, str], str]
) -> dict[str, Added]:
    """Return the new migrations after the project's own head, with names and revisions that are free."""
    here = {name: _links(text) for name, text in existing.items()}
    taken = {revision for revision, _ in here.values()}
    head = _head(folder, here)
    number = max((number_of(name) for name in existing), default=0)
    added = {}
    for name in _in_order(new):
        revision, _ = _links(new[name])
        is_free = name not in existing and revision not in taken and number_of(name) > number
        here_as = name if is_free or not number_of(name) else renumbered(name, number + 1)
        stem = PurePosixPath(here_as).stem
        free = revision if revision not in taken and name == here_as else stem
        added[name] = Added(name=here_as, text=_relinked(new[name], free, head))
        taken.add(free)
        number = max(number, number_of(here_as))
        head = free
    return added


def _links(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a migration's revision and those that it comes after."""
    tree = module_of(text)
    if tree is None:
        return "", ()
    revision = next((name for node in assigned(tree, "revision") for name in strings_in(node)), "")
    return revision, tuple(name for node in assigned(tree, "down_revision") for name in strings_in(node))


def _head(folder: str, history: Mapping[str, tuple[str, tuple[str, ...]]]) -> str | None:
    followed = {before for _, earlier in history.values() for before in earlier}
    heads = sorted(revision for revision, _ in history.values() if revision and revision not in followed)
    if len(heads) > 1:
        raise StateError(
            f"the migrations in {folder} have {len(heads)} heads: {', '.join(heads)}",
            hint="Join them first, with `flask db merge heads` or `alembic merge heads`, and commit that.",
            code=ErrorCode.MIGRATIONS,
        )
    return heads[0] if heads else None


def _in_order(migrations: Mapping[str, str]) -> list[str]:
    """Return the names so that each comes after the one that it follows."""
    links = {name: _links(text) for name, text in migrations.items()}
    by_revision = {revision: name for name, (revision, _) in links.items()}

    def depth(name: str, seen: frozenset[str] = frozenset()) -> int:
        before = [by_revision[each] for each in links[name][1] if each in by_revision]
        return 1 + max((depth(each, seen | {name}) for each in before if each not in seen), default=0)

    return sorted(migrations, key=lambda name: (depth(name), name))


def _relinked(text: str, revision: str, before: str | None) -> str:
    tree = module_of(text)
    if tree is None:
        return text
    own: list[tuple[ast.expr, str]] = [(node, quoted(revision)) for node in assigned(tree, "revision")]
    earlier = [(node, "None" if before is None else quoted(before)) for node in assigned(tree, "down_revision")]
    return with_replaced(text, own + earlier)
