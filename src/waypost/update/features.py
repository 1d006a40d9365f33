"""Features by name: what can be added to a project and taken out, as the catalogue's questions and choices have it.

A feature is a choice of a question about the project other than "none" and "unsure", or a yes to one. It is called
after the choice (``celery``), or as ``cache=redis`` where several questions have a choice of that name; a yes is called
after its question (``realtime``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from waypost.errors import AnswersError, ErrorCode, nearest
from waypost.model import Question, Value
from waypost.questions.answers import Answer
from waypost.questions.catalogue import Catalogue
from waypost.questions.values import as_text, parse_text, shown

OFF = "none"
"""The choice that leaves out what a question is about."""
UNDECIDED = "unsure"
"""The choice that leaves it to the template."""


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A choice that brings something into a project: of which question, and how people read and type it."""

    name: str
    key: str
    value: str | bool
    label: str
    question: str

    @property
    def setting(self) -> str:
        """The feature as ``KEY=VALUE``, which is never ambiguous."""
        return f"{self.key}={as_text(self.value)}"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What features that are asked for by name come to: answers, and what the user should know."""

    answers: Mapping[str, Answer]
    notes: tuple[str, ...]


def features_of(catalogue: Catalogue) -> tuple[Feature, ...]:
    """Return every feature, in the catalogue's order."""
    pairs = [(question, value) for question in catalogue.questions for value in _on_values(question)]
    words = [_word(question.key, value) for question, value in pairs]
    features = []
    for word, (question, value) in zip(words, pairs, strict=True):
        is_own = words.count(word) == 1 and (word == question.key or word not in catalogue.by_key)
        label = next((choice.label for choice in question.choices if choice.value == value), question.help)
        name = word if is_own else f"{question.key}={word}"
        features.append(Feature(name=name, key=question.key, value=value, label=label, question=question.help))
    return tuple(features)


def wished(catalogue: Catalogue, before: Mapping[str, Value], adds: Sequence[str], removes: Sequence[str]) -> Wishes:
    """Return the answers that add and take out the named features beside the answers ``before``.

    Raises ``AnswersError`` where a name is no feature's, is that of several, or has no answer that leaves it out.
    """
    answers: dict[str, Answer] = {}
    notes: list[str] = []
    for word in adds:
        feature = _found(word, catalogue)
        question, now = catalogue.by_key[feature.key], _now(feature.key, answers, before)
        _refuse_second(feature, question, answers)
        if _has(before.get(feature.key), feature):
            notes.append(f"{feature.name} is there already.")
        answers[feature.key] = Answer(value=_with(question, now, feature), origin="set", place=f"add {word}")
    for word in removes:
        features = _all_of(word, catalogue) or (_found(word, catalogue),)
        question = catalogue.by_key[features[0].key]
        was = before.get(question.key)
        if not any(_has(was, feature) for feature in features) and was != UNDECIDED:
            notes.append(f"{word} is not there.")
            continue
        now = _now(question.key, answers, before)
        answers[question.key] = Answer(value=_without(question, now, features), origin="set", place=f"remove {word}")
    return Wishes(answers=answers, notes=tuple(dict.fromkeys(notes)))


def _on_values(question: Question) -> tuple[str | bool, ...]:
    """Return the answers that bring something in: to questions about the project's parts, not its name or template."""
    is_about_parts = question.group in ("stack", "other") or (
        question.group == "decision" and bool(question.validator_source) and OFF in question.values
    )
    if question.is_secret or not is_about_parts:
        return ()
    if question.type == "yes-no":
        return (True,)
    return tuple(value for value in question.values if value not in (OFF, UNDECIDED))


def _word(key: str, value: str | bool) -> str:
    return value if isinstance(value, str) else key


