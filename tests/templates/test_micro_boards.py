"""The boards of flask-micro: green by their own gates, and used from another origin in a browser."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Locator, expect

from support.asking import ask
from support.browsing import Visitor, visiting
from support.static import static_files

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

TOKEN = "t" * 32
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="session")
def boards(render: Render) -> Callable[..., Path]:
    """``boards(data_access="orm")``: a project whose example are the boards."""
    return lambda **answers: render("flask-micro", kind="spa-backend", example_domain="boards", **answers)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        *(
            pytest.param(answers, marks=pytest.mark.thorough)
            for answers in (
                {"data_access": "orm"},
                {"realtime": True, "security": "high", "deployment": ["docker", "nginx", "supervisor"]},
                {"monitoring": ["prometheus", "statsd", "munin"], "error_reports": "sentry"},
                {"package_name": "p" * 50, "project_name": "漢" * 43},
                {"package_name": "p" * 50, "data_access": "orm"},
            )
        ),
    ],
    ids=["defaults", "SQLAlchemy", "sockets", "monitoring", "wide names", "wide names, SQLAlchemy"],
)
def test_its_gates_are_green(
    boards: Callable[..., Path], pass_gates: PassGates, micro: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(boards(**answers), micro)


@pytest.mark.thorough
@pytest.mark.parametrize("data_access", ["sql", "orm"])
@pytest.mark.parametrize("python", ["3.11", "3.13", "3.14", "3.15"])
def test_its_gates_are_green_on_other_pythons(
    boards: Callable[..., Path], pass_gates: PassGates, environment: MakeEnvironment, python: str, data_access: str
) -> None:
    pass_gates(boards(python_version=python, data_access=data_access), environment("flask-micro", python=python))


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("data_access", ["sql", "orm"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_its_gates_are_green_on_a_live_server(
    *,
    boards: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
    data_access: str,
) -> None:
    with live_database(engine) as url:
        pass_gates(boards(database=engine, data_access=data_access), micro, {"DATABASE_URL": url})


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("data_access", ["sql", "orm"])
def test_its_gates_are_green_with_redis(
    boards: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
    data_access: str,
) -> None:
    with live_redis() as url:
        pass_gates(boards(data_access=data_access, jobs="celery", cache="redis"), micro, {"REDIS_URL": url})


def test_several_processes_move_cards_one_after_the_other(
    boards: Callable[..., Path], run: Run, serve: Serve, micro: Environment, tmp_path: Path
) -> None:
    project = boards()
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/live.sqlite3"}
    _race(project, run, serve, micro, variables)


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("data_access", ["sql", "orm"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_cards_are_moved_one_after_the_other_on_a_live_server(
    *,
    boards: Callable[..., Path],
    run: Run,
    serve: Serve,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
    data_access: str,
) -> None:
    with live_database(engine) as url:
        _race(boards(database=engine, data_access=data_access), run, serve, micro, {"DATABASE_URL": url})


@pytest.mark.slow
def test_a_page_of_another_origin_moves_cards_and_shows_a_conflict(
    *, boards: Callable[..., Path], run: Run, serve: Serve, micro: Environment, chromium: Browser, tmp_path: Path
) -> None:
    project = boards()
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/page.sqlite3", "API_TOKEN": TOKEN, "WEB_CONCURRENCY": "2"}
    for command in ("migrate", "seed"):
        run(project, micro, "flask", "--app", "my_project", command, variables=variables)
    site = tmp_path / "site"
    shutil.copytree(project / "src/my_project/static", site)
    with (
        static_files(site) as origin,
        static_files(site) as foreign,
        serve(project, micro, variables=variables | {"CORS_ORIGINS": origin}) as url,
    ):
        page = site / "index.html"
        page.write_text(page.read_text().replace('data-api=""', f'data-api="{url}"'))
        with visiting(chromium, origin) as one, visiting(chromium, origin) as two:
            _enter_wrongly(one)
            for visitor in (one, two):
                _enter(visitor)
                visitor.press("Lamp library")
                expect(_card(visitor, "Find a room")).to_be_visible()
            one.inspect()
            _move_and_add(one)
            two.page.reload()
            _meet(one, two)
            one.page.get_by_role("button", name="Forget the token").click()
            expect(one.page.get_by_label("API token")).to_be_visible()
        with visiting(chromium, foreign) as stranger:
            _enter(stranger)
            expect(stranger.page.get_by_role("alert")).to_contain_text("The server does not answer.")
            assert "CORS" in stranger.complaints[0]


@pytest.mark.thorough
def test_the_page_of_the_service_itself_works_by_its_own_policy(
    *, boards: Callable[..., Path], run: Run, serve: Serve, micro: Environment, chromium: Browser, tmp_path: Path
) -> None:
    project = boards(data_access="orm", security="high")
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/own.sqlite3", "API_TOKEN": TOKEN}
    run(project, micro, "flask", "--app", "my_project", "migrate", variables=variables)
    with serve(project, micro, variables=variables) as url, visiting(chromium, f"{url}/static") as visitor:
        _enter(visitor)
        visitor.inspect()
        visitor.page.get_by_label("Name of a new board").fill("Lamps")
        visitor.press("Add board")
        expect(visitor.page.get_by_role("heading", name="Lamps")).to_be_visible()
        visitor.page.get_by_label("New card in To do").fill("Order them")
        visitor.page.get_by_label("New card in To do").press("Enter")
        expect(visitor.page.locator("#news")).to_have_text("“Order them” is added.")
        visitor.inspect()
        _button(visitor, "Delete", "Order them").click()
        expect(visitor.page.locator("#news")).to_have_text("“Order them” is deleted.")
        assert not visitor.complaints


@pytest.mark.thorough
@pytest.mark.parametrize("data_access", ["sql", "orm"])
def test_schemathesis_finds_nothing_against_its_api(
    *,
    boards: Callable[..., Path],
    run: Run,
    serve: Serve,
    micro: Environment,
    hold_to_description: HoldToDescription,
    tmp_path: Path,
    data_access: str,
) -> None:
    project = boards(data_access=data_access)
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/described.sqlite3", "API_TOKEN": TOKEN}
    run(project, micro, "flask", "--app", "my_project", "migrate", variables=variables)
    with serve(project, micro, variables=variables) as url:
        # To change a card takes the version that it has, which no value made at random is.
        for number in range(9):
            board = {"name": "A board", "key": f"key-of-{number}"}
            assert ask("POST", f"{url}/boards", board, BEARER)[0] == 201
            card = {"title": "A card", "lane": "todo", "key": f"key-of-{number}"}
            assert ask("POST", f"{url}/boards/9/cards", card, BEARER)[0] in {201, 404}
        hold_to_description(url, token=TOKEN, unwarned=frozenset({"low_valid_rate", "missing_test_data"}))


def test_neither_example_leaves_a_trace_of_itself_where_the_other_is(
    boards: Callable[..., Path], render: Render, find_traces: FindTraces
) -> None:
    own = r"\bboards?\b|\bcards\b|API_TOKEN|CORS_ORIGINS|style\.css"
    assert not find_traces(render("flask-micro"), own)
    assert not find_traces(boards(realtime=True), r"/items|an? item|ItemFields|bookmark|LIST_PASSWORD|from \.cors")


def _race(project: Path, run: Run, serve: Serve, micro: Environment, variables: Mapping[str, str]) -> None:
    """Eight callers move cards of one board to its first place; each change is made whole, or refused."""
    variables = {**variables, "API_TOKEN": TOKEN, "WEB_CONCURRENCY": "3"}
    for command in ("migrate", "seed"):
        run(project, micro, "flask", "--app", "my_project", command, variables=variables)
    with serve(project, micro, variables=variables) as url, ThreadPoolExecutor(8) as threads:
        assert ask("GET", f"{url}/boards")[0] == 401
        address = f"{url}/boards/{ask('GET', f'{url}/boards', headers=BEARER)[1]['boards'][0]['id']}"
        before = ask("GET", address, headers=BEARER)[1]

        def move(caller: int) -> Counter[int]:
            outcomes: Counter[int] = Counter()
            for number in range(4):
                cards = ask("GET", address, headers=BEARER)[1]["cards"]
                card = cards[number % len(cards)]
                change = {"version": card["version"], "lane": "todo", "before": cards[0]["id"]}
                outcomes[ask("PATCH", f"{url}/cards/{card['id']}", change, BEARER)[0]] += 1
                new = {"lane": "done", "title": "Another", "key": f"another-{caller}-{number}"}
                outcomes[ask("POST", f"{address}/cards", new, BEARER)[0]] += 1
            return outcomes

        outcomes = sum(threads.map(move, range(8)), Counter[int]())
        after = ask("GET", address, headers=BEARER)[1]
    assert set(outcomes) <= {200, 201, 409}
    assert outcomes[201] == 32
    assert len({card["id"] for card in after["cards"]}) == len(after["cards"]) == len(before["cards"]) + 32
    assert after["revision"] == before["revision"] + outcomes[200] + outcomes[201]


def _enter(visitor: Visitor, token: str = TOKEN) -> None:
    visitor.go("/index.html")
    visitor.page.get_by_label("API token").fill(token)
    visitor.press("Show boards")


def _enter_wrongly(visitor: Visitor) -> None:
    _enter(visitor, "not this one")
    expect(visitor.page.get_by_role("status").last).to_contain_text("Send the token that API_TOKEN is set to.")
    [complaint] = visitor.complaints
    assert "401" in complaint
    visitor.complaints.clear()
    visitor.inspect()


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
    expect(visitor.page.locator("#news")).to_have_text("“Choose a name” moved right.")
    expect(_button(visitor, "Move right", "Choose a name")).to_be_focused()
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
    for visitor, title in ((one, "Paint the door"), (two, "Paint the board")):
        _button(visitor, "Edit", "Paint the shelves").click()
        visitor.page.get_by_label("Title").fill(title)
    one.press("Save card")
    expect(one.page.locator("#news")).to_have_text("“Paint the door” is saved.")
    two.press("Save card")
    notice = two.page.locator("#notices")
    expect(notice).to_contain_text("Somebody else changed “Paint the door” at the same time.")
    expect(notice).to_contain_text("Paint the board")
    expect(_card(two, "Paint the door")).to_be_visible()
    [complaint] = two.complaints
    assert "409" in complaint
    two.complaints.clear()
    two.inspect()
    two.press("Replace it with yours")
    expect(two.page.locator("#news")).to_have_text("“Paint the board” is saved.")
    expect(notice).to_be_empty()
