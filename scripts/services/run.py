"""One run: servers up, the command, servers down."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from services.packages import absent, find_programs
from services.server import LOOPBACK, SCRATCH, START_SECONDS, STOP_SECONDS, Server, ServerError, account_exists, is_root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

COMMAND_SECONDS = 2 * STOP_SECONDS  # long enough for a run inside this one to stop its own servers
PAUSE_SECONDS = 0.05
ATTEMPTS = 3  # a port that was free a moment ago may be taken by the time the server binds it


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


def _lay_out(kind: type[Server], scratch: Path, folders: Sequence[str] | None) -> Server:
    """Give the server with its programs found and its folder made, or the reason why not."""
    programs = find_programs(kind.needed, folders)
    if missing := absent(kind.needed, programs):
        raise ServerError(f"no {' and no '.join(missing)} found (Debian package {kind.package})")
    if is_root() and not account_exists(kind.account):
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


def _say(text: str) -> None:
    print(f"services: {text}", file=sys.stderr, flush=True)
