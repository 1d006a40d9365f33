"""The published schema of the replies: of every command, of the form that is documented, and strict where it counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import click
import jsonschema
import pytest

from support.contract import refuse_unpublished
from support.running import Workplace
from waypost.cli.group import LazyCommand, group
from waypost.commands.replies.reply import SCHEMA_VERSION, Reply, error_fields
from waypost.commands.replies.schema import REPLIES, reply_schema, schema_of
from waypost.errors import AnswersError, ErrorCode, ExitCode, UsageError


def commands(parent: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in parent.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            assert isinstance(command, LazyCommand)
            yield f"{path}{name}", command.load()


def test_every_command_that_replies_in_json_has_a_schema() -> None:
    replying = {
        path for path, command in commands(group) if any("--json" in parameter.opts for parameter in command.params)
    }
    assert replying | {"web"} == REPLIES.keys()  # which replies over HTTP


@pytest.mark.parametrize("command", REPLIES)
def test_a_schema_is_valid_and_refers_to_nothing_that_is_missing(command: str) -> None:
    schema = schema_of(command)
    jsonschema.Draft202012Validator.check_schema(schema)
    used = {part.partition('"')[0] for part in json.dumps(schema).split('"#/$defs/')[1:]}
    assert used == schema["$defs"].keys()
    assert all("description" in each for name, each in schema["$defs"].items() if name not in {"Template", "Changed"})


def test_it_names_every_code_and_exit_code() -> None:
    definitions = schema_of(*REPLIES)["$defs"]
    assert definitions["ErrorCode"]["enum"] == [code.value for code in ErrorCode]
    assert definitions["ExitCode"]["enum"] == [code.value for code in ExitCode]
    assert definitions["Failed"]["properties"]["schema"] == {"const": SCHEMA_VERSION}


def changed(reply: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """The reply with another value at a path such as ``error.code``; without the field where the value is missing."""
    other = deepcopy(reply)
    *way, last = path.split(".")
    place = other
    for name in way:
        place = place[name]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return other


FAILED = json.loads(json.dumps(error_fields(AnswersError("wrong", hint="do this"))))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema", SCHEMA_VERSION - 1),
        ("status", "broken"),
        ("exit_code", 99),
        ("notes", ...),
        ("notes", "one"),
        ("template", None),
        ("template.name", ...),
        ("error.code", "wrong"),
        ("error.code", ...),
        ("error.problems", {}),
        ("error.more", "x"),
        ("more", "x"),
    ],
    ids=str,
)
def test_a_reply_of_another_form_fails_a_test(path: str, value: object) -> None:
    refuse_unpublished(["new", "--json"], FAILED)
    with pytest.raises(AssertionError):
        refuse_unpublished(["new", "--json"], changed(FAILED, path, value))


def test_the_published_schema_leaves_room_for_fields_of_later_versions() -> None:
    assert jsonschema.Draft202012Validator(schema_of("new")).is_valid(changed(FAILED, "more", "x"))


def test_each_command_has_its_own_form() -> None:
    reply = json.loads(json.dumps(Reply().envelope))
    refuse_unpublished(["undo"], reply)
    with pytest.raises(AssertionError):
        refuse_unpublished(["update"], reply)


@pytest.mark.slow
def test_it_is_printed_for_one_command_and_for_all(place: Workplace) -> None:
    assert json.loads(place.run("schema").out) == schema_of(*REPLIES)
    assert json.loads(place.run("schema", "answers", "init").out) == schema_of("answers init")
    assert place.run("schema", "new", "--json").reply["json_schema"] == schema_of("new")


def test_an_unknown_command_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'update'") as caught:
        reply_schema(["udpate"])
    assert "answers init" in caught.value.hint
