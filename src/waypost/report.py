"""Values as people and programs read them: plain text, TOML, JSON and JSON Schema."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from waypost.errors import WaypostError
from waypost.model import FRAMEWORK_NAMES, Flip, Question, Reason, Recommendation, Refusal, Value

if TYPE_CHECKING:  # an error is told with this module, also one that comes in the middle of these imports
    from waypost.answers import Answer
    from waypost.questions import Catalogue, Resolution

SCHEMA_VERSION = 1
"""The version of the JSON replies; it rises when a field changes its meaning or goes away."""
_TOML_HEAD = """\
# Answers for Waypost. A line that begins with '#' shows a default, which follows from the answers above it; take the
# '#' away to choose for yourself. Check this file with: waypost answers validate FILE"""
_HEADINGS = {
    "decision": "What you are building: these decide between Flask and Django",
    "template": "The starter project",
    "project": "The project",
    "stack": "What goes in; each default follows from the answers above",
}


def recommendation_text(recommendation: Recommendation, *, width: int = 100) -> str:
    """Return the verdict with its evidence for people, in lines of at most ``width`` columns."""
    parts = [
        f"{FRAMEWORK_NAMES[recommendation.framework]}, template {recommendation.template}",
        f"Confidence: {recommendation.confidence}. {recommendation.confidence_because}",
        recommendation.template_because,
    ]
    lines = [_wrapped(part, width) for part in parts if part]
    for title, reasons in (
        ("Reasons for it", recommendation.reasons + recommendation.template_reasons),
        ("Reasons against it", recommendation.against + recommendation.template_against),
    ):
        lines += ["", f"{title}:", *(_item(_reason(reason), width) for reason in reasons)] if reasons else []
    if recommendation.flips:
        lines += ["", "What would change it:", *(_item(_flip(flip), width) for flip in recommendation.flips)]
    return "\n".join(lines)


def recommendation_fields(recommendation: Recommendation) -> dict[str, Any]:
    """Return the recommendation as the fields of a JSON reply."""
    return {
        "framework": recommendation.framework,
        "template": {"name": recommendation.template, "from": None, "to": None},
        "scores": {"flask": recommendation.scores.flask, "django": recommendation.scores.django},
        "confidence": recommendation.confidence,
        "confidence_because": recommendation.confidence_because,
        "template_because": recommendation.template_because,
        "reasons": [_reason_fields(reason) for reason in recommendation.reasons],
        "against": [_reason_fields(reason) for reason in recommendation.against],
        "template_reasons": [_reason_fields(reason) for reason in recommendation.template_reasons],
        "template_against": [_reason_fields(reason) for reason in recommendation.template_against],
        "flips": [
            {"changes": dict(flip.changes), "framework": flip.framework, "template": flip.template}
            for flip in recommendation.flips
        ],
    }


def answer_fields(answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Return answers with their origins as a field of a JSON reply."""
    return {
        key: {"value": _json_value(answer.value), "origin": answer.origin}
        | ({"place": answer.place} if answer.place else {})
        for key, answer in answers.items()
    }


def reply_fields(**fields: Any) -> dict[str, Any]:
    """Return a whole JSON reply: what every reply has, and the given ``fields`` over it."""
    common = {
        "schema": SCHEMA_VERSION,
        "status": "done",
        "exit_code": 0,
        "template": {"name": None, "from": None, "to": None},
        "answers": {},
        "changed": [],
        "conflicts": [],
        "next": [],
        "notes": [],
    }
    return common | fields


def error_fields(error: WaypostError) -> dict[str, Any]:
    """Return the JSON reply of a failed command."""
    problems = [
        {"key": problem.key, "message": problem.message, "nearest": problem.nearest or None, "place": place or None}
        for problem, place in error.problems
    ]
    return reply_fields(
        status="interrupted" if error.exit_code.name == "INTERRUPTED" else "failed",
        exit_code=int(error.exit_code),
        error={
            "message": error.message,
            "hint": error.hint or None,
            "key": error.key or None,
            "problems": problems,
        },
    )


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

    return tomlkit.item(list(value) if isinstance(value, tuple) else value).as_string()


def answers_schema(catalogue: Catalogue) -> dict[str, Any]:
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
        allowed = {"enum": [_json_value(value) for value in values]}
        properties[key] = {"contains": allowed} if catalogue.by_key[key].type == "choices" else allowed
    return {
        "description": refusal.because,
        "not": {"required": list(properties), "properties": properties},
    }


def _reason(reason: Reason) -> str:
    return f"{reason.claim} [{reason.title}, {reason.section}]"


def _reason_fields(reason: Reason) -> dict[str, Any]:
    return {
        "id": reason.id,
        "document": reason.document,
        "title": reason.title,
        "section": reason.section,
        "claim": reason.claim,
        "weight": reason.weight,
        "answers": dict(reason.answers),
    }


def _flip(flip: Flip) -> str:
    changes = " and ".join(f"{key} = {value}" for key, value in flip.changes.items())
    return f"{changes}: {FRAMEWORK_NAMES[flip.framework]} ({flip.template})"


def _json_value(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def _item(text: str, width: int) -> str:
    return textwrap.fill(
        text, width, initial_indent="  - ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
