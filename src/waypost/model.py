"""The values that Waypost's modules hand to each other: frozen, keyword-only, without behaviour of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Value = str | bool | tuple[str, ...]
"""An answer: text or a choice, yes or no, or several choices."""

QuestionType = Literal["text", "number", "choice", "choices", "yes-no", "data"]
Origin = Literal["set", "file", "recorded", "wizard", "seen", "advice", "default"]
"""Where an answer came from; what was ``seen`` was read from a project that Waypost did not make."""
QuestionGroup = Literal["decision", "template", "project", "stack", "other"]


_SPELT = {"api": "API", "ci": "CI", "django": "Django", "email": "email", "python": "Python"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One choice of a question: what people read, and the value that is recorded."""

    label: str
    value: str

    @property
    def title(self) -> str:
        """The label without its explanation."""
        return self.label.partition(" - ")[0]

    @property
    def explanation(self) -> str:
        """What the label says beyond its title; nothing where it says no more."""
        return self.label.partition(" - ")[2]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the catalogue; the ``*_source`` fields are Jinja, evaluated beside the other answers."""

    key: str
    type: QuestionType
    group: QuestionGroup
    help: str
    choices: tuple[Choice, ...]
    default_source: Any
    when_source: str
    validator_source: str
    is_secret: bool = False
    """Whether the answer is neither recorded nor shown."""
    has_text_values: bool = True
    """Whether every value of it is text, yes or no, or a list of texts, for copier as for us."""

    @property
    def name(self) -> str:
        """What people call it: its key in words."""
        words = " ".join(_SPELT.get(word, word) for word in self.key.split("_"))
        return words[:1].upper() + words[1:]

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the choices."""
        return tuple(choice.value for choice in self.choices)

    @property
    def is_asked(self) -> bool:
        """Whether a person can answer it; the others are facts computed from the answers."""
        return self.when_source != "False"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A combination of answers that cannot stand together, and why."""

    where: Mapping[str, tuple[Value, ...]]
    status: Literal["impossible", "unsupported", "planned"]
    because: str

    def applies_to(self, answers: Mapping[str, object]) -> bool:
        """Whether every question that the row names has one of its values, or for a list answer holds one."""
        return all(
            any(value in values for value in answer)
            if isinstance(answer := answers.get(key), list)
            else answer in values
            for key, values in self.where.items()
        )

    def blamed_on(self, given: Iterable[str]) -> Problem:
        """Return the problem that it is beside the questions that were ``given``: of the last of these, or of all."""
        named = set(given)
        keys = [key for key in self.where if key in named] or list(self.where)
        return Problem(key=keys[-1], message=self.because, nearest="", refusal=self)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with one answer, and the nearest valid value or key, if there is one.

    ``refusal`` is the combination that it is part of, where the answer is right in itself.
    """

    key: str
    message: str
    nearest: str
    refusal: Refusal | None = None
