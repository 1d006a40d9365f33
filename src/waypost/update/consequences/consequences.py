"""Works out what an update means for a project: from the answers, the rendered files and the merge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from waypost.projects.project import enumerated
from waypost.update.consequences.data import data_notes, data_steps
from waypost.update.consequences.model import Consequences
from waypost.update.consequences.side import Side, is_other_engine
from waypost.update.consequences.steps import environment_steps, needs_setup
from waypost.update.histories.django import label_of
from waypost.update.histories.settle import Settled
from waypost.update.histories.tables import tables_of
from waypost.update.merge.changes import Merge
from waypost.update.reading.environment import EXAMPLE, EnvironmentChange, environment_change, values_set_in
from waypost.update.reading.project_files import ProjectFiles

_PROJECT_FILE = "pyproject.toml"
_READ_MIGRATIONS = (
    "make migrations writes what the models lack or have no longer: read it before you run it, as columns of what goes "
    "take their data along."
)
_ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+")


def consequences_of(
    before: Side, after: Side, *, settled: Settled, merge: Merge, files: ProjectFiles, environment: str
) -> Consequences:
    """Return what the update from one side to the other means for the project with these ``files``.

    ``environment`` is the text of its ``.env``.
    """
    change = environment_change(before.content(EXAMPLE), after.content(EXAMPLE))
    is_engine_new = is_other_engine(before, after)
    steps = [*data_steps(before, after, environment)]
    setup = _changes_setup(merge, files)
    if setup and _has_target(after, "setup"):
        steps.append("make setup")
    migrating = str(after.fact("migration_steps")).split("\n")
    if settled.differs or is_engine_new or before.template != after.template:
        steps += migrating
    elif setup and after.fact("uses_django"):
        steps += [step for step in migrating if step == "make migrate"]  # packages bring migrations of their own
    if _has_target(after, "test"):
        steps.append("make test")
    servers = [server for server in after.fact("servers") or () if server not in (before.fact("servers") or ())]
    return Consequences(
        variables=tuple(environment_steps(change, environment, is_other_engine=is_engine_new)) if environment else (),
        steps=tuple(step for step in steps if step),
        environment=change,
        servers=tuple(servers),
        notes=(
            *(f"{server} has to run now." for server in servers),
            *_environment_notes(change, environment),
            *data_notes(before, after, environment),
            *_history_notes(settled, files, is_engine_new=is_engine_new),
            *([_READ_MIGRATIONS] if settled.differs and "make migrations" in steps else []),
            *_address_notes(before, after),
        ),
    )


def _changes_setup(merge: Merge, files: ProjectFiles) -> bool:
    after = next((change.file for change in merge.changes if change.path == _PROJECT_FILE), None)
    if after is None:
        return False
    before = files.read(_PROJECT_FILE) if _PROJECT_FILE in files.paths else b""
    return needs_setup(before, after.content)


def _has_target(side: Side, target: str) -> bool:
    return re.search(rb"^" + target.encode() + rb":", side.content("Makefile"), re.MULTILINE) is not None


def _environment_notes(change: EnvironmentChange, environment: str) -> Iterator[str]:
    own = values_set_in(environment)
    new = [each.name for each in change.added if not each.is_optional]
    if new:
        yield f"New variables: {', '.join(new)}. Set them wherever the project runs; {EXAMPLE} says what they mean."
    for before, after in change.changed:
        if before.value != after.value and not after.is_optional:
            yield f"{after.name} is {after.value!r} in {EXAMPLE} now, and was {before.value!r}."
    gone = [each.name for each in change.removed if each.name in own or not each.is_optional]
    if gone:
        yield f"Not read any more: {', '.join(gone)}. Take them out of .env and of wherever the project runs."


def _history_notes(settled: Settled, files: ProjectFiles, *, is_engine_new: bool) -> Iterator[str]:
    if settled.added:
        yield f"New migrations, behind your own: {enumerated(settled.added)}."
    if settled.retired:
        listed = enumerated(settled.retired)
        yield (
            f"These migrations are no longer run, as the data is reached in another way: {listed}. "
            "Their tables stay. Delete them when no database needs them."
        )
    if settled.foreign:
        listed = enumerated(settled.foreign)
        yield f"Rewrite these migrations of yours, which are in the SQL of the other database: {listed}."
    tables = [
        table
        for path in settled.kept
        for table in tables_of(
            files.read(path).decode(errors="replace"), label=label_of(str(PurePosixPath(path).parent))
        )
    ]
    if tables and not is_engine_new:
        drops = " ".join(f"DROP TABLE {table};" for table in reversed(tables))
        yield (
            f"The tables {', '.join(tables)} stay, with their data and their migrations, though nothing uses them. "
            f"To drop them for good: {drops}"
        )


def _address_notes(before: Side, after: Side) -> Iterator[str]:
    if before.template == after.template:
        return
    old, new = (_ADDRESS.search(side.content("Makefile")) for side in (before, after))
    if old and new and old[0] != new[0]:
        yield f"make run serves it on {new[0].decode()}, no longer on {old[0].decode()}."
    here, there = before.fact("addresses") or {}, after.fact("addresses") or {}
    yield from (
        f"{what[:1].upper()}{what[1:]} are at {there[what]} now, and were at {here[what]}."
        for what in here
        if what in there and here[what] != there[what]
    )
