@pytest.fixture(scope="session")
{% if uses_sqlite %}
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A new SQLite file, made by the migrations."""
    url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.sqlite3'}"
    _migrate(url)
    return url
{% elif uses_postgresql_sql %}
def database_url() -> Iterator[str]:
    """A new database on the server that DATABASE_URL names, made by the migrations."""
    name = f"test_{secrets.token_hex(8)}"
    address = urlsplit(VARIABLES.get("DATABASE_URL") or Settings.database_url)
    try:
        server = psycopg.connect(address._replace(path="/postgres").geturl(), autocommit=True)
    except psycopg.Error as error:
        pytest.exit(f"Start PostgreSQL, or name it in DATABASE_URL: {error}", returncode=1)
    with server:
        server.execute(f"CREATE DATABASE {name}")
        url = address._replace(path=f"/{name}").geturl()
        _migrate(url)
        yield url
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
{% elif uses_mysql_sql %}
def database_url() -> Iterator[str]:
    """A new database on the server that DATABASE_URL names, made by the migrations."""
    name = f"test_{secrets.token_hex(8)}"
    address = urlsplit(VARIABLES.get("DATABASE_URL") or Settings.database_url)
    try:
        server = pymysql.connect(
            host=address.hostname,
            port=address.port or 3306,
            user=unquote(address.username or ""),
            password=unquote(address.password or ""),
        )
    except pymysql.Error as error:
        pytest.exit(f"Start MySQL or MariaDB, or name it in DATABASE_URL: {error}", returncode=1)
    with server, server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        url = address._replace(path=f"/{name}").geturl()
        _migrate(url)
        yield url
        cursor.execute(f"DROP DATABASE {name}")
{% elif uses_mongodb %}
def database_url() -> Iterator[str]:
    """A new database on the server that DATABASE_URL names, made by the migrations."""
    name = f"test_{secrets.token_hex(8)}"
    address = urlsplit(VARIABLES.get("DATABASE_URL") or Settings.database_url)
    with MongoClient[db.Document](address.geturl(), serverSelectionTimeoutMS=3000) as server:
        try:
            server.admin.command("ping")
        except PyMongoError as error:
            pytest.exit(f"Start MongoDB, or name it in DATABASE_URL: {error}", returncode=1)
        url = address._replace(path=f"/{name}").geturl()
        _migrate(url)
        yield url
        db.make_client(url).close()
        server.drop_database(name)
{% elif uses_oracle_sql %}
def database_url() -> str:
    """The schema that TEST_DATABASE_URL names: what is in it goes, the migrations make it anew."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        pytest.exit("Name an Oracle schema for tests alone in TEST_DATABASE_URL", returncode=1)
    with create_app(Settings(database_url=url)).app_context(), db.transaction() as cursor:
        cursor.execute("SELECT table_name FROM user_tables")
        for [table] in cursor.fetchall():
            cursor.execute(f'DROP TABLE "{table}" PURGE')
    _migrate(url)
    return url
{% elif uses_oracle %}
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The empty schema TEST_DATABASE_URL names, else a SQLite file; made by the migrations."""
    file = tmp_path_factory.mktemp("database") / "test.sqlite3"
    url = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{file}"
    app = create_app(Settings(database_url=url))
    with app.app_context():
        if tables := {*inspect(db.engine).get_table_names()} - {"alembic_version"}:
            pytest.exit(f"TEST_DATABASE_URL names a schema that is not empty: {sorted(tables)}")
    _migrate(url)
    yield url
    with app.app_context():
        downgrade(revision="base")
    _close(app)
{% else %}
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A new database beside the one DATABASE_URL names, made by the migrations; else a SQLite file."""
    server = VARIABLES.get("DATABASE_URL")
    if not server:
        url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.sqlite3'}"
        _migrate(url)
        yield url
        return
    address = make_url(server)
    own = address.set(database=f"{address.database}_test_{secrets.token_hex(4)}")
    url = own.render_as_string(hide_password=False)
    try:
        _change_server(server, "CREATE DATABASE", str(own.database))
    except DBAPIError as error:
        reason = f"Where DATABASE_URL says no database can be made for the tests: {error.orig}"
        pytest.exit(f"{reason}\nDATABASE_URL= runs them on a SQLite file.", returncode=1)
    try:
        _migrate(url)
        yield url
    finally:
        _change_server(server, "DROP DATABASE", str(own.database))
{% endif %}
