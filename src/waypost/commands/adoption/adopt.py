"""The command that takes in a project that Waypost did not make, or that lost its record."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from waypost.adopting.lost import origin_of
from waypost.adopting.material import material_of
from waypost.adopting.nearest import candidates
from waypost.adopting.stack import Findings, findings_of
from waypost.commands.adoption.proposal import Proposal, Reading, catalogue_for, proposal_of
from waypost.commands.changes.adoption import (
    distance_lines,
    fact_fields,
    fact_lines,
    file_fields_of,
    file_lines_of,
    open_lines,
    origin_line,
    unread_lines,
)
from waypost.commands.changes.updates import file_fields, file_lines, next_lines
from waypost.commands.replies.of_projects import AdoptFields
from waypost.commands.replies.reply import Reply, answer_fields, steps_into
from waypost.commands.update import Manner, agree, refused_by_git
from waypost.errors import ErrorCode, StateError
from waypost.projects.planning import decision_keys
from waypost.projects.project import Project, enumerated, find_repository, refuse_unfit
from waypost.questions.answers import Answer, Inputs, read_inputs, values_of, without_auto
from waypost.questions.record import RECORD, read_record
from waypost.sources.embedded import embedded, is_canonical
from waypost.sources.source import source_at
from waypost.system.git import GitError
from waypost.update.merge.changes import difference
from waypost.update.writing import switchover, worktree


def adopt(
    folder: str,
    inputs: Inputs,
    manner: Manner,
    *,
    replaces_record: bool = False,
    say: Callable[[str], None] = lambda _line: None,
) -> Reply:
    """Propose the record of the project in ``folder``, and write it where somebody agrees; or only show it.

    With ``replaces_record`` the record of another template is replaced. ``say`` prints what was read before a person
    is asked.
    """
    try:
        project = find_repository(Path(folder))
        _refuse_recorded(project, replaces_record=replaces_record)
        notes = switchover.recover(project, is_preview=manner.is_preview)
        new = refuse_unfit(project, allows_new_files=manner.is_preview)
        notes += (f"Git does not know {enumerated(new)} yet: commit or remove that first.",) if new else ()
        material = material_of(project)
        findings = findings_of(material)
        with source_at(embedded().url, None) as newest:
            catalogue = catalogue_for(newest, project)
            given = without_auto(read_inputs(inputs, catalogue))
            _refuse_unknown_framework(project, findings, given)
            reading = Reading(
                project=project,
                findings=findings,
                found=candidates(catalogue, findings.facts, given),
                origin=origin_of(material, newest.url, findings.facts, given),
                notes=notes,
            )
        origin = reading.origin
        with source_at(newest.url, origin.version if origin else None) as source:
            nearest = origin.candidate if origin else reading.found[0]
            proposal = proposal_of(reading, source, nearest.answers)
            if inputs.is_interactive and not (manner.is_preview or manner.is_agreed or origin):
                say("\n".join(_lines(proposal)))
                proposal = proposal_of(reading, source, _asked(proposal))
                manner = replace(manner, is_agreed=True)
        if manner.is_preview:
            words = [f"--set={setting}" for setting in inputs.settings]
            words += [f"--answers={inputs.file}"] if inputs.file else []
            words += ["--replace-record"] if replaces_record else []
            return _shown(proposal, manner, given=words)
        return _written(proposal, manner)
    except GitError as error:
        raise refused_by_git(error) from error


def _refuse_recorded(project: Project, *, replaces_record: bool) -> None:
    """Raise ``StateError`` where the project has a record: of Waypost's templates, or of others unless it is let go."""
    if not os.path.lexists(project.folder / RECORD):
        return
    if (project.folder / RECORD).is_symlink():
        raise StateError(
            f"{project.folder / RECORD} is a link, and no record",
            hint="Remove it, commit that, and try again.",
            code=ErrorCode.IN_THE_WAY,
        )
    record = read_record(project.folder)
    if is_canonical(record.url):
        raise StateError(
            f"{project.folder} has a record already: it was made from {record.template or 'a template'} "
            f"{record.version}, or adopted into it",
            hint="`waypost check` says where it stands, `waypost update` brings it to a newer version.",
            code=ErrorCode.RECORDED_ALREADY,
        )
    if not replaces_record:
        raise StateError(
            f"{project.folder} has the record of another template: {record.url or 'its source is not named'}",
            hint="`waypost update` and copier go on updating it from there. To leave that template for one of "
            "Waypost's, give --replace-record.",
            code=ErrorCode.RECORDED_ALREADY,
        )


