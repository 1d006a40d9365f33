"""The servers that tests run against: they answer, they keep apart, and nothing of them stays behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil
import pytest

import services
from services.packages import PROGRAMS, find_programs
from services.server import LOOPBACK, SCRATCH, Server, account_exists
from services.servers import SERVERS
from services.servers.mariadb import MariaDB
from services.servers.postgresql import PostgreSQL
from services.servers.redis import Redis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCRIPT = Path(services.__file__).parent
VARIABLES = [kind.variable for kind in SERVERS]
HERE = [kind for kind in SERVERS if len(find_programs(kind.needed)) == len(kind.needed)]
LEFT_OUT = [kind.package for kind in SERVERS if kind not in HERE]

# What a command prints of its surroundings, and then stays until its input ends.
SHOW = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"

needs_redis = pytest.mark.skipif(Redis not in HERE, reason="no redis-server on this machine")
needs_a_server = pytest.mark.skipif(not HERE, reason="neither PostgreSQL nor MariaDB nor Redis on this machine")

pytestmark = pytest.mark.service


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A run of the script whose command is waiting, and what that command sees."""

    process: subprocess.Popen[str]
    environment: dict[str, str]

    @property
    def urls(self) -> dict[str, str]:
        return {variable: self.environment[variable] for variable in VARIABLES if variable in self.environment}

    @property
    def ports(self) -> set[int]:
        return {urlsplit(url).port or 0 for url in self.urls.values()}

    @property
    def processes(self) -> list[psutil.Process]:
        """The servers with their workers, and the command."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self) -> str:
        """End the command by ending its input; give what the script said."""
        _, said = self.process.communicate(timeout=30)
        return said


@pytest.fixture(scope="module")
def beside() -> Iterator[Beside]:
    """One run with every server that this machine has, for the tests that only ask it things."""
    if not HERE:
        pytest.skip("neither PostgreSQL nor MariaDB nor Redis on this machine")
    with running() as run:
        yield run


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the servers' accounts can reach, which pytest's own are not when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="waypost-test-", dir=SCRATCH))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def running(*options: str) -> Iterator[Beside]:
    process = subprocess.Popen(
        [sys.executable, SCRIPT, "run", *options, "--", sys.executable, "-c", SHOW],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(),
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        yield Beside(process=process, environment=json.loads(line))
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def run_script(*arguments: str | Path, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=clean_environment() | (environment or {}),
    )


def clean_environment() -> dict[str, str]:
    """The environment without the servers that this very test run was started beside."""
    return {name: value for name, value in os.environ.items() if name not in VARIABLES}


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def has_ended(process: psutil.Process) -> bool:
    """Also where nobody has asked for the exit code of an orphan yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def connections_of(process: psutil.Process) -> list[Any]:
    """The TCP connections of `process`; none where it has ended, as servers start and end workers all the time."""
    try:
        return process.net_connections("tcp")
    except psutil.NoSuchProcess:
        return []


def eventually(fact: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def greet_postgresql(connection: socket.socket) -> bool:
    """Ask for encryption (SSLRequest); yes or no, only PostgreSQL answers so."""
    connection.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
    return connection.recv(1) in {b"S", b"N"}


def greet_mariadb(connection: socket.socket) -> bool:
    """The server speaks first: protocol 10, then its version."""
    return b"MariaDB" in connection.recv(256)


def greet_redis(connection: socket.socket) -> bool:
    connection.sendall(b"PING\r\n")
    return connection.recv(7) == b"+PONG\r\n"


GREETINGS = {PostgreSQL: greet_postgresql, MariaDB: greet_mariadb, Redis: greet_redis}


@pytest.mark.parametrize("kind", SERVERS, ids=lambda kind: kind.name)
def test_server_answers_in_its_own_protocol_at_the_address_given(kind: type[Server], beside: Beside) -> None:
    if kind not in HERE:
        pytest.skip(f"no {kind.label} on this machine")
    address = urlsplit(beside.environment[kind.variable])
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        assert GREETINGS[kind](connection)


@pytest.mark.parametrize("kind", SERVERS, ids=lambda kind: kind.name)
def test_server_listens_on_loopback_only(kind: type[Server], beside: Beside) -> None:
    if kind not in HERE:
        pytest.skip(f"no {kind.label} on this machine")
    port = urlsplit(beside.environment[kind.variable]).port
    listening = {
        connection.laddr.ip
        for process in beside.processes
        for connection in connections_of(process)
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    }
    assert listening == {LOOPBACK}


def test_a_process_that_has_ended_has_no_connections() -> None:
    ended = psutil.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    assert connections_of(ended) == []


def test_postgresql_account_makes_databases_and_needs_its_password(beside: Beside) -> None:
    if PostgreSQL not in HERE:
        pytest.skip("no PostgreSQL on this machine")
    psql = Path(find_programs(PostgreSQL.needed)["postgres"]).resolve().with_name("psql")
    if not psql.exists():
        pytest.skip("no psql beside the PostgreSQL of this machine")
    url = beside.environment["WAYPOST_TEST_POSTGRESQL_URL"]

    def query(address: str, sql: str) -> subprocess.CompletedProcess[str]:
        command = [str(psql), "--no-psqlrc", "--no-password", "-tAc", sql, address]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)

    assert query(url, "CREATE DATABASE another").stderr == ""
    assert query(url.rpartition("/")[0] + "/another", "SELECT current_user").stdout == "waypost\n"
    assert query(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user").stdout == "f\n"
    password = urlsplit(url).password or ""
    assert "no password supplied" in query(url.replace(f":{password}", ""), "SELECT 1").stderr


def test_mariadb_account_makes_databases_and_needs_its_password(beside: Beside) -> None:
    if MariaDB not in HERE:
        pytest.skip("no MariaDB on this machine")
    client = shutil.which("mariadb")
    if client is None:
        pytest.skip("no mariadb client on this machine")
    address = urlsplit(beside.environment["WAYPOST_TEST_MYSQL_URL"])
    login = [client, "--no-defaults", "-N", f"-h{address.hostname}", f"-P{address.port}", f"-u{address.username}"]

    def query(sql: str, password: str | None) -> subprocess.CompletedProcess[str]:
        command = [*login, f"--password={password}" if password else "--skip-password", "-e", sql]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)

    sql = "CREATE DATABASE another; USE another; SELECT DATABASE(), @@character_set_database"
    assert query(sql, address.password).stdout == "another\tutf8mb4\n"
    assert "Access denied" in query("SELECT 1", None).stderr


