"""What a project was made from, as its record says, and what that renders to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from waypost.errors import ErrorCode, StateError
from waypost.model import Value
from waypost.projects.keeping.memory import MEMORY, Memory, read_memory
from waypost.projects.project import Project, enumerated, find_project, refuse_unfit
from waypost.questions.answers import recorded_answers, values_of
from waypost.questions.catalogue import Catalogue, Resolution, load_catalogue
from waypost.questions.record import RECORD, Record, parse_record
from waypost.sources.embedded import TemplateSource
from waypost.sources.rendering import refuse_unsafe, rendering
from waypost.sources.source import source_at
from waypost.system import git
from waypost.update.merge.trees import EXECUTABLE, REGULAR, File
from waypost.update.writing import switchover


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What a project was made from, as its record says, with what that renders to."""

    project: Project
    record: Record
    source: TemplateSource
    resolution: Resolution
    notes: tuple[str, ...]
    memory: Memory = field(default_factory=Memory)

    @property
    def answers(self) -> Mapping[str, Value]:
        """The answers by key."""
        return self.resolution.answers


@contextmanager
def recorded(folder: Path, *, is_preview: bool) -> Iterator[Recorded]:
    """Provide what the project was made from; raise ``StateError`` unless it is one that can be updated."""
    project = find_project(folder)
    recovered = switchover.recover(project, is_preview=is_preview)
    new = refuse_unfit(project, allows_new_files=is_preview)
    notes = (f"Git does not know {enumerated(new)} yet: commit or remove that before you update.",) if new else ()
    # Of the commit that all the rest is compared with, whatever is written into the project meanwhile.
    committed = git.run_bytes("cat-file", "blob", f"{project.tree}:{RECORD}", cwd=project.folder)
    record = parse_record(committed, project.folder / RECORD)
    record.refuse_unnamed()
    with source_at(record.address, record.version) as found:
        # With the address as it is recorded, be it with credentials: only so nobody has edited the record.
        source = replace(found, url=record.address, version=record.version)
        catalogue = catalogue_of(source)
        resolution = catalogue.resolve(values_of(recorded_answers(record, catalogue)))
        if resolution.problems:
            problem = resolution.problems[0]
            raise StateError(
                f"{record.path} holds what {record.version} could not have made: {problem.key}: {problem.message}",
                hint=f"Take edits by hand out of it (git log -p -- {RECORD}); answers change with --set KEY=VALUE.",
                key=problem.key,
                code=ErrorCode.RECORD,
            )
        notes = (*recovered, *record.notes, *notes)
        yield Recorded(
            project=project,
            record=record,
            source=source,
            resolution=resolution,
            notes=notes,
            memory=_memory_of(project),
        )


def _memory_of(project: Project) -> Memory:
    try:
        content = git.run_bytes("cat-file", "blob", f"{project.tree}:{MEMORY}", cwd=project.folder)
    except git.GitError:
        return Memory()
    return read_memory(content)


def catalogue_of(source: TemplateSource) -> Catalogue:
    """Return the questions of a source. Raises ``SourceError`` where it wants what Waypost does not run."""
    catalogue = load_catalogue(source.root)
    refuse_unsafe(catalogue.settings, source)
    return catalogue


def rendered_files(source: TemplateSource, resolution: Resolution) -> dict[str, File]:
    """Return the files that a version of the template makes of answers."""
    rendered = rendering(source, resolution)
    return {path: File(EXECUTABLE if file.is_executable else REGULAR, file.content) for path, file in rendered.items()}
