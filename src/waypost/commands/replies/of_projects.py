"""What ``check``, ``doctor``, ``batch`` and ``adopt`` reply with, as ``fields.py`` says it of the other commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from waypost.commands.replies.fields import (
    FailedFields,
    Fields,
    FileStandingFields,
    NewFields,
    RegenerateFields,
    UpdateFields,
)
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


class FactFields(TypedDict):
    """What was read from a project: ``value`` answers the question ``key``, and is null where no template has that."""

    key: str
    value: Any
    is_exact: bool
    said: str
    path: str | None
    line: int | None


class ApartFields(TypedDict):
    """Something that a template has otherwise than the project."""

    key: str
    said: str
    place: str | None
    template: str | None
    because: str | None


class DistanceFields(TypedDict):
    """How far a template is from a project, from 0 to 1, and in what."""

    template: str
    distance: float
    differences: Sequence[ApartFields]


class MadeFromFields(TypedDict):
    """The release that made a project, and how many of its files are still as it makes them."""

    version: str
    same: int
    files: int


class AdoptFields(RegenerateFields):
    """The reply of ``adopt``: also what was read from the project, and how near each template comes."""

    facts: Sequence[FactFields]
    unread: Sequence[str]
    open: Sequence[str]
    distances: Sequence[DistanceFields]
    made_from: MadeFromFields | None
    standing: Mapping[str, FileStandingFields]
