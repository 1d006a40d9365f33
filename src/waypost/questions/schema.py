"""Values as people and programs read them: plain text, TOML, JSON and JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from waypost.model import Question, Refusal, Value
from waypost.questions.values import as_json

if TYPE_CHECKING:  # an error is printed with this module, also one that comes in the middle of these imports
    from waypost.questions.catalogue import Catalogue, Resolution

_TOML_HEAD = """\
# Answers for Waypost. A line that begins with '#' shows a default, which follows from the answers above it; take the
# '#' away to choose for yourself. Check this file with: waypost answers validate FILE"""
_HEADINGS = {
    "decision": "What you are building: these decide between Flask and Django",
    "template": "The starter project",
    "project": "The project",
    "stack": "What goes in; each default follows from the answers above",
}


def answers_toml(catalogue: Catalogue, resolution: Resolution, given: Mapping[str, Value]) -> str:
    """Return a commented answers file: decisions, project name and what is given as lines, the rest as comments."""
    blocks = [_TOML_HEAD]
    group = ""
    for question in catalogue.questions:
        if question.group != group:
            group = question.group
            blocks.append(f"# ---- {_HEADINGS.get(group, group)}")
        blocks.append(_toml_block(question, resolution, given))
    return "\n\n".join(blocks) + "\n"


def toml_value(value: Value) -> str:
    """Return a value as TOML writes it."""
    import tomlkit  # noqa: PLC0415 - only where TOML is written

    text: str = tomlkit.item(as_json(value)).as_string()
    return text


def json_schema(catalogue: Catalogue) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an answers file; refused combinations are part of it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Answers for Waypost",
        "type": "object",
        "additionalProperties": False,
        "properties": {question.key: _property(question) for question in catalogue.questions},
        "allOf": [_refused(refusal, catalogue) for refusal in catalogue.refusals],
    }


def _toml_block(question: Question, resolution: Resolution, given: Mapping[str, Value]) -> str:
    lines = [f"# {question.help}"]
    lines += [f"#   {toml_value(choice.value):<24} {choice.label}" for choice in question.choices]
    if question.type == "choices":
        lines.append("#   any of them, in a list")
    if question.key == "template":
        lines.append(f"#   {toml_value('auto'):<24} what the advice says (the default)")
    value = given.get(question.key, resolution.answers.get(question.key, ""))
    is_active = question.key in given or question.group == "decision" or question.key == "project_name"
    shown: Value = "auto" if question.key == "template" and question.key not in given else value
    if question.key not in resolution.answers:
        lines.append("# (does not apply to the answers above)")
        shown = question.values[0] if question.values else ""
    lines.append(f"{'' if is_active else '# '}{question.key} = {toml_value(shown)}")
    return "\n".join(lines)


def _property(question: Question) -> dict[str, Any]:
    described = {"description": question.help}
    values = list(question.values)
    match question.type:
        case "yes-no":
            return {**described, "type": "boolean"}
        case "choices":
            return {**described, "type": "array", "uniqueItems": True, "items": {"enum": values}}
        case "choice":
            return {**described, "enum": ["auto", *values] if question.key == "template" else values}
        case _:
            return {**described, "type": "string"}


def _refused(refusal: Refusal, catalogue: Catalogue) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for key, values in refusal.where.items():
        allowed = {"enum": [as_json(value) for value in values]}
        properties[key] = {"contains": allowed} if catalogue.by_key[key].type == "choices" else allowed
    return {
        "description": refusal.because,
        "not": {"required": list(properties), "properties": properties},
    }
