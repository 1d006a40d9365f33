"""What several commands have in common on the command line: options, what they mean, and what a shell completes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from waypost.questions.answers import Inputs

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_Command = TypeVar("_Command", bound=Callable[..., Any])


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
        set_option("Answer one question. Repeatable."),
        file_option("Take the answers from a TOML file, or - for stdin."),
    ):
        command = option(command)
    return command


def set_option(text: str) -> Callable[[_Command], _Command]:
    """Return the option that gives single answers, with ``text`` as its help."""
    return click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, help=text)


def file_option(text: str) -> Callable[[_Command], _Command]:
    """Return the option that names an answers file, with ``text`` as its help."""
    return click.option("--answers", "file", metavar="FILE", shell_complete=files, help=text)


def reply_options(command: _Command) -> _Command:
    """Add the options that say how a command replies."""
    command = click.option("--quiet", is_flag=True, help="Say nothing to people; errors still show.")(command)
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")(command)


def inputs_of(options: dict[str, Any]) -> Inputs:
    """Return where the answers come from."""
    return Inputs(
        file=options["file"],
        settings=options["settings"],
        uses_defaults=options["defaults"],
        is_interactive=can_ask(options),
    )


def can_ask(options: dict[str, Any]) -> bool:
    """Return whether there is a person to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not options["as_json"]
