"""Values of answers: from text, checked against their question, and shown to a person."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from waypost.errors import nearest
from waypost.model import Problem, Question, Value

_TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})
_FALSE = frozenset({"n", "no", "f", "false", "off", "0"})
_SHOWN_AT_MOST = 80
_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)


def parse_text(question: Question, text: str) -> Value:
    """Turn the text of ``--set KEY=TEXT`` into a value of the question's type; wrong text is left for validation.

    Yes-or-no questions take yes, no, true, false, on, off, 1 and 0. Several choices are separated by commas, and may
    stand in brackets; nothing at all, or ``none``, means none of them.
    """
    match question.type:
        case "yes-no":
            folded = text.strip().lower()
            return True if folded in _TRUE else False if folded in _FALSE else text
        case "choices":
            stripped = text.strip().removeprefix("[").removesuffix("]").strip()
            items = tuple(item.strip().strip("'\"") for item in stripped.split(",")) if stripped else ()
            return () if items == ("none",) else items
        case _:
            return text


def is_true(text: object) -> bool:
    """Whether a rendered condition or default means yes."""
    return str(text).strip().lower() in _TRUE


def ordered(question: Question, value: Value) -> Value:
    """Return several choices in the order in which the question lists them, and any other value as it is."""
    if not isinstance(value, tuple):
        return value
    return tuple(choice for choice in question.values if choice in value)


def as_value(value: object) -> Value:
    """Return what a catalogue writes as a default, as an answer: a list of texts, yes or no, or text."""
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return value if isinstance(value, bool) else str(value)


def type_problem(question: Question, value: Value) -> Problem | None:
    """Return what is wrong with the type or the choice of ``value``, if anything, with the nearest valid value.

    The answer to a secret question is not repeated.
    """
    problem = _type_problem(question, value)
    if problem is not None and question.is_secret:
        return replace(problem, message="the answer is of a kind that this secret question does not take", nearest="")
    return problem


def _type_problem(question: Question, value: Value) -> Problem | None:
    match question.type:
        case "yes-no":
            return None if isinstance(value, bool) else _wrong_type(question, value, "true or false")
        case "choices":
            if not isinstance(value, tuple):
                such = f", such as {shown([value])}" if value in question.values else ""
                expected = f"a list of any of {', '.join(question.values)}, in brackets{such}"
                return Problem(key=question.key, message=f"expected {expected}; got {shown(value)}", nearest="")
            return next((_wrong_choice(question, item) for item in value if item not in question.values), None)
        case "choice":
            if not isinstance(value, str):
                return _wrong_type(question, value, f"one of {', '.join(question.values)}, as text in quotes")
            return None if value in question.values else _wrong_choice(question, value)
        case _:
            is_number = question.type == "number"
            is_right = isinstance(value, str) and (not is_number or _NUMBER.fullmatch(value))
            return None if is_right else _wrong_type(question, value, "a number" if is_number else "text in quotes")


def shown(value: object) -> str:
    """Return a value as a person would write it in TOML, cut where it is long."""
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            text = f"'{value}'"
        case tuple() | list():
            text = f"[{', '.join(shown(item) for item in value)}]"
        case _:
            text = str(value)
    # What cannot be printed (control characters, lone surrogates) is shown escaped: it may not reach a terminal.
    text = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)
    return text if len(text) <= _SHOWN_AT_MOST else f"{text[: _SHOWN_AT_MOST - 20]}... ({len(text)} characters)"


def _wrong_type(question: Question, value: object, expected: str) -> Problem:
    meant = str(value) if str(value) in question.values else ""
    return Problem(key=question.key, message=f"expected {expected}; got {shown(value)}", nearest=meant)


def _wrong_choice(question: Question, value: object) -> Problem:
    message = f"{shown(value)} is not one of {', '.join(question.values)}"
    return Problem(key=question.key, message=message, nearest=nearest(value, question.values))


def as_text(value: Value) -> str:
    """Return a value as ``--set KEY=TEXT`` takes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case tuple():
            return ",".join(value) or "none"
        case _:
            return value


def as_json(value: Value) -> Any:
    """Return a value as JSON has it."""
    return list(value) if isinstance(value, tuple) else value
