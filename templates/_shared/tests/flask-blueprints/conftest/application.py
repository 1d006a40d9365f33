@pytest.fixture(scope="session")
{% if has_media and uses_redis %}
def settings(
    database_url: str, redis_prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
{% elif has_media %}
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
{% elif uses_database and uses_redis %}
def settings(database_url: str, redis_prefix: str) -> Settings:
{% elif uses_database %}
def settings(database_url: str) -> Settings:
{% elif uses_redis %}
def settings(redis_prefix: str) -> Settings:
{% else %}
def settings() -> Settings:
{% endif %}
    """Settings for tests; {{ 'but for the servers ' if uses_redis }}nothing comes from the environment."""
{% if uses_redis %}
    return Settings(
        secret_key="for-tests-only-0123456789-0123456789",
{% if uses_database %}
        database_url=database_url,
{% endif %}
        redis_url=REDIS.redis_url,
        redis_ca_file=REDIS.redis_ca_file,
        redis_prefix=redis_prefix,
{% if has_media %}
        media_root=str(tmp_path_factory.mktemp("media")),
{% endif %}
    )
{% elif has_media %}
    return Settings(
        secret_key="for-tests-only-0123456789-0123456789",
        database_url=database_url,
        media_root=str(tmp_path_factory.mktemp("media")),
    )
{% elif uses_database %}
    return Settings(secret_key="for-tests-only-0123456789-0123456789", database_url=database_url)
{% else %}
    return Settings(secret_key="for-tests-only-0123456789-0123456789")
{% endif %}


@pytest.fixture(scope="session")
{% if closes_apps %}
def _shared_app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
{% if uses_celery %}
    # The worker of the tests is a thread; what it connects to for results is closed here as well.
    app.extensions["celery"].conf.result_backend_thread_safe = True
{% endif %}
    yield app
    _close(app)
{% if uses_celery %}
    kombu.pools.reset()  # the connections to the queue, which all applications share
{% endif %}
{% else %}
def _shared_app(settings: Settings) -> Flask:
    return create_app(settings)
{% endif %}


@pytest.fixture
def app(_shared_app: Flask) -> Iterator[Flask]:
    """The application{% if uses_database %} with an empty database{% endif %}; all tests share it."""
    yield from _prepared(_shared_app)


@pytest.fixture
def fresh_app(settings: Settings) -> Iterator[Flask]:
    """An application of the test's own, to which it can add pages."""
    app = create_app(settings)
    yield from _prepared(app)
{% if closes_apps %}
    _close(app)
{% endif %}


{% if uses_redis %}
@pytest.fixture
def no_redis(app: Flask) -> Iterator[None]:
    """Redis does not answer while the test runs."""

    def refuse(*_args: object, **_options: object) -> NoReturn:
        raise RedisConnectionError("away")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ConnectionPool, "get_connection", refuse)
        yield


{% endif %}
@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Sends requests as they are."""
    return app.test_client()
{% if uses_forms %}


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Fills in forms."""
    return Browser(app.test_client())
{% endif %}
{% if sends_mail %}


@pytest.fixture
def outbox(app: Flask) -> Outbox:
    """The mail that was sent."""
    sent = app.extensions["mailer"]
    assert isinstance(sent, Outbox)
    return sent
{% endif %}
