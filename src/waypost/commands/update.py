"""The commands that change a project that is there: update, regenerate and undo, each as a short story."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from waypost.address import masked_difference
from waypost.commands.reply import (
    RegenerateFields,
    RehearsalFields,
    Reply,
    UpdateFields,
    answer_fields,
    environment_fields,
    steps_into,
)
from waypost.errors import ExitCode, StateError, UsageError
from waypost.projects.project import Project, find_project, printable
from waypost.projects.tracking import left_out
from waypost.questions.answers import Inputs
from waypost.questions.values import as_json, shown
from waypost.sources.failures import is_without_room, temporary_trouble
from waypost.system.git import GitError
from waypost.update.merge.changes import Change, Conflict, Merge, difference, merged_files
from waypost.update.merge.trees import EXECUTABLE
from waypost.update.plan import UpdatePlan, apply_update, plan_of, plan_regeneration
from waypost.update.reading.environment import environment_of
from waypost.update.rehearsal import Rehearsal, rehearse
from waypost.update.writing import worktree

_MARKS = {"added": "A", "changed": "M", "removed": "D"}


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


def update_project(folder: str, inputs: Inputs, manner: Manner, *, to: str | None = None) -> Reply:
    """Bring a project to a newer template, other answers or another template; or only show or try what that does."""
    try:
        plan = plan_of(folder, inputs, to=to, is_preview=manner.is_preview)
        if not plan.is_needed:
            lines = [f"{folder} is current: {plan.template} {plan.version}.", *(f"Note: {note}" for note in plan.notes)]
            return Reply(text="\n".join(lines), fields=_fields(plan, manner))
        if manner.is_preview:
            return _preview(plan, manner)
        if plan.changes_framework:
            _agree("\n".join([_orphan_text(plan), *_note_lines(plan)]), "Change the framework?", manner)
        apply_update(plan, when_done=manner.when_done)
    except GitError as error:
        raise _refused_by_git(error) from error
    fields = _fields(plan, manner)
    lines = [f"{plan.title}: {_counted(plan.changes)}, not committed yet.", *_plan_lines(plan)]
    return Reply(
        text="\n".join([*lines, *_conflict_lines(plan), *_next_lines(fields["next"])]),
        fields=fields,
        exit_code=ExitCode.CONFLICTS if plan.conflicts else ExitCode.DONE,
    )


def regenerate(folder: str, manner: Manner) -> Reply:
    """Put back what the template owns, as the project's own version and answers make it; or only show it."""
    try:
        plan = plan_regeneration(Path(folder), is_preview=manner.is_preview)
        fields: RegenerateFields = {
            "template": {"name": plan.template, "from": plan.version, "to": plan.version},
            "answers": answer_fields(plan.answers),
            "changed": [change.path for change in plan.merge.changes],
            "files": _file_fields(plan.merge),
            "notes": plan.notes,
            "is_dry_run": manner.is_preview,
        }
        if not plan.merge.changes:
            lines = [f"Every file is as {plan.template} {plan.version} makes it."]
            return Reply(text="\n".join([*lines, *(f"Note: {note}" for note in plan.notes)]), fields=fields)
        listed = [*(f"  Note: {note}" for note in plan.notes), *_file_lines(plan.merge)]
        if manner.is_preview:
            text = "\n".join([f"Would put back {_counted(plan.merge.changes)}:", *listed])
            if manner.shows_diff:
                fields["diff"] = masked_difference(difference(plan.project, plan.merge))
            return Reply(text=text, output=fields.get("diff", ""), fields=fields)
        question = (
            "Put these files back as the template makes them? Your changes in them go (waypost undo takes it back)."
        )
        _agree(
            "\n".join([f"These files are not as {plan.template} {plan.version} makes them:", *listed]), question, manner
        )
        worktree.write(plan.project, plan.merge, title=plan.title, when_done=manner.when_done)
    except GitError as error:
        raise _refused_by_git(error) from error
    steps = fields["next"] = _steps(plan.project, plan.title, plan.merge)
    return Reply(
        text="\n".join([f"Put back {_counted(plan.merge.changes)}, not committed yet.", *listed, *_next_lines(steps)]),
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
    fields = _fields(plan, manner)
    if manner.shows_diff:
        fields["diff"] = masked_difference(difference(plan.project, plan.merge))
    diff = fields.get("diff", "")
    lines = [f"{plan.title}: would change {_counted(plan.changes)}.", *_plan_lines(plan)]
    if plan.conflicts:
        lines += ["", f"{_counted(plan.conflicts)} would be left to you, marked C above."]
    if not manner.is_rehearsal:
        return Reply(text="\n".join(lines), output=diff, fields=fields)
    if plan.conflicts:
        lines.append("Not rehearsed: conflicts have to be resolved first.")
        fields["rehearsal"] = {"status": "not run", "commands": [], "failed": None, "failed_with": None}
        fields["status"] = "conflicts"
        return Reply(text="\n".join(lines), output=diff, fields=fields, exit_code=ExitCode.CONFLICTS)
    outcome = rehearse(
        merged_files(plan.project, plan.merge),
        plan.project.folder.name,
        environment=environment_of(plan.project.folder),
        steps=plan.consequences.variables,
    )
    lines.append(_rehearsal_line(outcome))
    fields["rehearsal"] = _rehearsal_fields(outcome)
    fields["status"] = "done" if outcome.has_passed else "failed"
    return Reply(
        text="\n".join(lines),
        output=diff,
        fields=fields,
        exit_code=ExitCode.DONE if outcome.has_passed else ExitCode.STATE,
    )


def _agree(what: str, question: str, manner: Manner) -> None:
    if manner.is_agreed:
        return
    if manner.confirm is None:
        raise UsageError(f"{what}\nThis needs your agreement, and there is no terminal to ask on", hint="Give --yes.")
    if not manner.confirm(f"{what}\n{question}"):
        raise StateError("Nothing was changed.")


def _fields(plan: UpdatePlan, manner: Manner) -> UpdateFields:
    return {
        "status": "conflicts" if plan.conflicts and not manner.is_preview else "done",
        "template": {"name": plan.template, "from": plan.old_version, "to": plan.version},
        "answers": answer_fields(plan.answers),
        "changed": [change.path for change in plan.changes],
        "conflicts": [conflict.path for conflict in plan.conflicts],
        "files": _file_fields(plan.merge),
        "reasons": {conflict.path: conflict.because for conflict in plan.conflicts},
        "new_answers": {key: as_json(value) for key, value in plan.new_answers.items()},
        "changed_answers": {
            key: {"from": as_json(before), "to": as_json(after)}
            for key, (before, after) in plan.changed_answers.items()
        },
        "dropped_answers": {key: as_json(value) for key, value in plan.dropped_answers.items()},
        "orphans": plan.orphans,
        "environment": environment_fields(plan.consequences.environment),
        "servers": plan.consequences.servers,
        "next": _steps(plan.project, plan.title, plan.merge, plan.consequences.all_steps) if plan.is_needed else (),
        "notes": plan.notes,
        "is_dry_run": manner.is_preview,
    }


def _file_fields(merge: Merge) -> dict[str, str]:
    kinds = {change.path: str(change.kind) for change in merge.changes}
    return dict(sorted((kinds | dict.fromkeys((conflict.path for conflict in merge.conflicts), "conflict")).items()))


def _file_lines(merge: Merge) -> list[str]:
    reasons = {conflict.path: conflict.because for conflict in merge.conflicts}
    lines = []
    for path, kind in _file_fields(merge).items():
        name = printable(path)
        lines.append(f"  C {name}: {printable(reasons[path])}" if path in reasons else f"  {_MARKS[kind]} {name}")
    return lines


def _plan_lines(plan: UpdatePlan) -> list[str]:
    """Say what happens to answers and files; into another framework what it leaves behind comes first."""
    orphans = _orphan_text(plan).splitlines() if plan.orphans else []
    files = _file_lines(plan.merge)
    return [*_answer_lines(plan), *(orphans + files if plan.changes_framework else files + orphans)]


def _conflict_lines(plan: UpdatePlan) -> list[str]:
    if not plan.conflicts:
        return []
    verb = "is" if len(plan.conflicts) == 1 else "are"
    advice = "Edit each; then git add FILE keeps it, git rm FILE lets it go."
    return ["", f"{_counted(plan.conflicts)} {verb} left to you, marked C above. {advice}"]


def _answer_lines(plan: UpdatePlan) -> list[str]:
    lines = [f"  new question {key}: {shown(value)}" for key, value in plan.new_answers.items()]
    lines += [f"  {key}: {shown(before)} -> {shown(after)}" for key, (before, after) in plan.changed_answers.items()]
    return (
        lines
        + _note_lines(plan)
        + [f"  {key} is no longer asked; it was {shown(value)}" for key, value in plan.dropped_answers.items()]
    )


def _note_lines(plan: UpdatePlan) -> list[str]:
    return [f"  Note: {note}" for note in plan.notes]


def _orphan_text(plan: UpdatePlan) -> str:
    if not plan.orphans:
        return f"{plan.title}."
    head = f"These files of yours have no counterpart in {plan.template}; they stay until you move or delete them:"
    return "\n".join([head, *(f"  {printable(path)}" for path in plan.orphans)])


def _steps(project: Project, title: str, merge: Merge, between: Sequence[str] = ("make test",)) -> tuple[str, ...]:
    """Return what to type next; in a repository of many projects what is under way elsewhere stays out of it."""
    conflicts = [conflict.path for conflict in merge.conflicts]
    alone = " ." if project.prefix else ""
    return (
        *steps_into(project.folder),
        *(["git status"] if conflicts else []),
        f"git diff{alone}",
        *(f"git add {shlex.quote(path)}" for path in conflicts),
        *between,
        f"git add --all{alone}",
        *_left_out(project, merge),
        f"git commit --message {shlex.quote(title)}{alone}",
    )


def _left_out(project: Project, merge: Merge) -> tuple[str, ...]:
    """Return what brings those new and executable files into the commit that the user's settings leave out."""
    added = [change.path for change in merge.changes if change.kind == "added"]
    executables = [change.path for change in merge.changes if change.file and change.file.mode == EXECUTABLE]
    return left_out(project.folder, added, executables)


def _next_lines(steps: Sequence[str]) -> list[str]:
    return ["", "Next (or take it back: waypost undo):", *(f"  {step}" for step in steps)]


def _counted(files: Sequence[Change | Conflict]) -> str:
    return "1 file" if len(files) == 1 else f"{len(files)} files"


def _rehearsal_line(outcome: Rehearsal) -> str:
    if outcome.has_passed:
        return f"Rehearsed: {' and '.join(outcome.commands)} passed. Nothing was changed."
    return f"Rehearsed: {outcome.failed} failed with exit code {outcome.exit_code}. Nothing was changed."


def _rehearsal_fields(outcome: Rehearsal) -> RehearsalFields:
    return {
        "status": "passed" if outcome.has_passed else "failed",
        "commands": list(outcome.commands),
        "failed": outcome.failed or None,
        "failed_with": outcome.exit_code or None,
    }


def _refused_by_git(error: GitError) -> StateError:
    if is_without_room(error, Path(gettempdir(), "waypost-")):
        return temporary_trouble(error.cause)
    return StateError(f"git refused: {error.message}", hint=error.hint or "Nothing was changed.")
