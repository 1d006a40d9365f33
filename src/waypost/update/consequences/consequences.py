"""Works out what an update means for a project: from the answers, the rendered files and the merge."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from waypost.model import Value
from waypost.projects import decision_record
from waypost.projects.project import enumerated
from waypost.questions.catalogue import Resolution
from waypost.update.consequences.model import Consequences
from waypost.update.consequences.steps import environment_steps, needs_setup
from waypost.update.histories.django import label_of
from waypost.update.histories.settle import Settled
from waypost.update.histories.tables import tables_of
from waypost.update.merge.changes import Merge
from waypost.update.merge.trees import File
from waypost.update.reading.environment import EXAMPLE, EnvironmentChange, environment_change, names_set_in
from waypost.update.reading.project_files import ProjectFiles

_PROJECT_FILE = "pyproject.toml"
_ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+")


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of an update: the answers as the new version sees them, and the files that were made of them."""

    resolution: Resolution
    files: Mapping[str, File]

    @property
    def answers(self) -> Mapping[str, Value]:
        """The answers by key."""
        return self.resolution.answers

    def fact(self, key: str) -> Any:
        """Return a fact of the catalogue, or nothing where an older or another one has none of that name."""
        return self.resolution.facts.get(key, "")

    def content(self, path: str) -> bytes:
        """Return the bytes of a file; none where the template does not make it."""
        return self.files[path].content if path in self.files else b""


def consequences_of(
    before: Side, after: Side, *, settled: Settled, merge: Merge, files: ProjectFiles, environment: str
) -> Consequences:
    """Return what the update from one side to the other means for the project with these ``files``.

    ``environment`` is the text of its ``.env``.
    """
    change = environment_change(before.content(EXAMPLE), after.content(EXAMPLE))
    is_engine_new = is_other_engine(before, after)
    steps: list[str] = []
    setup = _changes_setup(merge, files)
    if setup and _has_target(after, "setup"):
        steps.append("make setup")
    if setup or settled.differs or is_engine_new or before.answers.get("template") != after.answers.get("template"):
        steps += str(after.fact("migration_steps")).split("\n")
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
            *_data_notes(before, after),
            *_history_notes(settled, files, is_engine_new=is_engine_new),
            *_address_notes(before, after),
        ),
    )


def is_other_engine(before: Side, after: Side) -> bool:
    """Whether the data is kept in another kind of database from now on."""
    return before.answers.get("database") != after.answers.get("database")


def _changes_setup(merge: Merge, files: ProjectFiles) -> bool:
    after = next((change.file for change in merge.changes if change.path == _PROJECT_FILE), None)
    if after is None:
        return False
    before = files.read(_PROJECT_FILE) if _PROJECT_FILE in files.paths else b""
    return needs_setup(before, after.content)


def _has_target(side: Side, target: str) -> bool:
    return re.search(rb"^" + target.encode() + rb":", side.content("Makefile"), re.MULTILINE) is not None


def _environment_notes(change: EnvironmentChange, environment: str) -> Iterator[str]:
    own = names_set_in(environment)
    new = [each.name for each in change.added if not each.is_optional]
    if new:
        yield f"New variables: {', '.join(new)}. Set them wherever the project runs; {EXAMPLE} says what they mean."
    for before, after in change.changed:
        if before.value != after.value and not after.is_optional:
            yield f"{after.name} is {after.value!r} in {EXAMPLE} now, and was {before.value!r}."
    gone = [each.name for each in change.removed if each.name in own or not each.is_optional]
    if gone:
        yield f"Not read any more: {', '.join(gone)}. Take them out of .env and of wherever the project runs."


def _data_notes(before: Side, after: Side) -> Iterator[str]:
    old, new = _named_engine(before), _named_engine(after)
    is_same_framework = _framework(before) == _framework(after)
    if is_other_engine(before, after) and old:
        if not new:
            yield f"The data stays in {old}; the project keeps none any more."
        elif is_same_framework and before.fact("data_out") and after.fact("data_in"):
            yield (
                f"The data stays in {old}. To take it along to {new}, run this before the update: "
                f"{before.fact('data_out')} - and this when the new database is migrated: {after.fact('data_in')}"
            )
        else:
            yield f"The data stays in {old}: nothing carries it over to {new}."
    elif before.answers.get("template") != after.answers.get("template") and old and new:
        yield from _moved_database(before, after)
        if not is_same_framework:
            yield "The tables have other names in the other framework: the data stays in the old ones."
    if before.answers.get("sessions") != after.answers.get("sessions"):
        yield "Sessions are kept elsewhere: everybody has to sign in again."


def _moved_database(before: Side, after: Side) -> Iterator[str]:
    if before.answers.get("database") != "sqlite":
        return
    here, there = (str(side.fact("sqlite_folder") or ".") for side in (before, after))
    if here != there:
        yield (
            f"A relative path in DATABASE_URL was seen from {_folder(here)} and is seen from {_folder(there)} now, so "
            "the same DATABASE_URL means another file. The data stays in the old one, which nothing deletes."
        )


def _folder(name: str) -> str:
    return "the project's folder" if name == "." else f"{name}/"


def _history_notes(settled: Settled, files: ProjectFiles, *, is_engine_new: bool) -> Iterator[str]:
    if settled.added:
        yield f"New migrations, behind your own: {enumerated(settled.added)}."
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
    if before.answers.get("template") == after.answers.get("template"):
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


def _named_engine(side: Side) -> str:
    """Return the name of the database that people read, or nothing where there is none."""
    value = side.answers.get("database")
    question = side.resolution.catalogue.by_key.get("database")
    if question is None or value in (None, "none"):
        return ""
    return next((choice.label.partition(" - ")[0] for choice in question.choices if choice.value == value), "")


def _framework(side: Side) -> str:
    return decision_record.framework_of(str(side.answers.get("template", "")))
