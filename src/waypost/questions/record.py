"""A project's record of its answers, as copier writes it: ``.copier-answers.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from waypost.errors import StateError

# The one in C is eight times as fast.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

RECORD = ".copier-answers.yml"
"""The name of the record in a project's folder."""


def read_record(project: Path) -> Mapping[str, Any]:
    """Return the record of the project in the folder ``project``, ``_commit`` and all.

    Raises ``StateError`` where the folder is no such project or the record cannot be read.
    """
    path = project / RECORD
    try:
        return parsed_record(path.read_bytes(), path)
    except FileNotFoundError as error:
        raise StateError(
            f"{project} is not a project made from a template: it has no {RECORD}",
            hint="Run this inside such a project, or name its folder.",
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def parsed_record(content: bytes, path: Path) -> Mapping[str, Any]:
    """Return the record that the file at ``path`` holds or held. Raises ``StateError`` where it is none."""
    try:
        record = yaml.load(content.decode(), Loader=_LOADER)  # noqa: S506 - a safe one
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise _unreadable(path, error) from error
    if not isinstance(record, dict) or not all(isinstance(key, str) for key in record):
        raise StateError(f"{path} is not a record of answers", hint=f"Put it back: git checkout -- {RECORD}")
    return record


def _unreadable(path: Path, error: Exception) -> StateError:
    return StateError(
        f"{path} cannot be read: {str(error).partition(chr(10))[0]}",
        hint=f"Put the file back as it was committed: git checkout -- {RECORD}",
    )


def name_source(project: Path, *, url: str, version: str) -> None:
    """Let the record in the folder ``project`` name the source and version that it was rendered from.

    Everything else stays as copier wrote it, in copier's own style. Raises ``StateError`` where there is no record.
    """
    path = project / RECORD
    record = {**read_record(project), "_commit": version, "_src_path": url}
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    comments = "".join(line for line in lines if line.startswith("#"))
    path.write_text(comments + record_yaml(record), encoding="utf-8", newline="\n")


def record_yaml(record: Mapping[str, Any]) -> str:
    """Return a record as copier's filter ``to_nice_yaml`` writes it; a test compares with copier, byte by byte."""
    return yaml.safe_dump(dict(record), indent=4, allow_unicode=True, default_flow_style=False)
