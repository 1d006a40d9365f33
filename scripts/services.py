"""Runs a command with PostgreSQL, MariaDB and Redis beside it, and leaves nothing of them behind.

    python scripts/services.py run -- pytest -m service

Generated projects are tested against real servers. Those a machine already runs are none of our business, so each run
starts its own: free ports on loopback, a fresh data folder, an account of its own that may create databases. The
command finds their addresses in ``WAYPOST_TEST_POSTGRESQL_URL``, ``WAYPOST_TEST_MYSQL_URL`` and
``WAYPOST_TEST_REDIS_URL``; an address that is already set there is used as it is, and that server is not started.

Only the standard library: the script also serves before anything is installed.
"""

from __future__ import annotations

import argparse
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

LOOPBACK = "127.0.0.1"
ACCOUNT = "waypost"

START_SECONDS = 60.0  # measured: 1 to 3 s; the rest is for a loaded machine
STOP_SECONDS = 5.0  # the data is thrown away, so a server that takes longer loses nothing
COMMAND_SECONDS = 2 * STOP_SECONDS  # long enough for a run inside this one to stop its own servers
PAUSE_SECONDS = 0.05
ATTEMPTS = 3  # a port that was free a moment ago may be taken by the time the server binds it

# Debian keeps PostgreSQL's servers off PATH, one folder a version, and /usr/sbin off the PATH of ordinary users.
PROGRAM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")

# Not TMPDIR: a socket's path may hold 107 bytes, and the servers' accounts must be able to walk to it.
SCRATCH = "/tmp"  # noqa: S108 (mkdtemp makes a private folder in it)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; give the exit code of the command that ran, or 1 if it could not."""
    options = _parser().parse_args(arguments)
    kinds = [kind for kind in KINDS if not options.only or kind.name in options.only]
    folders = options.search.split(os.pathsep) if options.search is not None else None
    if options.action == "missing":
        return list_missing(kinds, folders)
    return run(options.command, kinds, folders, scratch_in=options.scratch, require=options.require)


def list_missing(kinds: Sequence[type[Server]], folders: Sequence[str] | None = None) -> int:
    """Print the Debian package of each server whose programs are not on this machine, one a line."""
    for kind in kinds:
        if _absent(kind, find_programs(kind, folders)):
            print(kind.package)
    return 0


def run(
    command: Sequence[str],
    kinds: Sequence[type[Server]],
    folders: Sequence[str] | None = None,
    *,
    scratch_in: str = SCRATCH,
    require: bool = False,
) -> int:
    """Start what can be started, run ``command`` with the addresses, stop everything, give the command's exit code.

    A server that is missing or does not start is left out and named with the reason; with ``require`` the command is
    then not run, and the exit code is 1. A signal that asks to stop is passed on to the command, and gives 128 plus
    its number.
    """
    began = time.monotonic()
    scratch = Path(tempfile.mkdtemp(prefix="waypost-services-", dir=scratch_in))
    scratch.chmod(0o711)  # each server's account walks through to its own folder and sees no other
    servers: list[Server] = []
    reasons: list[str] = []
    environment = dict(os.environ)
    with StopRequest() as request:
        try:
            for kind in kinds:
                if environment.get(kind.variable):
                    _say(f"{kind.label} is the one that {kind.variable} names")
                    continue
                try:
                    servers.append(_lay_out(kind, scratch, folders))
                except ServerError as reason:
                    reasons.append(f"{kind.label} left out: {reason}")
            if not (require and reasons):
                reasons += _start(servers, request)
            for line in reasons:
                _say(line)
            if request.signum is None and require and reasons:
                _say("stopped, because every server is required")
                return 1
            if request.signum is None:
                for server in servers:
                    if server.ready:
                        environment[server.variable] = server.url()
                        _say(f"{server.label} answers on {LOOPBACK}:{server.port}")
                _say(f"started in {time.monotonic() - began:.1f} s")
                return _run_command(command, environment, request)
            return 128 + request.signum
        finally:
            _stop(servers)
            shutil.rmtree(scratch, ignore_errors=True)


