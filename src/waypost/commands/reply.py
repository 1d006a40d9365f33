"""What every command answers with: a reply for people and programs, and the JSON object around it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from waypost.errors import ExitCode, StateError, WaypostError
from waypost.questions.values import as_json

if TYPE_CHECKING:  # an error is printed with this module, also one that comes in the middle of these imports
    from waypost.projects.planning import Plan
    from waypost.questions.answers import Answer
    from waypost.update.reading.environment import EnvironmentChange

SCHEMA_VERSION = 2
"""The version of the JSON replies; it rises when a field changes its meaning or goes away."""


TemplateFields = TypedDict("TemplateFields", {"name": str | None, "from": str | None, "to": str | None})
"""The template that a reply is about, and the versions that it leads from and to."""


class AnswerFields(TypedDict):
    """An answer with its origin, and its place where it has one."""

    value: Any
    origin: str
    place: NotRequired[str]


class Fields(TypedDict, total=False):
    """What every JSON reply has (see docs/json.md); what a command leaves out stands empty. Commands add their own."""

    status: Literal["done", "conflicts", "failed", "interrupted"]
    template: TemplateFields
    answers: Mapping[str, AnswerFields]
    changed: Sequence[str]
    conflicts: Sequence[str]
    next: Sequence[str]
    notes: Sequence[str]


class ProblemFields(TypedDict):
    """What is wrong with one answer."""

    key: str
    message: str
    nearest: str | None
    place: str | None


class ErrorFields(TypedDict):
    """Why a command failed."""

    message: str
    hint: str | None
    key: str | None
    problems: list[ProblemFields]


class FailedFields(Fields, total=False):
    """The reply of a command that failed."""

    error: ErrorFields


ChangedFields = TypedDict("ChangedFields", {"from": Any, "to": Any})


class RehearsalFields(TypedDict):
    """How a rehearsal went."""

    status: Literal["passed", "failed", "not run"]
    commands: Sequence[str]
    failed: str | None
    failed_with: int | None


class VariableFields(ChangedFields):
    """A variable's value of before and of now, and what the comment above it says now."""

    meaning: str


class EnvironmentFields(TypedDict):
    """What becomes of the variables of ``.env.example``: new ones, others with what they were, and those that go."""

    added: Mapping[str, str]
    changed: Mapping[str, VariableFields]
    removed: Sequence[str]


class RegenerateFields(Fields, total=False):
    """The reply of ``regenerate``: also what happens to each file, and with ``--diff`` how."""

    files: Mapping[str, str]
    is_dry_run: bool
    diff: str


class UpdateFields(RegenerateFields, total=False):
    """The reply of ``update``: also why files are in conflict, and what happens to answers."""

    reasons: Mapping[str, str]
    new_answers: Mapping[str, Any]
    changed_answers: Mapping[str, ChangedFields]
    dropped_answers: Mapping[str, Any]
    orphans: Sequence[str]
    environment: EnvironmentFields
    servers: Sequence[str]
    rehearsal: RehearsalFields


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a command has to say: ``text`` for people, ``output`` as data, ``fields`` for programs; and how it ends.

    ``draw`` shows on a terminal what ``output`` says elsewhere.
    """

    text: str = ""
    output: str = ""
    fields: Fields = field(default_factory=Fields)
    exit_code: ExitCode = ExitCode.DONE
    draw: Callable[[], None] | None = None

    @property
    def envelope(self) -> dict[str, Any]:
        """The whole JSON reply."""
        return _envelope(self.fields, self.exit_code)


def answer_fields(answers: Mapping[str, Answer]) -> dict[str, AnswerFields]:
    """Return answers with their origins as a field of a JSON reply."""
    fields: dict[str, AnswerFields] = {}
    for key, answer in answers.items():
        fields[key] = {"value": as_json(answer.value), "origin": answer.origin}
        if answer.place:
            fields[key]["place"] = answer.place
    return fields


def environment_fields(change: EnvironmentChange) -> EnvironmentFields:
    """Return what becomes of a project's variables, as JSON has it."""
    return {
        "added": {each.name: each.value for each in change.added},
        "changed": {
            after.name: {"from": before.value, "to": after.value, "meaning": after.meaning}
            for before, after in change.changed
        },
        "removed": [each.name for each in change.removed],
    }


def plan_fields(plan: Plan) -> Fields:
    """Return the plan of a project as fields of a JSON reply."""
    return {
        "template": {"name": plan.template or None, "from": None, "to": None},
        "answers": answer_fields(plan.answers),
    }


def _envelope(fields: Fields, exit_code: ExitCode) -> dict[str, Any]:
    common = {
        "schema": SCHEMA_VERSION,
        "status": "done",
        "exit_code": int(exit_code),
        "template": {"name": None, "from": None, "to": None},
        "answers": {},
        "changed": [],
        "conflicts": [],
        "next": [],
        "notes": [],
    }
    return {**common, **fields}


def error_fields(error: WaypostError) -> dict[str, Any]:
    """Return the JSON reply of a failed command."""
    problems: list[ProblemFields] = [
        {"key": problem.key, "message": problem.message, "nearest": problem.nearest or None, "place": place or None}
        for problem, place in error.problems
    ]
    fields: FailedFields = {
        "status": "interrupted" if error.exit_code is ExitCode.INTERRUPTED else "failed",
        "error": {
            "message": error.message,
            "hint": error.hint or None,
            "key": error.key or None,
            "problems": problems,
        },
    }
    return _envelope(fields, error.exit_code)


def steps_into(folder: Path) -> tuple[str, ...]:
    """Return what to type to get into ``folder``: nothing where one is there already."""
    path = shown_path(folder)
    return () if folder == here() else (f"cd {shlex.quote(f'./{path}' if path.startswith('-') else path)}",)


def shown_path(folder: Path) -> str:
    """Return a path as people read it: from where they are, if it is below."""
    return str(folder.relative_to(here())) if folder.is_relative_to(here()) else str(folder)


def here() -> Path:
    """Return the current folder. Raises ``StateError`` where it is gone."""
    try:
        return Path.cwd()
    except OSError as error:
        raise StateError("the current folder is gone", hint="Go to one that exists.") from error
