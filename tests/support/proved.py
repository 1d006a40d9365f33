"""What was proved, remembered under everything that decides it: a proof repeats only what has changed since."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import CodeType
from typing import Any

from support.sources import ROOT
from waypost.questions.record import RECORD

PROVED = ROOT / ".cache" / "proof"


def digest_of(project: Path, environment: Path, *tests: str) -> str:
    """A name for the files of a project, the Python that runs it, all that is installed there, and the tests."""
    deciding = hashlib.sha256()
    for part in (*_files(project), *_installed(environment), *tests):
        content = part if isinstance(part, bytes) else part.encode()
        deciding.update(b"%d:%b" % (len(content), content))
    return deciding.hexdigest()[:32]


def recalled(digest: str, folder: Path = PROVED) -> dict[str, Any] | None:
    """What was remembered under the digest."""
    path = folder / f"{digest}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def remember(digest: str, result: Mapping[str, Any], folder: Path = PROVED) -> None:
    """Keep a result, whatever becomes of the rest of the run."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"{digest}.part"
    written.write_text(json.dumps(result), encoding="utf-8")
    written.replace(folder / f"{digest}.json")


def sources_of(*functions: Callable[..., Any]) -> list[str]:
    """The text of the functions, and of those of their own modules which they call."""
    found: dict[str, str] = {}
    waiting = [inspect.unwrap(function) for function in functions]
    while waiting:
        function = waiting.pop()
        if function.__qualname__ not in found:
            found[function.__qualname__] = inspect.getsource(function)
            called = (function.__globals__.get(name) for name in _names(function.__code__))
            waiting += [one for one in called if inspect.isfunction(one) and one.__module__ == function.__module__]
    return [text for _, text in sorted(found.items())]


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _files(project: Path) -> Iterator[str | bytes]:
    for path in sorted(project.rglob("*")):
        if path.is_file() and path.name != RECORD:  # which names the folder it was made from
            yield f"{path.relative_to(project)} {path.stat().st_mode & 0o100}"
            yield path.read_bytes()


def _installed(environment: Path) -> Iterator[str]:
    yield from (line for line in (environment / "pyvenv.cfg").read_text().splitlines() if line.startswith("version"))
    yield from sorted(path.name for path in environment.glob("lib/python*/site-packages/*.dist-info"))
