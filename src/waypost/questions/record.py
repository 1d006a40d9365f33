"""A project's record of its answers, as copier writes it: ``.copier-answers.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from waypost.errors import StateError

# The one in C is eight times as fast.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

RECORD = ".copier-answers.yml"
"""The name of the record in a project's folder."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a project records: the answers that it was made from, and the source and version of its template.

    ``answers`` are all that is recorded but copier's own keys, as YAML has them. ``url`` and ``version`` are empty
    where the record names none.
    """

    path: Path
    url: str
    version: str
    answers: Mapping[str, Any]

    @property
    def template(self) -> str:
        """The name of the template."""
        return str(self.answers.get("template", ""))

    def refuse_unnamed(self) -> None:
        """Raise ``StateError`` unless the record names its source and version."""
        if not (self.url and self.version):
            raise StateError(
                f"{self.path} names no template source and version (_src_path and _commit)",
                hint=f"Put it back as it was made: git log -- {RECORD}",
            )


def read_record(project: Path) -> Record:
    """Return the record of the project in the folder ``project``.

    Raises ``StateError`` where the folder is no such project or the record cannot be read.
    """
    path = project / RECORD
    try:
        return parse_record(path.read_bytes(), path)
    except FileNotFoundError as error:
        raise StateError(
            f"{project} is not a project made from a template: it has no {RECORD}",
            hint="Run this inside such a project, or name its folder.",
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def parse_record(content: bytes, path: Path) -> Record:
    """Return the record that the file at ``path`` holds or held. Raises ``StateError`` where it is none."""
    values = _parsed(content, path)
    url, version = (str(values[key]) if isinstance(values.get(key), str) else "" for key in ("_src_path", "_commit"))
    answers = {key: value for key, value in values.items() if not key.startswith("_")}
    return Record(path=path, url=url, version=version, answers=answers)


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
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
    record = {**_parsed(path.read_bytes(), path), "_commit": version, "_src_path": url}
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    comments = "".join(line for line in lines if line.startswith("#"))
    path.write_text(comments + record_yaml(record), encoding="utf-8", newline="\n")


def record_yaml(record: Mapping[str, Any]) -> str:
    """Return a record as copier's filter ``to_nice_yaml`` writes it; a test compares with copier, byte by byte."""
    return yaml.safe_dump(dict(record), indent=4, allow_unicode=True, default_flow_style=False)
