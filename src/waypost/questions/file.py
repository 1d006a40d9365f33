"""An answers file as TOML: its values, and the place of each and of every mistake."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from waypost.errors import AnswersError, ErrorCode
from waypost.questions.values import shown

_LARGEST_FILE = 1024 * 1024
# What can hide a line break or a bracket in TOML, and both of these.
_TOKENS = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' | \#[^\n]* | [][{}\n]""",
    re.DOTALL | re.VERBOSE,
)
_KEY = re.compile(r"""(?P<indent>[ \t]*)\[{0,2}[ \t]*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))""")


@dataclass(frozen=True, kw_only=True)
class TomlFile:
    """What a TOML file holds: its values, and for each key the place (``file:line:column``)."""

    values: Mapping[str, object]
    places: Mapping[str, str]


def read_toml(path: str, *, secrets: Collection[str] = ()) -> TomlFile:
    """Return what the TOML file ``path`` holds, or standard input for ``-``.

    Raises ``AnswersError`` with line and column where the file cannot be read or is not TOML; it does not repeat the
    values of ``secrets``.
    """
    name = "standard input" if path == "-" else path
    text = _text_of(path, name)
    if path == "-" and not text.strip():
        raise AnswersError(
            "standard input: is empty, so it answers nothing",
            hint="Look at the command that writes the answers. To take every default, give --defaults.",
            code=ErrorCode.ANSWERS_FILE,
        )
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise not_toml(error, name, text, secrets=secrets) from error
    except RecursionError as error:
        raise AnswersError(
            f"{name}: is nested too deeply",
            hint="An answers file has flat keys, one a line.",
            code=ErrorCode.ANSWERS_FILE,
        ) from error
    found = _places(text, values)
    return TomlFile(values=values, places={key: f"{name}:{found.get(key, '1:1')}" for key in values})


def _text_of(path: str, name: str) -> str:
    raw = _bytes_of(path)
    if len(raw) > _LARGEST_FILE:
        raise AnswersError(
            f"{name}: is larger than 1 MiB",
            hint="An answers file has about forty short lines.",
            code=ErrorCode.ANSWERS_FILE,
        )
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise AnswersError(
            f"{name}:{line}:{column}: is not UTF-8 text",
            hint="Save the file in UTF-8, as TOML demands.",
            code=ErrorCode.ANSWERS_FILE,
        ) from error


def _bytes_of(path: str) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read(_LARGEST_FILE + 1)
        with Path(path).open("rb") as stream:
            return stream.read(_LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise AnswersError(
            f"the answers file {path if path.isprintable() and path else shown(path)} cannot be read: {reason}",
            hint="`waypost answers init > waypost.toml` makes one to start from.",
            code=ErrorCode.ANSWERS_FILE,
        ) from error


def not_toml(
    error: tomllib.TOMLDecodeError,
    name: str,
    text: str,
    *,
    secrets: Collection[str] = (),
    code: ErrorCode = ErrorCode.ANSWERS_FILE,
) -> AnswersError:
    """Return the error of a file ``name`` that is not TOML, with line and column and what would be."""
    message = str(error)
    found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if found:
        line, column = found.groups()
        message = message[: found.start()]
    else:
        lines = text.rstrip("\n").split("\n")
        line, column = str(len(lines)), str(len(lines[-1]) + 1)
        message = message.removesuffix(" (at end of document)")
    written = text.split("\n")[int(line) - 1] if int(line) <= text.count("\n") + 1 else ""
    bare = re.fullmatch(r"\s*([A-Za-z0-9_-]+)\s*=\s*([A-Za-z][^\"'#]*?)\s*(#.*)?", written)
    stands_twice = (
        re.fullmatch(r"\s*([A-Za-z0-9_-]+)\s*=.*", written) if message == "Cannot overwrite a value" else None
    )
    if stands_twice:
        message = f"'{stands_twice[1]}' stands there twice"
    hint = "One `key = value` a line; text in quotes."
    if bare:
        hint = f'Text stands in quotes: {bare[1]} = "{"..." if bare[1] in secrets else bare[2]}"'
    return AnswersError(f"{name}:{line}:{column}: is not valid TOML: {message}", hint=hint, code=code)


def _places(text: str, document: Mapping[str, object]) -> dict[str, str]:
    """Return ``line:column`` of each top-level key of valid TOML, whose parser gives no positions."""
    places: dict[str, str] = {}
    line = 1
    last = 0
    for start in _statements(text):
        line += text.count("\n", last, start)
        last = start
        found = _KEY.match(text, start)
        key = next((group for group in found.groups()[1:] if group is not None), "") if found else ""
        if found and key in document and key not in places:
            places[key] = f"{line}:{found.end('indent') - start + 1}"
    return places


def _statements(text: str) -> Iterator[int]:
    """Yield where each line begins that does not stand inside a string or a list of several lines."""
    yield 0
    depth = 0
    for token in _TOKENS.finditer(text):
        match token[0]:
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
            case "\n" if depth == 0:
                yield token.end()
