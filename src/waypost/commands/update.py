"""The commands that change a project that is there: update, regenerate and undo, each as a short story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from waypost.address import masked_difference
from waypost.commands.replies.features import feature_fields, feature_lines
from waypost.commands.replies.reply import Reply, answer_fields
from waypost.commands.replies.updates import (
    conflict_lines,
    counted,
    file_fields,
    file_lines,
    next_lines,
    note_lines,
    orphan_text,
    plan_lines,
    rehearsal_fields,
    rehearsal_line,
    steps_after,
    update_fields,
)
from waypost.errors import ErrorCode, ExitCode, StateError, UsageError
from waypost.projects.project import find_project
from waypost.questions.answers import Inputs
from waypost.sources.failures import is_without_room, temporary_trouble
from waypost.system.git import GitError
from waypost.update.merge.changes import difference, merged_files
from waypost.update.offers import offers_for
from waypost.update.plan import UpdatePlan, apply_update, plan_of, plan_regeneration
from waypost.update.reading.environment import environment_of
from waypost.update.rehearsal import rehearse
from waypost.update.writing import worktree

if TYPE_CHECKING:  # what replies hold takes long to import, and only type checkers read it
    from waypost.commands.replies.fields import FeaturesFields, RegenerateFields


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a change is made: ``dry-run`` or ``diff`` only show it, ``rehearse`` tries it out elsewhere.

    ``confirm`` asks a person, and is None where nobody can be asked; ``is_agreed`` answers beforehand. ``when_done`` is
    called at the moment the files are written, before any signal can interrupt again.
    """

    is_dry_run: bool = False
    shows_diff: bool = False
    is_rehearsal: bool = False
    is_agreed: bool = False
    confirm: Callable[[str], bool] | None = None
    when_done: Callable[[], None] = lambda: None

    @property
    def is_preview(self) -> bool:
        """Whether nothing is to be written."""
        return self.is_dry_run or self.shows_diff or self.is_rehearsal


def update_project(folder: str, inputs: Inputs, manner: Manner, *, to: str | None = None, stays: bool = False) -> Reply:
    """Bring a project to a newer template, other answers or another template; or only show or try what that does.

    ``to`` is a version, by default the newest, or the project's own where it ``stays``.
    """
    try:
        plan = plan_of(folder, inputs, to=to, stays=stays, is_preview=manner.is_preview)
        if not plan.is_needed:
            head = f"{folder} stays as it is" if stays else f"{folder} is current"
            lines = [
                f"{head}: {' '.join(filter(None, [plan.template, plan.version]))}.",
                *(f"Note: {note}" for note in plan.notes),
            ]
            return Reply(text="\n".join(lines), fields=update_fields(plan, is_preview=manner.is_preview))
        if manner.is_preview:
            return _preview(plan, manner)
        if plan.changes_framework:
            _agree("\n".join([orphan_text(plan), *note_lines(plan)]), "Change the framework?", manner)
        apply_update(plan, when_done=manner.when_done)
    except GitError as error:
        raise _refused_by_git(error) from error
    fields = update_fields(plan, is_preview=manner.is_preview)
    lines = [f"{plan.title}: {counted(plan.changes)}, not committed yet.", *plan_lines(plan)]
    return Reply(
        text="\n".join([*lines, *conflict_lines(plan), *next_lines(fields["next"])]),
        fields=fields,
        exit_code=ExitCode.CONFLICTS if plan.conflicts else ExitCode.DONE,
    )


def list_features(folder: str) -> Reply:
    """Say which features the project's template has, and what each would bring."""
    record, offers = offers_for(Path(folder))
    fields: FeaturesFields = {
        "template": {"name": record.template or None, "from": record.version, "to": record.version},
        "features": [feature_fields(offer) for offer in offers],
        "notes": record.notes,
    }
    head = f"Features of {record.template or 'the template'} {record.version} in {folder}:"
    text = "\n".join(f"Note: {note}" for note in record.notes)
    return Reply(output="\n".join([head, *feature_lines(offers)]) + "\n", text=text, fields=fields)