@needs_a_server
def test_two_runs_side_by_side_do_not_share_a_server() -> None:
    with running() as one, running() as other:
        assert len(one.ports) == len(other.ports) == len(HERE)
        assert not one.ports & other.ports
        assert all(is_open(port) for port in one.ports | other.ports)
        one.end()
        assert not any(is_open(port) for port in one.ports)
        assert all(is_open(port) for port in other.ports)


@needs_a_server
def test_nothing_is_left_when_the_command_ends(open_folder: Path) -> None:
    with running("--scratch", str(open_folder)) as run:
        processes = run.processes
        assert len(processes) > len(HERE)
        assert list(open_folder.iterdir())
        run.end()
        assert run.process.returncode == 0
        assert not [process for process in processes if not has_ended(process)]
        assert not [port for port in run.ports if is_open(port)]
        assert not list(open_folder.iterdir())


@needs_a_server
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda signum: signum.name)
def test_signal_stops_the_command_and_every_server(signum: signal.Signals, open_folder: Path) -> None:
    with running("--scratch", str(open_folder)) as run:
        processes = run.processes
        run.process.send_signal(signum)
        run.process.wait(timeout=30)
        assert run.process.returncode == 128 + signum
        assert not [process for process in processes if not has_ended(process)]
        assert not [port for port in run.ports if is_open(port)]
        assert not list(open_folder.iterdir())


@needs_a_server
def test_signal_during_the_start_leaves_nothing(open_folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, SCRIPT, "run", "--scratch", open_folder, "--", sys.executable, "-c", "print('ran')"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(),
    )
    script = psutil.Process(process.pid)
    assert eventually(lambda: bool(script.children()))
    processes = script.children(recursive=True)
    process.terminate()
    printed, _ = process.communicate(timeout=60)
    assert (process.returncode, printed) == (128 + signal.SIGTERM, "")
    assert not [process for process in processes if not has_ended(process)]
    assert not list(open_folder.iterdir())


def test_command_that_ignores_the_signal_is_ended_with_all_it_started() -> None:
    stubborn = "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"
    with subprocess.Popen(
        [sys.executable, SCRIPT, "run", "--search", "", "--", "sh", "-c", stubborn],
        stdout=subprocess.PIPE,
        text=True,
        env=clean_environment(),
    ) as process:
        assert process.stdout is not None
        sleeper = psutil.Process(int(process.stdout.readline()))
        process.terminate()
        assert process.wait(timeout=60) == 128 + signal.SIGTERM
        assert eventually(lambda: has_ended(sleeper))


