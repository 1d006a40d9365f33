"""The manifest of a batch: a TOML file that lists projects, and what is wanted of each."""

from __future__ import annotations

import hashlib
import itertools
import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast

from waypost.address import without_credentials
from waypost.errors import AnswersError, ErrorCode, nearest
from waypost.questions.file import not_toml
from waypost.questions.record import RECORD
from waypost.questions.values import shown

Action = Literal["new", "update"]

_HINT = "docs/fleet.md shows what a manifest holds."
_COMMON: Mapping[str, type] = {"answers": str, "set": dict, "source": str, "version": str, "git": bool, "yes": bool}
_OF_A_PROJECT: Mapping[str, type] = {"path": str, "action": str, **_COMMON}
_TYPES = {str: "text in quotes", bool: "true or false", dict: "a table of answers"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One project of a manifest.

    ``name`` is its path as written, ``folder`` the same from the root. ``settings`` are ``KEY=VALUE``, ``answers`` is
    an answers file; ``source`` and ``version`` say which templates, ``uses_git`` whether a new project becomes a
    repository and ``is_agreed`` whether an update may change the framework. Without an ``action`` a project is made
    where there is none, and else updated.
    """

    name: str
    folder: str
    action: Action | None
    answers: str | None
    settings: tuple[str, ...]
    source: str | None
    version: str | None
    uses_git: bool
    is_agreed: bool

    @property
    def wanted(self) -> Action:
        """What is to be done as things are."""
        return self.action or ("update" if (Path(self.folder) / RECORD).exists() else "new")

    @property
    def fingerprint(self) -> str:
        """What changes when something else is wanted of the project; other credentials want nothing else."""
        try:
            answers = Path(self.answers).read_bytes() if self.answers else b""
        except OSError:
            answers = b""
        wanted = asdict(self) | {"source": without_credentials(self.source or "")}
        return hashlib.sha256(json.dumps(wanted).encode() + answers).hexdigest()[:16]


def read_manifest(path: Path) -> tuple[Entry, ...]:
    """Return the entries of the manifest ``path``, whose paths count from its folder.

    Raises ``AnswersError``, with line and column where the file is not TOML, and with the nearest key where one is not
    known.
    """
    document = _document(path)
    common = {key: value for key, value in document.items() if key != "projects"}
    _check(common, _COMMON, str(path))
    rows = document.get("projects", [])
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise AnswersError(
            f"{path}: lists no projects", hint=f"Each begins with a line [[projects]]. {_HINT}", code=ErrorCode.MANIFEST
        )
    entries = tuple(_entries(path, common, rows))
    _refuse_nested(path, entries)
    return entries


def _document(path: Path) -> dict[str, Any]:
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise not_toml(error, str(path), text, code=ErrorCode.MANIFEST) from error
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else reason
        raise AnswersError(
            f"the manifest {shown(str(path))} cannot be read: {reason}", hint=_HINT, code=ErrorCode.MANIFEST
        ) from error


def _entries(path: Path, common: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterator[Entry]:
    base = path.absolute().parent
    for number, row in enumerate(rows, 1):
        where = f"{path}: project {number}" + (f" ({shown(row['path'])})" if isinstance(row.get("path"), str) else "")
        _check(row, _OF_A_PROJECT, where)
        if not row.get("path"):
            raise AnswersError(
                f"{where}: has no path", hint='Name its folder: path = "services/orders"', code=ErrorCode.MANIFEST
            )
        if row.get("action", "new") not in ("new", "update"):
            raise AnswersError(
                f'{where}: action is {shown(row["action"])}; it can be "new" or "update"',
                hint=_HINT,
                code=ErrorCode.MANIFEST,
            )
        merged = {**common, **row}
        settings = {**common.get("set", {}), **row.get("set", {})}
        answers = merged.get("answers")
        yield Entry(
            name=row["path"],
            folder=_located(base, row["path"], f"{where}: path"),
            action=cast("Action | None", row.get("action")),
            answers=_located(base, answers, f"{where}: answers") if answers else None,
            settings=tuple(f"{key}={_as_text(value, key, where)}" for key, value in settings.items()),
            source=_address(merged.get("source"), base),
            version=merged.get("version"),
            uses_git=merged.get("git", True),
            is_agreed=merged.get("yes", False),
        )


def _located(base: Path, name: str, where: str) -> str:
    """Return the absolute path of what is named beside the manifest."""
    try:
        path = (base / name).resolve()
        path.exists()  # it need not; but a name that cannot be one is refused here
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise AnswersError(
            f"{where}: {shown(name)} can be no path: {reason}", hint=_HINT, code=ErrorCode.MANIFEST
        ) from error
    return str(path)


def _address(source: str | None, base: Path) -> str | None:
    """Return the address of a source; the path of a folder counts from the manifest's own."""
    if source is None or "://" in source:
        return source
    with suppress(OSError, ValueError):  # what can be no path is no folder either
        if (base / source).is_dir():
            return str((base / source).resolve())
    return source


def _check(row: Mapping[str, Any], known: Mapping[str, type], where: str) -> None:
    for key, value in row.items():
        if key not in known:
            near = nearest(key, known)
            meant = f"; did you mean '{near}'?" if near else ""
            raise AnswersError(
                f"{where}: there is no key {shown(key)}{meant}", hint=_HINT, key=key, code=ErrorCode.MANIFEST
            )
        if not isinstance(value, known[key]):
            raise AnswersError(
                f"{where}: {key}: expected {_TYPES[known[key]]}; got {shown(value)}",
                hint=_HINT,
                key=key,
                code=ErrorCode.MANIFEST,
            )


def _as_text(value: object, key: str, where: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case list() if all(isinstance(item, str) for item in value):
            return ",".join(value)
        case _:
            raise AnswersError(
                f"{where}: {key}: {shown(value)} is no answer",
                hint="Answers are text, true, false or lists of text.",
                key=key,
                code=ErrorCode.MANIFEST,
            )


def _refuse_nested(path: Path, entries: tuple[Entry, ...]) -> None:
    """Refuse a folder that is listed twice, or lies inside another one that is new or updated at the same time."""
    ordered = sorted(entries, key=lambda entry: Path(entry.folder).parts)
    for first, second in itertools.pairwise(ordered):
        if first.folder == second.folder:
            raise AnswersError(f"{path}: {second.name} is listed twice", hint="Each project stands in a manifest once.")
        if Path(second.folder).is_relative_to(first.folder):
            raise AnswersError(
                f"{path}: {second.name} lies inside {first.name}",
                hint="List them in two manifests, one after the other.",
            )
