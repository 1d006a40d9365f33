"""Making a project: the command, and the function for Python callers."""

from __future__ import annotations

import os
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from waypost.address import CREDENTIALS_HINT, has_credentials
from waypost.commands.replies.reply import Reply, answer_fields, here, shown_path, steps_into
from waypost.errors import StateError, UsageError
from waypost.model import Value
from waypost.projects import creation
from waypost.projects.creation import CreatedProject, check_destination
from waypost.projects.planning import (
    Plan,
    catalogue_of,
    given_answers,
    named_after,
    plan_of,
)
from waypost.questions.answers import Answer, Inputs, raise_problems, read_inputs, values_of, without_auto
from waypost.questions.catalogue import Catalogue
from waypost.sources.embedded import TemplateSource, embedded
from waypost.sources.failures import reason_of, temporary_trouble, working_folder
from waypost.sources.plain import RenderedFile
from waypost.sources.rendering import preload, refuse_unsafe
from waypost.sources.source import source_at

if TYPE_CHECKING:  # the fields of all replies take longer to import than a project needs of them
    from waypost.commands.replies.fields import ContentFields, NewFields, TemplateFields


def new(
    inputs: Inputs,
    destination: str | None,
    *,
    is_dry_run: bool = False,
    shows_contents: bool = False,
    uses_git: bool = True,
    url: str | None = None,
    ref: str | None = None,
    progress: Callable[[str], None] | None = None,
    when_made: Callable[[], None] = lambda: None,
) -> Reply:
    """Make a project, or with ``is_dry_run`` only say what would be made, and with ``shows_contents`` what is in it.

    ``progress`` gets a line when the work begins, ``when_made`` is called when the project stands in its place.
    """
    with source_at(url if url is not None else embedded().url, ref) as source:
        catalogue = catalogue_of(source.root)
        refuse_unsafe(catalogue.settings, source)
        given = given_answers(inputs, catalogue, what="a project")
        if destination is not None:
            check_destination(_folder(destination))
            catalogue = named_after(_folder(destination), catalogue)
        if inputs.is_interactive and not inputs.is_complete:
            given |= _asked(catalogue, given, _folder(destination) if destination is not None else None)
        plan = plan_of(catalogue, given)
        folder = _folder(destination if destination is not None else _slug_in(plan))
        check_destination(folder)
        if is_dry_run:
            return _dry_run(source, plan, folder, shows_contents=shows_contents)
        if progress:
            progress(f"Making {shown_path(folder)} from {plan.template or source.name} ...")
        created = creation.create(
            source, plan.resolution, plan.recommendation, folder, uses_git=uses_git, when_made=when_made
        )
        steps = _next_steps(plan, folder)
    notes = (*plan.notes, *created.notes, *_credentials_note(url))
    text = [f"Made {shown_path(folder)} from {plan.template or source.name}: {len(created.files)} files."]
    text += [*(f"Note: {note}" for note in notes), "", "Next:", *(f"  {step}" for step in steps)]
    fields = _project_fields(plan, source, folder)
    fields.update({"changed": created.files, "next": steps, "notes": notes})
    return Reply(text="\n".join(text), fields=fields)


def _credentials_note(url: str | None) -> tuple[str, ...]:
    if not has_credentials(url or ""):
        return ()
    return (f"The credentials in the source's address are not recorded, and updates need them. {CREDENTIALS_HINT}",)


def create(
    destination: str | os.PathLike[str], answers: Mapping[str, Value | list[str]], *, uses_git: bool = True
) -> CreatedProject:
    """Make a project in the new or empty folder ``destination``, and return its folder, files and notes.

    ``answers`` are by question key; defaults stand in for the rest, and the advice for the template. Raises
    ``AnswersError``, ``StateError`` or ``SourceError``, and then leaves nothing behind.
    """
    source, folder = embedded(), _folder(os.fspath(destination))
    catalogue = named_after(folder, catalogue_of(source.root))
    plan = plan_of(catalogue, without_auto(read_inputs(Inputs(values=answers), catalogue)))
    return creation.create(source, plan.resolution, plan.recommendation, folder, uses_git=uses_git)


