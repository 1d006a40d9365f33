"""One step of the wizard as plain values, ready to be drawn by any terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from waypost.model import Value

Tone = Literal["plain", "strong", "dim", "good", "keys"]
Form = Literal["one", "several", "text"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line above the question; ``value`` is the answer at its end. The tone ``keys`` names those of a terminal."""

    text: str
    value: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, kw_only=True)
class Option:
    """One line to choose; one with a reason in ``refused`` cannot be chosen."""

    value: Value
    label: str
    detail: str = ""
    note: str = ""
    refused: str = ""
    help: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Screen:
    """One step, ready to draw.

    ``trail`` is what was answered so far, ``body`` what is new, ``status`` a line that stays visible right above the
    question. ``current`` is where the pointer stands, what is ticked, or the text to edit; ``placeholder`` what an
    empty text stands for. With ``is_secret`` neither that text nor what is written shows. With ``can_stop`` one key
    ends the questions.
    """

    form: Form
    title: str
    trail: tuple[Line, ...] = ()
    body: tuple[Line, ...] = ()
    notices: tuple[str, ...] = ()
    status: str = ""
    options: tuple[Option, ...] = ()
    current: Value = ""
    placeholder: str = ""
    help: tuple[str, ...] = ()
    is_secret: bool = False
    can_stop: bool = False


@dataclass(frozen=True)
class Entered:
    """The person chose or wrote this."""

    value: Value


@dataclass(frozen=True)
class Back:
    """The person wants to go back."""


@dataclass(frozen=True)
class Enough:
    """The person wants the advice now, without further questions."""


Event = Entered | Back | Enough
