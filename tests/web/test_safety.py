"""Who may ask the page's server for what: tried with what strangers' pages and programs can send."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.exceptions import TooManyRequests

from support.pages import HOST, TOKEN, Asking, Served, asking_here, asking_hosted, served
from waypost.web.safety import HEADERS, Rate

MAKING = {"answers": {"template": "flask-micro"}, "name": "made", "git": False}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module")
def page(place: Path) -> Asking:
    return asking_here(place)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("live")) as server:
        yield server


@pytest.mark.parametrize(
    "host",
    ["rebound.example", "rebound.example:8000", "localhost:8000", "127.0.0.1", "127.0.0.1:8001", "127.0.0.1.:8000", ""],
)
@pytest.mark.parametrize("path", ["/", "/api/plan", "/static/x/y"])
def test_a_name_that_leads_to_this_machine_is_another_host(page: Asking, host: str, path: str) -> None:
    environ = {"HTTP_HOST": host, "HTTP_X_FORWARDED_HOST": HOST, "HTTP_FORWARDED": f"host={HOST}"}
    response = page.client.get(path, environ_overrides=environ, headers={"X-Waypost-Token": TOKEN})
    assert response.status_code == 421


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
@pytest.mark.parametrize("path", ["/api/plan", "/api/projects", "/api/archive", "/starter.zip"])
def test_another_site_s_page_gets_nothing(page: Asking, site: str, path: str) -> None:
    assert page.get(path, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors").status_code == 403
    assert page.get(path, Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate").status_code == 403


def test_a_link_on_another_site_may_lead_to_the_page_and_not_into_it(page: Asking) -> None:
    assert page.get("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate").status_code == 200
    assert page.get("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors").status_code == 403
    assert page.get("/", Sec_Fetch_Site="none").status_code == 200


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "ü"])
@pytest.mark.parametrize("path", ["/api/plan", "/api/projects", "/api/archive", "/starter.zip", "/api/nothing"])
def test_nothing_is_answered_without_the_token_of_the_run(page: Asking, token: str, path: str) -> None:
    assert page.get(path, X_Waypost_Token=token).status_code == 403


@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://rebound.example", "https://127.0.0.1:8000", "http://127.0.0.1:8001", f"http://{HOST}/"],
)
def test_a_change_comes_from_this_page_alone(page: Asking, place: Path, origin: str) -> None:
    assert page.post("/api/projects", MAKING, Origin=origin).status_code == 403
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_change_is_asked_for_in_json_which_no_form_sends(page: Asking, place: Path, kind: str) -> None:
    assert page.post("/api/projects", MAKING, Content_Type=kind).status_code in (403, 415)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch", "options"])
def test_no_other_method_writes(page: Asking, place: Path, method: str) -> None:
    headers = {"X-Waypost-Token": TOKEN, "Origin": f"http://{HOST}", "Content-Type": "application/json"}
    getattr(page.client, method)("/api/projects", base_url=f"http://{HOST}", json=MAKING, headers=headers)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("path", ["/", "/api/plan", "/api/nothing", "/static/x/y", "/starter.zip"])
def test_every_reply_tells_browsers_to_be_strict(page: Asking, path: str) -> None:
    for response in (page.get(path), page.get(path, X_Waypost_Token="")):
        assert HEADERS.items() <= dict(response.headers).items()
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in response.headers
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../pyproject.toml",
        "/static/%2e%2e/%2e%2e/pyproject.toml",
        "/static/..%2f..%2fapp.py",
        "//etc/passwd",
        "/static//etc/passwd",
        "/static/x/index.html",
        "/..%5c..%5capp.py",
    ],
)
def test_no_path_leads_out_of_the_page_s_files(live: Served, path: str) -> None:
    request = f"GET {path} HTTP/1.1\nHost: {live.host}\nX-Waypost-Token: {live.token}\nConnection: close\n\n"
    assert live.ask(request)[0] in (400, 404)


def test_the_real_server_looks_at_the_host_of_the_request_alone(live: Served) -> None:
    for line in ("X-Forwarded-Host", "X-Host", "Forwarded"):
        request = (
            f"GET /api/plan HTTP/1.1\nHost: rebound.example:{live.port}\n{line}: {live.host}\nConnection: close\n\n"
        )
        assert live.ask(request)[0] == 421
    assert live.ask(f"GET / HTTP/1.1\nHost: {live.host}\nConnection: close\n\n")[0] == 200
    absolute = f"GET http://{live.host}/api/plan HTTP/1.1\nHost: rebound.example\nConnection: close\n\n"
    assert live.ask(absolute)[0] in (400, 403, 421)
    assert live.ask("GET / HTTP/1.0\n\n")[0] == 421


def test_two_hosts_are_none(live: Served) -> None:
    request = f"GET / HTTP/1.1\nHost: {live.host}\nHost: rebound.example\nConnection: close\n\n"
    assert live.ask(request)[0] in (400, 421)


def test_the_real_server_writes_nothing_for_a_stranger(live: Served) -> None:
    body = '{"answers":{},"name":"made","git":false}'
    for origin in ("http://rebound.example", "null"):
        request = (
            f"POST /api/projects HTTP/1.1\nHost: {live.host}\nOrigin: {origin}\nX-Waypost-Token: {live.token}\n"
            f"Content-Type: application/json\nContent-Length: {len(body)}\nConnection: close\n\n{body}"
        )
        assert live.ask(request)[0] == 403


def test_the_server_listens_on_the_loopback_alone(live: Served) -> None:
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1", "127.0.1.1"}:
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((str(address), live.port), timeout=5).close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", live.port), timeout=5).close()


def test_the_token_is_256_bits_and_another_for_every_run(live: Served, tmp_path: Path) -> None:
    with served(tmp_path) as other:
        assert len(live.token) == len(other.token) == 43
        assert live.token != other.token


def test_a_terminating_signal_ends_it_quietly_too(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0


def test_a_client_has_so_many_requests_and_then_some_a_second() -> None:
    now = [0.0]
    rate = Rate(per_second=2, most=3, clock=lambda: now[0])

    def allowed(client: str) -> bool:
        try:
            rate.check(client)
        except TooManyRequests as error:
            return error.retry_after != 1
        return True

    assert [allowed("a") for _ in range(5)] == [True, True, True, False, False]
    assert allowed("b")
    now[0] = 1.0
    assert [allowed("a") for _ in range(3)] == [True, True, False]


def test_a_hosted_page_limits_what_one_client_asks() -> None:
    page = asking_hosted(rate=1, burst=4)
    codes = [page.get("/api/nothing").status_code for _ in range(6)]
    assert codes == [404] * 4 + [429] * 2
    assert page.get("/api/nothing").headers["Retry-After"] == "1"


def test_a_hosted_page_can_be_for_named_hosts() -> None:
    page = asking_hosted(hosts=["starters.example"])
    assert page.client.get("/", base_url="https://starters.example").status_code == 200
    assert page.client.get("/", base_url="https://rebound.example").status_code == 421
