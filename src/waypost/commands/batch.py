"""Many projects with one command: what is done to each, and what is said at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from waypost.commands.new import new
from waypost.commands.replies.of_projects import BatchFailedFields, BatchFields, BatchNewFields, BatchUpdateFields
from waypost.commands.replies.reply import Reply, error_fields
from waypost.commands.update import Manner, update_project
from waypost.errors import ExitCode, WaypostError
from waypost.fleet.batch import Row, run_batch
from waypost.fleet.manifest import Action, Entry, read_manifest
from waypost.fleet.workers import end_interruptions
from waypost.projects import creation  # noqa: F401 - once, else each process that makes a project imports it
from waypost.questions.answers import Inputs


def batch(
    manifest: str,
    *,
    jobs: int | None,
    restarts: bool,
    explain: Callable[[BaseException], WaypostError],
    report: Callable[[Row, int], None],
    collects: bool = False,
) -> Reply:
    """Make and update all projects of a manifest; ``report`` gets each as it ends, with how many there are in all.

    The reply ``collects`` what becomes of each, or leaves that to ``report``.
    """
    path = Path(manifest)
    entries = read_manifest(path)
    order = {entry.name: number for number, entry in enumerate(entries)}
    ended: list[tuple[str, str, int, str]] = []

    rows: list[Row] = []

    def note(row: Row) -> None:
        if collects:
            rows.append(row)
        ended.append((row["project"], row["status"], row["exit_code"], row.get("error", {}).get("message", "")))
        report(row, len(entries))

    state = path.with_name(f"{path.name}.state")
    run_batch(
        entries,
        state,
        jobs=jobs,
        restarts=restarts,
        do=_do,
        failed=lambda error: error_fields(explain(error)),
        report=note,
    )
    ended.sort(key=lambda end: order[end[0]])
    return _reply(ended, rows)


def _reply(ended: Sequence[tuple[str, str, int, str]], rows: list[Row]) -> Reply:
    """Return the end of a batch: ``ended`` holds project, status, exit code and error message of each."""
    failed = [end for end in ended if end[1] not in ("done", "conflicts")]
    conflicts = [end for end in ended if end[1] == "conflicts"]
    counts = {
        "done": len(ended) - len(failed) - len(conflicts),
        "with conflicts": len(conflicts),
        "failed": len(failed),
    }
    projects = "1 project" if len(ended) == 1 else f"{len(ended)} projects"
    lines = [f"{projects}: " + ", ".join(f"{count} {what}" for what, count in counts.items() if count) + "."]
    lines += [f"  {project}: conflicts are left to you" for project, _, _, _ in conflicts]
    lines += [f"  {project}: {message}" for project, _, _, message in failed]
    if failed:
        lines.append("The same command again takes up those that failed.")
    code = ExitCode(failed[0][2]) if failed else ExitCode.CONFLICTS if conflicts else ExitCode.DONE
    fields: BatchFields = {
        "status": "failed" if failed else "conflicts" if conflicts else "done",
        "projects": cast("list[BatchNewFields | BatchUpdateFields | BatchFailedFields]", rows),
    }
    return Reply(text="\n".join(lines), fields=fields, exit_code=code)


def _do(entry: Entry, action: Action) -> Row:
    reply = _update(entry) if action == "update" else _new(entry)
    return reply.envelope


def _update(entry: Entry) -> Reply:
    inputs = Inputs(file=entry.answers, settings=entry.settings)
    return update_project(entry.folder, inputs, Manner(is_agreed=entry.is_agreed), to=entry.version)


def _new(entry: Entry) -> Reply:
    return new(
        Inputs(file=entry.answers, settings=entry.settings, uses_defaults=True),
        entry.folder,
        uses_git=entry.uses_git,
        url=entry.source,
        ref=entry.version,
        when_made=end_interruptions,
    )
