"""The waiting list of flask-micro: green by its own gates, and used in a browser with several processes behind it."""

from __future__ import annotations

import base64
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from support.browsing import RULES
from support.small import lines_of_code

if TYPE_CHECKING:
    from templates.conftest import Environment, FindTraces, PassGates, Render, Run, Serve

pytestmark = pytest.mark.project

PASSWORD = "p" * 32


@pytest.fixture(scope="session")
def waiting(render: Render) -> Callable[..., Path]:
    """``waiting(data_access="orm")``: a project whose example is a waiting list."""
    return lambda **answers: render("flask-micro", example_domain="waitlist", **{"api": "none"} | answers)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        *(
            pytest.param(answers, marks=pytest.mark.thorough)
            for answers in (
                {"data_access": "orm"},
                {"monitoring": ["prometheus", "statsd", "munin"], "realtime": True, "security": "high"},
                {"python_version": "3.14", "deployment": ["docker", "nginx", "supervisor"]},
                {"package_name": "p" * 50, "project_name": "漢" * 43},
            )
        ),
    ],
    ids=["defaults", "models", "monitoring and sockets", "deployed", "wide names"],
)
def test_its_gates_are_green(
    waiting: Callable[..., Path], pass_gates: PassGates, micro: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(waiting(**answers), micro)


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("data_access", ["sql", "orm"])
def test_its_gates_are_green_on_a_live_server(
    waiting: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    data_access: str,
) -> None:
    with live_database("postgresql") as url:
        pass_gates(waiting(database="postgresql", data_access=data_access), micro, {"DATABASE_URL": url})


@pytest.mark.thorough
@pytest.mark.service
def test_its_gates_are_green_with_jobs_and_a_cache(
    waiting: Callable[..., Path],
    pass_gates: PassGates,
    micro: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    with live_redis() as url:
        pass_gates(waiting(jobs="celery", cache="redis"), micro, {"REDIS_URL": url})


@pytest.mark.slow
def test_people_join_in_a_browser_and_each_is_on_the_list_once(
    *, waiting: Callable[..., Path], run: Run, serve: Serve, micro: Environment, chromium: Browser
) -> None:
    project = waiting()
    run(project, micro, "flask", "--app", "my_project", "migrate")
    run(project, micro, "flask", "--app", "my_project", "seed")
    faults: list[str] = []
    with serve(project, micro, variables={"LIST_PASSWORD": PASSWORD, "WEB_CONCURRENCY": "4"}) as address:
        context = chromium.new_context(viewport={"width": 390, "height": 800})
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text))

        def look() -> None:
            for scheme, width in (("light", 1280), ("dark", 390)):
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                report = Axe().run(page, options=RULES)
                assert report.violations_count == 0, report.generate_report()
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

        page.goto(address)
        # Without the stylesheet, which the policy has to allow, bodies are blocks.
        assert page.evaluate("getComputedStyle(document.body).display") == "flex"
        assert page.get_by_text("At least 40 people").is_visible()
        look()
        page.get_by_label("Email").fill("someone@localhost")
        page.get_by_role("button", name="Join the waiting list").click()
        assert page.get_by_label("Email").get_attribute("aria-invalid") == "true"
        look()
        page.get_by_label("Email").fill("Someone@Example.com")
        page.get_by_role("button", name="Join the waiting list").click()
        assert page.get_by_role("status").inner_text().startswith("You are on the waiting list.")
        look()
        context.close()
        emails = [f"person.{number // 4}@example.com" for number in range(100)]
        with ThreadPoolExecutor(16) as pool:
            assert {*pool.map(lambda email: _join(address, email), emails)} == {f"{address}/thanks"}
        rows = _list(address).splitlines()
    assert len(rows) == 1 + 42 + 1 + 25
    # The browser tells that a form was refused, and that there is no picture for its tab.
    assert [fault for fault in faults if "422" not in fault and "404" not in fault] == []


def test_neither_example_leaves_a_trace_of_itself_where_the_other_is(
    waiting: Callable[..., Path], render: Render, find_traces: FindTraces
) -> None:
    assert not find_traces(render("flask-micro"), r"wait(ing ?)?list|waiting list|list\.csv|LIST_PASSWORD|style\.css")
    assert not find_traces(waiting(), r"/items|an? item|ItemFields|If-Match|predict|openapi")


def test_it_can_be_read_in_five_minutes(waiting: Callable[..., Path]) -> None:
    assert lines_of_code(waiting()) <= 300


def _join(address: str, email: str) -> str:
    data = urlencode({"email": email}).encode()
    with urllib.request.urlopen(f"{address}/", data, timeout=20) as answer:
        url: str = answer.url
        return url


def _list(address: str) -> str:
    password = base64.b64encode(f":{PASSWORD}".encode()).decode()
    request = urllib.request.Request(f"{address}/list.csv", headers={"Authorization": f"Basic {password}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        text: str = answer.read().decode()
        return text
