"""What each feature would bring into a project as its template makes it, without touching the project."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from waypost.errors import AnswersError
from waypost.model import Value
from waypost.projects.belongings import is_migration
from waypost.questions.answers import Inputs, recorded_answers, values_of
from waypost.questions.catalogue import Catalogue, Resolution
from waypost.questions.record import RECORD, Record, read_record
from waypost.questions.values import as_text
from waypost.sources.embedded import TemplateSource
from waypost.sources.source import source_at
from waypost.update.answers import resolve_inputs
from waypost.update.consequences.side import Side
from waypost.update.features import OFF, UNDECIDED, Feature, features_of
from waypost.update.merge.changes import ChangeKind
from waypost.update.merge.trees import File
from waypost.update.recorded import catalogue_of, rendered_files

_REQUIREMENTS = "pyproject.toml"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A feature beside a project's answers: whether the project has it or can have it, and what it would bring.

    ``because`` says why it is refused, ``replaces`` what it takes the place of. ``files`` are those of the template
    that it adds, changes and removes; ``dependencies`` and ``servers`` what has to be installed and to run beyond what
    has to now.
    """

    feature: Feature
    state: Literal["there", "possible", "refused"]
    because: str = ""
    replaces: str = ""
    files: Mapping[str, ChangeKind] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()


def offers_for(folder: Path) -> tuple[Record, tuple[Offer, ...]]:
    """Return the record of the project in ``folder``, and every feature of its template at its own version.

    Raises ``StateError`` where the folder is no project, ``SourceError`` where its template source cannot be had.
    """
    record = read_record(folder)
    record.refuse_unnamed()
    with source_at(record.address, record.version) as found:
        source = replace(found, url=record.address, version=record.version)
        catalogue = catalogue_of(source)
        known = catalogue.resolve(values_of(recorded_answers(record, catalogue))).answers
        resolution, _, _ = resolve_inputs(record, known, catalogue, Inputs())
        now = _side(source, resolution)
        return record, tuple(_offer(feature, record, catalogue, source, now) for feature in features_of(catalogue))


def _offer(feature: Feature, record: Record, catalogue: Catalogue, source: TemplateSource, now: Side) -> Offer:
    try:
        resolution, _, _ = resolve_inputs(record, now.answers, catalogue, Inputs(adds=(feature.setting,)))
    except AnswersError as error:
        said = [problem.message for problem, _ in error.problems] or [error.message.partition(": ")[2]]
        return Offer(feature=feature, state="refused", because="; ".join(dict.fromkeys(said)))
    then = now if resolution.answers == now.answers else _side(source, resolution)
    files = dict(_file_changes(now.files, then.files))
    if not files:
        return Offer(feature=feature, state="there")
    return Offer(
        feature=feature,
        state="possible",
        replaces=_replaced(now.answers.get(feature.key)),
        files=files,
        dependencies=tuple(sorted(_requirements(then) - _requirements(now))),
        servers=tuple(server for server in then.fact("servers") or () if server not in (now.fact("servers") or ())),
    )


def _side(source: TemplateSource, resolution: Resolution) -> Side:
    return Side(resolution=resolution, files=rendered_files(source, resolution))


def _file_changes(before: Mapping[str, File], after: Mapping[str, File]) -> Iterator[tuple[str, ChangeKind]]:
    """Yield what becomes of each file, but for the record, which changes with every answer, and a project's migrations.

    Once a project has a migration, no update changes or removes it.
    """
    for path in sorted(before.keys() | after.keys()):
        is_kept = path == RECORD or (path in before and is_migration(path))
        if not is_kept and before.get(path) != after.get(path):
            yield path, "added" if path not in before else "removed" if path not in after else "changed"


def _replaced(value: Value | None) -> str:
    """Return what a choice takes the place of: nothing where there was none, or where it comes beside others."""
    return as_text(value) if isinstance(value, str) and value not in (OFF, UNDECIDED) else ""


def _requirements(side: Side) -> set[str]:
    """Return the requirements that the project's pyproject.toml lists, those of development as well."""
    content = side.content(_REQUIREMENTS)
    document: dict[str, Any] = tomllib.loads(content.decode()) if content else {}
    lists = [document.get("project", {}).get("dependencies", []), *document.get("dependency-groups", {}).values()]
    return {item for requirements in lists for item in requirements if isinstance(item, str)}
