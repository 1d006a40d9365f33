"""flask-micro: small, fast, correct with several processes, and green by its own gates in every variant."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
import tomllib
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from templates.conftest import Background, Environment, FindTraces, MakeEnvironment, PassGates, Render, Run, Serve

pytestmark = pytest.mark.project

SECRET = "0123456789abcdef" * 4
HOSTILE_NAMES = {
    "quotes": """It's "quoted" \\ `{{ 7*7 }}`""",
    "markup": "👩‍👩‍👧 </script> ''' {% raw %}",
    "right-to-left": "שלום עולם",
    "as wide as a line": "漢" * 43,
    "escaped": '\\"' * 30,
}


@pytest.fixture(scope="session")
def default_project(render: Render) -> Path:
    """The project of nothing but defaults."""
    return render("flask-micro")


@pytest.mark.parametrize(
    "answers",
    [
        {},
        pytest.param({"example": False}, marks=pytest.mark.thorough),
        pytest.param({"database": "none"}, marks=pytest.mark.thorough),
        {"database": "none", "example": False, "license": "proprietary"},
    ],
    ids=["defaults", "no example", "no database", "neither"],
)
def test_its_gates_are_green(
    render: Render, pass_gates: PassGates, micro: Environment, answers: Mapping[str, object]
) -> None:
    pass_gates(render("flask-micro", **answers), micro)


@pytest.mark.parametrize("answers", [{}, {"realtime": True, "monitoring": ["prometheus"]}], ids=["defaults", "sockets"])
def test_make_run_serves_what_the_files_say_now(
    *, render: Render, micro: Environment, background: Background, answers: Mapping[str, object]
) -> None:
    project = render("flask-micro", database="none", **answers)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    health = project / "src/my_project/health.py"
    with background(project, micro, "make", "run", variables={"PORT": str(port)}) as log:
        for status in ("ok", "changed"):
            health.write_text(health.read_text().replace('"status": "ok"', f'"status": "{status}"'))
            deadline = time.monotonic() + 30
            while (answer := _status_at(f"http://127.0.0.1:{port}/healthz")) != status:
                assert time.monotonic() < deadline, (answer, log.read_text())
                time.sleep(0.2)


def _status_at(url: str) -> str:
    """What a service says of itself, or nothing while it does not answer, or stops in the middle of it to reload."""
    with contextlib.suppress(OSError, HTTPException), urllib.request.urlopen(url, timeout=10) as answer:
        return str(json.load(answer)["status"])
    return ""


@pytest.mark.parametrize(
    "python", [*(pytest.param(python, marks=pytest.mark.thorough) for python in ("3.11", "3.13", "3.14")), "3.15"]
)
def test_its_gates_are_green_on_other_pythons(
    render: Render, pass_gates: PassGates, environment: MakeEnvironment, python: str
) -> None:
    pass_gates(render("flask-micro", python_version=python), environment("flask-micro", python=python))


@pytest.mark.parametrize(
    "name",
    [
        name if kind in ("quotes", "right-to-left") else pytest.param(name, marks=pytest.mark.thorough)
        for kind, name in HOSTILE_NAMES.items()
    ],
    ids=HOSTILE_NAMES,
)
def test_its_gates_are_green_whatever_its_name_is(render: Render, run: Run, micro: Environment, name: str) -> None:
    project = render(
        "flask-micro",
        project_name=name,
        description=name,
        author_name=name,
        project_slug="hostile",
        package_name="p" * 50,
    )
    run(project, micro, "ruff", "check")
    run(project, micro, "ruff", "format", "--check")
    run(project, micro, "pytest", "tests/test_app.py")
    shown = run(
        project, micro, "python", "-c", f"import {'p' * 50}.config as config; print(ascii(config.PROJECT_NAME))"
    )
    assert shown.stdout.strip() == ascii(name)


@pytest.mark.thorough
@pytest.mark.service
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
@pytest.mark.parametrize("example", [True, False], ids=["example", "no example"])
def test_its_gates_are_green_on_a_live_server(
    render: Render,
    pass_gates: PassGates,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    engine: str,
    *,
    example: bool,
) -> None:
    with live_database(engine) as url:
        pass_gates(render("flask-micro", database=engine, example=example), micro, {"DATABASE_URL": url})


