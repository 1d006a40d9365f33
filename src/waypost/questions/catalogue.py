"""The question catalogue: reads it, and says which questions apply, what their defaults are and what is wrong.

The catalogue is a template source's ``copier.yml`` with its includes. It is read here without copier, which takes half
a second to import; ``tests/questions/test_contract.py`` holds this reading equal to copier's on generated answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from waypost.errors import nearest
from waypost.model import Problem, Question, Refusal, Value
from waypost.questions.expressions import Expressions
from waypost.questions.reading import parse_yaml, read_catalogue
from waypost.questions.values import as_json, as_value, is_true, ordered, type_problem

# The validator with which copier goes through the rows of refused combinations. Here the rows are read as they are.
_REFUSAL = "{% include 'templates/questions/refusal.jinja' %}"


def load_catalogue(source: Path) -> Catalogue:
    """Return the catalogue of the template source in the folder ``source``.

    One that was read before is returned again, with all that was compiled for it, unless its files have changed.
    Raises ``SourceError`` where the folder holds no catalogue of Waypost's form.
    """
    files = [source / "copier.yml", *sorted((source / "templates" / "questions").glob("*"))]
    return _loaded(source, tuple(_stamp(path) for path in files))


@lru_cache(maxsize=4)
def _loaded(source: Path, _stamps: tuple[object, ...]) -> Catalogue:
    settings, entries = read_catalogue(source)
    return Catalogue(
        source=source,
        settings=settings,
        entries=entries,
        expressions=Expressions(source=source, options=settings.get("_envops", {})),
    )


def _stamp(path: Path) -> tuple[str, int, int, int] | None:
    """Return what changes when the file does; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return path.name, stat.st_ino, stat.st_size, stat.st_mtime_ns


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """What a set of given answers comes to.

    ``answers`` holds a value for every question that applies, in catalogue order; ``unused`` the given answers whose
    question does not apply; ``problems`` what is wrong, in catalogue order.
    """

    given: Mapping[str, Value] = field(repr=False)
    answers: Mapping[str, Value]
    unused: tuple[str, ...]
    problems: tuple[Problem, ...]
    catalogue: Catalogue = field(repr=False)
    context: Mapping[str, Any] = field(repr=False)

    @property
    def shown_answers(self) -> Mapping[str, Value]:
        """The answers but for those to secret questions, which are neither recorded nor shown."""
        return {key: value for key, value in self.answers.items() if not self.catalogue.by_key[key].is_secret}

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """The values computed from the answers: only rendering needs them, and they cost as much as the answers."""
        context = dict(self.context)
        for entry in self.catalogue.entries:
            if entry.key not in context:
                context[entry.key] = self.catalogue.default_of(entry, context)
        return {entry.key: context[entry.key] for entry in self.catalogue.entries if not entry.is_asked}


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The questions of one template source, in the order in which copier asks them."""

    source: Path
    settings: Mapping[str, Any]
    entries: tuple[Question, ...] = field(repr=False)
    expressions: Expressions = field(repr=False)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions that a person can answer: all but the computed facts."""
        return tuple(entry for entry in self.entries if entry.is_asked)

    @cached_property
    def by_key(self) -> Mapping[str, Question]:
        """The answerable questions by their key."""
        return {question.key: question for question in self.questions}

    @cached_property
    def refusals(self) -> tuple[Refusal, ...]:
        """The combinations that the catalogue refuses."""
        rows: list[Any] = next(
            (entry.default_source for entry in self.entries if entry.key == "refused_combinations"), []
        )
        return tuple(
            Refusal(
                where={key: tuple(as_value(value) for value in values) for key, values in row["where"].items()},
                status=row["status"],
                because=row["because"],
            )
            for row in rows
        )

    def with_default(self, key: str, default: str) -> Catalogue:
        """Return the same catalogue with another default for one question; a key it does not ask changes nothing."""
        entries = (replace(entry, default_source=default) if entry.key == key else entry for entry in self.entries)
        return replace(self, entries=tuple(entries))

    def unknown(self, key: str) -> Problem:
        """Return the problem of an answer to a question that does not exist, with the nearest key."""
        if any(entry.key == key for entry in self.entries):
            return Problem(key=key, message=f"'{key}' follows from other answers and cannot be set", nearest="")
        return Problem(key=key, message=f"there is no question '{key}'", nearest=nearest(key, self.by_key))

    def resolve(self, given: Mapping[str, Value]) -> Resolution:
        """Work through the catalogue as copier does, taking ``given`` answers and defaults for the rest.

        Every key of ``given`` must be a question. A wrong answer is reported and replaced by the default, so that one
        mistake does not hide the next. Later given answers are visible to earlier conditions, as they are in copier.
        """
        answers: dict[str, Value] = {}
        unused: list[str] = []
        problems: list[Problem] = []
        context = {
            key: _native(self.by_key[key], value)
            for key, value in given.items()
            if not type_problem(self.by_key[key], value)
        }
        for entry in self._entries_up_to_last_question:
            applies = self._applies(entry, context)
            default = self.default_of(entry, context)
            if not entry.is_asked:
                context[entry.key] = default
                continue
            default = _as_answer(entry, default)
            value = given.get(entry.key, default)
            # Copier lets the default of a secret question be one that nobody may answer, too.
            is_checked = entry.key in given or (applies and not entry.is_secret)
            problem = self._problem(entry, value, context) if is_checked else None
            if problem:
                problems.append(problem)
                value = default
            value = ordered(entry, value)
            if applies:
                answers[entry.key] = value
            elif entry.key in given:
                unused.append(entry.key)
            context[entry.key] = _native(entry, value if applies else default)
        return Resolution(
            given=given,
            answers=answers,
            unused=tuple(unused),
            problems=(*problems, *(row.blamed_on(given) for row in self.refusals if row.applies_to(context))),
            catalogue=self,
            context=context,
        )

    def problem_with(self, key: str, value: Value, answers: Mapping[str, Value]) -> Problem | None:
        """Return what is wrong with ``value`` for the question ``key`` beside the other ``answers``, if anything."""
        context = {name: _native(self.by_key[name], answer) for name, answer in {**answers, key: value}.items()}
        for entry in self._entries_up_to_last_question:
            if not entry.is_asked:
                context[entry.key] = self.default_of(entry, context)
        refused = (row.blamed_on({key: value}) for row in self.refusals if key in row.where and row.applies_to(context))
        return self._problem(self.by_key[key], value, context) or next(refused, None)

    def possible_values(self, key: str, given: Mapping[str, Value]) -> tuple[str, ...]:
        """Return the choices of ``key`` that no combination refuses beside the ``given`` answers to other questions.

        They are all of them where none is left, since the given answers then refuse each other.
        """
        values = self.by_key[key].values
        others = {name: value for name, value in given.items() if name != key}
        found = tuple(
            value
            for value in values
            if not any(problem.refusal for problem in self.resolve({**others, key: value}).problems)
        )
        return found or values

    def with_answer(self, resolution: Resolution, key: str, value: Value) -> Mapping[str, Any] | None:
        """Return what the rows of refused combinations see if ``key`` were ``value`` beside all that stands.

        None where other answers would follow, so that only resolving tells. Far cheaper than that.
        """
        given, before = resolution.given, resolution.context
        after = {**before, key: _native(self.by_key[key], value)}
        for entry in self._readers.get(key, ()):
            place, names = self._places[entry.key], self._names_of(entry)
            if names is None or entry.group == "project":
                return None
            seen = [name for name in names if name in given or self._places.get(name, place) < place]
            old = {name: before[name] for name in (*seen, *self._fixed) if name in before}
            new = {**old, key: after[key]}
            if self._applies(entry, old) != self._applies(entry, new):
                return None
            if self.default_of(entry, old) != self.default_of(entry, new):
                return None
        return after

    @cached_property
    def _readers(self) -> Mapping[str, tuple[Question, ...]]:
        """The entries up to the last question that look a question up, by its key."""
        entries = [(entry, self._names_of(entry)) for entry in self._entries_up_to_last_question]
        return {
            key: tuple(entry for entry, names in entries if entry.key != key and (names is None or key in names))
            for key in self.by_key
        }

    def _names_of(self, entry: Question) -> frozenset[str] | None:
        """Return what the entry's texts look up, but for fixed names; None where that is not known."""
        found: set[str] = set()
        for text in (entry.when_source, entry.default_source, entry.validator_source):
            if isinstance(text, str) and "{" in text and text != _REFUSAL:
                variables = self.expressions.variables(text, self._fixed)
                if variables is None:
                    return None
                found.update(variables)
        return frozenset(found)

    @cached_property
    def _fixed(self) -> frozenset[str]:
        """The facts that are the same whatever is answered."""
        entries = (entry for entry in self.entries if not entry.is_asked and not isinstance(entry.default_source, str))
        return frozenset(entry.key for entry in entries)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {entry.key: place for place, entry in enumerate(self.entries)}

    def default_of(self, entry: Question, context: Mapping[str, Any]) -> Any:
        """Return the default of a question, or the value of a fact, beside the answers in ``context``."""
        source = entry.default_source
        if not isinstance(source, str):
            return source if entry.type == "data" else as_value(source)
        rendered = self._rendered(source, context)
        match entry.type:
            case "yes-no":
                return is_true(rendered)
            case "choices":
                return tuple(str(item) for item in parse_yaml(rendered) or ())
            case "data":
                return parse_yaml(rendered)
            case _:
                return rendered

    @cached_property
    def _entries_up_to_last_question(self) -> tuple[Question, ...]:
        """All entries but the facts at the end, on which no question depends."""
        last = max((index for index, entry in enumerate(self.entries) if entry.is_asked), default=-1)
        return self.entries[: last + 1]

    def _applies(self, entry: Question, context: Mapping[str, Any]) -> bool:
        return is_true(self._rendered(entry.when_source, context))

    def _rendered(self, text: str, context: Mapping[str, Any]) -> str:
        return self.expressions.remembered(text, context, self._fixed)

    def _problem(self, question: Question, value: Value, context: Mapping[str, Any]) -> Problem | None:
        problem = type_problem(question, value)
        if problem:
            return problem
        if question.validator_source == _REFUSAL:
            return None
        message = self._rendered(question.validator_source, {**context, question.key: _native(question, value)}).strip()
        return Problem(key=question.key, message=message, nearest="") if message else None


def _native(question: Question, value: Value) -> Any:
    """Return a value as the Jinja of a source sees it."""
    match question.type:
        case "number" | "data":
            return parse_yaml(str(value))
        case _:
            return as_json(value)


def _as_answer(question: Question, default: Any) -> Value:
    """Return the default of a question as somebody would answer it: structured data as text."""
    is_data = question.type == "data" and not isinstance(default, str)
    return json.dumps(default, default=str) if is_data else default
