"""Whether projects are current: which releases they lack, and which files are not as the template made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

from waypost.commands.replies.of_projects import (
    CheckFields,
    CheckOneFields,
    StandingFields,
    UncheckedErrorFields,
    UncheckedFields,
)
from waypost.commands.replies.reply import Reply
from waypost.errors import ErrorCode, ExitCode, StateError, WaypostError
from waypost.projects.standing import Standing, check
from waypost.sources.releases import Release


def check_projects(projects: Sequence[str], *, compares_files: bool = True) -> Reply:
    """Say of each project whether it is current, outdated or drifted; one that cannot be looked at stops no other."""
    if len(projects) == 1:
        standing = check(projects[0], compares_files=compares_files)
        fields = _standing_fields(standing)
        whole = {
            **fields,
            "template": {"name": standing.template or None, "from": standing.version, "to": standing.newest},
            "projects": [fields],
            "next": _next_steps(standing),
        }
        return Reply(output=_standing_text(standing), fields=cast("CheckOneFields", whole), exit_code=_code(standing))
    texts: list[str] = []
    rows: list[StandingFields | UncheckedFields] = []
    codes: list[ExitCode] = []
    for project in projects:
        try:
            standing = _checked(project, compares_files=compares_files)
            texts.append(_standing_text(standing))
            rows.append(_standing_fields(standing))
            codes.append(_code(standing))
        except WaypostError as error:
            texts.append(f"{project}: cannot be checked: {error.message}\n")
            rows.append({"project": project, "state": "failed", "error": _error_fields(error)})
            codes.append(error.exit_code)
    failed = [code for code in codes if code not in (ExitCode.DONE, ExitCode.OUTDATED)]
    every: CheckFields = {"status": "failed" if failed else "done", "projects": rows}
    return Reply(output="".join(texts), fields=every, exit_code=failed[0] if failed else max(codes))


def _checked(project: str, *, compares_files: bool) -> Standing:
    """Return where a project stands. Raises ``WaypostError`` also where the system refuses to have it looked at."""
    try:
        return check(project, compares_files=compares_files)
    except OSError as error:
        said = error.strerror or str(error)
        raise StateError(
            f"{error.filename}: {said}" if error.filename else said,
            hint="Look at its permissions and at the disk.",
            code=ErrorCode.SYSTEM,
        ) from error


def _code(standing: Standing) -> ExitCode:
    return ExitCode.OUTDATED if standing.is_outdated or standing.has_drifted else ExitCode.DONE


def _state(standing: Standing) -> Literal["current", "outdated", "drifted"]:
    if standing.is_outdated:
        return "outdated"
    return "drifted" if standing.has_drifted else "current"


def _standing_text(standing: Standing) -> str:
    lines = [f"{standing.project}: {_summary(standing)}"]
    for release in standing.newer:
        lines.append(f"  {_release(release)}")
        lines += [f"    {change}" for change in release.changes]
    lines += [f"  {drift.change:<8} {drift.path}" for drift in standing.drift or ()]
    lines += [f"  Note: {note}" for note in standing.notes]
    return "\n".join(lines) + "\n"


def _summary(standing: Standing) -> str:
    parts = [f"{_state(standing)}, {' '.join(filter(None, [standing.template, standing.version]))}"]
    if standing.is_outdated:
        count = len(standing.newer)
        fixes = sum(release.is_security_fix for release in standing.newer)
        security = f" ({fixes} with a security fix)" if fixes else ""
        parts.append(f"{count} {'release' if count == 1 else 'releases'} behind {standing.newest}{security}")
    if standing.has_drifted:
        count = len(standing.drift or ())
        parts.append(f"{count} of the template's files {'is' if count == 1 else 'are'} not as it made them")
    return ", ".join(parts)


def _release(release: Release) -> str:
    return (
        release.version
        + (f" ({release.date})" if release.date else "")
        + (" SECURITY" if release.is_security_fix else "")
    )


def _next_steps(standing: Standing) -> tuple[str, ...]:
    return (f"waypost update {standing.project}",) if standing.is_outdated else ()


def _standing_fields(standing: Standing) -> StandingFields:
    return {
        "project": str(standing.project),
        "state": _state(standing),
        "is_outdated": standing.is_outdated,
        "has_drifted": standing.has_drifted if standing.drift is not None else None,
        "version": standing.version,
        "newest": standing.newest,
        "has_security_fix": any(release.is_security_fix for release in standing.newer),
        "newer": [
            {
                "version": release.version,
                "date": release.date or None,
                "changes": list(release.changes),
                "is_security_fix": release.is_security_fix,
            }
            for release in standing.newer
        ],
        "drift": [{"path": drift.path, "change": drift.change} for drift in standing.drift or ()],
        "notes": list(standing.notes),
    }


def _error_fields(error: WaypostError) -> UncheckedErrorFields:
    return {"code": error.code, "message": error.message, "hint": error.hint, "exit_code": error.exit_code}
