"""Servers of a test's own, which it may stop and start again at the same address."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.packages import absent, find_programs
from services.server import LOOPBACK, SCRATCH, START_SECONDS, STOP_SECONDS, Server, account_exists, is_root
from services.servers.redis import Redis


@dataclass(frozen=True)
class Stoppable:
    """A server that runs until somebody stops it."""

    server: Server

    @property
    def url(self) -> str:
        """Its address, the same after each start."""
        return self.server.url()

    def start(self) -> None:
        """Start it, at the address that it had before."""
        port = self.server.port
        deadline = time.monotonic() + START_SECONDS
        self.server.spawn(port)
        while not self.server.answers():
            assert self.server.is_running(), self.server.last_words()
            assert time.monotonic() < deadline, self.server.last_words()
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it as an operator does, and see it gone."""
        process = self.server.process
        if process is not None and process.poll() is None:
            process.send_signal(self.server.stop_signal)
            process.wait(4 * STOP_SECONDS)

    def restart(self) -> None:
        """Stop it and start it again."""
        self.stop()
        self.start()


@contextmanager
def stoppable(kind: type[Server]) -> Iterator[Stoppable]:
    """Run a new server; the test is skipped, and says so, where its programs are not installed."""
    programs = find_programs(kind.needed)
    if missing := absent(kind.needed, programs):
        pytest.skip(f"no {' and no '.join(missing)} found (Debian package {kind.package})")
    if is_root() and not account_exists(kind.account):
        pytest.skip(f"{kind.label} does not run as root, and this machine has no account {kind.account}")
    scratch = Path(tempfile.mkdtemp(prefix="waypost-outages-", dir=SCRATCH))
    scratch.chmod(0o711)
    server = kind(folder=scratch / kind.name, programs=programs, password=secrets.token_hex(16))
    server.folder.mkdir(mode=0o700)
    server.give(server.folder)
    running = Stoppable(server)
    try:
        server.prepare()
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(scratch, ignore_errors=True)


class TlsRedis(Redis):
    """A Redis that speaks nothing but TLS, with a certificate from an authority that this machine does not know."""

    needed = (*Redis.needed, "openssl")

    @property
    def authority(self) -> Path:
        """The authority's certificate, for those who are to trust it."""
        return self.folder / "ca.pem"

    def prepare(self) -> None:
        """Make the authority, and have it sign the server's address."""
        new = [self.programs["openssl"], "req", "-x509", "-newkey", "rsa:2048", "-noenc"]
        self.finish([*new, "-subj", "/CN=Authority", "-keyout", "ca.key", "-out", "ca.pem"])
        name = ["-subj", "/CN=Redis", "-addext", f"subjectAltName=IP:{LOOPBACK}"]
        self.finish([*new, *name, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "redis.key", "-out", "redis.pem"])
        self.folder.chmod(0o755)

    def command(self) -> list[str]:
        """Take the place of the usual port."""
        tls = {
            "port": "0",
            "tls-port": str(self.port),
            "tls-cert-file": "redis.pem",
            "tls-key-file": "redis.key",
            "tls-ca-cert-file": "ca.pem",
            "tls-auth-clients": "no",
        }
        flags = [part for key, value in tls.items() for part in (f"--{key}", value)]
        return [*super().command(), *flags]

    def url(self) -> str:
        """Ask for TLS."""
        return super().url().replace("redis://", "rediss://", 1)
