"""What only looks, as it is typed: at projects, at this machine, and at the commands themselves.

The help texts of the commands are in `group.py`.
"""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import get_completion_class

from waypost.cli.group import COMPLETE, group
from waypost.cli.options import folders, reply_options
from waypost.cli.output import end_with
from waypost.commands import check as projects_command
from waypost.commands import doctor as doctor_command
from waypost.errors import UsageError


@click.command()
@click.argument("projects", nargs=-1, metavar="[PROJECT]...", shell_complete=folders)
@reply_options
@click.option("--only-version", is_flag=True, help="Look for newer releases only, and leave the files alone.")
def check(projects: tuple[str, ...], *, only_version: bool, **options: Any) -> None:
    end_with(projects_command.check_projects(projects or (".",), compares_files=not only_version), options)


@click.command()
@reply_options
def doctor(**options: Any) -> None:
    end_with(doctor_command.doctor(), options)


@click.command()
@click.argument("command", nargs=-1, metavar="[COMMAND]")
@reply_options
def schema(command: tuple[str, ...], **options: Any) -> None:
    from waypost.commands.replies.schema import reply_schema  # noqa: PLC0415 - the commands beside it need none

    end_with(reply_schema(command), options)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    complete = get_completion_class(shell)
    if complete is None:
        raise UsageError(f"there is no completion for {shell}")
    click.echo(complete(group, {}, "waypost", COMPLETE).source())
