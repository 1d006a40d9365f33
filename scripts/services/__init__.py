"""Runs a command with PostgreSQL, MariaDB and Redis beside it, and leaves nothing of them behind.

    python scripts/services run -- pytest -m service
    python scripts/services missing

Generated projects are tested against real servers. Those a machine already runs are none of our business, so each run
starts its own: free ports on loopback, a fresh data folder, an account of its own that may create databases. The
command finds each address in an environment variable, such as ``WAYPOST_TEST_POSTGRESQL_URL``; an address that is
already set there is used as it is, and that server is not started.

A server is one module in ``servers/``; ``packages.py`` lists the other programs that tests use. Only the standard
library: this also works before anything is installed.
"""

from __future__ import annotations

from services.server import free_port

__all__ = ["free_port"]
