"""The database's migrations, run by `flask db`."""
