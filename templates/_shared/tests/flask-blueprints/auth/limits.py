def test_failures_are_limited_by_account(app: Flask, user_id: int) -> None:
    browser = Browser(app.test_client())
    for number in range(5):
        browser.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        assert browser.sign_in(EMAIL, "wrong").status_code == 422
    for email in (EMAIL, EMAIL.upper()):
        response = browser.sign_in(email)
        assert response.status_code == 429
        assert 0 < int(response.headers["Retry-After"]) <= 15 * 60


def test_attempts_that_come_all_at_once_are_limited_too(
    app: Flask, user_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way = []
    all_are_here = Event()

    def judge(password: str, _kept: str | None) -> bool:
        under_way.append(password)
        return not all_are_here.wait(5)

    monkeypatch.setattr(passwords, "matches", judge)
    browsers = [Browser(app.test_client()) for _ in range(12)]
    with ThreadPoolExecutor(12) as crowd:
        attempts = [crowd.submit(browser.sign_in, EMAIL, "wrong") for browser in browsers]
        while len(under_way) + sum(attempt.done() for attempt in attempts) < 12:
            time.sleep(0.01)
        all_are_here.set()
    statuses = sorted(attempt.result().status_code for attempt in attempts)
    assert statuses == [422] * 10 + [429] * 2


def test_threads_count_in_memory_one_after_another(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way: list[str] = []
    crowds = []

    def count(_storage: MemoryStorage, key: str, *_limit: int, amount: int) -> bool:
        under_way.append(key)
        crowds.append(len(under_way))
        time.sleep(0.01)
        under_way.pop()
        return amount == 1

    monkeypatch.setattr(MemoryStorage, "acquire_entry", count)
    limiter = STRATEGIES[app.config["RATELIMIT_STRATEGY"]](MemoryStorage())
    with ThreadPoolExecutor(4) as threads:
        hits = [threads.submit(limiter.hit, RateLimitItemPerMinute(5), "zoe") for _ in range(4)]
    assert [hit.result() for hit in hits] == [True] * 4
    assert crowds == [1] * 4


def test_failures_are_limited_by_address(app: Flask, browser: Browser) -> None:
    for number in range(20):
        assert browser.sign_in(f"nobody{number}@example.com").status_code == 422
    response = browser.sign_in("nobody@example.com")
    assert response.status_code == 429
    assert "Retry-After" in response.headers


def test_an_account_that_does_not_exist_is_limited_too(browser: Browser) -> None:
    statuses = [browser.sign_in("nobody@example.com").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_success_is_not_limited(browser: Browser, user_id: int) -> None:
    for _ in range(7):
        assert browser.sign_in(EMAIL).status_code == 302
        browser.submit("/auth/logout", page="/")
