"""The blog of flask-blueprints: green by its own gates, written and read under gunicorn and in a browser."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from templates.test_flask_blueprints import HOSTILE, PASSWORD, Browser

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
ATOM = "{http://www.w3.org/2005/Atom}"
SCRIPT = "<script>alert(1)</script> [x](javascript:alert(1)) *seen*"


@pytest.fixture(scope="session")
def shared(environment: MakeEnvironment) -> Environment:
    """The environment of the default Python."""
    return environment(TEMPLATE)


@pytest.fixture(scope="session")
def blog(render: Render) -> Callable[..., Path]:
    """``blog(accounts="full")``: a project whose example is the blog."""
    return lambda **answers: render(TEMPLATE, example_domain="blog", **answers)


@pytest.mark.service
def test_its_gates_are_green_with_all_that_is_its_own(
    blog: Callable[..., Path],
    pass_gates: PassGates,
    shared: Environment,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    project = blog(accounts="login", admin="multi-role", api="rest", api_library="plain", cache="redis")
    with live_redis() as url:
        pass_gates(project, shared, {"REDIS_URL": url})


@pytest.mark.thorough
@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"api": "rest", "api_library": "flask-restful"},
        {"api": "rest", "api_library": "flask-smorest", "accounts": "login", "sessions": "database", **HOSTILE},
        {"accounts": "login", "admin": "basic", "security": "high", "monitoring": ["prometheus", "munin"]},
        {"accounts": "full", "admin": "multi-role", "deployment": ["docker", "nginx", "supervisor"], **HOSTILE},
    ],
    ids=["from files", "Flask-RESTful", "sign-in alone", "back office", "everything for accounts"],
)
def test_its_gates_are_green(
    blog: Callable[..., Path], pass_gates: PassGates, shared: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(blog(**answers), shared)


@pytest.mark.thorough
@pytest.mark.parametrize("python", ["3.11", "3.13", "3.15"])
@pytest.mark.parametrize("accounts", ["none", "full"])
def test_its_gates_are_green_on_other_pythons(
    blog: Callable[..., Path], pass_gates: PassGates, environment: MakeEnvironment, python: str, accounts: str
) -> None:
    project = blog(python_version=python, accounts=accounts, api="rest")
    pass_gates(project, environment(TEMPLATE, python=python))


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("accounts", ["none", "full"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_its_gates_are_green_on_a_live_server(
    *,
    blog: Callable[..., Path],
    pass_gates: PassGates,
    shared: Environment,
    run: Run,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
    accounts: str,
) -> None:
    project = blog(database=engine, accounts=accounts, api="rest", **HOSTILE)
    with live_database(engine) as url:
        variables = {"DATABASE_URL": url}
        pass_gates(project, shared, variables)
        run(project, shared, "flask", "db", "upgrade", variables=variables)
        done = run(project, shared, "flask", "db", "check", variables=variables)
        assert "No new upgrade operations detected" in done.stdout + done.stderr


def test_authors_write_and_everybody_reads_what_is_published(
    blog: Callable[..., Path], run: Run, serve: Serve, shared: Environment
) -> None:
    project = blog(accounts="full", api="rest", api_library="plain")
    run(project, shared, "make", "migrate")
    for name in ("author", "other", "reader"):
        account = ("--email", f"{name}@example.com")
        run(project, shared, "flask", "create-user", *account, "--password", PASSWORD)
        if name != "reader":
            run(project, shared, "flask", "blog", "appoint", *account, "--role", "author")
    reads = ("--email", "reader@example.com", "--name", "reads")
    made = run(project, shared, "flask", "create-api-token", *reads)
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    with serve(project, shared) as url:
        author, other, reader, stranger = (Browser(url) for _ in range(4))
        for browser, name in ((author, "author"), (other, "other"), (reader, "reader")):
            browser.submit("/auth/login", email=f"{name}@example.com", password=PASSWORD)
        written = {"title": "First light", "slug": "", "summary": "", "tags": "News", "body": SCRIPT}
        status, answered, _ = author.submit("/writing/new", **written)
        assert status == 302
        address = answered["Location"]
        public = ("/blog/posts/first-light", "/blog/tags/news")
        everywhere = ("/blog/", "/blog/?q=light", "/blog/feed.xml")
        for browser in (stranger, reader, other):
            assert [browser.get(page)[0] for page in public] == [404, 404]
            assert not [page for page in everywhere if "First light" in browser.get(page)[2]]
            assert browser.get(address)[0] == {stranger: 302, reader: 403, other: 404}[browser]
        assert _posts(url, headers) == []

        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', author.get(address)[2])
        assert token
        assert author.post(f"{address}/publish", csrf_token=token[1])[0] == 302
        for browser in (stranger, reader, other):
            assert [browser.get(page)[0] for page in public] == [200, 200]
            assert [page for page in everywhere if "First light" in browser.get(page)[2]] == list(everywhere)
            page = browser.get(public[0])[2]
            assert "<em>seen</em>" in page
            assert "<script" not in page
            assert 'href="javascript' not in page
        assert [post["slug"] for post in _posts(url, headers)] == ["first-light"]
        feed = ET.fromstring(stranger.get("/blog/feed.xml")[2])
        assert feed.findtext(f"{ATOM}entry/{ATOM}title") == "First light"
        assert feed.findtext(f"{ATOM}id") == "http://127.0.0.1:8000/blog/feed.xml"


def test_without_accounts_files_are_published_on_the_command_line(
    blog: Callable[..., Path], run: Run, serve: Serve, shared: Environment
) -> None:
    project = blog()
    run(project, shared, "make", "migrate")
    (project / "first-light.md").write_text(f"# First light\n\n{SCRIPT}\n", encoding="utf-8")
    with serve(project, shared) as url:
        browser = Browser(url)
        run(project, shared, "flask", "blog", "write", "first-light.md", "--tags", "news")
        assert browser.get("/blog/posts/first-light")[0] == 404
        run(project, shared, "flask", "blog", "publish", "first-light")
        assert "<em>seen</em>" in browser.get("/blog/posts/first-light")[2]
        assert "First light" in browser.get("/blog/tags/news")[2]
        run(project, shared, "flask", "blog", "take-back", "first-light")
        assert browser.get("/blog/posts/first-light")[0] == 404
        assert browser.get("/writing/")[0] == 404


@pytest.mark.thorough
def test_a_blog_without_comments_keeps_its_posts(blog: Callable[..., Path], run: Run, shared: Environment) -> None:
    for accounts, before in (("none", "0005_posts"), ("full", "0008_email_domains")):
        project = blog(accounts=accounts)
        run(project, shared, "flask", "db", "upgrade", before)
        [database] = [path for path in project.rglob("app.sqlite3") if ".venv" not in path.parts]
        with contextlib.closing(sqlite3.connect(database)) as connection, connection:
            connection.execute(
                "INSERT INTO posts (uid, slug, title, summary, body, created_at, updated_at, published_at, version)"
                " VALUES ('urn:x', 'old', 'Old', '', 'Text', ?, ?, ?, 1)",
                ["2026-01-01 00:00:00.000000"] * 3,
            )
        for direction in ("upgrade", "downgrade", "upgrade"):
            run(project, shared, "flask", "db", direction)
        with contextlib.closing(sqlite3.connect(database)) as connection:
            assert connection.execute("SELECT slug, section FROM posts").fetchall() == [("old", None)]


@pytest.mark.thorough
def test_a_comment_that_is_sent_by_many_at_once_is_kept_once(
    *, blog: Callable[..., Path], run: Run, serve: Serve, shared: Environment
) -> None:
    project = blog()
    run(project, shared, "make", "migrate")
    run(project, shared, "flask", "blog", "seed", "--count", "1")
    run(project, shared, "flask", "blog", "delete-comment", "1", "2", "3")
    form = "/blog/posts/post-1/comment"
    with serve(project, shared, variables={"WEB_CONCURRENCY": "3"}) as url:
        browser = Browser(url)
        page = browser.get(form)[2]
        first, second = (int(number) for number in re.findall(r"What is (\d+) plus (\d+)", page)[0])
        fields = dict(re.findall(r'name="(csrf_token|stamp)"[^>]* value="([^"]+)"', page))
        time.sleep(3.5)  # people are no faster
        fields |= {"name": "Ada", "text": "Only once.", "answer": str(first + second)}
        with ThreadPoolExecutor(4) as pool:
            statuses = [status for status, *_ in pool.map(lambda _: browser.post(form, **fields), range(4))]
        assert statuses == [303] * 4
        listed = run(project, shared, "flask", "blog", "comments").stdout
        assert listed.count("Only once.") == 1
        assert "Only once." not in browser.get("/blog/posts/post-1")[2]
        run(project, shared, "flask", "blog", "approve", listed.split()[0])
        assert browser.get("/blog/posts/post-1")[2].count("Only once.") == 1


@pytest.mark.thorough
def test_every_library_describes_the_same_api(
    *, blog: Callable[..., Path], run: Run, serve: Serve, shared: Environment, hold_to_description: HoldToDescription
) -> None:
    descriptions = {}
    for library in LIBRARIES:
        project = blog(api="rest", api_library=library)
        run(project, shared, "make", "migrate")
        run(project, shared, "flask", "blog", "seed", "--count", "3")
        with serve(project, shared) as url:
            with urllib.request.urlopen(f"{url}/openapi.json", timeout=20) as answer:
                descriptions[library] = json.load(answer)
            assert [post["slug"] for post in _posts(url, {})] == ["post-3", "post-2", "post-1"]
            hold_to_description(url)
    # flask-smorest says that an address has no empty part, and always describes its own way to make pages.
    [parameter] = descriptions["flask-smorest"]["paths"]["/api/v1/posts/{slug}"]["parameters"]
    assert parameter["schema"].pop("minLength") == 1
    del descriptions["flask-smorest"]["components"]["schemas"]["PaginationMetadata"]
    assert descriptions["plain"] == descriptions["flask-restful"] == descriptions["flask-smorest"]


def test_neither_example_leaves_a_trace_of_itself_where_the_other_is(
    blog: Callable[..., Path], render: Render, find_traces: FindTraces
) -> None:
    everything = {"accounts": "full", "admin": "multi-role", "api": "rest", "cache": "redis"}
    assert not find_traces(render(TEMPLATE, **everything), r"blog|markdown.it|nh3|writing|\bdraft")
    assert not find_traces(blog(**everything), r"/items/|item_id|items:(delete|first)|ItemForm|ItemSchema")
    assert not find_traces(blog(), r"author_id|auth\.roles|\beditor\b|/writing/|appoint")
    assert not find_traces(blog(accounts="full"), r"blog write|files\.py|take-back first")


def _posts(url: str, headers: Mapping[str, str]) -> list[dict[str, str]]:
    request = urllib.request.Request(f"{url}/api/v1/posts/", headers=dict(headers))
    with urllib.request.urlopen(request, timeout=20) as answer:
        posts: list[dict[str, str]] = json.load(answer)["posts"]
    return posts
