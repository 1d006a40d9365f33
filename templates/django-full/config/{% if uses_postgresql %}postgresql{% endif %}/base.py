"""Django's PostgreSQL, with a pool that lends no dead connection and does not wait for a server that is down."""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """A thread's connection to the database, lent by its process's pool."""

    # The types of Django 5.2 do not have it yet.
    pool: ConnectionPool | None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """Return a connection that works.

        After a restart of the server all that the pool holds are dead. It would find out about them one by one, and
        pause longer after each.
        """
        connection: Connection
        if self.pool is None:
            connection = super().get_new_connection(conn_params)
            return connection
        if self.pool.get_stats()["pool_size"] == 0:
            knock(conn_params)
        connection = super().get_new_connection(conn_params)
        try:
            ConnectionPool.check_connection(connection)
        except OperationalError:
            self.pool.putconn(connection)
            knock(conn_params)
            self.pool.drain()
            connection = super().get_new_connection(conn_params)
        return connection


def knock(conn_params: dict[str, Any]) -> None:
    """Fail at once, and with the reason, where the server cannot be reached; the pool only says that it waited."""
    Connection.connect(**conn_params).close()
