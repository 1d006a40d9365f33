"""Each command as a short story: from what was asked for to a reply, without printing anything."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waypost import report
from waypost.answers import (
    Answer,
    read_file,
    read_values,
    recorded_answers,
    values_of,
    without_auto,
)
from waypost.catalogue import embedded_root
from waypost.errors import ExitCode, StateError, UsageError
from waypost.model import Recommendation, Value
from waypost.naming import named_after
from waypost.planning import (
    Inputs,
    Plan,
    asked_answers,
    catalogue_of,
    decision_keys,
    decisions_of,
    given_answers,
    plan_of,
    refuse_mistyped,
)
from waypost.recommend import recommend
from waypost.record import read_record

if TYPE_CHECKING:
    from waypost.creation import CreatedProject
    from waypost.history import TemplateSource


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a command has to say: ``text`` for people, ``output`` as data, ``fields`` for programs; and how it ends.

    ``draw`` shows on a terminal what ``output`` says elsewhere.
    """

    text: str = ""
    output: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    exit_code: ExitCode = ExitCode.DONE
    draw: Callable[[], None] | None = None


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
    from waypost import creation, render  # noqa: PLC0415 - advice alone needs neither

    with _source(url, ref) as source:
        catalogue = catalogue_of(source.root)
        render.refuse_unsafe(catalogue.settings, source)
        given = given_answers(inputs, catalogue, what="a project")
        if destination is not None:
            creation.check_destination(_folder(destination))
            catalogue = named_after(_folder(destination), catalogue)
        if inputs.is_interactive and not inputs.is_complete:
            given |= asked_answers(catalogue, given, _folder(destination) if destination is not None else None)
        plan = plan_of(catalogue, given)
        folder = _folder(destination if destination is not None else str(plan.resolution.answers["project_slug"]))
        creation.check_destination(folder)
        if is_dry_run:
            return _dry_run(source, plan, folder)
        if progress:
            progress(f"Making {_shown(folder)} from {plan.template} ...")
        created = creation.create(
            source, plan.resolution.answers, plan.recommendation, folder, uses_git=uses_git, when_made=when_made
        )
        steps = _next_steps(plan, folder)
    notes = plan.notes + created.notes
    text = [f"Made {_shown(folder)} from {plan.template}: {len(created.files)} files."]
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
    from waypost import creation, history  # noqa: PLC0415

    source, folder = history.embedded(), _folder(os.fspath(destination))
    catalogue = named_after(folder, catalogue_of(source.root))
    plan = plan_of(catalogue, without_auto(read_values(answers, catalogue)))
    return creation.create(source, plan.resolution.answers, plan.recommendation, folder, uses_git=uses_git)


def advise(inputs: Inputs) -> Reply:
    """Say which framework and template fit, and why."""
    catalogue = catalogue_of(embedded_root())
    given = given_answers(inputs, catalogue, what="advice")
    refuse_mistyped(catalogue, given)
    if inputs.is_interactive and not inputs.is_complete and not inputs.settings:
        from waypost import wizard  # noqa: PLC0415 - a terminal's toolkit takes its time to import

        asked = wizard.ask(catalogue, values_of(given), purpose="recommend")
        given |= {key: Answer(value=value, origin="wizard") for key, value in asked.items()}
    recommendation = recommend(decisions_of(catalogue, given))
    known = {key: given.get(key, Answer(value="unsure", origin="default")) for key in decision_keys(catalogue)}
    return Reply(
        output=report.recommendation_text(recommendation) + "\n",
        fields={"answers": report.answer_fields(known)} | report.recommendation_fields(recommendation),
        draw=lambda: _draw(recommendation),
    )


def _draw(recommendation: Recommendation) -> None:
    from waypost.drawing import draw_recommendation  # noqa: PLC0415 - rich takes its time to import

    draw_recommendation(recommendation)