class ServerError(Exception):
    """Why a server cannot be had; the text completes 'PostgreSQL left out: ...'."""


class StopRequest:
    """Remembers the signal that asked to stop, while it is entered.

    Remembers rather than raises: an exception could land between the start of a server and the note of its process,
    and that server would stay behind.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.signum: int | None = None

    def __enter__(self) -> Self:
        self._previous = {signum: signal.signal(signum, self._note) for signum in self.SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for signum, handler in self._previous.items():
            signal.signal(signum, handler)

    def _note(self, signum: int, _frame: FrameType | None) -> None:
        if self.signum is None:
            self.signum = signum


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

    def spawn(self) -> None:
        """Start the server on a port that is free now."""
        self.port = free_port()
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
        if _is_root():
            shutil.chown(path, self.account, pwd.getpwnam(self.account).pw_gid)

    def last_words(self) -> str:
        """Give the end of the log on one line, for a message."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return " / ".join(line.strip() for line in lines[-5:] if line.strip()) or "it said nothing"

    def _popen(self, command: Sequence[str], *, stdin: int) -> subprocess.Popen[bytes]:
        """Start a process as the server's account: PostgreSQL refuses to run as root, and the others need not."""
        as_root = _is_root()
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


class PostgreSQL(Server):
    """A cluster without fsync, whose account may create databases and is not its superuser."""

    name = "postgresql"
    label = "PostgreSQL"
    variable = "WAYPOST_TEST_POSTGRESQL_URL"
    package = "postgresql"
    needed = ("initdb", "postgres")
    account = "postgres"
    stop_signal = signal.SIGINT  # its 'fast' shutdown, which does not wait for clients

    def prepare(self) -> None:
        """Make the cluster, its account and a first database."""
        self.finish(
            [
                self.programs["initdb"],
                f"--pgdata={self.data}",
                "--username=postgres",
                "--auth-host=scram-sha-256",
                "--auth-local=peer",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
            ]
        )
        self.finish(
            [self.programs["postgres"], "--single", "-D", str(self.data), "-c", "exit_on_error=on", "postgres"],
            f"CREATE ROLE {ACCOUNT} LOGIN CREATEDB PASSWORD '{self.password}';\n"
            f"CREATE DATABASE {ACCOUNT} OWNER {ACCOUNT};\n",
        )

    def command(self) -> list[str]:
        """Serve without the writes that only matter after a power cut."""
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "unix_socket_permissions": "0700",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "shared_buffers": "32MB",
        }
        flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [self.programs["postgres"], "-D", str(self.data), *flags]

    def answers(self) -> bool:
        """Read the last line of ``postmaster.pid``, as ``pg_ctl --wait`` does."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return self.process is not None and lines[:1] == [str(self.process.pid)] and lines[-1].strip() == "ready"

    def url(self) -> str:
        """Name the account's own database."""
        return f"postgresql://{ACCOUNT}:{self.password}@{LOOPBACK}:{self.port}/{ACCOUNT}"


