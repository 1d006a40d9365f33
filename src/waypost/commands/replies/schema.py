"""The JSON Schema of the replies, made from the values in ``fields``: what is written there is published here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from waypost.commands.replies.fields import (
    AnswersFields,
    DiffFields,
    Envelope,
    FailedFields,
    FeaturesFields,
    Fields,
    InitFields,
    JsonSchemaFields,
    NewFields,
    RecommendFields,
    RegenerateFields,
    UpdateFields,
)
from waypost.commands.replies.of_projects import AdoptFields, BatchFields, CheckFields, CheckOneFields, DoctorFields
from waypost.commands.replies.pages import (
    CatalogueFields,
    ContentsFields,
    DraftFields,
    FoldersFields,
    ProjectFields,
    ShownUpdateFields,
    TakeAwayFields,
)
from waypost.commands.replies.reply import SCHEMA_VERSION, Reply
from waypost.errors import UsageError, nearest

REPLIES: Mapping[str, tuple[type, ...]] = {
    "new": (NewFields,),
    "recommend": (RecommendFields,),
    "diff": (DiffFields,),
    "answers init": (InitFields,),
    "answers validate": (AnswersFields,),
    "answers schema": (JsonSchemaFields,),
    "answers show": (AnswersFields,),
    "check": (CheckOneFields, CheckFields),
    "update": (UpdateFields,),
    "add": (UpdateFields, FeaturesFields),
    "remove": (UpdateFields,),
    "adopt": (AdoptFields,),
    "regenerate": (RegenerateFields,),
    "undo": (Fields,),
    "batch": (BatchFields,),
    "doctor": (DoctorFields,),
    "web": (
        CatalogueFields,
        DraftFields,
        ContentsFields,
        TakeAwayFields,
        FoldersFields,
        ProjectFields,
        ShownUpdateFields,
        UpdateFields,
    ),
    "schema": (JsonSchemaFields,),
}
"""What each command replies with ``--json``; beside that each can fail."""

_PLAIN: Mapping[object, Mapping[str, str]] = {
    Any: {},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    NoneType: {"type": "null"},
}


def reply_schema(words: Sequence[str]) -> Reply:
    """Print the JSON Schema of the replies of the command that ``words`` name, or of all commands.

    Raises ``UsageError`` with the nearest where there is no such command.
    """
    command = " ".join(words)
    if command and command not in REPLIES:
        meant = nearest(command, REPLIES)
        raise UsageError(
            f"there is no command '{command}' that replies in JSON{f'; did you mean {meant!r}?' if meant else ''}",
            hint=f"Name one of: {', '.join(REPLIES)}.",
        )
    schema = schema_of(command) if command else schema_of(*REPLIES)
    fields: JsonSchemaFields = {"json_schema": schema}
    return Reply(output=json.dumps(schema, indent=2, ensure_ascii=False) + "\n", fields=fields)


def schema_of(*commands: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the replies of ``commands``, failure included."""
    kinds = dict.fromkeys([kind for command in commands for kind in REPLIES[command]] + [FailedFields])
    definitions: dict[str, Any] = {}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Replies of waypost {commands[0]}" if len(commands) == 1 else "Replies of Waypost",
        "anyOf": [_described(kind, definitions) for kind in kinds],
        "$defs": definitions,
    }


def _described(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a type; those with a name of their own go into ``definitions``."""
    origin, arguments = get_origin(kind) or kind, get_args(kind)
    if is_typeddict(origin):
        return _object(origin, definitions)
    if isinstance(origin, type) and issubclass(origin, Enum):
        return _named(origin, {"enum": [member.value for member in origin]}, definitions)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, UnionType):
        return {"anyOf": [_described(each, definitions) for each in arguments]}
    return _collected(origin, arguments, definitions) if arguments else dict(_PLAIN[origin])


def _collected(origin: type, arguments: Sequence[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a mapping from text, or of a list."""
    inner = _described(arguments[-1], definitions)
    if issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": inner}
    return {"type": "array", "items": inner}


def _object(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value with fields; what has those of every reply is a whole reply."""
    reference = _named(kind, {"type": "object"}, definitions)
    schema = definitions[_name_of(kind)]
    if "properties" not in schema:
        hints = get_type_hints(kind, include_extras=True)
        is_reply = get_type_hints(Fields).keys() <= hints.keys()
        hints = {**get_type_hints(Envelope), **hints} if is_reply else hints
        optional = {key for key, hint in hints.items() if get_origin(hint) is NotRequired}
        schema["properties"] = {
            key: _described(get_args(hint)[0] if key in optional else hint, definitions) for key, hint in hints.items()
        }
        schema["required"] = [key for key in hints if key not in optional]
        if is_reply:
            schema["properties"]["schema"] = {"const": SCHEMA_VERSION}
    return reference


def _named(kind: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    text = (vars(kind).get("__doc__") or "").partition("\n")[0].replace("``", "`")
    definitions.setdefault(_name_of(kind), {**({"description": text} if text else {}), **schema})
    return {"$ref": f"#/$defs/{_name_of(kind)}"}


def _name_of(kind: Any) -> str:
    return str(kind.__name__.removesuffix("Fields")) or "Reply"