@needs_a_server
def test_run_inside_a_run_has_time_to_clear_away(open_folder: Path) -> None:
    inner = [sys.executable, str(SCRIPT), "run", "--scratch", str(open_folder), "--", "sh", "-c", "echo; sleep 60"]
    outer = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    with subprocess.Popen(
        [sys.executable, SCRIPT, "run", "--search", "", "--", sys.executable, "-c", outer, *inner],
        stdout=subprocess.PIPE,
        env=clean_environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"\n"
        assert list(open_folder.iterdir())
        process.terminate()
        assert process.wait(timeout=60) == 128 + signal.SIGTERM
        assert not list(open_folder.iterdir())


@needs_a_server
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv on this machine to tie the servers to the run")
def test_servers_end_even_when_the_script_is_killed(open_folder: Path) -> None:
    with running("--scratch", str(open_folder)) as run:
        run.process.kill()
        run.process.wait(timeout=10)
        assert eventually(lambda: not any(is_open(port) for port in run.ports))


@pytest.mark.parametrize("code", [0, 3])
def test_exit_code_is_the_commands_own(code: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", f"raise SystemExit({code})"]
    assert run_script("run", "--search", tmp_path, "--", *command).returncode == code


def test_command_that_died_of_a_signal_exits_as_in_a_shell(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    assert run_script("run", "--search", tmp_path, "--", *command).returncode == 137


def test_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    done = run_script("run", "--search", tmp_path, "--", "no-such-command")
    assert done.returncode == 127
    assert "cannot run no-such-command: No such file or directory" in done.stderr


@pytest.mark.parametrize("kind", SERVERS, ids=lambda kind: kind.name)
def test_missing_server_is_left_out_with_what_to_install(kind: type[Server], tmp_path: Path) -> None:
    show = f"import os; print({kind.variable!r} in os.environ)"
    done = run_script("run", "--only", kind.name, "--search", tmp_path, "--", sys.executable, "-c", show)
    assert done.stdout == "False\n"
    assert f"{kind.label} left out: no {' and no '.join(kind.needed)} found" in done.stderr
    assert f"(Debian package {kind.package})" in done.stderr


def test_required_server_that_is_missing_stops_the_run(tmp_path: Path) -> None:
    done = run_script("run", "--require", "--search", tmp_path, "--", sys.executable, "-c", "print('ran')")
    assert (done.returncode, done.stdout) == (1, "")
    assert all(f"{kind.label} left out: " in done.stderr for kind in SERVERS)


def test_missing_lists_the_debian_packages_of_servers_and_other_programs(tmp_path: Path) -> None:
    servers = [kind.package for kind in SERVERS]
    assert servers == ["mariadb-server", "postgresql", "redis-server"]
    assert run_script("missing", "--search", tmp_path).stdout.split() == [*servers, *PROGRAMS.values()]
    assert run_script("missing", "--search", tmp_path, "--only", "redis").stdout.split() == ["redis-server"]
    others = [package for program, package in PROGRAMS.items() if not find_programs([program])]
    assert run_script("missing").stdout.split() == [*LEFT_OUT, *others]


def test_address_that_is_already_set_is_used_as_it_is(tmp_path: Path) -> None:
    url = "redis://127.0.0.1:1/7"
    command = [sys.executable, "-c", "import os; print(os.environ['WAYPOST_TEST_REDIS_URL'])"]
    given = {"WAYPOST_TEST_REDIS_URL": url}
    done = run_script("run", "--only", "redis", "--require", "--search", tmp_path, "--", *command, environment=given)
    assert done.stdout == f"{url}\n"
    assert "Redis is the one that WAYPOST_TEST_REDIS_URL names" in done.stderr


@needs_redis
def test_server_that_loses_its_port_is_started_again_on_another(open_folder: Path) -> None:
    real = find_programs(Redis.needed)["redis-server"]
    stand_in(
        open_folder, f'test -e tried || {{ touch tried; echo "Address already in use"; exit 1; }}; exec {real} "$@"'
    )
    with running("--only", "redis", "--search", str(open_folder), "--require") as run:
        assert all(is_open(port) for port in run.ports)
        assert "Redis answers on" in run.end()


def test_server_that_does_not_start_is_left_out_with_its_last_words(open_folder: Path) -> None:
    stand_in(open_folder, 'echo "FATAL: out of luck"; exit 1')
    done = run_script(*redis_from(open_folder))
    assert done.stdout == "ran\n"
    assert "Redis left out: it did not start: FATAL: out of luck" in done.stderr


def test_required_server_that_does_not_start_stops_the_run(open_folder: Path) -> None:
    stand_in(open_folder, "exit 1")
    done = run_script(*redis_from(open_folder, "--require"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "Redis left out: it did not start: it said nothing" in done.stderr


def stand_in(folder: Path, script: str) -> None:
    """Put a ``redis-server`` into ``folder`` that does what the shell script says."""
    if os.geteuid() == 0 and not account_exists(Redis.account):
        pytest.skip("root runs the tests, and this machine has no account redis to start a server as")
    program = folder / "redis-server"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def redis_from(folder: Path, *options: str) -> list[str | Path]:
    return ["run", "--only", "redis", "--search", folder, *options, "--", sys.executable, "-c", "print('ran')"]
