"""The commands about answers: a file to start from, its check, its schema, and the answers of a project."""

from __future__ import annotations

import json
from pathlib import Path

from waypost.commands.reply import Reply, answer_fields, plan_fields
from waypost.projects.planning import Inputs, catalogue_of, given_answers, plan_of
from waypost.questions.answers import recorded_answers, without_auto
from waypost.questions.file import read_file
from waypost.questions.record import read_record
from waypost.questions.schema import answers_toml, json_schema, toml_value
from waypost.sources.embedded import embedded_root


def answers_init(inputs: Inputs) -> Reply:
    """Print a commented answers file to start from."""
    catalogue = catalogue_of(embedded_root())
    given = given_answers(inputs, catalogue, what="")
    plan = plan_of(catalogue, given)
    chosen = {key: answer.value for key, answer in given.items() if answer.origin in ("set", "file")}
    toml = answers_toml(catalogue, plan.resolution, chosen)
    return Reply(output=toml, fields=plan_fields(plan) | {"toml": toml})


def answers_validate(file: str) -> Reply:
    """Check an answers file, and say what it comes to."""
    catalogue = catalogue_of(embedded_root())
    plan = plan_of(catalogue, without_auto(read_file(file, catalogue)))
    name = "Standard input" if file == "-" else file
    text = [f"{name} is valid: template {plan.template}.", *(f"Note: {note}" for note in plan.notes)]
    return Reply(text="\n".join(text), fields=plan_fields(plan) | {"notes": plan.notes})


def answers_schema() -> Reply:
    """Print the JSON Schema of an answers file."""
    schema = json_schema(catalogue_of(embedded_root()))
    return Reply(output=json.dumps(schema, indent=2, ensure_ascii=False) + "\n", fields={"json_schema": schema})


def answers_show(project: str) -> Reply:
    """Print the answers that a project was made from."""
    record = read_record(Path(project))
    answers = recorded_answers(record, catalogue_of(embedded_root()))
    version = str(record.get("_commit", "unknown"))
    head = f"# Made from {record.get('_src_path', 'an unknown source')} {version}\n"
    lines = [f"{key} = {toml_value(answer.value)}\n" for key, answer in answers.items()]
    return Reply(
        output=head + "".join(lines),
        fields={
            "template": {"name": record.get("template"), "from": version, "to": None},
            "answers": answer_fields(answers),
        },
    )
