"""Whether a project is current: which releases it lacks, and which of the template's files are not as it made them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from waypost.errors import ErrorCode, SourceError, StateError
from waypost.projects.belongings import is_as_made, is_migration, points_to
from waypost.projects.keeping.memory import MEMORY, Memory, read_memory
from waypost.projects.project import is_half_changed
from waypost.questions.answers import raise_problems, recorded_answers, values_of
from waypost.questions.catalogue import load_catalogue
from waypost.questions.record import RECORD, Record, read_record
from waypost.sources.plain import RenderedFile
from waypost.sources.releases import Release
from waypost.sources.rendering import left_alone, rendering
from waypost.sources.source import newer_than, source_at

Change = Literal["edited", "deleted"]


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A file that the template owns and that is not as it made it: ``path`` in the project, and what happened to it."""

    path: str
    change: Change


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a project stands beside its template.

    ``newer`` are the releases after its own, the oldest first. ``drift`` is None where nobody looked, and where the
    files of its own version cannot be had any more; ``notes`` says so then.
    """

    project: Path
    template: str
    version: str
    newer: tuple[Release, ...]
    drift: tuple[Drift, ...] | None
    notes: tuple[str, ...]

    @property
    def is_outdated(self) -> bool:
        """Whether there is a newer release."""
        return bool(self.newer)

    @property
    def has_drifted(self) -> bool:
        """Whether a file is not as the template made it."""
        return bool(self.drift)

    @property
    def newest(self) -> str:
        """The newest version there is."""
        return self.newer[-1].version if self.newer else self.version


def check(project: str | os.PathLike[str] = ".", *, compares_files: bool = True) -> Standing:
    """Say where the project in the folder ``project`` stands; with ``compares_files`` its files are looked at, too.

    Needs neither git nor a network, unless the project was made from another template source. Raises ``StateError``
    where the folder is no project, ``AnswersError`` where its record holds answers that its own version refuses, and
    ``SourceError`` where its template source cannot be had.
    """
    folder = Path(project)
    record = read_record(folder)
    record.refuse_unnamed()
    if is_half_changed(folder):
        raise StateError(
            f"a change of {folder} was killed half-way, so there is nothing to say about its files",
            hint=f"This puts everything back as it was: waypost undo {shlex.quote(str(folder))}",
            code=ErrorCode.UNFINISHED,
        )
    newer = newer_than(record.address, record.version)
    drift: tuple[Drift, ...] | None = None
    notes = record.notes
    if compares_files:
        try:
            drift = _drift(folder, record)
        except SourceError as error:
            if not newer:
                raise
            notes = (*notes, f"The files were not compared: {error.message}.")
    return Standing(
        project=folder,
        template=record.template,
        version=record.version,
        newer=newer,
        drift=drift,
        notes=notes,
    )


def _drift(folder: Path, record: Record) -> tuple[Drift, ...]:
    with source_at(record.address, record.version) as found:
        source = replace(found, url=record.address, version=record.version)  # as the record has them
        catalogue = load_catalogue(source.root)
        answers = recorded_answers(record, catalogue)
        resolution = catalogue.resolve(values_of(answers))
        raise_problems(resolution.problems, answers)
        files = rendering(source, resolution)
        owned = left_alone(resolution, files)
        own = _memory_of(folder).of(files.keys())
        drift = _compared(folder, {path: file for path, file in files.items() if path in own or path == RECORD})
        return tuple(each for each in drift if each.path not in owned or each.change == "deleted")


def _memory_of(folder: Path) -> Memory:
    path = folder / MEMORY
    return read_memory(path.read_bytes() if path.is_file() and not path.is_symlink() else None)


def _compared(folder: Path, files: Mapping[str, RenderedFile]) -> Iterator[Drift]:
    for path, made in sorted(files.items()):
        found = folder / path
        if is_migration(path):
            continue
        if _is_behind_a_link(folder, path):
            yield Drift(path=path, change="edited")
        elif not found.is_symlink() and not found.exists():
            yield Drift(path=path, change="deleted")
        elif not _is_as_made(found, made):
            yield Drift(path=path, change="edited")


def _is_behind_a_link(folder: Path, path: str) -> bool:
    """Whether a folder on the way to the file is a link: what it leads to is not the project's, and is not read."""
    return any((folder / parent).is_symlink() for parent in PurePosixPath(path).parents if parent.parts)


def _is_as_made(path: Path, made: RenderedFile) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    if os.name == "posix" and os.access(path, os.X_OK) != made.is_executable:
        return False
    content = path.read_bytes()
    # With core.autocrlf git writes other line ends than the template, and Git LFS may not have fetched the file: nobody
    # edited anything.
    return points_to(content, made.content) or is_as_made(path.name, content, made.content)
