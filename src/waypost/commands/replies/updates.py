"""What an update and a regeneration say: the fields of their JSON replies, and the words for people."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from waypost.commands.replies.reply import answer_fields, steps_into
from waypost.projects.project import Project, printable
from waypost.projects.tracking import left_out
from waypost.questions.values import as_json, shown
from waypost.update.merge.changes import Change, Conflict, Merge
from waypost.update.merge.trees import EXECUTABLE
from waypost.update.plan import UpdatePlan
from waypost.update.reading.environment import EnvironmentChange
from waypost.update.rehearsal import Rehearsal

if TYPE_CHECKING:  # what replies hold takes long to import, and only type checkers read it
    from waypost.commands.replies.fields import EnvironmentFields, FileChange, RehearsalFields, UpdateFields

MARKS = {"added": "A", "changed": "M", "removed": "D"}
"""What stands before a file in a list, by what becomes of it."""


def update_fields(plan: UpdatePlan, *, is_preview: bool) -> UpdateFields:
    """Return what an update does, or would do, as fields of a JSON reply."""
    return {
        "status": "conflicts" if plan.conflicts and not is_preview else "done",
        "template": {"name": plan.template, "from": plan.old_version, "to": plan.version},
        "answers": answer_fields(plan.answers),
        "changed": [change.path for change in plan.changes],
        "conflicts": [conflict.path for conflict in plan.conflicts],
        "files": file_fields(plan.merge),
        "reasons": {conflict.path: conflict.because for conflict in plan.conflicts},
        "new_answers": {key: as_json(value) for key, value in plan.new_answers.items()},
        "changed_answers": {
            key: {"from": as_json(before), "to": as_json(after)}
            for key, (before, after) in plan.changed_answers.items()
        },
        "dropped_answers": {key: as_json(value) for key, value in plan.dropped_answers.items()},
        "orphans": plan.orphans,
        "environment": _environment_fields(plan.consequences.environment),
        "servers": plan.consequences.servers,
        "next": steps_after(plan.project, plan.title, plan.merge, plan.consequences.all_steps)
        if plan.is_needed
        else (),
        "notes": plan.notes,
        "is_dry_run": is_preview,
    }


def file_fields(merge: Merge) -> dict[str, FileChange]:
    """Return what becomes of each file, by its path."""
    kinds: dict[str, FileChange] = {change.path: change.kind for change in merge.changes}
    for conflict in merge.conflicts:
        kinds[conflict.path] = "conflict"
    return dict(sorted(kinds.items()))


def file_lines(merge: Merge) -> list[str]:
    """Return what becomes of each file, a line each, and why it is in conflict."""
    reasons = {conflict.path: conflict.because for conflict in merge.conflicts}
    lines = []
    for path, kind in file_fields(merge).items():
        name = printable(path)
        lines.append(f"  C {name}: {printable(reasons[path])}" if path in reasons else f"  {MARKS[kind]} {name}")
    return lines


def plan_lines(plan: UpdatePlan) -> list[str]:
    """Say what happens to answers and files; into another framework what it leaves behind comes first."""
    orphans = orphan_text(plan).splitlines() if plan.orphans else []
    files = file_lines(plan.merge)
    return [*_answer_lines(plan), *(orphans + files if plan.changes_framework else files + orphans)]


def conflict_lines(plan: UpdatePlan) -> list[str]:
    """Return how to go on where files are in conflict."""
    if not plan.conflicts:
        return []
    verb = "is" if len(plan.conflicts) == 1 else "are"
    advice = "Edit each; then git add FILE keeps it, git rm FILE lets it go."
    return ["", f"{counted(plan.conflicts)} {verb} left to you, marked C above. {advice}"]


def _answer_lines(plan: UpdatePlan) -> list[str]:
    lines = [f"  new question {key}: {shown(value)}" for key, value in plan.new_answers.items()]
    lines += [f"  {key}: {shown(before)} -> {shown(after)}" for key, (before, after) in plan.changed_answers.items()]
    return (
        lines
        + note_lines(plan)
        + [f"  {key} is no longer asked; it was {shown(value)}" for key, value in plan.dropped_answers.items()]
    )


def note_lines(plan: UpdatePlan) -> list[str]:
    """Return the notes of a plan, a line each."""
    return [f"  Note: {note}" for note in plan.notes]


def orphan_text(plan: UpdatePlan) -> str:
    """Return the files that another template leaves without a counterpart."""
    if not plan.orphans:
        return f"{plan.title}."
    head = f"These files of yours have no counterpart in {plan.template}; they stay until you move or delete them:"
    return "\n".join([head, *(f"  {printable(path)}" for path in plan.orphans)])


def steps_after(project: Project, title: str, merge: Merge, between: Sequence[str] = ("make test",)) -> tuple[str, ...]:
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


def next_lines(steps: Sequence[str]) -> list[str]:
    """Return what to type next, under a heading."""
    return ["", "Next (or take it back: waypost undo):", *(f"  {step}" for step in steps)]


def counted(files: Sequence[Change | Conflict]) -> str:
    """Return how many files there are, in words."""
    return "1 file" if len(files) == 1 else f"{len(files)} files"


def rehearsal_line(outcome: Rehearsal) -> str:
    """Return how a rehearsal went."""
    if outcome.has_passed:
        return f"Rehearsed: {' and '.join(outcome.commands)} passed. Nothing was changed."
    return f"Rehearsed: {outcome.failed} failed with exit code {outcome.exit_code}. Nothing was changed."


def rehearsal_fields(outcome: Rehearsal) -> RehearsalFields:
    """Return how a rehearsal went as a field of a JSON reply."""
    return {
        "status": "passed" if outcome.has_passed else "failed",
        "commands": list(outcome.commands),
        "failed": outcome.failed or None,
        "failed_with": outcome.exit_code or None,
    }


def _environment_fields(change: EnvironmentChange) -> EnvironmentFields:
    """Return what becomes of a project's variables, as JSON has it."""
    return {
        "added": {each.name: each.value for each in change.added},
        "changed": {
            after.name: {"from": before.value, "to": after.value, "meaning": after.meaning}
            for before, after in change.changed
        },
        "removed": [each.name for each in change.removed],
    }
