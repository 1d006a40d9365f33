@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """The server REDIS_URL names; without one nothing can be tested."""
    with Redis.from_url(REDIS.redis_url, **REDIS.redis_tls) as server:
        try:
            server.ping()
        except RedisError as error:
            pytest.exit(f"Start a Redis server, or name it in REDIS_URL: {error}", returncode=1)
        yield server


@pytest.fixture(scope="session")
def redis_prefix(redis: Redis) -> Iterator[str]:
    """What this run's keys begin with; they are taken away in the end."""
    prefix = f"{Settings.redis_prefix}test-{secrets.token_hex(4)}:"
    yield prefix
    for key in redis.scan_iter(f"{prefix}*"):
        redis.delete(key)