def answers_init(inputs: Inputs) -> Reply:
    """Print a commented answers file to start from."""
    catalogue = catalogue_of(embedded_root())
    given = given_answers(inputs, catalogue, what="")
    plan = plan_of(catalogue, given)
    chosen = {key: answer.value for key, answer in given.items() if answer.origin in ("set", "file")}
    toml = report.answers_toml(catalogue, plan.resolution, chosen)
    return Reply(output=toml, fields=plan.fields | {"toml": toml})


def answers_validate(file: str) -> Reply:
    """Check an answers file, and say what it comes to."""
    catalogue = catalogue_of(embedded_root())
    plan = plan_of(catalogue, without_auto(read_file(file, catalogue)))
    name = "Standard input" if file == "-" else file
    text = [f"{name} is valid: template {plan.template}.", *(f"Note: {note}" for note in plan.notes)]
    return Reply(text="\n".join(text), fields=plan.fields | {"notes": plan.notes})


def answers_schema() -> Reply:
    """Print the JSON Schema of an answers file."""
    schema = report.answers_schema(catalogue_of(embedded_root()))
    return Reply(output=json.dumps(schema, indent=2, ensure_ascii=False) + "\n", fields={"json_schema": schema})


def answers_show(project: str) -> Reply:
    """Print the answers that a project was made from."""
    record = read_record(Path(project))
    answers = recorded_answers(record, catalogue_of(embedded_root()))
    version = str(record.get("_commit", "unknown"))
    head = f"# Made from {record.get('_src_path', 'an unknown source')} {version}\n"
    lines = [f"{key} = {report.toml_value(answer.value)}\n" for key, answer in answers.items()]
    return Reply(
        output=head + "".join(lines),
        fields={
            "template": {"name": record.get("template"), "from": version, "to": None},
            "answers": report.answer_fields(answers),
        },
    )


def _dry_run(source: TemplateSource, plan: Plan, folder: Path) -> Reply:
    from waypost import creation  # noqa: PLC0415
    from waypost.scratch import temporary_folder  # noqa: PLC0415

    with temporary_folder("waypost-dry-run-") as scratch:
        created = creation.create(
            source, plan.resolution.answers, plan.recommendation, scratch / folder.name, uses_git=False
        )
    text = [f"Would make {_shown(folder)} from {plan.template}: {len(created.files)} files."]
    text += [*(f"  {name}" for name in created.files), *(f"Note: {note}" for note in plan.notes)]
    fields = {"changed": created.files, "notes": plan.notes, "is_dry_run": True}
    return Reply(text="\n".join(text), fields=_project_fields(plan, source, folder) | fields)


def _project_fields(plan: Plan, source: TemplateSource, folder: Path) -> dict[str, Any]:
    template = plan.fields["template"] | {"to": source.version}
    return plan.fields | {"template": template, "destination": str(folder)}


def steps_into(folder: Path) -> tuple[str, ...]:
    """Return what to type to get into ``folder``: nothing where one is there already."""
    path = _shown(folder)
    return () if folder == _here() else (f"cd {shlex.quote(f'./{path}' if path.startswith('-') else path)}",)


def _next_steps(plan: Plan, folder: Path) -> tuple[str, ...]:
    steps = str(plan.resolution.facts.get("next_steps", "")).splitlines()
    return (*steps_into(folder), *(step for step in steps if step))


def _folder(destination: str) -> Path:
    if not destination or "\0" in destination:
        raise UsageError("the destination is empty", hint="Name the folder that the project goes into.")
    return Path(os.path.normpath(_here() / destination))


def _shown(folder: Path) -> str:
    return str(folder.relative_to(_here())) if folder.is_relative_to(_here()) else str(folder)


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise StateError("the current folder is gone", hint="Go to one that exists.") from error


@contextmanager
def _source(url: str | None, ref: str | None) -> Iterator[TemplateSource]:
    from waypost import history  # noqa: PLC0415 - advice and answers need none

    with history.source_at(url if url is not None else history.embedded().url, ref) as source:
        yield source
