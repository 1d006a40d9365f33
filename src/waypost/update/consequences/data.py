"""What becomes of the data: which stays where it is, and what takes it along."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from waypost.update.consequences.side import Side, is_other_engine
from waypost.update.reading.environment import values_set_in

_RELATIVE_SQLITE = re.compile(r"sqlite:///(?!/)([\w./-]+)")


def data_steps(before: Side, after: Side, environment: str) -> Iterator[str]:
    """Yield what moves a SQLite database to where the same ``DATABASE_URL`` of ``environment`` means it from now on.

    Only where the new template's migrations go on from the tables that are there.
    """
    name = _moving_database(before, after, environment)
    if name and after.fact("uses_orm") and before.framework == after.framework:
        here, there = (str(side.fact("sqlite_folder")) for side in (before, after))
        made = f"mkdir -p {there} && " if there else ""
        old, new = (f"{folder}/" if folder else "" for folder in (here, there))
        files = f"{shlex.quote(old + name)}*"
        yield f'{made}for file in {files}; do test ! -e "$file" || mv "$file" ./{shlex.quote(new)}; done'


def data_notes(before: Side, after: Side, environment: str) -> Iterator[str]:
    """Yield what people have to know of the data before anything happens."""
    yield from _engine_notes(before, after)
    if before.template != after.template and not is_other_engine(before, after) and before.engine:
        yield from _template_notes(before, after, environment)
    if before.answers.get("sessions") != after.answers.get("sessions"):
        yield "Sessions are kept elsewhere: everybody has to sign in again."


def _engine_notes(before: Side, after: Side) -> Iterator[str]:
    old, new = before.engine, after.engine
    if not is_other_engine(before, after) or not old:
        return
    if not new:
        yield f"The data stays in {old}; the project keeps none any more."
    elif before.framework == after.framework and before.fact("data_out") and after.fact("data_in"):
        yield (
            f"The data stays in {old}. To take it along to {new}, run this before the update: "
            f"{before.fact('data_out')} - and this when the new database is migrated: {after.fact('data_in')}"
        )
    else:
        yield f"The data stays in {old}: nothing carries it over to {new}."


def _template_notes(before: Side, after: Side, environment: str) -> Iterator[str]:
    if before.framework != after.framework:
        yield "The tables have other names in the other framework: the data stays in the old ones."
        return
    goes_on = bool(after.fact("uses_orm"))
    if _moving_database(before, after, environment):
        here, there = (_folder(side) for side in (before, after))
        what = "The printed steps move the file" if goes_on else "The data stays in the old file, which nothing deletes"
        yield (
            f"A relative path in DATABASE_URL was seen from {here} and is seen from {there} now, so it means another "
            f"file. {what}."
        )
    elif not goes_on:
        yield (
            f"Plain SQL of {after.template} does not go on from the tables of {before.template}: name an empty "
            "database in DATABASE_URL. The data stays in the old one."
        )


def _moving_database(before: Side, after: Side, environment: str) -> str:
    """Return the relative path of the SQLite file that the same address means elsewhere now, if it does."""
    if before.template == after.template or {before.answers.get("database"), after.answers.get("database")} != {
        "sqlite"
    }:
        return ""
    if before.fact("sqlite_folder") == after.fact("sqlite_folder"):
        return ""
    found = _RELATIVE_SQLITE.fullmatch(values_set_in(environment).get("DATABASE_URL", ""))
    return found[1] if found else ""


def _folder(side: Side) -> str:
    name = side.fact("sqlite_folder")
    return f"{name}/" if name else "the project's folder"
