"""Making a project, as it is typed or on a page. The help texts are in `group.py`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from waypost.cli.options import answer_options, folders, inputs_of, reply_options
from waypost.cli.output import end_with, say
from waypost.commands import new as command
from waypost.errors import UsageError
from waypost.system.interruption import interruption


@click.command()
@click.argument("destination", required=False, shell_complete=folders)
@answer_options
@reply_options
@click.option("--dry-run", is_flag=True, help="Say what would be made, and make nothing.")
@click.option("--contents", is_flag=True, help="With --dry-run and --json: say what is in the files, too.")
@click.option("--no-git", is_flag=True, help="Make no git repository and no first commit.")
@click.option("--source", "url", metavar="URL", help="Take the templates from another git repository.")
@click.option("--ref", metavar="TAG", help="The version of the templates, such as v0.1.0; the newest by default.")
def new(destination: str | None, url: str | None, ref: str | None, **options: Any) -> None:
    if options["contents"] and not (options["dry_run"] and options["as_json"]):
        raise UsageError("--contents needs --dry-run and --json", hint="Give all three, or leave it out.")
    inputs = inputs_of(options)
    reply = command.new(
        inputs,
        destination,
        is_dry_run=options["dry_run"],
        shows_contents=options["contents"],
        uses_git=not options["no_git"],
        url=url,
        ref=ref,
        progress=say if inputs.is_interactive and not options["quiet"] else None,
        when_made=interruption.end,
    )
    end_with(reply, options)


@click.command()
@click.argument("folder", default=".", metavar="[PATH]", shell_complete=folders)
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Listen there; on any free port by default.")
@click.option("--no-browser", is_flag=True, help="Open no browser; the address is printed in any case.")
def web(folder: str, *, port: int, no_browser: bool) -> None:
    try:
        from waypost.web.serving import serve  # noqa: PLC0415 - nothing else needs what a page is served with
    except ModuleNotFoundError as error:
        if error.name not in {"flask", "pygments", "waitress", "werkzeug"}:
            raise
        raise UsageError(
            "the page needs Flask, waitress and Pygments, which are not all installed",
            hint="Install them: python -m pip install 'waypost[web]'",
        ) from error
    serve(Path(folder), port=port, opens_browser=not no_browser, announce=_announce)


def _announce(address: str) -> None:
    click.echo(address)
    sys.stdout.flush()
    say("The page is for you alone; do not pass its address on. Ctrl-C ends it.")
