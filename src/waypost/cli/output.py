"""Standard streams: a command's reply for people and for programs, and errors."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waypost.errors import (
    ErrorCode,
    ExitCode,
    InternalError,
    InterruptedByUserError,
    StateError,
    UsageError,
    WaypostError,
)

if TYPE_CHECKING:
    from waypost.commands.replies.reply import Reply

_REPORT = "This is a mistake in Waypost. Please report it with the lines above."
_BAR_WIDTH = 30
_DIFF_STYLES: dict[str, dict[str, Any]] = {"@": {"fg": "cyan"}, "+": {"fg": "green"}, "-": {"fg": "red"}}


def open_streams() -> None:
    """Make all three standard streams fit for use: there, in UTF-8 where a program reads, and never failing on text."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started us
            nowhere = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(nowhere, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def discard_output() -> None:
    """Let what is still buffered go nowhere: Python flushes at its end, and would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def print_reply(reply: Reply, options: dict[str, Any]) -> None:
    """Print a reply as the options want it: data on standard output, words for people on standard error."""
    if options["as_json"]:
        print_json(reply.envelope)
    else:
        if reply.draw is not None and sys.stdout.isatty():
            reply.draw()
        elif reply.output:
            click.echo(_coloured(reply.output) if reply.is_diff and _shows_colour() else reply.output, nl=False)
        if reply.text and not options["quiet"]:
            click.echo(reply.text, err=True)
        sys.stdout.flush()


def _shows_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _coloured(difference: str) -> str:
    """Return a unified difference in the colours that git gives it: what stands before a file's lines is bold."""
    lines: list[str] = []
    is_head = True
    for line in difference.splitlines(keepends=True):
        is_head = line.startswith("diff ") or (is_head and not line.startswith("@@"))
        lines.append(click.style(line, **({"bold": True} if is_head else _DIFF_STYLES.get(line[:1], {}))))
    return "".join(lines)


def end_with(reply: Reply, options: dict[str, Any]) -> None:
    """Print a reply, and end the command with its exit code."""
    print_reply(reply, options)
    if reply.exit_code:
        raise click.exceptions.Exit(int(reply.exit_code))


def say(line: str) -> None:
    """Print a line for people."""
    click.echo(line, err=True)


def print_json(fields: dict[str, Any]) -> None:
    """Print one JSON object on a line of standard output, at once."""
    click.echo(json.dumps(fields, default=str))
    sys.stdout.flush()


def print_error(error: WaypostError, *, wants_json: bool) -> None:
    """Print an error: for programs on standard output, for people on standard error with what to do next."""
    if wants_json:
        from waypost.commands.replies.reply import error_fields  # noqa: PLC0415 - a page of help needs none

        print_json(error_fields(error))
    else:
        label = "" if error.exit_code is ExitCode.INTERRUPTED else "Error: "
        click.echo(f"{label}{error.message}", err=True)
        if error.hint:
            click.echo(f"Hint: {error.hint}", err=True)


def as_ours(error: BaseException) -> WaypostError:
    """Return any error as one that a user can act on."""
    match error:
        case WaypostError():
            return error
        case KeyboardInterrupt() | click.Abort():
            return InterruptedByUserError("Interrupted; nothing is left half-done.")
        case click.ClickException():
            context = error.ctx if isinstance(error, click.UsageError) else None
            path = context.command_path if context else "waypost"
            return UsageError(error.format_message(), hint=f"See '{path} --help'.")
        case OSError():
            said = error.strerror or str(error)
            said = f"{error.filename}: {said}" if error.filename else said
            return StateError(
                said, hint="The system refused it; look at the disk and at the permissions.", code=ErrorCode.SYSTEM
            )
        case _:
            import traceback  # noqa: PLC0415 - only a mistake of ours needs it

            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(last.filename).name}:{last.lineno}"
            said = " ".join(str(error).split())
            return InternalError(f"{type(error).__name__} in {where}: {said}", hint=_REPORT)


class Bar:
    """A line on a terminal that says how far a batch is."""

    def __init__(self, *, shows: bool) -> None:
        self.shows = shows
        self.ended = 0
        self.failed = 0

    def advance(self, total: int, *, has_failed: bool) -> None:
        """Count one more project, and draw the line anew."""
        self.ended += 1
        self.failed += has_failed
        if self.shows:
            filled = self.ended * _BAR_WIDTH // total
            failed = f", {self.failed} failed" if self.failed else ""
            line = f"[{'#' * filled}{'.' * (_BAR_WIDTH - filled)}] {self.ended}/{total}{failed}"
            click.echo(line, err=True, nl=False)

    def clear(self) -> None:
        """Take the line away, for others to write there."""
        if self.shows and self.ended:
            click.echo("\r\x1b[K", err=True, nl=False)