def _found(word: str, catalogue: Catalogue) -> Feature:
    """Return the feature that ``word`` names. Raises ``AnswersError`` where it names none, or more than one."""
    features = features_of(catalogue)
    word = _folded(word, catalogue)
    exact = [feature for feature in features if word in (feature.name, feature.setting)]
    meant = exact or [feature for feature in features if word in (feature.key, feature.value)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        settings = [feature.setting for feature in meant]
        raise AnswersError(
            f"{shown(word)} can mean {', '.join(settings[:-1])} or {settings[-1]}",
            hint=f"Name the one that you mean, such as: {settings[0]}",
            code=ErrorCode.AMBIGUOUS_FEATURE,
        )
    names = [feature.setting if "=" in word else feature.name for feature in features]
    key, _, value = word.rpartition("=")
    asked = [question for question in catalogue.questions if value in question.values and key in ("", question.key)]
    is_off = value in (OFF, UNDECIDED, "false")
    near = "" if asked or is_off else nearest(word, names)
    hint = "`waypost add --list` shows every feature, and what each would bring."
    if is_off and any(feature.key == key for feature in features):
        hint = f"That leaves it out: waypost remove {key}"
    elif asked and not is_off:
        hint = f"It is an answer to a question: waypost update --set {asked[0].key}={value}"
    raise AnswersError(
        f"there is no feature {shown(word)}" + (f"; did you mean '{near}'?" if near else ""),
        hint=hint,
        code=ErrorCode.UNKNOWN_FEATURE,
    )


def _folded(word: str, catalogue: Catalogue) -> str:
    """Return ``KEY=yes`` as ``KEY=true``, and as ``--set`` takes it otherwise."""
    key, equals, text = word.partition("=")
    question = catalogue.by_key.get(key)
    if not equals or question is None or question.type != "yes-no":
        return word
    value = parse_text(question, text)
    return f"{key}={as_text(value)}" if isinstance(value, bool) else word


def _all_of(key: str, catalogue: Catalogue) -> tuple[Feature, ...]:
    """Return the features of the question ``key``: none where another question has a choice of that name."""
    features = features_of(catalogue)
    is_choice = any(feature.value == key and feature.key != key for feature in features)
    return () if is_choice else tuple(feature for feature in features if feature.key == key)


def _refuse_second(feature: Feature, question: Question, answers: Mapping[str, Answer]) -> None:
    """Raise ``AnswersError`` where another feature is asked for already that takes the question's only answer."""
    other = answers.get(feature.key)
    if other is not None and question.type != "choices" and other.value != feature.value:
        raise AnswersError(
            f"{feature.key} has one answer: it can be {as_text(other.value)} or {as_text(feature.value)}, not both",
            hint="Add one of them.",
            key=feature.key,
            code=ErrorCode.AMBIGUOUS_FEATURE,
        )


def _now(key: str, answers: Mapping[str, Answer], before: Mapping[str, Value]) -> Value | None:
    return answers[key].value if key in answers else before.get(key)


def _has(now: Value | None, feature: Feature) -> bool:
    return feature.value in now if isinstance(now, tuple) else now == feature.value


def _with(question: Question, now: Value | None, feature: Feature) -> Value:
    if question.type != "choices":
        return feature.value
    had = now if isinstance(now, tuple) else ()
    return (*had, *([] if feature.value in had else [str(feature.value)]))


def _without(question: Question, now: Value | None, features: Iterable[Feature]) -> Value:
    """Return the answer that leaves the features out. Raises ``AnswersError`` where the question has none."""
    values = {feature.value for feature in features}
    match question.type:
        case "yes-no":
            return False
        case "choices":
            return tuple(item for item in (now if isinstance(now, tuple) else ()) if item not in values)
        case _ if OFF in question.values:
            return OFF
    raise AnswersError(
        f"{question.key} cannot be left out: it is one of {', '.join(question.values)}",
        hint=f"Choose another one: waypost update --set {question.key}=VALUE",
        key=question.key,
        code=ErrorCode.NO_OFF_VALUE,
    )
