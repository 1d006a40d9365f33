def pytest_sessionstart() -> None:
    try:
        redis().ping()
    except RedisError:
        pytest.exit(
            "The tests need Redis, and none answers: start one (redis-server, or docker run --rm "
            "-p 6379:6379 redis:8), or say in .env, as REDIS_URL, where yours is.",
            returncode=2,
        )


@pytest.fixture(autouse=True)
def _no_keys_left_over() -> Iterator[None]:
    """Take away what a test left in Redis. All of it begins with the tests' own prefix."""
    yield
    for name in redis().scan_iter(key("*"), count=10_000):
        redis().delete(name)
