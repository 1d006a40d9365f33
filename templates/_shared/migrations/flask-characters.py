def refuse_other_characters(connection: Connection) -> None:
    """Refuse a database that lacks letters: many a server still begins one as latin1."""
    if connection.dialect.name != "mysql":
        return  # the tests can run on SQLite
    used = connection.exec_driver_sql("SELECT @@character_set_database").scalar()
    if used != "utf8mb4":
        raise click.ClickException(
            f"The database's character set is {used}, which lacks letters. Change it first:"
            " ALTER DATABASE ... CHARACTER SET utf8mb4"
        )
