"""The advice, answers files, and what another answer changes, as they are typed: what needs no project."""

from __future__ import annotations

from typing import Any

import click

from waypost.cli.options import answer_options, file_option, files, folders, inputs_of, reply_options, set_option
from waypost.cli.output import end_with
from waypost.commands import answers
from waypost.questions.answers import Inputs


@click.command()
@answer_options
@reply_options
def recommend(**options: Any) -> None:
    from waypost.commands import advise  # noqa: PLC0415 - answers files need no advice

    end_with(advise.advise(inputs_of(options)), options)


@click.command()
@file_option("Take the answers from a TOML file, or - for stdin; by default all are defaults.")
@set_option("Answer one question. Repeatable.")
@click.option(
    "--against",
    metavar="FILE",
    shell_complete=files,
    help="Compare with these answers; by default with the same ones without --set.",
)
@reply_options
def diff(file: str | None, against: str | None, settings: tuple[str, ...], **options: Any) -> None:
    from waypost.commands import diff as comparison  # noqa: PLC0415 - what stands beside it renders nothing

    end_with(comparison.diff(Inputs(file=file, settings=settings), against), options)


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
