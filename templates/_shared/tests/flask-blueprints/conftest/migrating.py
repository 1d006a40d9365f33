def _migrate(url: str) -> None:
    app = create_app(Settings(database_url=url))
{% if uses_orm %}
    with app.app_context():
        upgrade()
{% else %}
    done = app.test_cli_runner().invoke(args=["migrate"])
    assert done.exit_code == 0, done.output
{% endif %}
{% if closes_apps %}
    _close(app)
{% endif %}
{% if uses_orm and (uses_postgresql or uses_mysql) %}


def _change_server(server: str, what: str, name: str) -> None:
    options = engine_options(server) | {"isolation_level": "AUTOCOMMIT", "poolclass": NullPool}
    engine = create_engine(**options)
    with engine.connect() as connection:
        connection.execute(text(f"{what} {engine.dialect.identifier_preparer.quote(name)}"))
{% endif %}
