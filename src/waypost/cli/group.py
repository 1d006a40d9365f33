"""The command and its subcommands: their names and help texts, and where each one's options are.

Only the command that is called gets imported, as click's documentation proposes it: a page of help needs none of them.
"""

from __future__ import annotations

from importlib import import_module

import click

from waypost.errors import nearest

COMPLETE = "_WAYPOST_COMPLETE"
"""The environment variable with which a shell asks for completions."""


class LazyCommand(click.Command):
    """A command of which only name and help are known until it is called; ``path`` is its ``module:name``."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, help=text)
        self.path = path

    def load(self) -> click.Command:
        """Return the whole command."""
        module, _, name = self.path.partition(":")
        command: click.Command = getattr(import_module(module), name)
        command.help = self.help
        return command


class Group(click.Group):
    """A group that imports a command when it is called, and names the nearest where there is none of that name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument names. Raises ``click.UsageError`` where none does."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            meant = nearest(name, self.list_commands(ctx))
            hint = f" Did you mean '{meant}'?" if meant else ""
            raise click.UsageError(f"There is no command '{name}'.{hint}", ctx)
        found, command, rest = super().resolve_command(ctx, args)
        return found, command.load() if isinstance(command, LazyCommand) else command, rest


def _group(name: str, text: str, *commands: click.Command) -> Group:
    return Group(name, help=text, commands={str(command.name): command for command in commands})


group = _group(
    "waypost",
    "Ask what you are building, say whether Flask or Django fits and why, and make the starter project.",
    LazyCommand(
        "new",
        "waypost.cli.new:new",
        "Make a project in the folder DESTINATION (by default one named after the project).",
    ),
    LazyCommand(
        "web",
        "waypost.cli.new:web",
        "Show all this as a page in the browser; it makes and updates projects in PATH (by default this folder).",
    ),
    LazyCommand(
        "recommend",
        "waypost.cli.advice:recommend",
        "Say whether Flask or Django fits, with the evidence for and against.",
    ),
    LazyCommand(
        "diff",
        "waypost.cli.advice:diff",
        "Show what other answers would change in a new project, file by file.",
    ),
    _group(
        "answers",
        "Write, check and show answers files.",
        LazyCommand(
            "init",
            "waypost.cli.advice:answers_init",
            "Print a commented answers file to start from.",
        ),
        LazyCommand(
            "validate",
            "waypost.cli.advice:answers_validate",
            "Check the answers in FILE (- for standard input).",
        ),
        LazyCommand(
            "schema",
            "waypost.cli.advice:answers_schema",
            "Print the JSON Schema of answers files, for editors and checkers.",
        ),
        LazyCommand(
            "show",
            "waypost.cli.advice:answers_show",
            "Print the answers that PROJECT (by default this folder) was made from.",
        ),
    ),
    LazyCommand(
        "check",
        "waypost.cli.inspection:check",
        "Say whether projects (by default this folder) are current, outdated or drifted; exit code 6 unless current.",
    ),
    LazyCommand(
        "update",
        "waypost.cli.changes:update",
        "Bring PROJECT (by default this folder) to a newer template or to other answers, without losing your edits.",
    ),
    LazyCommand(
        "add",
        "waypost.cli.changes:add",
        "Add features such as celery to a project, as an update does; --list shows them.",
    ),
    LazyCommand(
        "remove",
        "waypost.cli.changes:remove",
        "Take features such as celery out of a project, as an update does.",
    ),
    LazyCommand(
        "adopt",
        "waypost.cli.changes:adopt",
        "Read what PROJECT (by default this folder) is, whoever made it, and record the template that comes nearest.",
    ),
    LazyCommand(
        "regenerate",
        "waypost.cli.changes:regenerate",
        "Put back what the template owns in PROJECT (by default this folder), at its own version and answers.",
    ),
    LazyCommand(
        "undo",
        "waypost.cli.changes:undo",
        "Take back the last update of PROJECT (by default this folder), to the byte.",
    ),
    LazyCommand(
        "batch",
        "waypost.cli.changes:batch",
        "Make and update the projects that the TOML file MANIFEST lists; print one JSON object a line for each.",
    ),
    LazyCommand(
        "doctor",
        "waypost.cli.inspection:doctor",
        "Say whether this machine has what Waypost needs: git, Python, a temporary folder, the template history.",
    ),
    LazyCommand(
        "schema",
        "waypost.cli.inspection:schema",
        "Print the JSON Schema of what COMMAND (by default any) replies with --json.",
    ),
    LazyCommand(
        "completion",
        "waypost.cli.inspection:completion",
        "Print the completion script of SHELL; see the README for how to switch it on.",
    ),
)
group.context_settings = {"help_option_names": ["-h", "--help"]}
click.version_option(package_name="waypost", message="%(prog)s %(version)s")(group)
