"""What is typed and printed."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

import services
from services.packages import missing_packages
from services.run import run
from services.server import SCRATCH
from services.servers import SERVERS

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; give the exit code of the command that ran, or 1 if it could not."""
    options = _parser().parse_args(arguments)
    kinds = [kind for kind in SERVERS if not options.only or kind.name in options.only]
    folders = options.search.split(os.pathsep) if options.search is not None else None
    if options.action == "missing":
        for package in missing_packages(kinds, folders, programs=not options.only):
            print(package)
        return 0
    return run(options.command, kinds, folders, scratch_in=options.scratch, require=options.require)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="services", description=(services.__doc__ or "").partition("\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    run_action = actions.add_parser("run", help="run a command with the servers beside it")
    run_action.add_argument("--require", action="store_true", help="fail if one of the servers cannot be had")
    run_action.add_argument(
        "--scratch",
        default=SCRATCH,
        metavar="FOLDER",
        help="keep the data here: a short path, open to all (%(default)s)",
    )
    run_action.add_argument("command", nargs="+", help="the command, after --")
    missing_action = actions.add_parser("missing", help="print the Debian packages of what is not here, one a line")
    for action in (run_action, missing_action):
        names = [kind.name for kind in SERVERS]
        action.add_argument("--only", action="append", choices=names, help="this server and nothing else")
        action.add_argument("--search", metavar="FOLDERS", help="look for programs in these folders only")
    return parser
