"""PostgreSQL."""

from __future__ import annotations

import signal

from services.server import ACCOUNT, LOOPBACK, Server


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
