"""What changes projects that are there, as it is typed. The help texts are in `group.py`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from waypost.cli.options import can_ask, file_option, files, folders, reply_options, set_option
from waypost.cli.output import Bar, as_ours, end_with, print_json, say
from waypost.commands import update as command
from waypost.commands.update import Manner
from waypost.errors import UsageError
from waypost.questions.answers import Inputs
from waypost.system.interruption import interruption

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _update_options(command: _Command) -> _Command:
    """Add the options of an update, whatever names what is to change."""
    for option in (
        click.option(
            "--rehearse", "is_rehearsal", is_flag=True, help="Try the update elsewhere: make setup, make test."
        ),
        _preview_options,
        set_option("Change one answer. Repeatable."),
    ):
        command = option(command)
    return command


def _preview_options(command: _Command) -> _Command:
    """Add the options of commands that change a project and can show beforehand what they change."""
    for option in (
        click.option("--yes", is_flag=True, help="Agree beforehand to what would be asked."),
        click.option("--diff", is_flag=True, help="Print what would change as a unified diff, and change nothing."),
        click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing."),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("project", default=".", shell_complete=folders)
@file_option("Change the answers that a TOML file holds, or - for stdin.")
@click.option("--to", metavar="VERSION", help="The version to update to; the newest by default.")
@click.option(
    "--only", metavar="PATH", multiple=True, help="In an adopted project: take this of the template. Repeatable."
)
@_update_options
@reply_options
def update(
    project: str,
    *,
    to: str | None,
    file: str | None,
    settings: tuple[str, ...],
    only: tuple[str, ...],
    **options: Any,
) -> None:
    inputs = Inputs(file=file, settings=settings)
    end_with(command.update_project(project, inputs, _manner_of(options), to=to, only=only), options)


@click.command()
@click.argument("project", default=".", shell_complete=folders)
@file_option("Take answers from a TOML file, or - for stdin.")
@set_option("Answer one question, whatever was read. Repeatable.")
@click.option("--replace-record", is_flag=True, help="Leave the template that the project has a record of.")
@_preview_options
@reply_options
def adopt(project: str, *, file: str | None, settings: tuple[str, ...], replace_record: bool, **options: Any) -> None:
    from waypost.commands.adoption import adopt as adoption  # noqa: PLC0415 - an update does without

    inputs = Inputs(file=file, settings=settings, is_interactive=can_ask(options))
    reply = adoption.adopt(project, inputs, _manner_of(options), replaces_record=replace_record, say=say)
    end_with(reply, options)


def _feature_options(command: _Command) -> _Command:
    """Add what commands take that change a project by the names of features."""
    for option in (
        reply_options,
        _update_options,
        click.option("--to", metavar="VERSION", help="Update to this version, too; by default the version stays."),
        click.option(
            "--project", default=".", metavar="PROJECT", shell_complete=folders, help="The project; here by default."
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("features", nargs=-1, metavar="FEATURE...")
@click.option("--list", "is_list", is_flag=True, help="Show every feature, and what each would bring.")
@_feature_options
def add(features: tuple[str, ...], *, project: str, is_list: bool, **options: Any) -> None:
    if is_list:
        if features or options["settings"] or options["to"] or _manner_of(options).is_preview:
            raise UsageError(
                "--list shows every feature, and changes nothing",
                hint="Give it alone, or name features without --list.",
            )
        end_with(command.list_features(project), options)
    else:
        _change(project, Inputs(adds=_named(features), settings=options["settings"]), options)


@click.command()
@click.argument("features", nargs=-1, metavar="FEATURE...")
@_feature_options
def remove(features: tuple[str, ...], *, project: str, **options: Any) -> None:
    _change(project, Inputs(removes=_named(features), settings=options["settings"]), options)


def _named(features: tuple[str, ...]) -> tuple[str, ...]:
    if not features:
        raise UsageError("no feature is named", hint="`waypost add --list` shows every feature.")
    return features


def _change(project: str, inputs: Inputs, options: dict[str, Any]) -> None:
    end_with(command.update_project(project, inputs, _manner_of(options), to=options["to"], stays=True), options)


@click.command()
@click.argument("project", default=".", shell_complete=folders)
@_preview_options
@reply_options
def regenerate(project: str, **options: Any) -> None:
    end_with(command.regenerate(project, _manner_of(options)), options)


@click.command()
@click.argument("project", default=".", shell_complete=folders)
@reply_options
def undo(project: str, **options: Any) -> None:
    end_with(command.undo(project, when_done=interruption.end), options)


@click.command()
@click.argument("manifest", shell_complete=files)
@click.option("--jobs", type=click.IntRange(min=1), help="How many at once; by default as many as there are cores.")
@click.option("--restart", "restarts", is_flag=True, help="Begin again, whatever an earlier run has done.")
@reply_options
def batch(manifest: str, *, jobs: int | None, restarts: bool, **options: Any) -> None:
    from waypost.commands import batch as many  # noqa: PLC0415 - an update of one project does without a fleet

    bar = Bar(shows=sys.stderr.isatty() and not options["quiet"])

    def report(row: dict[str, Any], total: int) -> None:
        bar.clear()
        if not options["as_json"]:
            print_json(row)
        bar.advance(total, has_failed=row["status"] == "failed")

    try:
        reply = many.batch(
            manifest, jobs=jobs, restarts=restarts, explain=as_ours, report=report, collects=options["as_json"]
        )
    finally:
        bar.clear()
    end_with(reply, options)


def _manner_of(options: dict[str, Any]) -> Manner:
    return Manner(
        is_dry_run=options["dry_run"],
        shows_diff=options["diff"],
        is_rehearsal=options.get("is_rehearsal", False),
        is_agreed=options["yes"],
        when_done=interruption.end,
        confirm=_confirm if can_ask(options) else None,
    )


def _confirm(question: str) -> bool:
    return click.confirm(question, err=True)
