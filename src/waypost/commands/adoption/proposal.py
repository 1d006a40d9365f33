"""What would be recorded of a project, decided to the last byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from waypost.adopting.lost import LostOrigin
from waypost.adopting.nearest import Candidate
from waypost.adopting.proposals import FileStanding, standings
from waypost.adopting.stack import Findings
from waypost.advice.recommend import recommend
from waypost.projects import decision_record
from waypost.projects.keeping.memory import MEMORY, Memory, memory_text, read_memory
from waypost.projects.planning import decisions_of, named_after
from waypost.projects.project import Project
from waypost.questions.answers import Answer, raise_problems, values_of
from waypost.questions.catalogue import Catalogue, Resolution
from waypost.questions.record import RECORD
from waypost.sources.embedded import TemplateSource
from waypost.sources.rendering import rendering
from waypost.update.merge.changes import Change, Merge
from waypost.update.merge.trees import REGULAR, File
from waypost.update.reading.project_files import ProjectFiles
from waypost.update.recorded import catalogue_of
from waypost.update.writing import worktree


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read of a project: what stands there, how near each template comes, and what else there is to say."""

    project: Project
    findings: Findings
    found: tuple[Candidate, ...]
    origin: LostOrigin | None
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What would be recorded of a project, and what that rests on."""

    reading: Reading
    answers: Mapping[str, Answer]
    resolution: Resolution
    version: str
    files: tuple[FileStanding, ...]
    merge: Merge

    @property
    def title(self) -> str:
        """The adoption in a few words."""
        return f"Adopt the project into {self.resolution.answers['template']} {self.version}"


def proposal_of(reading: Reading, source: TemplateSource, answers: Mapping[str, Answer]) -> Proposal:
    """Return what the answers come to. Raises ``AnswersError`` where they cannot stand together."""
    project = reading.project
    catalogue = catalogue_for(source, project)
    resolution = catalogue.resolve(values_of(answers))
    raise_problems(resolution.problems, answers)
    rendered = {path: file.content for path, file in rendering(source, resolution).items()}
    files = ProjectFiles(project=project)
    files.load(path for path in rendered if path in files.paths)
    found_files = standings(rendered, files.paths, files.read)
    record: dict[str, bytes] = {RECORD: rendered[RECORD]}
    memory = read_memory(files.read(MEMORY) if MEMORY in files.paths else None)
    if reading.origin is None:
        same = frozenset(each.path for each in found_files if each.state == "same")
        record[MEMORY] = memory_text(replace(memory, taken=same))
    elif memory != Memory() and memory.taken is not None:
        record[MEMORY] = memory_text(replace(memory, taken=None))
    record |= _decision(catalogue, answers, resolution, files)
    changes = [
        Change(
            path=path,
            kind="changed" if path in files.paths else "added",
            file=File(REGULAR, content),
        )
        for path, content in sorted(record.items())
    ]
    merge = Merge(changes=tuple(changes), conflicts=())
    worktree.refuse_unwritable(project, merge, allows_new_files=True)
    return Proposal(
        reading=reading,
        answers={
            key: answers.get(key, Answer(value=value, origin="default"))
            for key, value in resolution.shown_answers.items()
        },
        resolution=resolution,
        version=source.version,
        files=found_files,
        merge=merge,
    )


def catalogue_for(source: TemplateSource, project: Project) -> Catalogue:
    """Return the questions of a source for a project that is called after its folder where nothing names it."""
    return named_after(project.folder, catalogue_of(source))


def _decision(
    catalogue: Catalogue, answers: Mapping[str, Answer], resolution: Resolution, files: ProjectFiles
) -> dict[str, bytes]:
    """Return the decision record, unless the project has one of an earlier time."""
    if any(path.startswith("docs/decisions/") and path.endswith("-web-framework.md") for path in files.paths):
        return {}
    advice = recommend(decisions_of(catalogue, answers))
    path = decision_record.next_path(files.paths)
    number = int(path.name.partition("-")[0])
    text = decision_record.text(advice, resolution.answers, number=number, is_adopted=True)
    return {path.as_posix(): text.encode()}
