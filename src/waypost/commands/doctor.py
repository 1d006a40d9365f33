"""Whether this machine and this installation have what Waypost needs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from waypost.commands.replies.of_projects import DoctorFields
from waypost.commands.replies.reply import Reply, here
from waypost.errors import ExitCode, SourceError, WaypostError
from waypost.projects.project import refuse_old_git
from waypost.projects.standing import check
from waypost.questions.catalogue import load_catalogue
from waypost.questions.record import RECORD
from waypost.sources.embedded import embedded
from waypost.sources.releases import BUNDLE, alone, commit_content, commit_hash, open_bundle, releases
from waypost.system import git
from waypost.system.scratch import temporary_folder

Status = Literal["ok", "warning", "failed"]

_OLDEST_PYTHON = (3, 11)
_REINSTALL = "Install Waypost again."


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found about one thing, and what to do about it; ``exit_code`` counts where it failed."""

    name: str
    status: Status
    message: str
    hint: str = ""
    exit_code: ExitCode = ExitCode.DONE


def doctor() -> Reply:
    """Say whether this machine and this installation have what Waypost needs."""
    findings = examine(here())
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{finding.status:<7}  {finding.name:<{width}}  {finding.message}")
        lines += [f"{'':<{width + 11}}{finding.hint}"] if finding.hint else []
    failed = [finding for finding in findings if finding.status == "failed"]
    fields: DoctorFields = {
        "status": "failed" if failed else "done",
        "findings": [
            {
                "name": finding.name,
                "status": finding.status,
                "message": finding.message,
                "hint": finding.hint or None,
            }
            for finding in findings
        ],
        "next": [finding.hint for finding in findings if finding.hint],
    }
    return Reply(
        output="\n".join(lines) + "\n", fields=fields, exit_code=failed[0].exit_code if failed else ExitCode.DONE
    )


def examine(folder: Path) -> tuple[Finding, ...]:
    """Return what was found about Python, git, the temporary folder, the templates, and a project in ``folder``."""
    looks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("python", _python),
        ("packages", _packages),
        ("git", _git),
        ("identity", lambda: _identity(folder)),
        ("temporary folder", _temporary_folder),
        ("templates", _templates),
        ("history", _history),
        ("project", lambda: _project(folder)),
    )
    return tuple(_looked(name, look) for name, look in looks)


def _looked(name: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except WaypostError as error:
        code = error.exit_code if error.exit_code is not ExitCode.INTERNAL else ExitCode.STATE
        return Finding(name=name, status="failed", message=error.message, hint=error.hint, exit_code=code)
    except OSError as error:
        said = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        return Finding(name=name, status="failed", message=said, exit_code=ExitCode.STATE)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < _OLDEST_PYTHON:
        return Finding(
            name="python",
            status="failed",
            message=f"Python {version} is too old",
            hint="Waypost needs Python 3.11 or newer.",
            exit_code=ExitCode.STATE,
        )
    return Finding(name="python", status="ok", message=f"Python {version} ({sys.executable})")


def _packages() -> Finding:
    from importlib import metadata  # noqa: PLC0415 - `check` lives beside `doctor`, and needs none

    try:
        needed = metadata.requires("waypost") or []
        names = [found[0] for line in needed if (found := re.match(r"[\w.-]+", line))]
        versions = [f"{name} {metadata.version(name)}" for name in names]
    except metadata.PackageNotFoundError as error:
        return Finding(
            name="packages",
            status="failed",
            message=f"the package {error} is not installed",
            hint=_REINSTALL,
            exit_code=ExitCode.STATE,
        )
    return Finding(name="packages", status="ok", message=", ".join(versions))


def _git() -> Finding:
    refuse_old_git()
    return Finding(name="git", status="ok", message=git.run("version", cwd=Path(sys.prefix)).strip())


def _identity(folder: Path) -> Finding:
    try:
        said = git.run("var", "GIT_COMMITTER_IDENT", cwd=folder)
    except git.GitError:
        return Finding(
            name="identity",
            status="warning",
            message="git does not know who commits, so a project's author signs its first commit",
            hint="git config --global user.name NAME && git config --global user.email EMAIL",
        )
    return Finding(name="identity", status="ok", message=said.rpartition(">")[0] + ">")


def _temporary_folder() -> Finding:
    try:
        with temporary_folder("waypost-doctor-") as folder:
            (folder / "file").write_bytes(b"x")
            return Finding(name="temporary folder", status="ok", message=f"{folder.parent} can be written")
    except OSError as error:
        return Finding(
            name="temporary folder",
            status="failed",
            message=f"nothing can be written into the temporary folder: {error.strerror or error}",
            hint="Let TMPDIR name a folder that can be written.",
            exit_code=ExitCode.STATE,
        )


def _templates() -> Finding:
    source = embedded()
    questions = load_catalogue(source.root).questions
    return Finding(
        name="templates", status="ok", message=f"{source.version}, {len(questions)} questions, {source.root}"
    )


def _history() -> Finding:
    known = releases()
    if not known:
        return Finding(name="history", status="ok", message="no release yet")
    if not git.is_available():
        return Finding(name="history", status="warning", message="it cannot be looked at without git")
    parent = None
    with temporary_folder("waypost-doctor-") as folder:
        try:
            open_bundle(folder / "history.git")
            for release in known:
                content = commit_content(version=release.version, date=release.date, tree=release.tree, parent=parent)
                if commit_hash(content) != release.commit:
                    raise SourceError(f"{release.version} is not recorded as it was released", hint=_REINSTALL)
                alone(f"--git-dir={folder / 'history.git'}", "cat-file", "-e", f"{release.tree}^{{tree}}", cwd=folder)
                parent = release.commit
        except git.GitError as error:
            raise SourceError(f"{BUNDLE.name} is damaged: {error.cause}", hint=_REINSTALL) from error
    return Finding(name="history", status="ok", message=", ".join(release.version for release in known))


def _project(folder: Path) -> Finding:
    if not (folder / RECORD).exists():
        return Finding(name="project", status="ok", message="none in this folder")
    standing = check(folder, compares_files=False)
    behind = f", {len(standing.newer)} behind {standing.newest}" if standing.newer else ""
    return Finding(name="project", status="ok", message=f"{standing.template} {standing.version}{behind}")
