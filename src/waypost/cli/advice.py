"""The advice, and answers files, as they are typed: what needs neither a renderer nor git."""

from __future__ import annotations

from typing import Any

import click

from waypost.cli.options import answer_options, files, folders, inputs_of, reply_options
from waypost.cli.output import end_with
from waypost.commands import answers


@click.command()
@answer_options
@reply_options
def recommend(**options: Any) -> None:
    from waypost.commands import advise  # noqa: PLC0415 - answers files need no advice

    end_with(advise.advise(inputs_of(options)), options)


@click.command("init")
@answer_options
@reply_options
def answers_init(**options: Any) -> None:
    end_with(answers.answers_init(inputs_of(options)), options)


@click.command("validate")
@click.argument("file", shell_complete=files)
@reply_options
def answers_validate(file: str, **options: Any) -> None:
    end_with(answers.answers_validate(file), options)


@click.command("schema")
@reply_options
def answers_schema(**options: Any) -> None:
    end_with(answers.answers_schema(), options)


@click.command("show")
@click.argument("project", default=".", shell_complete=folders)
@reply_options
def answers_show(project: str, **options: Any) -> None:
    end_with(answers.answers_show(project), options)
