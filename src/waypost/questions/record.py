"""A project's record of its answers, as copier writes it: ``.copier-answers.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from waypost.address import has_credentials, without_credentials
from waypost.errors import ErrorCode, StateError

# The one in C is eight times as fast.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

RECORD = ".copier-answers.yml"
"""The name of the record in a project's folder."""
_LEFT_IN_HISTORY = (
    "An update takes them out of the file, but they stay in the repository's history: revoke a password or token."
)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a project records: the answers that it was made from, and the source and version of its template.

    ``answers`` are all that is recorded but copier's own keys, as YAML has them. ``url`` and ``version`` are empty
    where the record names none. ``address`` is what git gets to reach the source: records of earlier versions, and of
    copier, can hold credentials there, which ``url`` is without.
    """

    path: Path
    url: str
    version: str
    answers: Mapping[str, Any]
    address: str = field(repr=False)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about the record: that it holds credentials."""
        if not has_credentials(self.address):
            return ()
        return (f"{RECORD} holds credentials in the address of the template source. {_LEFT_IN_HISTORY}",)

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
                code=ErrorCode.RECORD,
            )


def read_record(project: Path) -> Record:
    """Return the record of the project in the folder ``project``.

    Raises ``StateError`` where the folder is no such project or the record cannot be read.
    """
    path = project / RECORD
    try:
        return parse_record(path.read_bytes(), path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StateError(
            f"{project} is not a project made from a template: it has no {RECORD}",
            hint="Run this inside such a project, or name its folder.",
            code=ErrorCode.NOT_A_PROJECT,
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def parse_record(content: bytes, path: Path) -> Record:
    """Return the record that the file at ``path`` holds or held. Raises ``StateError`` where it is none."""
    values = _parsed(content, path)
    named = (values.get(key) for key in ("_src_path", "_commit"))
    address, version = (text if isinstance(text, str) else "" for text in named)
    answers = {key: value for key, value in values.items() if not key.startswith("_")}
    return Record(path=path, url=without_credentials(address), version=version, answers=answers, address=address)


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
    try:
        record = yaml.load(content.decode(), Loader=_LOADER)  # noqa: S506 - a safe one
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise _unreadable(path, error) from error
    if not isinstance(record, dict) or not all(isinstance(key, str) for key in record):
        raise StateError(
            f"{path} is not a record of answers", hint=f"Put it back: git checkout -- {RECORD}", code=ErrorCode.RECORD
        )
    return record


def _unreadable(path: Path, error: Exception) -> StateError:
    if isinstance(error, PermissionError):
        return StateError(
            f"{path} cannot be read: {error.strerror}", hint="Look at its permissions.", code=ErrorCode.RECORD
        )
    return StateError(
        f"{path} cannot be read: {_reason(error)}",
        hint=f"Put the file back as it was committed: git checkout -- {RECORD}",
        code=ErrorCode.RECORD,
    )


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return (error.strerror if isinstance(error, OSError) else None) or str(error).partition("\n")[0]


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
