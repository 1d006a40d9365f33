"""MariaDB."""

from __future__ import annotations

import os
import pwd
import signal
from pathlib import Path

from services.server import ACCOUNT, LOOPBACK, Server, exchange, is_root


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
                f"--auth-root-socket-user={self.account if is_root() else pwd.getpwuid(os.geteuid()).pw_name}",
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
            "--loose-innodb-snapshot-isolation=ON",  # as releases from 11.6 on have it by themselves
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