@pytest.mark.service
def test_its_tests_use_the_servers_that_its_settings_name(
    *,
    render: Render,
    run: Run,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    project = render("flask-micro", database="postgresql", cache="redis")
    with live_database("postgresql") as database, live_redis() as redis:
        (project / ".env").write_text(f"DATABASE_URL={database}\nREDIS_URL={redis}\n", encoding="utf-8")
        run(project, micro, "pytest", "-k", "ready")


@pytest.mark.service
@pytest.mark.parametrize("engine", ["sqlite", "postgresql", "mysql"])
def test_of_many_changes_to_what_was_seen_one_wins(
    *,
    render: Render,
    run: Run,
    serve: Serve,
    micro: Environment,
    live_database: Callable[[str], AbstractContextManager[str]],
    tmp_path: Path,
    engine: str,
) -> None:
    project = render("flask-micro", database=engine)
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/app.sqlite3" if engine == "sqlite" else stack.enter_context(live_database(engine))
        variables = {"DATABASE_URL": url, "WEB_CONCURRENCY": "2"}
        run(project, micro, "flask", "--app", "my_project", "migrate", variables=variables)
        address = stack.enter_context(serve(project, micro, variables=variables))
        item = _ask(address, "POST", "/items", {"name": "one"})[1]["id"]

        def change(number: int) -> int:
            return _ask(address, "PUT", f"/items/{item}", {"name": str(number)}, {"If-Match": '"1"'})[0]

        with ThreadPoolExecutor(8) as pool:
            statuses = sorted(pool.map(change, range(16)))
        assert statuses == [200] + [412] * 15
        assert _ask(address, "GET", f"/items/{item}")[1]["version"] == 2


def test_it_is_ready_once_it_is_migrated(
    run: Run, serve: Serve, micro: Environment, default_project: Path, tmp_path: Path
) -> None:
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/app.sqlite3"}
    with serve(default_project, micro, variables=variables) as address:
        assert _ask(address, "GET", "/readyz")[0] == 503
        assert _ask(address, "GET", "/")[0] == 200
        run(default_project, micro, "flask", "--app", "my_project", "migrate", variables=variables)
        assert _ask(address, "GET", "/readyz")[0] == 200


def test_every_line_of_its_log_is_json_and_names_the_request(default_project: Path, micro: Environment) -> None:
    with _logged(default_project, micro) as (address, lines):
        assert _ask(address, "GET", "/healthz", headers={"X-Request-ID": "wanted"})[0] == 200
    records = [json.loads(line) for line in lines]
    assert [record["message"] for record in records if record.get("request_id") == "wanted"] == ["GET /healthz 200"]
    assert all({"time", "level", "logger", "message"} <= record.keys() for record in records)
    assert {record["time"][-6:] for record in records} == {"+00:00"}  # one form, whoever wrote the line


def test_it_logs_in_the_context_of_a_request_that_a_test_makes_up(
    run: Run, micro: Environment, default_project: Path
) -> None:
    script = (
        "from my_project import create_app\n"
        "app = create_app()\n"
        "with app.test_request_context():\n    app.logger.warning('tea')\n"
    )
    done = run(default_project, micro, "python", "-c", script, variables={"LOG_FORMAT": "json"})
    assert json.loads(done.stderr)["message"] == "tea"


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"APP_ENV": "production"}, "SECRET_KEY"),
        ({"APP_ENV": "production", "SECRET_KEY": "change-me"}, "SECRET_KEY"),
        ({"APP_ENV": "production", "SECRET_KEY": SECRET[:31]}, "SECRET_KEY"),
        ({"APP_ENV": "prod"}, "APP_ENV: "),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES: "),
    ],
    ids=["no secret", "example secret", "short secret", "unknown environment", "proxies"],
)
def test_it_refuses_settings_that_are_not_fit(
    run: Run, micro: Environment, default_project: Path, variables: Mapping[str, str], named: str
) -> None:
    done = run(
        default_project, micro, "gunicorn", "--check-config", "my_project:create_app()", variables=variables, expect=1
    )
    assert named in done.stderr
    assert not variables.get("SECRET_KEY") or variables["SECRET_KEY"] not in done.stderr


def test_production_sends_hsts_and_answers_its_own_hosts_only(
    serve: Serve, micro: Environment, default_project: Path
) -> None:
    variables = {"APP_ENV": "production", "SECRET_KEY": SECRET, "ALLOWED_HOSTS": "127.0.0.1, .example.com"}
    with serve(default_project, micro, variables=variables) as address:
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.headers["Strict-Transport-Security"]
        for host, status in (("api.example.com", 200), ("example.org", 400), ("evil host", 400), ("", 400)):
            assert _ask(address, "GET", "/", headers={"Host": host})[0] == status, host


