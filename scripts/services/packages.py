"""Where programs are on this machine, and which Debian packages bring those that are not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from services.server import Server

# What the tests of generated projects run besides the servers: program and Debian package.
PROGRAMS = {
    "tmux": "tmux",
    "chromium": "chromium",
    "nginx": "nginx",
    "supervisord": "supervisor",
    "munin-run": "munin-node",
    "xgettext": "gettext",
    "openssl": "openssl",
}

# Debian keeps PostgreSQL's servers off PATH, one folder a version, and /usr/sbin off the PATH of ordinary users.
_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")


def missing_packages(
    kinds: Iterable[type[Server]], folders: Sequence[str] | None = None, *, programs: bool = True
) -> list[str]:
    """Give the Debian packages of the servers, and with ``programs`` of the other programs, that are not here."""
    needed = [(kind.package, kind.needed) for kind in kinds]
    if programs:
        needed += [(package, (program,)) for program, package in PROGRAMS.items()]
    return [package for package, names in needed if absent(names, find_programs(names, folders))]


def find_programs(names: Iterable[str], folders: Sequence[str] | None = None) -> dict[str, str]:
    """Give the path of each of these programs that is there, from ``folders`` alone or from all of the machine.

    PATH comes first, so that a server somebody put there on purpose wins; then the newest version.
    """
    where = os.pathsep.join(folders if folders is not None else [*os.get_exec_path(), *_folders()])
    found = {name: shutil.which(name, path=where) for name in names}
    return {name: path for name, path in found.items() if path is not None}


def absent(names: Iterable[str], found: Mapping[str, str]) -> list[str]:
    """Give those of ``names`` that were not found."""
    return [name for name in names if name not in found]


def _folders() -> list[str]:
    """Give the folders off PATH that programs are kept in, newest version first."""
    folders = [folder for pattern in _FOLDERS for folder in Path("/").glob(pattern.removeprefix("/"))]
    return [str(folder) for folder in sorted(folders, key=_version_in, reverse=True)]


def _version_in(folder: Path) -> float:
    """Give the number in ``/usr/lib/postgresql/15/bin`` or ``/usr/pgsql-15/bin``; 0 where there is none."""
    number = folder.parent.name.rpartition("-")[2]
    return float(number) if number.replace(".", "", 1).isdecimal() else 0
