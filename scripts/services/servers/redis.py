"""Redis."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import ClassVar

from services.server import LOOPBACK, Server, exchange


class Redis(Server):
    """A Redis that keeps nothing on disk."""

    name = "redis"
    label = "Redis"
    variable = "WAYPOST_TEST_REDIS_URL"
    package = "redis-server"
    needed: ClassVar[tuple[str, ...]] = ("redis-server",)
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