def regenerate(folder: str, manner: Manner) -> Reply:
    """Put back what the template owns, as the project's own version and answers make it; or only show it."""
    try:
        plan = plan_regeneration(Path(folder), is_preview=manner.is_preview)
        fields: RegenerateFields = {
            "template": {"name": plan.template, "from": plan.version, "to": plan.version},
            "answers": answer_fields(plan.answers),
            "changed": [change.path for change in plan.merge.changes],
            "files": file_fields(plan.merge),
            "notes": plan.notes,
            "is_dry_run": manner.is_preview,
        }
        if not plan.merge.changes:
            lines = [f"Every file is as {plan.template} {plan.version} makes it."]
            return Reply(text="\n".join([*lines, *(f"Note: {note}" for note in plan.notes)]), fields=fields)
        listed = [*(f"  Note: {note}" for note in plan.notes), *file_lines(plan.merge)]
        if manner.is_preview:
            text = "\n".join([f"Would put back {counted(plan.merge.changes)}:", *listed])
            if manner.shows_diff:
                fields["diff"] = masked_difference(difference(plan.project, plan.merge))
            return Reply(text=text, output=fields.get("diff", ""), fields=fields, is_diff=True)
        question = (
            "Put these files back as the template makes them? Your changes in them go (waypost undo takes it back)."
        )
        _agree(
            "\n".join([f"These files are not as {plan.template} {plan.version} makes them:", *listed]), question, manner
        )
        worktree.write(plan.project, plan.merge, title=plan.title, when_done=manner.when_done)
    except GitError as error:
        raise _refused_by_git(error) from error
    steps = fields["next"] = steps_after(plan.project, plan.title, plan.merge)
    return Reply(
        text="\n".join([f"Put back {counted(plan.merge.changes)}, not committed yet.", *listed, *next_lines(steps)]),
        fields=fields,
    )


def undo(folder: str, *, when_done: Callable[[], None] = lambda: None) -> Reply:
    """Take back the last change that Waypost wrote into a project, to the byte."""
    try:
        done = worktree.take_back(find_project(Path(folder)), when_done=when_done)
    except GitError as error:
        raise _refused_by_git(error) from error
    return Reply(
        text=f"Took back: {done.title}. All files and the index are as they were.",
        fields={"changed": [step.path for step in done.steps]},
    )


def _preview(plan: UpdatePlan, manner: Manner) -> Reply:
    fields = update_fields(plan, is_preview=manner.is_preview)
    if manner.shows_diff:
        fields["diff"] = masked_difference(difference(plan.project, plan.merge))
    diff = fields.get("diff", "")
    lines = [f"{plan.title}: would change {counted(plan.changes)}.", *plan_lines(plan)]
    if plan.conflicts:
        lines += ["", f"{counted(plan.conflicts)} would be left to you, marked C above."]
    if not manner.is_rehearsal:
        return Reply(text="\n".join(lines), output=diff, fields=fields, is_diff=True)
    if plan.conflicts:
        lines.append("Not rehearsed: conflicts have to be resolved first.")
        fields["rehearsal"] = {"status": "not run", "commands": [], "failed": None, "failed_with": None}
        fields["status"] = "conflicts"
        return Reply(text="\n".join(lines), output=diff, fields=fields, is_diff=True, exit_code=ExitCode.CONFLICTS)
    outcome = rehearse(
        merged_files(plan.project, plan.merge),
        plan.project.folder.name,
        environment=environment_of(plan.project.folder),
        steps=plan.consequences.variables,
    )
    lines.append(rehearsal_line(outcome))
    fields["rehearsal"] = rehearsal_fields(outcome)
    fields["status"] = "done" if outcome.has_passed else "failed"
    return Reply(
        text="\n".join(lines),
        output=diff,
        fields=fields,
        is_diff=True,
        exit_code=ExitCode.DONE if outcome.has_passed else ExitCode.STATE,
    )


def _agree(what: str, question: str, manner: Manner) -> None:
    if manner.is_agreed:
        return
    if manner.confirm is None:
        raise UsageError(
            f"{what}\nThis needs your agreement, and there is no terminal to ask on",
            hint="Give --yes.",
            code=ErrorCode.AGREEMENT_NEEDED,
        )
    if not manner.confirm(f"{what}\n{question}"):
        raise StateError("Nothing was changed.", code=ErrorCode.DECLINED)


def _refused_by_git(error: GitError) -> StateError:
    if is_without_room(error, Path(gettempdir(), "waypost-")):
        return temporary_trouble(error.cause)
    return StateError(f"git refused: {error.message}", hint=error.hint or "Nothing was changed.", code=ErrorCode.GIT)