class MariaDB(Server):
    """A MariaDB that reads no configuration of the machine, and whose account may do everything."""

    name = "mariadb"
    label = "MariaDB"
    variable = "WAYPOST_TEST_MYSQL_URL"
    package = "mariadb-server"
    needed = ("mariadb-install-db", "mariadbd")
    account = "mysql"
    stop_signal = signal.SIGTERM

    def prepare(self) -> None:
        """Make the system tables; the account comes with the first start."""
        self.finish(
            [
                self.programs["mariadb-install-db"],
                "--no-defaults",
                f"--datadir={self.data}",
                "--auth-root-authentication-method=socket",
                f"--auth-root-socket-user={self.account if _is_root() else pwd.getpwuid(os.geteuid()).pw_name}",
                "--skip-test-db",
            ]
        )
        self.write(
            "accounts.sql",
            f"CREATE USER IF NOT EXISTS '{ACCOUNT}'@'{LOOPBACK}' IDENTIFIED BY '{self.password}';\n"
            f"GRANT ALL ON *.* TO '{ACCOUNT}'@'{LOOPBACK}';\n"
            f"CREATE DATABASE IF NOT EXISTS {ACCOUNT};\n",
        )

    def command(self) -> list[str]:
        """Serve without the writes that only matter after a power cut."""
        return [
            self.programs["mariadbd"],
            "--no-defaults",
            f"--datadir={self.data}",
            f"--tmpdir={self.folder}",
            f"--bind-address={LOOPBACK}",
            f"--port={self.port}",
            f"--socket={self._socket}",
            f"--pid-file={self.folder / 'pid'}",
            f"--init-file={self.folder / 'accounts.sql'}",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            "--innodb-buffer-pool-size=32M",
            "--innodb-flush-log-at-trx-commit=0",
            "--skip-innodb-doublewrite",
        ]

    def answers(self) -> bool:
        """Read the greeting, which comes once the accounts are made.

        From its own socket, which it opens after the port: an answer there means that the port is ours too. Byte 4 of
        the handshake is the protocol version, 10.
        """
        return exchange(self._socket, b"", 5)[4:5] == b"\x0a"

    def url(self) -> str:
        """Name the account's own database, with the scheme that clients of either server know."""
        return f"mysql://{ACCOUNT}:{self.password}@{LOOPBACK}:{self.port}/{ACCOUNT}"

    @property
    def _socket(self) -> Path:
        return self.folder / "socket"


