"""Reads the question catalogue of a template source: ``copier.yml`` and the files that it includes.

The form is copier's own: several YAML documents, ``!include`` with a glob pattern, keys that begin with an underscore
for settings and all others for questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from waypost.errors import SourceError
from waypost.model import Choice, Question, QuestionGroup, QuestionType
from waypost.system.private import parsed

_GROUPS: Mapping[str, QuestionGroup] = {
    "decisions": "decision",
    "template": "template",
    "project": "project",
    "stack": "stack",
}


class _Safe(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, in C where PyYAML has it: the table of dependencies takes the other one 50 milliseconds."""


def read_catalogue(source: Path) -> tuple[Mapping[str, Any], tuple[Question, ...]]:
    """Return the settings and all questions, asked and computed, of the template source in the folder ``source``.

    Raises ``SourceError`` where the folder holds no catalogue of Waypost's form.
    """
    try:
        settings, questions = _read(source)
    except Exception as error:  # a stranger's files can be wrong in any way
        raise SourceError(
            f"{source} is not a template source: {_first_line(error)}",
            hint="A template source has a copier.yml at its root that copier can read.",
        ) from error
    secrets = settings.get("_secret_questions") or ()
    return settings, tuple(replace(each, is_secret=each.is_secret or each.key in secrets) for each in questions)


@lru_cache(maxsize=256)
def parse_yaml(text: str) -> Any:
    """Return the value that a rendered default writes in YAML, which is only read: a fleet's projects share it."""
    return next(yaml.load_all(text, Loader=_Safe), None)


@dataclass(frozen=True)
class _Included:
    stem: str
    documents: tuple[Mapping[str, Any], ...]


def _read(source: Path) -> tuple[dict[str, Any], tuple[Question, ...]]:
    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """A loader of its own, so that ``!include`` works in no other YAML."""

    def include(loader: Any, node: yaml.ScalarNode) -> list[_Included]:
        pattern = str(loader.construct_scalar(node))
        root = source.resolve()
        paths = sorted(path.resolve() for path in root.glob(pattern))
        if not all(path.is_relative_to(root) for path in paths):
            raise yaml.YAMLError(f"!include {pattern} leaves the template source")
        return [_Included(path.stem, tuple(_documents(path, Loader))) for path in paths]

    Loader.add_constructor("!include", include)
    config: dict[str, Any] = {}
    questions: list[Question] = []
    for included in _flattened(_documents(source / "copier.yml", Loader)):
        for document in included.documents:
            for key, details in document.items():
                if key.startswith("_"):
                    config[key] = details
                else:
                    questions.append(_question(key, details, included.stem))
    return config, tuple(questions)


def _documents(path: Path, loader: Any) -> list[Any]:
    text = path.read_text(encoding="utf-8")

    def parse(text: str) -> list[Any]:
        return [document for document in yaml.load_all(text, Loader=loader) if document]

    # What is included can change while the text that includes it stays the same.
    documents: list[Any] = parse(text) if "!include" in text else parsed("yaml", text, parse)
    return documents


def _flattened(documents: Sequence[Any]) -> Iterator[_Included]:
    for document in documents:
        if isinstance(document, list):
            yield from document
        else:
            yield _Included("copier", (document,))


def _question(key: str, details: Any, stem: str) -> Question:
    if not isinstance(details, Mapping):
        details = {"default": details}
    when = details.get("when", True)
    choices = tuple(_choices(details.get("choices")))
    kind = _type_of(details, choices)
    return Question(
        key=key,
        type=kind,
        group=_GROUPS.get(stem, "other"),
        help=str(details.get("help", key)),
        choices=tuple(Choice(label=label, value=str(value)) for label, value in choices),
        default_source=details.get("default", ""),
        when_source=when if isinstance(when, str) else str(bool(when)),
        validator_source=str(details.get("validator", "")),
        is_secret=bool(details.get("secret")),
        has_text_values=kind not in ("number", "data")
        and not isinstance(details.get("choices"), str)
        and all(isinstance(value, str) for _, value in choices),
    )


def _type_of(details: Mapping[str, Any], choices: Sequence[tuple[str, Any]]) -> QuestionType:
    if choices:
        return "choices" if details.get("multiselect") else "choice"
    match details.get("type") or type(details.get("default", "")).__name__:
        case "bool":
            return "yes-no"
        case "int" | "float":
            return "number"
        case "yaml" | "json" | "list" | "dict":
            return "data"
        case _:
            return "text"


def _choices(choices: Any) -> Iterator[tuple[str, Any]]:
    """Yield label and value of each choice in every form that copier knows, but for those that are Jinja."""
    if not choices or isinstance(choices, str):
        return
    pairs = choices.items() if isinstance(choices, Mapping) else choices
    for choice in pairs:
        label, value = choice if isinstance(choice, tuple | list) else (choice, choice)
        yield str(label), value.get("value") if isinstance(value, Mapping) else value


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
