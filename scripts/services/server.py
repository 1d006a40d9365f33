"""What every server is, and what the servers share."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOOPBACK = "127.0.0.1"
ACCOUNT = "waypost"

START_SECONDS = 60.0  # measured: 1 to 3 s; the rest is for a loaded machine
STOP_SECONDS = 5.0  # the data is thrown away, so a server that takes longer loses nothing
# Not TMPDIR: a socket's path may hold 107 bytes, and the servers' accounts must be able to walk to it.
SCRATCH = "/tmp"  # noqa: S108 (mkdtemp makes a private folder in it)


class ServerError(Exception):
    """Why a server cannot be had; the text completes 'PostgreSQL left out: ...'."""


@dataclass(kw_only=True)
class Server(ABC):
    """One server with a data folder of its own; ``port`` and ``process`` are those of the last attempt to start it."""

    name: ClassVar[str]
    label: ClassVar[str]
    variable: ClassVar[str]  # of the environment, for its address
    package: ClassVar[str]  # of Debian
    needed: ClassVar[tuple[str, ...]]  # programs
    account: ClassVar[str]  # of the system, that Debian's package makes
    stop_signal: ClassVar[signal.Signals]

    folder: Path
    programs: Mapping[str, str]
    password: str
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    attempts: int = 0
    ready: bool = False

    @abstractmethod
    def prepare(self) -> None:
        """Fill the data folder; raises ``ServerError``."""

    @abstractmethod
    def command(self) -> list[str]:
        """Give the command that serves on ``port`` in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Say whether this very server is ready, not another one that took the port first."""

    @abstractmethod
    def url(self) -> str:
        """Give the address that the tests connect to."""

    @property
    def data(self) -> Path:
        """The folder that the server itself fills."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server and its preparation print."""
        return self.folder / "log"

    def spawn(self, port: int = 0) -> None:
        """Start the server on this port, or on one that is free now."""
        self.port = port or free_port()
        self.attempts += 1
        self.process = self._popen([*_die_with_us(self.stop_signal), *self.command()], stdin=subprocess.DEVNULL)

    def is_running(self) -> bool:
        """Say whether the process of the last attempt lives."""
        return self.process is not None and self.process.poll() is None

    def finish(self, command: Sequence[str], text: str = "") -> None:
        """Run a step of the preparation to its end, with ``text`` as its input; raises ``ServerError``."""
        process = self._popen(command, stdin=subprocess.PIPE)
        try:
            process.communicate(text.encode(), timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.returncode != 0:
            raise ServerError(f"{Path(command[0]).name} failed: {self.last_words()}")

    def write(self, name: str, text: str) -> Path:
        """Write a file that only the server's account can read."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        self.give(path)
        return path

    def give(self, path: Path) -> None:
        """Make ``path`` the server's own, where we are root and the server is not."""
        if is_root():
            shutil.chown(path, self.account, pwd.getpwnam(self.account).pw_gid)

    def last_words(self) -> str:
        """Give the end of the log on one line, for a message."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return " / ".join(line.strip() for line in lines[-5:] if line.strip()) or "it said nothing"

    def _popen(self, command: Sequence[str], *, stdin: int) -> subprocess.Popen[bytes]:
        """Start a process as the server's account: PostgreSQL refuses to run as root, and the others need not."""
        as_root = is_root()
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                # nothing of the caller's: PGPORT, MYSQL_HOME and their like would change what the server does
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                user=self.account if as_root else None,
                group=pwd.getpwnam(self.account).pw_gid if as_root else None,
                extra_groups=[] if as_root else None,
                start_new_session=True,  # Ctrl-C goes to the command; the servers stop after it
            )


def free_port() -> int:
    """Give a port of loopback that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def exchange(path: Path, request: bytes, length: int) -> bytes:
    """Send ``request`` to the socket at ``path``; give up to ``length`` bytes of the answer, none from nobody."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(request)
        return connection.recv(length, socket.MSG_WAITALL)
    return b""


def account_exists(name: str) -> bool:
    """Say whether this machine has an account of that name."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def is_root() -> bool:
    """Say whether this runs as root, which starts each server as an account of its own."""
    return os.geteuid() == 0


def _die_with_us(signum: signal.Signals) -> list[str]:
    """Give the prefix under which Linux stops a server when this script is killed and cannot do it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signum.name.removeprefix("SIG")] if setpriv else []