class Redis(Server):
    """A Redis that keeps nothing on disk."""

    name = "redis"
    label = "Redis"
    variable = "WAYPOST_TEST_REDIS_URL"
    package = "redis-server"
    needed = ("redis-server",)
    account = "redis"
    stop_signal = signal.SIGTERM

    def prepare(self) -> None:
        """Need nothing: an empty folder is a fresh Redis."""

    def command(self) -> list[str]:
        """Serve from memory alone."""
        settings = {
            "bind": LOOPBACK,
            "port": str(self.port),
            "unixsocket": str(self._socket),
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
        }
        flags = [part for key, value in settings.items() for part in (f"--{key}", value)]
        return [self.programs["redis-server"], *flags]

    def answers(self) -> bool:
        """Ask for a PONG on its own socket, which it opens after the port."""
        return exchange(self._socket, b"PING\r\n", 7) == b"+PONG\r\n"

    def url(self) -> str:
        """Name the first of its databases."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    @property
    def _socket(self) -> Path:
        return self.folder / "socket"


KINDS: tuple[type[Server], ...] = (PostgreSQL, MariaDB, Redis)


def find_programs(kind: type[Server], folders: Sequence[str] | None = None) -> dict[str, str]:
    """Give the path of each program of ``kind`` that is there, from ``folders`` alone or from all of the machine.

    PATH comes first, so that a server somebody put there on purpose wins; then the newest version.
    """
    where = os.pathsep.join(folders if folders is not None else [*os.get_exec_path(), *_program_folders()])
    found = {name: shutil.which(name, path=where) for name in kind.needed}
    return {name: path for name, path in found.items() if path is not None}


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="services.py", description=(__doc__ or "").partition("\n")[0])
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
    missing_action = actions.add_parser("missing", help="print the Debian packages of the servers that are not here")
    for action in (run_action, missing_action):
        action.add_argument("--only", action="append", choices=[kind.name for kind in KINDS], help="this server")
        action.add_argument("--search", metavar="FOLDERS", help="look for the servers' programs in these folders only")
    return parser


def _lay_out(kind: type[Server], scratch: Path, folders: Sequence[str] | None) -> Server:
    """Give the server with its programs found and its folder made, or the reason why not."""
    programs = find_programs(kind, folders)
    if absent := _absent(kind, programs):
        raise ServerError(f"no {' and no '.join(absent)} found (Debian package {kind.package})")
    if _is_root() and not account_exists(kind.account):
        raise ServerError(f"it does not run as root, and this machine has no account {kind.account}")
    server = kind(folder=scratch / kind.name, programs=programs, password=secrets.token_hex(16))
    server.folder.mkdir(mode=0o700)
    server.give(server.folder)
    return server


def _start(servers: Sequence[Server], request: StopRequest) -> list[str]:
    """Start the servers side by side; give the reason for each that did not come up."""
    with ThreadPoolExecutor(max_workers=max(len(servers), 1)) as pool:
        prepared = [(server, pool.submit(server.prepare)) for server in servers]
    reasons = []
    waiting = []
    for server, preparation in prepared:
        if isinstance(reason := preparation.exception(), ServerError):
            reasons.append(f"{server.label} left out: {reason}")
        else:
            preparation.result()
            waiting.append(server)

    # Spawned here and not in the pool: a server dies with the thread that started it (see _die_with_us).
    deadline = time.monotonic() + START_SECONDS
    while waiting and request.signum is None:
        for server in list(waiting):
            if server.is_running():
                server.ready = server.answers()
            elif server.attempts < ATTEMPTS:
                server.spawn()
            exhausted = server.attempts == ATTEMPTS and not server.is_running()
            gave_up = not server.ready and (exhausted or time.monotonic() > deadline)
            if gave_up:
                reasons.append(f"{server.label} left out: it did not start: {server.last_words()}")
            if server.ready or gave_up:
                waiting.remove(server)
        time.sleep(PAUSE_SECONDS)
    return reasons


def _run_command(command: Sequence[str], environment: Mapping[str, str], request: StopRequest) -> int:
    """Run the command to its end, or to ours; give its exit code as a shell would."""
    try:
        # A session of its own, so that a request to stop reaches all that the command started, and once.
        process = subprocess.Popen(command, env=environment, start_new_session=True)
    except OSError as error:
        _say(f"cannot run {command[0]}: {error.strerror}")
        return 127
    while request.signum is None:
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(timeout=PAUSE_SECONDS)
            return code if code >= 0 else 128 - code
    _end_group(process, request.signum)
    return 128 + request.signum


def _end_group(process: subprocess.Popen[bytes], signum: int) -> None:
    """Pass the signal on to all that the command started, and kill what has not ended after a while.

    All of it gets that while, not only the command: what it started may have something of its own to clear away.
    """
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signum)
        deadline = time.monotonic() + COMMAND_SECONDS
        while time.monotonic() < deadline:
            process.poll()
            os.killpg(process.pid, 0)  # raises once nobody is left
            time.sleep(PAUSE_SECONDS)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _stop(servers: Sequence[Server]) -> None:
    """Ask all servers to stop, then see each of them gone."""
    running = [server for server in servers if server.is_running()]
    for server in running:
        if server.process is not None:
            server.process.send_signal(server.stop_signal)
    for server in running:
        if server.process is not None:
            try:
                server.process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.wait()


def _die_with_us(signum: signal.Signals) -> list[str]:
    """Give the prefix under which Linux stops a server when this script is killed and cannot do it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signum.name.removeprefix("SIG")] if setpriv else []


def _program_folders() -> list[str]:
    """Give the folders off PATH that servers are kept in, newest version first."""
    folders = [folder for pattern in PROGRAM_FOLDERS for folder in Path("/").glob(pattern.removeprefix("/"))]
    return [str(folder) for folder in sorted(folders, key=_version_in, reverse=True)]


def _version_in(folder: Path) -> float:
    """Give the number in ``/usr/lib/postgresql/15/bin`` or ``/usr/pgsql-15/bin``; 0 where there is none."""
    number = folder.parent.name.rpartition("-")[2]
    return float(number) if number.replace(".", "", 1).isdecimal() else 0


def _absent(kind: type[Server], programs: Mapping[str, str]) -> list[str]:
    return [name for name in kind.needed if name not in programs]


def _is_root() -> bool:
    return os.geteuid() == 0


def _say(text: str) -> None:
    print(f"services: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
