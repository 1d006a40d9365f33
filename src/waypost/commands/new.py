"""Making a project: the command, and the function for Python callers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waypost.commands.reply import Reply, here, plan_fields, shown_path, steps_into
from waypost.errors import UsageError
from waypost.model import Value
from waypost.projects.planning import (
    Inputs,
    Plan,
    asked_answers,
    catalogue_of,
    given_answers,
    named_after,
    plan_of,
)
from waypost.questions.answers import read_values, without_auto

if TYPE_CHECKING:
    from waypost.projects.creation import CreatedProject
    from waypost.sources.embedded import TemplateSource


def new(
    inputs: Inputs,
    destination: str | None,
    *,
    is_dry_run: bool = False,
    uses_git: bool = True,
    url: str | None = None,
    ref: str | None = None,
    progress: Callable[[str], None] | None = None,
    when_made: Callable[[], None] = lambda: None,
) -> Reply:
    """Make a project, or with ``is_dry_run`` only say what would be made.

    ``progress`` is told when the work begins, ``when_made`` called when the project stands in its place.
    """
    from waypost.projects.creation import check_destination, create  # noqa: PLC0415 - advice alone needs neither
    from waypost.sources.rendering import refuse_unsafe  # noqa: PLC0415 - advice alone needs neither

    with _source(url, ref) as source:
        catalogue = catalogue_of(source.root)
        refuse_unsafe(catalogue.settings, source)
        given = given_answers(inputs, catalogue, what="a project")
        if destination is not None:
            check_destination(_folder(destination))
            catalogue = named_after(_folder(destination), catalogue)
        if inputs.is_interactive and not inputs.is_complete:
            given |= asked_answers(catalogue, given, _folder(destination) if destination is not None else None)
        plan = plan_of(catalogue, given)
        folder = _folder(destination if destination is not None else str(plan.resolution.answers["project_slug"]))
        check_destination(folder)
        if is_dry_run:
            return _dry_run(source, plan, folder)
        if progress:
            progress(f"Making {shown_path(folder)} from {plan.template} ...")
        created = create(
            source, plan.resolution.answers, plan.recommendation, folder, uses_git=uses_git, when_made=when_made
        )
        steps = _next_steps(plan, folder)
    notes = plan.notes + created.notes
    text = [f"Made {shown_path(folder)} from {plan.template}: {len(created.files)} files."]
    text += [*(f"Note: {note}" for note in notes), "", "Next:", *(f"  {step}" for step in steps)]
    return Reply(
        text="\n".join(text),
        fields=_project_fields(plan, source, folder) | {"changed": created.files, "next": steps, "notes": notes},
    )


def create(
    destination: str | os.PathLike[str], answers: Mapping[str, Value | list[str]], *, uses_git: bool = True
) -> CreatedProject:
    """Make a project in the new or empty folder ``destination``, and return its folder, files and notes.

    ``answers`` are by question key; defaults stand in for the rest, and the advice for the template. Raises
    ``AnswersError``, ``StateError`` or ``SourceError``, and then leaves nothing behind.
    """
    from waypost.projects.creation import create  # noqa: PLC0415
    from waypost.sources.embedded import embedded  # noqa: PLC0415

    source, folder = embedded(), _folder(os.fspath(destination))
    catalogue = named_after(folder, catalogue_of(source.root))
    plan = plan_of(catalogue, without_auto(read_values(answers, catalogue)))
    return create(source, plan.resolution.answers, plan.recommendation, folder, uses_git=uses_git)


def _dry_run(source: TemplateSource, plan: Plan, folder: Path) -> Reply:
    from waypost.projects.creation import create  # noqa: PLC0415
    from waypost.system.scratch import temporary_folder  # noqa: PLC0415

    with temporary_folder("waypost-dry-run-") as scratch:
        created = create(source, plan.resolution.answers, plan.recommendation, scratch / folder.name, uses_git=False)
    text = [f"Would make {shown_path(folder)} from {plan.template}: {len(created.files)} files."]
    text += [*(f"  {name}" for name in created.files), *(f"Note: {note}" for note in plan.notes)]
    fields = {"changed": created.files, "notes": plan.notes, "is_dry_run": True}
    return Reply(text="\n".join(text), fields=_project_fields(plan, source, folder) | fields)


def _project_fields(plan: Plan, source: TemplateSource, folder: Path) -> dict[str, Any]:
    fields = plan_fields(plan)
    return fields | {"template": fields["template"] | {"to": source.version}, "destination": str(folder)}


def _next_steps(plan: Plan, folder: Path) -> tuple[str, ...]:
    steps = str(plan.resolution.facts.get("next_steps", "")).splitlines()
    return (*steps_into(folder), *(step for step in steps if step))


def _folder(destination: str) -> Path:
    if not destination or "\0" in destination:
        raise UsageError("the destination is empty", hint="Name the folder that the project goes into.")
    return Path(os.path.normpath(here() / destination))


@contextmanager
def _source(url: str | None, ref: str | None) -> Iterator[TemplateSource]:
    from waypost.sources.embedded import embedded  # noqa: PLC0415 - advice and answers need none
    from waypost.sources.source import source_at  # noqa: PLC0415 - advice and answers need none

    with source_at(url if url is not None else embedded().url, ref) as source:
        yield source
