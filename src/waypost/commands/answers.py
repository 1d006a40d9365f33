"""The commands about answers: a file to start from, its check, its schema, and the answers of a project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from waypost.commands.replies.questions import next_question_fields, question_fields
from waypost.commands.replies.reply import Reply, answer_fields, plan_fields
from waypost.model import Value
from waypost.projects.planning import catalogue_of, given_answers, plan_of
from waypost.questions.answers import Answer, Inputs, read_inputs, recorded_answers, values_of, without_auto
from waypost.questions.catalogue import Catalogue
from waypost.questions.record import RECORD, Record, read_record
from waypost.questions.schema import answers_toml, json_schema, toml_value
from waypost.sources.embedded import embedded_root, is_canonical

if TYPE_CHECKING:  # what replies hold takes long to import, and only type checkers read it
    from waypost.commands.replies.fields import AnswersFields, InitFields, JsonSchemaFields, NextQuestionFields


def answers_init(inputs: Inputs) -> Reply:
    """Print a commented answers file to start from."""
    catalogue = catalogue_of(embedded_root())
    given = given_answers(inputs, catalogue, what="")
    plan = plan_of(catalogue, given)
    chosen = {key: answer.value for key, answer in given.items() if answer.origin in ("set", "file")}
    toml = answers_toml(catalogue, plan.resolution, chosen)
    fields: InitFields = {
        **plan_fields(plan),
        "toml": toml,
        "questions": question_fields(catalogue, plan.resolution),
        "next_question": _next_question(catalogue, given),
    }
    return Reply(output=toml, fields=fields)


def answers_validate(file: str) -> Reply:
    """Check an answers file, and say what it comes to."""
    catalogue = catalogue_of(embedded_root())
    given = without_auto(read_inputs(Inputs(file=file), catalogue))
    plan = plan_of(catalogue, given)
    name = "Standard input" if file == "-" else file
    text = [f"{name} is valid: template {plan.template}.", *(f"Note: {note}" for note in plan.notes)]
    fields: AnswersFields = {
        **plan_fields(plan),
        "notes": plan.notes,
        "next_question": _next_question(catalogue, given),
    }
    return Reply(text="\n".join(text), fields=fields)


def answers_schema() -> Reply:
    """Print the JSON Schema of an answers file."""
    schema = json_schema(catalogue_of(embedded_root()))
    fields: JsonSchemaFields = {"json_schema": schema}
    return Reply(output=json.dumps(schema, indent=2, ensure_ascii=False) + "\n", fields=fields)


def answers_show(project: str) -> Reply:
    """Print the answers that a project was made from."""
    record = read_record(Path(project))
    answers = _shown_answers(record)
    version = record.version or "unknown"
    head = f"# Made from {record.url or 'an unknown source'} {version}\n"
    lines = [f"{key} = {toml_value(answer.value)}\n" for key, answer in answers.items()]
    fields: AnswersFields = {
        "template": {"name": record.template or None, "from": version, "to": None},
        "answers": answer_fields(answers),
        "notes": record.notes,
        "next_question": None,  # a project has its template
    }
    return Reply(output=head + "".join(lines), text="\n".join(f"Note: {note}" for note in record.notes), fields=fields)


def _next_question(catalogue: Catalogue, given: Mapping[str, Answer]) -> NextQuestionFields | None:
    """Return the question worth asking next: none where the template is chosen, whatever the advice would be."""
    return None if "template" in given else next_question_fields(catalogue, values_of(given))


def _shown_answers(record: Record) -> dict[str, Answer]:
    """Return the answers to the questions that this Waypost knows, or all that another source has recorded."""
    if not record.url or is_canonical(record.url):
        return recorded_answers(record, catalogue_of(embedded_root()))
    return {
        key: Answer(value=_shown_value(value), origin="recorded", place=RECORD) for key, value in record.answers.items()
    }


def _shown_value(value: object) -> Value:
    """Return a recorded value as text, yes or no, or a list; what YAML has beyond that as JSON writes it."""
    match value:
        case bool() | str():
            return value
        case list() if all(isinstance(item, str) for item in value):
            return tuple(value)
        case _:
            return json.dumps(value, default=str, ensure_ascii=False)
