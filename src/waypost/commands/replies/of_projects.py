"""What the replies of ``check``, ``doctor`` and ``batch`` hold, as ``fields.py`` does for the other commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NotRequired, TypedDict

from waypost.commands.replies.fields import FailedFields, Fields, NewFields, UpdateFields
from waypost.errors import ErrorCode, ExitCode


class ReleaseFields(TypedDict):
    """A release that a project lacks."""

    version: str
    date: str | None
    changes: Sequence[str]
    is_security_fix: bool


class DriftFields(TypedDict):
    """A file that is not as the template made it."""

    path: str
    change: Literal["edited", "deleted"]


class StandingFields(TypedDict):
    """Where one project stands."""

    project: str
    state: Literal["current", "outdated", "drifted"]
    is_outdated: bool
    has_drifted: bool | None
    version: str
    newest: str
    has_security_fix: bool
    newer: Sequence[ReleaseFields]
    drift: Sequence[DriftFields]
    notes: Sequence[str]


class UncheckedErrorFields(TypedDict):
    """Why a project could not be looked at."""

    code: ErrorCode
    message: str
    hint: str
    exit_code: ExitCode


class UncheckedFields(TypedDict):
    """A project that could not be looked at, and why."""

    project: str
    state: Literal["failed"]
    error: UncheckedErrorFields


class CheckFields(Fields):
    """The reply of ``check``: also every project."""

    projects: Sequence[StandingFields | UncheckedFields]


class CheckOneFields(CheckFields):
    """The reply of ``check`` for a single project: its fields in the reply itself, too."""

    project: str
    state: Literal["current", "outdated", "drifted"]
    is_outdated: bool
    has_drifted: bool | None
    version: str
    newest: str
    has_security_fix: bool
    newer: Sequence[ReleaseFields]
    drift: Sequence[DriftFields]


class FindingFields(TypedDict):
    """What was found about one thing."""

    name: str
    status: Literal["ok", "warning", "failed"]
    message: str
    hint: str | None


class DoctorFields(Fields):
    """The reply of ``doctor``: also all that was found."""

    findings: Sequence[FindingFields]


class BatchHead(TypedDict):
    """What stands before the reply of each project of a batch."""

    project: str
    action: Literal["new", "update"]
    seconds: float
    is_repeated: NotRequired[bool]


class BatchNewFields(NewFields, BatchHead):
    """A project that a batch has made."""


class BatchUpdateFields(UpdateFields, BatchHead):
    """A project that a batch has updated."""


class BatchFailedFields(FailedFields, BatchHead):
    """A project that a batch could not make or update."""


class BatchFields(Fields):
    """The reply of ``batch``: also the reply of every project, in the order in which they ended."""

    projects: Sequence[BatchNewFields | BatchUpdateFields | BatchFailedFields]
