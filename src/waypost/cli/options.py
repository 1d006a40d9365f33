"""What several commands have in common on the command line: options, what they mean, and what a shell completes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from waypost.questions.values import nearest_of
from waypost.system.interruption import interruption

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from waypost.commands.update import Manner
    from waypost.projects.planning import Inputs

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Group(click.Group):
    """A group that names the nearest command when it is given an unknown one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument names. Raises ``click.UsageError`` where none does."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            nearest = nearest_of(name, self.list_commands(ctx))
            meant = f" Did you mean '{nearest}'?" if nearest else ""
            raise click.UsageError(f"There is no command '{name}'.{meant}", ctx)
        return super().resolve_command(ctx, args)


def files(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete the name of a file."""
    return _paths(incomplete, "file")


def folders(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete the name of a folder."""
    return _paths(incomplete, "dir")


def _paths(incomplete: str, kind: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only a shell asks

    return [CompletionItem(incomplete, type=kind)]


def answer_options(command: _Command) -> _Command:
    """Add the options that say where answers come from."""
    for option in (
        click.option("--defaults", is_flag=True, help="Ask nothing; take defaults for all that is not given."),
        click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, help="Answer one question. Repeatable."),
        click.option(
            "--answers",
            "file",
            metavar="FILE",
            shell_complete=files,
            help="Take the answers from a TOML file, or - for stdin.",
        ),
    ):
        command = option(command)
    return command


def reply_options(command: _Command) -> _Command:
    """Add the options that say how a command replies."""
    command = click.option("--quiet", is_flag=True, help="Say nothing to people; errors still show.")(command)
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")(command)


def look_options(command: _Command) -> _Command:
    """Add the options of commands that change a project and can show beforehand what they change."""
    for option in (
        click.option("--yes", is_flag=True, help="Agree beforehand to what would be asked."),
        click.option("--diff", is_flag=True, help="Print what would change as a unified diff, and change nothing."),
        click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing."),
    ):
        command = option(command)
    return command


def inputs_of(options: dict[str, Any]) -> Inputs:
    """Return where the answers come from."""
    from waypost.projects.planning import Inputs  # noqa: PLC0415

    return Inputs(
        file=options["file"],
        settings=options["settings"],
        uses_defaults=options["defaults"],
        is_interactive=_can_ask(options),
    )


def manner_of(options: dict[str, Any]) -> Manner:
    """Return how a project is to be changed."""
    from waypost.commands.update import Manner  # noqa: PLC0415

    return Manner(
        is_dry_run=options["dry_run"],
        shows_diff=options["diff"],
        is_rehearsal=options.get("is_rehearsal", False),
        is_agreed=options["yes"],
        when_done=interruption.end,
        confirm=_confirm if _can_ask(options) else None,
    )


def _can_ask(options: dict[str, Any]) -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty() and not options["as_json"]


def _confirm(question: str) -> bool:
    return click.confirm(question, err=True)
