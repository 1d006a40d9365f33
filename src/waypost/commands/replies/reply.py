"""What every command answers with: a reply for people and programs, and the JSON object around it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from waypost.errors import ErrorCode, ExitCode, StateError, WaypostError, problem_code
from waypost.questions.values import as_json

if TYPE_CHECKING:  # an error is printed with this module, also one that comes in the middle of these imports
    from waypost.commands.replies.fields import AnswerFields, Envelope, FailedFields, Fields, ProblemFields
    from waypost.projects.planning import Plan
    from waypost.questions.answers import Answer

SCHEMA_VERSION = 3
"""The version of the JSON replies; it rises when a field changes its meaning or goes away."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a command has to say: ``text`` for people, ``output`` as data, ``fields`` for programs; and how it ends.

    ``draw`` shows on a terminal what ``output`` says elsewhere; with ``is_diff`` that is a unified difference, which a
    terminal shows in colour.
    """

    text: str = ""
    output: str = ""
    fields: Fields = field(default_factory=lambda: cast("Fields", {}))
    exit_code: ExitCode = ExitCode.DONE
    draw: Callable[[], None] | None = None
    is_diff: bool = False

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


def plan_fields(plan: Plan) -> Fields:
    """Return the plan of a project as fields of a JSON reply."""
    return {
        "template": {"name": plan.template or None, "from": None, "to": None},
        "answers": answer_fields(plan.answers),
    }


def _envelope(fields: Fields, exit_code: ExitCode) -> dict[str, Any]:
    common: Envelope = {
        "schema": SCHEMA_VERSION,
        "status": "done",
        "exit_code": exit_code,
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
        {
            "code": problem_code(problem, error.code),
            "key": problem.key,
            "message": problem.message,
            "nearest": problem.nearest or None,
            "place": place or None,
        }
        for problem, place in error.problems
    ]
    fields: FailedFields = {
        "status": "interrupted" if error.exit_code is ExitCode.INTERRUPTED else "failed",
        "error": {
            "code": error.code,
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
        raise StateError("the current folder is gone", hint="Go to one that exists.", code=ErrorCode.SYSTEM) from error