def test_its_example_settings_are_fit_for_development(render: Render, serve: Serve, micro: Environment) -> None:
    project = render("flask-micro")
    example = (project / ".env.example").read_text(encoding="utf-8")
    assert re.findall("^SECRET_KEY=.*$", example, re.MULTILINE) == ["SECRET_KEY=change-me"]
    (project / ".env").write_text(example, encoding="utf-8")
    with serve(project, micro) as address:
        assert _ask(address, "GET", "/")[0] == 200


@pytest.mark.parametrize(
    ("answers", "traces"),
    [
        ({}, r"redis|celery|sockets|socketio|suggest|cache\.py|sqlalchemy|alembic|mysql|postgres|mongo|oracle"),
        ({"api": "none"}, r"openapi|\bitems?\b(?!\()|/items|\bapi\b"),
        ({"example": False}, r"\bitems?\b(?!\()"),
        ({"database": "none"}, r"sqlite|migrat|database|transaction"),
        ({"database": "postgresql"}, r"sqlite|mysql"),
        ({"database": "mysql"}, r"sqlite|postgres|psycopg"),
        ({"database": "mongodb"}, r"sqlite|mysql|postgres|alembic"),
        ({"data_access": "orm"}, r"sqlite3\.|user_version|mongo|oracle"),
        ({"license": "proprietary"}, r"\bMIT\b"),
        ({"jobs": "celery", "deployment": ["docker"]}, r"celerybeat"),
    ],
    ids=[
        "defaults",
        "API",
        "example",
        "database",
        "postgresql",
        "mysql",
        "mongodb",
        "SQLAlchemy",
        "licence",
        "file for beat",
    ],
)
def test_what_was_not_chosen_leaves_no_trace(
    render: Render, find_traces: FindTraces, answers: Mapping[str, object], traces: str
) -> None:
    assert not find_traces(render("flask-micro", **answers), traces)


def test_it_stays_small(default_project: Path) -> None:
    """The budget of a default project, by ``wc -l``: every line of its code and of its tests, blank ones too.
    Sixteen of them are for the settings of HSTS and of the log, and for saying which one is wrong.

    Not counted are the licence's text, the record that copier keeps of the answers, and what Waypost writes beside the
    rendered files and never touches again: ``.env`` and ``docs/decisions``.
    """
    files = [path for path in default_project.rglob("*") if path.is_file()]
    counted = [path for path in files if path.name not in {"LICENSE", ".copier-answers.yml"}]
    assert len(counted) <= 15, sorted(map(str, counted))
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in counted}
    code = sum(lines[path] for folder in ("src", "tests") for path in (default_project / folder).rglob("*.py"))
    assert code <= 616
    # With its documents and the settings of its tools.
    assert sum(lines.values()) <= 950


def test_it_needs_three_libraries(default_project: Path) -> None:
    tables = tomllib.loads((default_project / "pyproject.toml").read_text(encoding="utf-8"))
    names = [re.split(r"[^\w-]", requirement)[0] for requirement in tables["project"]["dependencies"]]
    assert names == ["flask", "gunicorn", "pydantic"]


def test_it_answers_soon_after_its_start(run: Run, micro: Environment, default_project: Path) -> None:
    """Of the 1.5 s from the start of gunicorn to the first answer, which other work on the machine stretches, the
    processor time of one process that does the same work."""
    script = (
        "import time, gunicorn.app.wsgiapp, gunicorn.workers.gthread, my_project\n"
        "assert my_project.create_app().test_client().get('/healthz').status_code == 200\n"
        "print(time.process_time())"
    )
    seconds = [float(run(default_project, micro, "python", "-c", script).stdout) for _ in range(3)]
    assert min(seconds) < 1.5, seconds


@contextlib.contextmanager
def _logged(project: Path, environment: Environment) -> Iterator[tuple[str, list[str]]]:
    """Serve on a port that gunicorn chooses; the list holds what it has logged once the block is left."""
    lines: list[str] = []
    process = subprocess.Popen(
        [environment.directory / "bin" / "gunicorn", "--bind", "127.0.0.1:0", "my_project:create_app()"],
        cwd=project,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(project / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            # The one that answers is the only one: gunicorn loses a SIGTERM to a worker it has only just forked.
            "WEB_CONCURRENCY": "1",
        },
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    with process:
        try:
            for line in process.stderr:
                lines.append(line)
                if found := re.search(r"Listening at: (http://[\d.:]+)", line):
                    yield found[1], lines
                    break
        finally:
            process.send_signal(signal.SIGTERM)
            lines += process.stderr.readlines()
    assert process.returncode == 0, "".join(lines)


def _ask(
    address: str, method: str, path: str, data: object = None, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, object]]:
    """The status and the JSON of the answer."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(address).netloc, timeout=30)
    try:
        body = None if data is None else json.dumps(data)
        connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()
