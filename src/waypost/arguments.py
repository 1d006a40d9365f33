"""The commands with their arguments and options."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from waypost.errors import UsageError
from waypost.interruption import interruption
from waypost.output import Bar, as_ours, print_json, print_reply, say
from waypost.values import nearest_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from waypost.commands import Reply
    from waypost.maintenance import Manner
    from waypost.planning import Inputs

_Command = TypeVar("_Command", bound=Callable[..., Any])
COMPLETE = "_WAYPOST_COMPLETE"
"""The environment variable with which a shell asks for completions."""


class _Group(click.Group):
    """A group that names the nearest command when it is given an unknown one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            nearest = nearest_of(name, self.list_commands(ctx))
            meant = f" Did you mean '{nearest}'?" if nearest else ""
            raise click.UsageError(f"There is no command '{name}'.{meant}", ctx)
        return super().resolve_command(ctx, args)


def _files(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete the name of a file."""
    return _paths(incomplete, "file")


def _folders(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete the name of a folder."""
    return _paths(incomplete, "dir")


def _paths(incomplete: str, kind: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only a shell asks

    return [CompletionItem(incomplete, type=kind)]


def _inputs(command: _Command) -> _Command:
    """Add the options that say where answers come from."""
    for option in (
        click.option("--defaults", is_flag=True, help="Ask nothing; take defaults for all that is not given."),
        click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, help="Answer one question. Repeatable."),
        click.option(
            "--answers",
            "file",
            metavar="FILE",
            shell_complete=_files,
            help="Take the answers from a TOML file, or - for stdin.",
        ),
    ):
        command = option(command)
    return command


def _json(command: _Command) -> _Command:
    command = click.option("--quiet", is_flag=True, help="Say nothing to people; errors still show.")(command)
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")(command)


def _looking(command: _Command) -> _Command:
    """Add the options of commands that change a project and can show beforehand what they change."""
    for option in (
        click.option("--yes", is_flag=True, help="Agree beforehand to what would be asked."),
        click.option("--diff", is_flag=True, help="Print what would change as a unified diff, and change nothing."),
        click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing."),
    ):
        command = option(command)
    return command


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="waypost", message="%(prog)s %(version)s")
def group() -> None:
    """Ask what you are building, say whether Flask or Django fits and why, and make the starter project."""


@group.command()
@click.argument("destination", required=False, shell_complete=_folders)
@_inputs
@_json
@click.option("--dry-run", is_flag=True, help="Say what would be made, and make nothing.")
@click.option("--no-git", is_flag=True, help="Make no git repository and no first commit.")
@click.option("--source", "url", metavar="URL", help="Take the templates from another git repository.")
@click.option("--ref", metavar="TAG", help="The version of the templates, such as v0.1.0; the newest by default.")
def new(destination: str | None, url: str | None, ref: str | None, **options: Any) -> None:
    """Make a project in the folder DESTINATION (by default one named after the project)."""
    from waypost import commands  # noqa: PLC0415

    reply = commands.new(
        _inputs_of(options),
        destination,
        is_dry_run=options["dry_run"],
        uses_git=not options["no_git"],
        url=url,
        ref=ref,
        progress=say if _inputs_of(options).is_interactive and not options["quiet"] else None,
        when_made=interruption.end,
    )
    _print(reply, options)


@group.command()
@_inputs
@_json
def recommend(**options: Any) -> None:
    """Say whether Flask or Django fits, with the evidence for and against."""
    from waypost import commands  # noqa: PLC0415

    _print(commands.advise(_inputs_of(options)), options)


@group.group(cls=_Group)
def answers() -> None:
    """Write, check and show answers files."""


@answers.command("init")
@_inputs
@_json
def answers_init(**options: Any) -> None:
    """Print a commented answers file to start from."""
    from waypost import commands  # noqa: PLC0415

    _print(commands.answers_init(_inputs_of(options)), options)


@answers.command("validate")
@click.argument("file", shell_complete=_files)
@_json
def answers_validate(file: str, **options: Any) -> None:
    """Check the answers in FILE (- for standard input)."""
    from waypost import commands  # noqa: PLC0415

    _print(commands.answers_validate(file), options)


@answers.command("schema")
@_json
def answers_schema(**options: Any) -> None:
    """Print the JSON Schema of answers files, for editors and checkers."""
    from waypost import commands  # noqa: PLC0415

    _print(commands.answers_schema(), options)


@answers.command("show")
@click.argument("project", default=".", shell_complete=_folders)
@_json
def answers_show(project: str, **options: Any) -> None:
    """Print the answers that PROJECT (by default this folder) was made from."""
    from waypost import commands  # noqa: PLC0415

    _print(commands.answers_show(project), options)


