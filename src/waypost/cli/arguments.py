"""The commands with their arguments and options."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from waypost.cli.options import Group, answer_options, files, folders, inputs_of, look_options, manner_of, reply_options
from waypost.cli.output import Bar, as_ours, print_json, print_reply, say
from waypost.errors import UsageError
from waypost.system.interruption import interruption

if TYPE_CHECKING:
    from waypost.commands.reply import Reply

COMPLETE = "_WAYPOST_COMPLETE"
"""The environment variable with which a shell asks for completions."""


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="waypost", message="%(prog)s %(version)s")
def group() -> None:
    """Ask what you are building, say whether Flask or Django fits and why, and make the starter project."""


@group.command()
@click.argument("destination", required=False, shell_complete=folders)
@answer_options
@reply_options
@click.option("--dry-run", is_flag=True, help="Say what would be made, and make nothing.")
@click.option("--no-git", is_flag=True, help="Make no git repository and no first commit.")
@click.option("--source", "url", metavar="URL", help="Take the templates from another git repository.")
@click.option("--ref", metavar="TAG", help="The version of the templates, such as v0.1.0; the newest by default.")
def new(destination: str | None, url: str | None, ref: str | None, **options: Any) -> None:
    """Make a project in the folder DESTINATION (by default one named after the project)."""
    from waypost.commands.new import new  # noqa: PLC0415

    reply = new(
        inputs_of(options),
        destination,
        is_dry_run=options["dry_run"],
        uses_git=not options["no_git"],
        url=url,
        ref=ref,
        progress=say if inputs_of(options).is_interactive and not options["quiet"] else None,
        when_made=interruption.end,
    )
    _print(reply, options)


@group.command()
@answer_options
@reply_options
def recommend(**options: Any) -> None:
    """Say whether Flask or Django fits, with the evidence for and against."""
    from waypost.commands.advise import advise  # noqa: PLC0415

    _print(advise(inputs_of(options)), options)


@group.group(cls=Group)
def answers() -> None:
    """Write, check and show answers files."""


@answers.command("init")
@answer_options
@reply_options
def answers_init(**options: Any) -> None:
    """Print a commented answers file to start from."""
    from waypost.commands.answers import answers_init  # noqa: PLC0415

    _print(answers_init(inputs_of(options)), options)


@answers.command("validate")
@click.argument("file", shell_complete=files)
@reply_options
def answers_validate(file: str, **options: Any) -> None:
    """Check the answers in FILE (- for standard input)."""
    from waypost.commands.answers import answers_validate  # noqa: PLC0415

    _print(answers_validate(file), options)


@answers.command("schema")
@reply_options
def answers_schema(**options: Any) -> None:
    """Print the JSON Schema of answers files, for editors and checkers."""
    from waypost.commands.answers import answers_schema  # noqa: PLC0415

    _print(answers_schema(), options)


@answers.command("show")
@click.argument("project", default=".", shell_complete=folders)
@reply_options
def answers_show(project: str, **options: Any) -> None:
    """Print the answers that PROJECT (by default this folder) was made from."""
    from waypost.commands.answers import answers_show  # noqa: PLC0415

    _print(answers_show(project), options)


@group.command()
@click.argument("projects", nargs=-1, metavar="[PROJECT]...", shell_complete=folders)
@reply_options
@click.option("--only-version", is_flag=True, help="Look for newer releases only, and leave the files alone.")
def check(projects: tuple[str, ...], *, only_version: bool, **options: Any) -> None:
    """Say whether projects (by default this folder) are current, outdated or drifted; exit code 6 unless current."""
    from waypost.commands.check import check_projects  # noqa: PLC0415

    _print(check_projects(projects or (".",), compares_files=not only_version), options)


@group.command()
@click.argument("project", default=".", shell_complete=folders)
@click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, help="Change one answer. Repeatable.")
@click.option(
    "--answers",
    "file",
    metavar="FILE",
    shell_complete=files,
    help="Change the answers that a TOML file holds, or - for stdin.",
)
@click.option("--to", metavar="VERSION", help="The version to update to; the newest by default.")
@look_options
@click.option("--rehearse", "is_rehearsal", is_flag=True, help="Try the update elsewhere: make setup, make test.")
@reply_options
def update(project: str, *, to: str | None, file: str | None, settings: tuple[str, ...], **options: Any) -> None:
    """Bring PROJECT (by default this folder) to a newer template or to other answers, without losing your edits."""
    from waypost.commands.update import update_project  # noqa: PLC0415
    from waypost.update.answers import Given  # noqa: PLC0415

    given = Given(file=file, settings=settings)
    _print(update_project(project, given, manner_of(options), to=to), options)


@group.command()
@click.argument("project", default=".", shell_complete=folders)
@look_options
@reply_options
def regenerate(project: str, **options: Any) -> None:
    """Put back what the template owns in PROJECT (by default this folder), at its own version and answers."""
    from waypost.commands.update import regenerate  # noqa: PLC0415

    _print(regenerate(project, manner_of(options)), options)


@group.command()
@click.argument("project", default=".", shell_complete=folders)
@reply_options
def undo(project: str, **options: Any) -> None:
    """Take back the last update of PROJECT (by default this folder), to the byte."""
    from waypost.commands.update import undo  # noqa: PLC0415

    _print(undo(project, when_done=interruption.end), options)


@group.command()
@click.argument("manifest", shell_complete=files)
@click.option("--jobs", type=click.IntRange(min=1), help="How many at once; by default as many as there are cores.")
@click.option("--restart", "restarts", is_flag=True, help="Begin again, whatever an earlier run has done.")
@reply_options
def batch(manifest: str, *, jobs: int | None, restarts: bool, **options: Any) -> None:
    """Make and update the projects that the TOML file MANIFEST lists; print one JSON object a line for each."""
    from waypost.commands.batch import batch  # noqa: PLC0415

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
        reply = batch(manifest, jobs=jobs, restarts=restarts, explain=as_ours, told=told)
    finally:
        bar.clear()
    _print(replace(reply, fields={**reply.fields, "projects": rows}), options)


@group.command()
@reply_options
def doctor(**options: Any) -> None:
    """Say whether this machine has what Waypost needs: git, Python, a temporary folder, the template history."""
    from waypost.commands.doctor import doctor  # noqa: PLC0415

    _print(doctor(), options)


@group.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of SHELL; see the README for how to switch it on."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    complete = get_completion_class(shell)
    if complete is None:
        raise UsageError(f"there is no completion for {shell}")
    click.echo(complete(group, {}, "waypost", COMPLETE).source())


def _print(reply: Reply, options: dict[str, Any]) -> None:
    print_reply(reply, options)
    if reply.exit_code:
        raise click.exceptions.Exit(int(reply.exit_code))
