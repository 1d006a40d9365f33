"""The command line: from arguments to a command, from its reply or error to the screen. The only error boundary."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from waypost.cli.group import COMPLETE, group
from waypost.cli.output import as_ours, discard_output, open_streams, print_error
from waypost.errors import ExitCode, WaypostError
from waypost.system.interruption import interruption


def run(arguments: Sequence[str]) -> int:
    """Run the command that ``arguments`` name and return its exit code; print its reply, or its error once."""
    open_streams()
    interruption.listen()
    try:
        code = _call(arguments)
        interruption.end()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the boundary: nothing may end in a traceback
        interruption.end()
        code = _tell(as_ours(error), wants_json="--json" in arguments)
    return code


def _call(arguments: Sequence[str]) -> int:
    # Not group.main, which has answers of its own to interruptions and to output that nobody reads.
    try:
        if completing := os.environ.get(COMPLETE):
            from click.shell_completion import shell_complete  # noqa: PLC0415

            return shell_complete(group, {}, "waypost", COMPLETE, completing)
        with group.make_context("waypost", list(arguments)) as context:
            ended = group.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as overview:
        click.echo(overview.format_message(), err=True)
        return int(ExitCode.USAGE)
    except BrokenPipeError:
        # Whoever read our output went away (`waypost ... | head`): that is no error of ours.
        discard_output()
        return int(ExitCode.DONE)
    return int(ended or ExitCode.DONE)


def _tell(error: WaypostError, *, wants_json: bool) -> int:
    """Print the error, unless nobody reads it any more, and return its exit code."""
    try:
        print_error(error, wants_json=wants_json)
        sys.stdout.flush()  # what could not be written is still there, and Python would complain of it at its end
    except OSError:
        discard_output()
    return int(error.exit_code)
