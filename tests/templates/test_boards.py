"""The boards of flask-blueprints: green by their own gates, and used from another origin in a browser."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from support.browsing import PASSWORD, Visitor, visiting
from support.static import static_files
from templates.test_flask_blueprints import HOSTILE

if TYPE_CHECKING:
    from templates.conftest import (
        Environment,
        FindTraces,
        HoldToDescription,
        MakeEnvironment,
        PassGates,
        Render,
        Run,
        Serve,
    )

pytestmark = pytest.mark.project

TEMPLATE = "flask-blueprints"
LIBRARIES = ("flask-smorest", "plain", "flask-restful")
OWNER = "owner@example.com"


@pytest.fixture(scope="session")
def shared(environment: MakeEnvironment) -> Environment:
    """The environment of the default Python."""
    return environment(TEMPLATE)


@pytest.fixture(scope="session")
def boards(render: Render) -> Callable[..., Path]:
    """``boards(realtime=True)``: a project whose example are the boards."""
    return lambda **answers: render(
        TEMPLATE, **{"example_domain": "boards", "kind": "spa-backend", "api": "rest"} | answers
    )


def test_its_gates_are_green(boards: Callable[..., Path], pass_gates: PassGates, shared: Environment) -> None:
    pass_gates(boards(), shared)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "answers",
    [
        {"api_library": "flask-restful", "accounts": "login", "realtime": True},
        {"api_library": "plain", "accounts": "registration", "sessions": "database", **HOSTILE},
        {"accounts": "full", "admin": "basic", "security": "high", "monitoring": ["prometheus", "munin"]},
        {
            "accounts": "full",
            "admin": "multi-role",
            "realtime": True,
            "sessions": "database",
            "deployment": ["docker", "nginx", "supervisor"],
            **HOSTILE,
        },
    ],
    ids=["Flask-RESTful", "plain views", "admin area", "everything for accounts"],
)
def test_its_gates_are_green_with_what_it_goes_together_with(
    boards: Callable[..., Path], pass_gates: PassGates, shared: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(boards(**answers), shared)


@pytest.mark.thorough
@pytest.mark.service
def test_its_gates_are_green_with_redis(
    boards: Callable[..., Path],
    pass_gates: PassGates,
    shared: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    project = boards(accounts="full", admin="basic", jobs="celery", cache="redis", sessions="redis", realtime=True)
    with live_redis() as url:
        pass_gates(project, shared, {"REDIS_URL": url})


@pytest.mark.thorough
@pytest.mark.parametrize("python", ["3.11", "3.13", "3.15"])
def test_its_gates_are_green_on_other_pythons(
    boards: Callable[..., Path], pass_gates: PassGates, environment: MakeEnvironment, python: str
) -> None:
    pass_gates(boards(python_version=python, accounts="full", realtime=True), environment(TEMPLATE, python=python))


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_its_gates_are_green_on_a_live_server(
    *,
    boards: Callable[..., Path],
    pass_gates: PassGates,
    shared: Environment,
    run: Run,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
) -> None:
    project = boards(database=engine, accounts="full", **HOSTILE)
    with live_database(engine) as url:
        variables = {"DATABASE_URL": url}
        pass_gates(project, shared, variables)
        run(project, shared, "flask", "db", "upgrade", variables=variables)
        done = run(project, shared, "flask", "db", "check", variables=variables)
        assert "No new upgrade operations detected" in done.stdout + done.stderr


@pytest.mark.thorough
def test_every_library_describes_the_same_api(
    *, boards: Callable[..., Path], run: Run, serve: Serve, shared: Environment, hold_to_description: HoldToDescription
) -> None:
    descriptions = {}
    for library in LIBRARIES:
        project = boards(api_library=library)
        token = _prepare(project, run, shared, samples=False)
        with serve(project, shared) as url:
            # The boards that are tried first, and deleted, have none of the cards that are tried first.
            new = [{"name": "A board", "key": f"key-of-{number}"} for number in range(4)]
            board = [_ask(url, token, "POST", "/boards/", each)[1] for each in new][-1]
            for number in range(9):
                card = {"title": "A card", "lane": "todo", "key": f"key-of-{number}"}
                assert _ask(url, token, "POST", f"/boards/{board['id']}/cards/", card)[0] == 201
            with urllib.request.urlopen(f"{url}/openapi.json", timeout=20) as answer:
                descriptions[library] = json.load(answer)
            # To change a card takes the version that it has, which no value made at random is.
            hold_to_description(url, token=token, unwarned=frozenset({"low_valid_rate", "missing_test_data"}))
    # flask-smorest always describes its own way to make pages.
    del descriptions["flask-smorest"]["components"]["schemas"]["PaginationMetadata"]
    assert descriptions["plain"] == descriptions["flask-restful"] == descriptions["flask-smorest"]


def test_the_processes_of_gunicorn_move_cards_one_after_the_other(
    boards: Callable[..., Path], run: Run, serve: Serve, shared: Environment
) -> None:
    project = boards()
    token = _prepare(project, run, shared)
    with serve(project, shared, variables={"WEB_CONCURRENCY": "4"}) as url:
        _race(url, token)


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_cards_are_moved_one_after_the_other_on_a_live_server(
    *,
    boards: Callable[..., Path],
    run: Run,
    serve: Serve,
    shared: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
) -> None:
    project = boards(database=engine)
    with live_database(engine) as database:
        variables = {"DATABASE_URL": database}
        token = _prepare(project, run, shared, variables)
        with serve(project, shared, variables=variables | {"WEB_CONCURRENCY": "4"}) as url:
            _race(url, token)


@pytest.mark.slow
def test_a_page_of_another_origin_signs_in_moves_cards_and_shows_a_conflict(
    *, boards: Callable[..., Path], run: Run, serve: Serve, shared: Environment, chromium: Browser, tmp_path: Path
) -> None:
    """The same site at another port, as `app.example.com` is beside `api.example.com`."""
    project = boards()
    _prepare(project, run, shared)
    with (
        static_files(tmp_path) as origin,
        serve(project, shared, variables={"CORS_ORIGINS": origin, "WEB_CONCURRENCY": "2"}) as url,
    ):
        run(project, shared, "flask", "boards", "export-client", str(tmp_path), "--api", url)
        with visiting(chromium, origin) as one, visiting(chromium, origin) as two:
            _sign_in_wrongly(one)
            for visitor in (one, two):
                _sign_in(visitor)
                visitor.press("Lamp library 2")
                expect(_card(visitor, "Draw the sign")).to_be_visible()
            one.inspect()
            _move_and_add(one)
            _meet(one, two)
            one.page.get_by_role("button", name="Sign out").click()
            expect(one.page.get_by_role("heading", name="Sign in")).to_be_visible()
            # The other browser's session is over too, and it says so.
            _button(two, "Delete", "Draw the board").click()
            expect(two.page.get_by_text("Your session has ended.")).to_be_visible()
            _sign_in(two, at_once=True)
            expect(_card(two, "Draw the board")).to_be_visible()


@pytest.mark.thorough
def test_the_page_of_the_site_itself_works_by_its_own_policy(
    *, boards: Callable[..., Path], run: Run, serve: Serve, shared: Environment, chromium: Browser
) -> None:
    project = boards(realtime=True)
    _prepare(project, run, shared)
    with serve(project, shared) as url, visiting(chromium, url) as one, visiting(chromium, url) as two:
        for visitor in (one, two):
            visitor.go("/auth/login?next=/boards/")
            visitor.fill(email=OWNER, password=PASSWORD)
            visitor.press("Sign in")
            visitor.inspect()
            visitor.press("Lamp library 1")
            expect(_card(visitor, "Draw the sign")).to_be_visible()
        one.inspect()
        _button(one, "Edit", "Find a room").click()
        one.inspect()
        _button(two, "Move right", "Draw the sign").click()
        expect(_lane(one, "Done").get_by_role("heading", name="Draw the sign")).to_be_visible()
        expect(one.page.get_by_label("Title")).to_have_value("Find a room")
        assert not one.complaints
        assert not two.complaints


@pytest.mark.thorough
def test_a_page_of_another_site_gets_no_session_by_default(
    *, boards: Callable[..., Path], run: Run, serve: Serve, shared: Environment, chromium: Browser, tmp_path: Path
) -> None:
    """``localhost`` is another site than ``127.0.0.1``: it may use the API, but no cookie says for whom."""
    project = boards()
    _prepare(project, run, shared)
    with static_files(tmp_path) as address:
        origin = address.replace("127.0.0.1", "localhost")
        with serve(project, shared, variables={"CORS_ORIGINS": origin}) as url, visiting(chromium, origin) as visitor:
            run(project, shared, "flask", "boards", "export-client", str(tmp_path), "--api", url)
            _sign_in(visitor)
            expect(visitor.page.get_by_text("Your session has ended.")).to_be_visible()


def test_neither_example_leaves_a_trace_of_itself_where_the_other_is(
    boards: Callable[..., Path], render: Render, find_traces: FindTraces
) -> None:
    everything = {"accounts": "full", "admin": "multi-role", "api": "rest", "realtime": True, "cache": "redis"}
    own = r"\bboards?\b|\bcards\b|cors\.py|CORS_ORIGINS|_SAMESITE=|require_caller|NewCard"
    others = r"/items/|item_id|items:changed|ItemForm|ItemSchema|blog|searchable"
    assert not find_traces(render(TEMPLATE, **everything), own)
    assert not find_traces(boards(**everything), others)


def _prepare(
    project: Path,
    run: Run,
    shared: Environment,
    variables: Mapping[str, str] | None = None,
    *,
    samples: bool = True,
) -> str:
    """An account, with sample boards unless there should be none; the answer is a token of it."""
    account = ("--email", OWNER)
    run(project, shared, "flask", "db", "upgrade", variables=variables)
    run(project, shared, "flask", "create-user", *account, "--password", PASSWORD, variables=variables)
    if samples:
        run(project, shared, "flask", "boards", "seed", variables=variables)
    made = run(project, shared, "flask", "create-api-token", *account, "--name", "tests", variables=variables)
    return made.stdout.strip()


def _sign_in(visitor: Visitor, *, at_once: bool = False) -> None:
    if not at_once:
        visitor.go("/")
    visitor.fill(email=OWNER, password=PASSWORD)
    visitor.press("Sign in")


def _sign_in_wrongly(visitor: Visitor) -> None:
    visitor.go("/")
    visitor.inspect()
    visitor.fill(email=OWNER, password="not this one")
    visitor.press("Sign in")
    expect(visitor.page.get_by_role("alert")).to_contain_text("Check both and try again.")
    [complaint] = visitor.complaints
    assert "401" in complaint
    visitor.complaints.clear()


def _lane(visitor: Visitor, name: str) -> Locator:
    return visitor.page.get_by_role("region", name=name)


def _card(visitor: Visitor, title: str) -> Locator:
    return visitor.page.get_by_role("heading", name=title, exact=True)


def _button(visitor: Visitor, does: str, title: str) -> Locator:
    return visitor.page.get_by_role("button", name=f"{does}: {title}", exact=True)


def _move_and_add(visitor: Visitor) -> None:
    """With the keyboard: the button stays where it was, and a screen reader hears what has happened."""
    _button(visitor, "Move right", "Choose a name").press("Enter")
    expect(_lane(visitor, "Doing").get_by_role("heading", name="Choose a name")).to_be_visible()
    expect(visitor.page.locator("#news")).to_have_text("“Choose a name” moved right, to Doing.")
    expect(_button(visitor, "Move right", "Choose a name")).to_be_focused()
    _button(visitor, "Move up", "Choose a name").press("Enter")
    _button(visitor, "Move up", "Choose a name").press("Enter")
    expect(_button(visitor, "Edit", "Choose a name")).to_be_focused()
    visitor.page.get_by_label("New card in Done").fill("A <b>new</b> card")
    visitor.page.get_by_label("New card in Done").press("Enter")
    expect(visitor.page.locator("#news")).to_have_text("“A <b>new</b> card” is added.")
    visitor.page.reload()
    expect(_lane(visitor, "Doing").get_by_role("heading").nth(1)).to_have_text("Choose a name")
    expect(_lane(visitor, "Done").get_by_role("heading").last).to_have_text("A <b>new</b> card")


def _meet(one: Visitor, two: Visitor) -> None:
    """Two browsers change one card: the second is shown both, and decides."""
    for visitor, title in ((one, "Draw the door"), (two, "Draw the board")):
        _button(visitor, "Edit", "Draw the sign").click()
        visitor.page.get_by_label("Title").fill(title)
    one.press("Save card")
    expect(one.page.locator("#news")).to_have_text("“Draw the door” is saved.")
    two.press("Save card")
    notice = two.page.locator("#notices")
    expect(notice).to_contain_text("You changed “Draw the door” in another window at the same time.")
    expect(notice).to_contain_text("Draw the board")
    expect(_card(two, "Draw the door")).to_be_visible()
    [complaint] = two.complaints
    assert "409" in complaint
    two.complaints.clear()
    two.inspect()
    two.press("Replace it with yours")
    expect(two.page.locator("#news")).to_have_text("“Draw the board” is saved.")
    expect(notice).to_be_empty()


def _race(url: str, token: str) -> None:
    """Eight callers move cards of one board to its first place; each change is made whole, or refused."""
    [board, _] = _ask(url, token, "GET", "/boards/")[1]["boards"]
    address = f"/boards/{board['id']}"
    before = _ask(url, token, "GET", address)[1]
    outcomes: Counter[int] = Counter()

    def move() -> None:
        for number in range(4):
            cards = _ask(url, token, "GET", address)[1]["cards"]
            card = cards[number % len(cards)]
            change = {"version": card["version"], "lane": "todo", "before": cards[0]["id"]}
            outcomes[_ask(url, token, "PATCH", f"/cards/{card['id']}", change)[0]] += 1
            key = str(uuid.uuid4())
            card = {"lane": "done", "title": "Another", "key": key}
            outcomes[_ask(url, token, "POST", f"{address}/cards/", card)[0]] += 1

    threads = [threading.Thread(target=move) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = _ask(url, token, "GET", address)[1]
    assert set(outcomes) <= {200, 201, 409}
    assert outcomes[201] == 32
    assert len(after["cards"]) == len(before["cards"]) + 32
    assert len({card["id"] for card in after["cards"]}) == len(after["cards"])
    assert after["revision"] == before["revision"] + outcomes[200] + outcomes[201]


def _ask(url: str, token: str, method: str, path: str, data: object = None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps(data).encode() if data else None
    request = urllib.request.Request(f"{url}/api/v1{path}", body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