def _refuse_unknown_framework(project: Project, findings: Findings, given: Mapping[str, Answer]) -> None:
    if findings.framework is None and "template" not in given:
        raise StateError(
            f"neither Flask nor Django was found in {project.folder}: not in its dependencies, nor in its code",
            hint="Name the folder that the project is in; or, where it is one of the two all the same, the template: "
            "--set template=flask-blueprints",
            code=ErrorCode.UNKNOWN_FRAMEWORK,
        )


def _asked(proposal: Proposal) -> dict[str, Answer]:
    """Return the answers after a person has said what cannot be seen, and changed what was read wrongly."""
    from waypost.wizard.dialogue import ask  # noqa: PLC0415 - nobody is asked in a pipeline

    known = {key: answer for key, answer in proposal.answers.items() if answer.origin != "default"}
    known.setdefault("project_name", proposal.answers["project_name"])
    catalogue = proposal.resolution.catalogue
    said = ask(catalogue, values_of(known), purpose="adopt", destination=proposal.reading.project.folder)
    changed = {
        key: Answer(value=value, origin="wizard")
        for key, value in said.items()
        if key not in known or known[key].value != value
    }
    return {**known, **changed}


def _open_keys(proposal: Proposal) -> tuple[str, ...]:
    """Return the questions about the project's purpose, which no file answers and nobody has."""
    keys = decision_keys(proposal.resolution.catalogue)
    return tuple(key for key in keys if key in proposal.answers and proposal.answers[key].origin == "default")


def _lines(proposal: Proposal) -> list[str]:
    """Return what was read, how near the templates come, what is not known and what would be written, for people."""
    return [
        *fact_lines(proposal.reading.findings),
        *unread_lines(proposal.reading.findings),
        "",
        *distance_lines(proposal.reading.found),
        *([""] if proposal.reading.origin else []),
        *origin_line(proposal.reading.origin),
        "",
        *open_lines(_open_keys(proposal)),
        *file_lines_of(proposal.files, is_from_release=proposal.reading.origin is not None),
    ]


def _fields(proposal: Proposal, *, is_preview: bool) -> AdoptFields:
    return {
        "template": {
            "name": str(proposal.resolution.answers["template"]),
            "from": None,
            "to": proposal.version,
        },
        "answers": answer_fields(proposal.answers),
        "changed": [change.path for change in proposal.merge.changes],
        "files": file_fields(proposal.merge),
        "notes": proposal.reading.notes,
        "is_dry_run": is_preview,
        "open": _open_keys(proposal),
        **fact_fields(proposal.reading.findings, proposal.reading.found, proposal.reading.origin),  # type: ignore[typeddict-item]
        "standing": file_fields_of(proposal.files),
    }


def _shown(proposal: Proposal, manner: Manner, *, given: Sequence[str]) -> Reply:
    fields = _fields(proposal, is_preview=True)
    words = ["waypost", "adopt", str(proposal.reading.project.folder), "--yes", *given]
    fields["next"] = (shlex.join(words),)
    if manner.shows_diff:
        fields["diff"] = difference(proposal.reading.project, proposal.merge)
    lines = [
        f"{proposal.title}: would write:",
        *file_lines(proposal.merge),
        *_note_lines(proposal),
        "",
        *_lines(proposal),
    ]
    return Reply(text="\n".join(lines), output=fields.get("diff", ""), fields=fields, is_diff=True)


def _written(proposal: Proposal, manner: Manner) -> Reply:
    agree(
        "\n".join([*_lines(proposal), "", "This would be written:", *file_lines(proposal.merge)]),
        "Write the record?",
        manner,
    )
    worktree.write(proposal.reading.project, proposal.merge, title=proposal.title, when_done=manner.when_done)
    fields = _fields(proposal, is_preview=False)
    paths = " ".join(change.path for change in proposal.merge.changes)
    steps = (
        *steps_into(proposal.reading.project.folder),
        f"git add --force -- {paths}",
        f"git commit --message '{proposal.title}' -- {paths}",
        "waypost update --dry-run --diff",
    )
    fields["next"] = steps
    lines = [f"{proposal.title}. Nothing else was touched.", *file_lines(proposal.merge), *_note_lines(proposal)]
    return Reply(text="\n".join([*lines, *next_lines(steps)]), fields=fields)


def _note_lines(proposal: Proposal) -> list[str]:
    return [f"  Note: {note}" for note in proposal.reading.notes]
