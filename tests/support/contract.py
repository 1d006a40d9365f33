"""Holds JSON replies to the schema that is published for their command, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import jsonschema

from waypost.commands.replies.schema import REPLIES, schema_of


def refuse_unpublished(arguments: Sequence[str], reply: dict[str, Any]) -> None:
    """Fail unless the reply to ``waypost ARGUMENTS`` follows its schema and has no field that the schema lacks."""
    errors = list(_validator(command_in(arguments)).iter_errors(reply))
    causes = [f"{cause.json_path}: {cause.message[:300]}" for error in errors for cause in error.context or [error]]
    assert not errors, "\n".join(causes)


def command_in(arguments: Sequence[str]) -> str:
    """The command that was typed, or nothing where there is none of that name."""
    words = [argument for argument in arguments if not argument.startswith("-")]
    return next((name for name in (" ".join(words[:2]), *words[:1]) if name in REPLIES), "")


@cache
def _validator(command: str) -> jsonschema.Draft202012Validator:
    commands = (command,) if command else tuple(REPLIES)
    return jsonschema.Draft202012Validator(_closed(schema_of(*commands)))


def _closed(schema: Any) -> Any:
    """The schema without room for fields that it does not name, which later versions of Waypost may add."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return closed | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else closed