@group.command()
@click.argument("projects", nargs=-1, metavar="[PROJECT]...", shell_complete=_folders)
@_json
@click.option("--only-version", is_flag=True, help="Look for newer releases only, and leave the files alone.")
def check(projects: tuple[str, ...], *, only_version: bool, **options: Any) -> None:
    """Say whether projects (by default this folder) are current, outdated or drifted; exit code 6 unless current."""
    from waypost import fleet  # noqa: PLC0415

    _print(fleet.check_projects(projects or (".",), compares_files=not only_version), options)


@group.command()
@click.argument("project", default=".", shell_complete=_folders)
@click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, help="Change one answer. Repeatable.")
@click.option(
    "--answers",
    "file",
    metavar="FILE",
    shell_complete=_files,
    help="Change the answers that a TOML file holds, or - for stdin.",
)
@click.option("--to", metavar="VERSION", help="The version to update to; the newest by default.")
@_looking
@click.option("--rehearse", "is_rehearsal", is_flag=True, help="Try the update elsewhere: make setup, make test.")
@_json
def update(project: str, *, to: str | None, file: str | None, settings: tuple[str, ...], **options: Any) -> None:
    """Bring PROJECT (by default this folder) to a newer template or to other answers, without losing your edits."""
    from waypost import maintenance  # noqa: PLC0415
    from waypost.update_answers import Given  # noqa: PLC0415

    given = Given(file=file, settings=settings)
    _print(maintenance.update_project(project, given, _manner_of(options), to=to), options)


@group.command()
@click.argument("project", default=".", shell_complete=_folders)
@_looking
@_json
def regenerate(project: str, **options: Any) -> None:
    """Put back what the template owns in PROJECT (by default this folder), at its own version and answers."""
    from waypost import maintenance  # noqa: PLC0415

    _print(maintenance.regenerate(project, _manner_of(options)), options)


@group.command()
@click.argument("project", default=".", shell_complete=_folders)
@_json
def undo(project: str, **options: Any) -> None:
    """Take back the last update of PROJECT (by default this folder), to the byte."""
    from waypost import maintenance  # noqa: PLC0415

    _print(maintenance.undo(project, when_done=interruption.end), options)


@group.command()
@click.argument("manifest", shell_complete=_files)
@click.option("--jobs", type=click.IntRange(min=1), help="How many at once; by default as many as there are cores.")
@click.option("--restart", "restarts", is_flag=True, help="Begin again, whatever an earlier run has done.")
@_json
def batch(manifest: str, *, jobs: int | None, restarts: bool, **options: Any) -> None:
    """Make and update the projects that the TOML file MANIFEST lists; print one JSON object a line for each."""
    from waypost import fleet  # noqa: PLC0415

    rows: list[dict[str, Any]] = []
    bar = Bar(shows=sys.stderr.isatty() and not options["quiet"])

    def told(row: dict[str, Any], total: int) -> None:
        bar.clear()
        if options["as_json"]:
            rows.append(row)
        else:
            print_json(row)
        bar.advance(total, has_failed=row["status"] == "failed")

    try:
        reply = fleet.batch(manifest, jobs=jobs, restarts=restarts, explain=as_ours, told=told)
    finally:
        bar.clear()
    _print(replace(reply, fields={**reply.fields, "projects": rows}), options)


@group.command()
@_json
def doctor(**options: Any) -> None:
    """Say whether this machine has what Waypost needs: git, Python, a temporary folder, the template history."""
    from waypost import fleet  # noqa: PLC0415

    _print(fleet.doctor(), options)


@group.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of SHELL; see the README for how to switch it on."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    complete = get_completion_class(shell)
    if complete is None:
        raise UsageError(f"there is no completion for {shell}")
    click.echo(complete(group, {}, "waypost", COMPLETE).source())


def _inputs_of(options: dict[str, Any]) -> Inputs:
    from waypost.planning import Inputs  # noqa: PLC0415

    has_terminal = sys.stdin.isatty() and sys.stderr.isatty()
    return Inputs(
        file=options["file"],
        settings=options["settings"],
        uses_defaults=options["defaults"],
        is_interactive=has_terminal and not options["as_json"],
    )


def _manner_of(options: dict[str, Any]) -> Manner:
    from waypost.maintenance import Manner  # noqa: PLC0415

    has_terminal = sys.stdin.isatty() and sys.stderr.isatty()
    return Manner(
        is_dry_run=options["dry_run"],
        shows_diff=options["diff"],
        is_rehearsal=options.get("is_rehearsal", False),
        is_agreed=options["yes"],
        when_done=interruption.end,
        confirm=_confirm if has_terminal and not options["as_json"] else None,
    )


def _confirm(question: str) -> bool:
    return click.confirm(question, err=True)


def _print(reply: Reply, options: dict[str, Any]) -> None:
    print_reply(reply, options)
    if reply.exit_code:
        raise click.exceptions.Exit(int(reply.exit_code))
