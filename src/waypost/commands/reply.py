"""What every command answers with: a reply for people and programs, and the JSON object around it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waypost.errors import ExitCode, StateError, WaypostError
from waypost.questions.values import as_json

if TYPE_CHECKING:  # an error is printed with this module, also one that comes in the middle of these imports
    from waypost.projects.planning import Plan
    from waypost.questions.answers import Answer

SCHEMA_VERSION = 1
"""The version of the JSON replies; it rises when a field changes its meaning or goes away."""


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


def answer_fields(answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Return answers with their origins as a field of a JSON reply."""
    return {
        key: {"value": as_json(answer.value), "origin": answer.origin}
        | ({"place": answer.place} if answer.place else {})
        for key, answer in answers.items()
    }


def plan_fields(plan: Plan) -> dict[str, Any]:
    """Return the plan of a project as fields of a JSON reply."""
    return {"template": {"name": plan.template, "from": None, "to": None}, "answers": answer_fields(plan.answers)}


def reply_fields(**fields: Any) -> dict[str, Any]:
    """Return a whole JSON reply: what every reply has, and the given ``fields`` over it."""
    common = {
        "schema": SCHEMA_VERSION,
        "status": "done",
        "exit_code": 0,
        "template": {"name": None, "from": None, "to": None},
        "answers": {},
        "changed": [],
        "conflicts": [],
        "next": [],
        "notes": [],
    }
    return common | fields


def error_fields(error: WaypostError) -> dict[str, Any]:
    """Return the JSON reply of a failed command."""
    problems = [
        {"key": problem.key, "message": problem.message, "nearest": problem.nearest or None, "place": place or None}
        for problem, place in error.problems
    ]
    return reply_fields(
        status="interrupted" if error.exit_code.name == "INTERRUPTED" else "failed",
        exit_code=int(error.exit_code),
        error={
            "message": error.message,
            "hint": error.hint or None,
            "key": error.key or None,
            "problems": problems,
        },
    )


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