def _asked(catalogue: Catalogue, given: Mapping[str, Answer], folder: Path | None) -> dict[str, Answer]:
    """Return what a person answers in the wizard beyond what is ``given``; the project goes into ``folder``."""
    if not {"template", "project_name", "project_slug"} <= catalogue.by_key.keys():
        raise UsageError(
            "the template source does not ask the questions that the wizard needs",
            hint="Answer with --answers FILE or --set KEY=VALUE, or give --defaults.",
        )
    from waypost.wizard.dialogue import ask  # noqa: PLC0415 - most projects are made without it

    # Combinations that are refused are repaired in the wizard.
    problems = catalogue.resolve(values_of(given)).problems
    raise_problems((problem for problem in problems if problem.refusal is None), given)
    threading.Thread(target=preload, args=(catalogue,), daemon=True).start()
    asked = ask(catalogue, values_of(given), purpose="new", destination=folder, unfit=_unfit)
    return {key: Answer(value=value, origin="wizard") for key, value in asked.items()}


def _unfit(folder: Path) -> str:
    """Return why a project cannot be made in ``folder``, or nothing."""
    try:
        check_destination(folder)
    except StateError as error:
        return error.message
    return ""


def _dry_run(source: TemplateSource, plan: Plan, folder: Path, *, shows_contents: bool) -> Reply:
    with working_folder("waypost-dry-run-") as scratch:
        try:
            created = creation.create(
                source, plan.resolution, plan.recommendation, scratch / folder.name, uses_git=False
            )
        except StateError as error:
            if isinstance(error.__cause__, OSError):  # nothing can be wrong with a folder that nobody has chosen
                raise temporary_trouble(reason_of(error.__cause__)) from error
            raise
    text = [f"Would make {shown_path(folder)} from {plan.template or source.name}: {len(created.files)} files."]
    text += [*(f"  {name}" for name in created.files), *(f"Note: {note}" for note in plan.notes)]
    fields = _project_fields(plan, source, folder)
    fields.update({"changed": created.files, "notes": plan.notes, "is_dry_run": True})
    if shows_contents:
        contents = creation.contents_of(source, plan.resolution, plan.recommendation)
        fields["contents"] = {path: _content_fields(file) for path, file in sorted(contents.items())}
    return Reply(text="\n".join(text), fields=fields)


def _content_fields(file: RenderedFile) -> ContentFields:
    try:
        text, coded = file.content.decode(), None
    except UnicodeDecodeError:
        text, coded = None, b64encode(file.content).decode()
    return {"text": text, "base64": coded, "is_executable": file.is_executable}


def _project_fields(plan: Plan, source: TemplateSource, folder: Path) -> NewFields:
    template: TemplateFields = {"name": plan.template or None, "from": None, "to": source.version}
    return {"template": template, "answers": answer_fields(plan.answers), "destination": str(folder)}


def _next_steps(plan: Plan, folder: Path) -> tuple[str, ...]:
    steps = str(plan.resolution.facts.get("next_steps", "")).splitlines()
    return (*steps_into(folder), *(step for step in steps if step))


def _slug_in(plan: Plan) -> str:
    """Return the name of the folder that a project goes into where nobody names one."""
    slug = str(plan.resolution.answers.get("project_slug", ""))
    if not slug:
        raise UsageError(
            "the template source asks for no project_slug to call the folder after",
            hint="Name the folder that the project goes into: waypost new FOLDER",
        )
    return slug


def _folder(destination: str) -> Path:
    if not destination or "\0" in destination:
        raise UsageError("the destination is empty", hint="Name the folder that the project goes into.")
    return Path(os.path.normpath(here() / destination))
