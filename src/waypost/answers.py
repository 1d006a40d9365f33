"""Answers with their origin: from an answers file, from ``--set``, from a project's record, from defaults.

An answers file is TOML with flat keys, one a question (``waypost answers init`` prints one to start from).
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from waypost.errors import AnswersError, UsageError
from waypost.model import Problem, Value
from waypost.questions import Catalogue
from waypost.record import RECORD
from waypost.values import parse_text, shown

Origin = Literal["set", "file", "recorded", "wizard", "advice", "default"]
_LARGEST_FILE = 1024 * 1024
_AUTO = "auto"
# What can hide a line break or a bracket in TOML, and both of these.
_TOKENS = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' | \#[^\n]* | [][{}\n]""",
    re.DOTALL | re.VERBOSE,
)
_KEY = re.compile(r"""(?P<indent>[ \t]*)\[{0,2}[ \t]*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))""")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A value, where it came from, and for an answers file the place (``file:line:column``)."""

    value: Value
    origin: Origin
    place: str = ""


def read_file(path: str, catalogue: Catalogue) -> dict[str, Answer]:
    """Return the answers of the TOML file ``path``, or of standard input for ``-``.

    Raises ``AnswersError`` that names file, line, column and the nearest key, where the file cannot be read, is not
    TOML or holds a key that is no question. Values are checked when they are resolved.
    """
    name = "standard input" if path == "-" else path
    text = _text_of(path, name)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise not_toml(error, name, text) from error
    except RecursionError as error:
        raise AnswersError(
            f"{name}: is nested too deeply", hint="An answers file has flat keys, one a line."
        ) from error
    places = _places(text, document)
    answers: dict[str, Answer] = {}
    unknown: dict[str, str] = {}
    for key, value in document.items():
        place = f"{name}:{places.get(key, '1:1')}"
        if isinstance(value, dict):
            raise AnswersError(
                f"{place}: {shown(key)} is a table; an answers file has flat keys",
                hint="Write `key = value` lines at the top level, without [sections] and without dots.",
                key=key,
            )
        if key in catalogue.by_key:
            answers[key] = Answer(value=_value_of(value), origin="file", place=place)
        else:
            unknown[key] = place
    _refuse_unknown(unknown, catalogue)
    return answers


def read_settings(settings: Iterable[str], catalogue: Catalogue) -> dict[str, Answer]:
    """Return the answers of ``--set KEY=VALUE`` options; the last of a key counts.

    Raises ``UsageError`` where an option has no ``=``, and ``AnswersError`` with the nearest key where the key is no
    question.
    """
    answers: dict[str, Answer] = {}
    unknown: dict[str, str] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        key = key.strip()
        if not equals:
            raise UsageError(
                f"--set {shown(setting)} has no '='", hint="Write --set KEY=VALUE, such as --set ci=github."
            )
        if key in catalogue.by_key:
            answers[key] = Answer(value=parse_text(catalogue.by_key[key], text), origin="set", place="--set")
        else:
            unknown[key] = "--set"
    _refuse_unknown(unknown, catalogue)
    return answers


def read_values(values: Mapping[str, object], catalogue: Catalogue) -> dict[str, Answer]:
    """Return the answers of a Python caller. Raises ``AnswersError`` where a key is no question."""
    _refuse_unknown({str(key): "answers" for key in values if key not in catalogue.by_key}, catalogue)
    return {key: Answer(value=_value_of(value), origin="set") for key, value in values.items()}


def recorded_answers(record: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Answer]:
    """Return the recorded answers to questions that the catalogue has; all else in the record is left alone."""
    return {
        key: Answer(value=_value_of(value), origin="recorded", place=RECORD)
        for key, value in record.items()
        if key in catalogue.by_key and value is not None
    }


def without_auto(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return the answers without ``template = "auto"``, which asks for the advice and is never recorded."""
    return {key: answer for key, answer in answers.items() if not (key == "template" and answer.value == _AUTO)}


def values_of(answers: Mapping[str, Answer]) -> dict[str, Value]:
    """Return the bare values."""
    return {key: answer.value for key, answer in answers.items()}


def raise_problems(problems: Iterable[Problem], answers: Mapping[str, Answer]) -> None:
    """Raise one ``AnswersError`` that lists all ``problems`` with their places, if there are any."""
    placed = [(problem, _place_of(problem, answers)) for problem in problems]
    if placed:
        raise AnswersError(
            "\n".join(_described(problem, place) for problem, place in placed),
            hint="`waypost answers init` prints every question with its choices.",
            key=placed[0][0].key,
            problems=placed,
        )


def _place_of(problem: Problem, answers: Mapping[str, Answer]) -> str:
    return answers[problem.key].place if problem.key in answers else ""


def _described(problem: Problem, place: str) -> str:
    nearest = f" (did you mean {shown(problem.nearest)}?)" if problem.nearest else ""
    return f"{place + ': ' if place else ''}{problem.key}: {problem.message}{nearest}"


def _refuse_unknown(places: Mapping[str, str], catalogue: Catalogue) -> None:
    """Raise one ``AnswersError`` that lists the keys that are no questions, each with its place and the nearest."""
    problems = [(catalogue.unknown(key), place) for key, place in places.items()]
    if problems:
        raise AnswersError(
            "\n".join(_described_unknown(problem, place) for problem, place in problems),
            hint="`waypost answers init` lists every key.",
            key=problems[0][0].key,
            problems=problems,
        )


def _described_unknown(problem: Problem, place: str) -> str:
    key = problem.key
    nearest = f"; did you mean '{problem.nearest}'?" if problem.nearest else ""
    message = problem.message if len(key) <= 80 and key.isprintable() else f"there is no question {shown(key)}"  # noqa: PLR2004
    return f"{place}: {message}{nearest}"


def _text_of(path: str, name: str) -> str:
    raw = _bytes_of(path)
    if len(raw) > _LARGEST_FILE:
        raise AnswersError(f"{name}: is larger than 1 MiB", hint="An answers file has about forty short lines.")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise AnswersError(
            f"{name}:{line}:{column}: is not UTF-8 text", hint="Save the file in UTF-8, as TOML demands."
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
        ) from error


def not_toml(error: tomllib.TOMLDecodeError, name: str, text: str) -> AnswersError:
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
    hint = f'Text stands in quotes: {bare[1]} = "{bare[2]}"' if bare else "One `key = value` a line; text in quotes."
    return AnswersError(f"{name}:{line}:{column}: is not valid TOML: {message}", hint=hint)


def _places(text: str, document: Mapping[str, object]) -> dict[str, str]:
    """Return ``line:column`` of each top-level key of valid TOML, whose parser tells no positions."""
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


def _value_of(value: object) -> Value:
    """Return a parsed value as an answer; what no question takes (a number, a date) goes on as it is, to be refused."""
    if isinstance(value, list | tuple):
        return tuple(item if isinstance(item, str) else shown(item) for item in value)
    return value  # type: ignore[return-value] # checked against its question by values.type_problem
