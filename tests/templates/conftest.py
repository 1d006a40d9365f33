"""Renders projects, gives them one shared environment a template and Python, runs their commands, serves them."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import pytest
from playwright.sync_api import Browser

from support.browsing import launched
from support.deploying import ALL
from support.environments import ENVIRONMENTS, USUAL, installed, requirements, standing_in
from support.nginx import Proxy, proxy
from support.sources import source_of
from waypost.model import Value
from waypost.questions.catalogue import load_catalogue
from waypost.sources.rendering import render as made_by_waypost

REPOSITORY = Path(__file__).parents[2]

START_SECONDS = 20
STOP_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A virtual environment with everything the projects of one template need."""

    directory: Path
    python_version: str

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.directory / "bin" / "python"


class Render(Protocol):
    """``render("flask-micro", database="sqlite")`` gives the folder of the project."""

    def __call__(self, template: str, /, **answers: object) -> Path: ...


class MakeEnvironment(Protocol):
    """``environment("flask-micro", python="3.11")``; the default Python is the one the projects ask for, 3.12.

    Where 3.12 is missing, the newest Python that is installed takes its place; of others the test is skipped.
    With ``lowest`` every dependency a project names has the lowest version that it allows.
    """

    def __call__(self, template: str, /, *, python: str = USUAL, lowest: bool = False) -> Environment: ...


class Run(Protocol):
    """``run(project, environment, "ruff", "check")``: a tool of the environment, in the project's folder."""

    def __call__(
        self,
        project: Path,
        environment: Environment,
        /,
        *command: str,
        variables: Mapping[str, str] | None = None,
        expect: int | None = 0,
    ) -> subprocess.CompletedProcess[str]: ...


class Serve(Protocol):
    """``with serve(project, environment) as url``: real gunicorn on loopback, stopped gracefully at the end.

    ``application`` names another one to serve than the project's own.
    """

    def __call__(
        self,
        project: Path,
        environment: Environment,
        /,
        *,
        variables: Mapping[str, str] | None = None,
        application: str | None = None,
        log: Path | None = None,
    ) -> AbstractContextManager[str]: ...


class Background(Protocol):
    """``with background(project, environment, "make", "worker") as log``: it runs for the length of the block."""

    def __call__(
        self, project: Path, environment: Environment, /, *command: str, variables: Mapping[str, str] | None = None
    ) -> AbstractContextManager[Path]: ...


class PassGates(Protocol):
    """``pass_gates(project, environment)``: the project's own checks are green."""

    def __call__(
        self, project: Path, environment: Environment, /, variables: Mapping[str, str] | None = None
    ) -> None: ...


class HoldToDescription(Protocol):
    """``hold_to_description(url)``: a served API does what its OpenAPI document says, whatever is sent.

    ``unwarned`` names warnings that are left out, of what values made at random cannot reach. The answer is what was
    printed.
    """

    def __call__(self, url: str, /, *, token: str | None = None, unwarned: frozenset[str] = frozenset()) -> str: ...


class FindTraces(Protocol):
    """``find_traces(project, "redis|celery")``: where the project mentions what was not chosen."""

    def __call__(self, project: Path, pattern: str, /) -> set[str]: ...


@pytest.fixture(scope="session")
def template_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree's catalogue and templates, without a repository around them."""
    source = tmp_path_factory.mktemp("source")
    shutil.copy(REPOSITORY / "copier.yml", source)
    shutil.copytree(REPOSITORY / "templates", source / "templates", ignore=shutil.ignore_patterns("__pycache__"))
    return source


@pytest.fixture(scope="session")
def render(template_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Render:
    """A function that renders a project into a new temporary folder."""

    def render_project(template: str, /, **answers: object) -> Path:
        folder = tmp_path_factory.mktemp("rendered") / "project"
        _render(template_source, folder, {"template": template, **answers})
        return folder

    return render_project


@pytest.fixture(scope="session")
def deployed(render: Render) -> Callable[..., Path]:
    """``deployed("flask-micro", database="mysql")``: a project with all deployment files; the same one next time."""
    made: dict[str, Path] = {}

    def project(template: str, /, **answers: object) -> Path:
        key = json.dumps([template, answers])
        if key not in made:
            made[key] = render(template, **{"deployment": ALL} | answers)
        return made[key]

    return project


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., AbstractContextManager[Proxy]]:
    """``with nginx(project, url)``: nginx in front of the server at this address, with the project's own files."""

    def in_front_of(project: Path, url: str, **changes: str) -> AbstractContextManager[Proxy]:
        return proxy(project, url, tmp_path_factory.mktemp("nginx"), changes)

    return in_front_of


@pytest.fixture(scope="session")
def environment() -> MakeEnvironment:
    """A function that gives the shared environment of a template, making it when it is not there yet."""

    asked: dict[str, list[str]] = {}

    def shared_environment(template: str, /, *, python: str = USUAL, lowest: bool = False) -> Environment:
        if template not in asked:
            asked[template] = requirements(template)
        return _environment(asked[template], template, python, lowest=lowest)

    return shared_environment


@pytest.fixture(scope="session")
def micro(environment: MakeEnvironment) -> Environment:
    """The environment of the default Python."""
    return environment("flask-micro")


# All that it knows but one: whoever guesses at passwords is to be slowed down.
WORTH_A_WARNING = (
    "missing_auth,missing_test_data,base_url_mismatch,validation_mismatch,missing_deserializer,unused_openapi_auth,"
    "unsupported_regex,method_not_allowed,constants_extraction,unmatched_filter,unresolvable_reference,low_valid_rate,"
    "dictionary_mismatch,timeout_units"
)


@pytest.fixture
def hold_to_description(tmp_path: Path) -> HoldToDescription:
    """A function that lets schemathesis send made-up requests."""
    program = _environment(["schemathesis>=4.32,<5"], "schemathesis", "3.12").directory / "bin" / "schemathesis"

    def hold(url: str, /, *, token: str | None = None, unwarned: frozenset[str] = frozenset()) -> str:
        header = () if token is None else ("--header", f"Authorization: Bearer {token}")
        done = subprocess.run(
            [
                *(program, "run", f"{url}/openapi.json", *header),
                *(
                    "--max-examples",
                    "25",
                    "--seed",
                    "1",
                    "--generation-database",
                    "none",
                    "--warnings",
                    ",".join(name for name in WORTH_A_WARNING.split(",") if name not in unwarned),
                ),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        assert "No issues found" in done.stdout, done.stdout[-8000:]
        return done.stdout

    return hold


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def run() -> Run:
    """A function that runs a command in a project and fails with its output when it fails."""

    def run_command(
        project: Path,
        environment: Environment,
        /,
        *command: str,
        variables: Mapping[str, str] | None = None,
        expect: int | None = 0,
    ) -> subprocess.CompletedProcess[str]:
        name, *arguments = command
        environ = _variables(project, environment) | dict(variables or {})
        done = subprocess.run(
            [shutil.which(name, path=environ["PATH"]) or name, *arguments],
            cwd=project,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        if expect is not None and done.returncode != expect:
            pytest.fail(
                f"{' '.join(command)} in {project} ended with {done.returncode}, not {expect}\n"
                f"{done.stdout[-8000:]}\n{done.stderr[-8000:]}",
                pytrace=False,
            )
        return done

    return run_command


@pytest.fixture(scope="session")
def pass_gates(run: Run) -> PassGates:
    """A function that runs the linter, the formatter, the types and the tests with their coverage."""

    def check(project: Path, environment: Environment, /, variables: Mapping[str, str] | None = None) -> None:
        run(project, environment, "ruff", "check")
        run(project, environment, "ruff", "format", "--check")
        run(project, environment, "mypy")
        run(project, environment, "coverage", "run", "-m", "pytest", variables=variables)
        run(project, environment, "coverage", "report")

    return check


@pytest.fixture(scope="session")
def find_traces() -> FindTraces:
    """A function that finds each file that mentions something, but for the record of the answers and .gitignore."""

    def search(project: Path, pattern: str, /) -> set[str]:
        return {
            f"{path.relative_to(project)}: {match[0]}"
            for path in project.rglob("*")
            if path.is_file() and path.name not in {".copier-answers.yml", ".gitignore"}
            for match in [re.search(pattern, path.read_text(encoding="utf-8", errors="replace"), re.IGNORECASE)]
            if match
        }

    return search


@pytest.fixture(scope="session")
def background(tmp_path_factory: pytest.TempPathFactory) -> Background:
    """A function that runs a command meanwhile, ends it by SIGTERM, and gives the file with its output."""

    @contextlib.contextmanager
    def run_meanwhile(
        project: Path, environment: Environment, /, *command: str, variables: Mapping[str, str] | None = None
    ) -> Iterator[Path]:
        log = tmp_path_factory.mktemp("background") / f"{command[-1]}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                command,
                cwd=project,
                env=_variables(project, environment) | {"C_FORCE_ROOT": "1"} | dict(variables or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield log
            assert process.poll() is None, log.read_text()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                pytest.fail(f"{command} did not stop:\n{log.read_text()[-4000:]}")

    return run_meanwhile


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """A function that serves a project with gunicorn for the length of a ``with`` block."""

    @contextlib.contextmanager
    def serve_project(
        project: Path,
        environment: Environment,
        /,
        *,
        variables: Mapping[str, str] | None = None,
        application: str | None = None,
        log: Path | None = None,
    ) -> Iterator[str]:
        log = log or tmp_path_factory.mktemp("gunicorn") / "output"
        # The socket is made here and handed over: no port can be taken by somebody else in between.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            with log.open("w") as output:
                process = subprocess.Popen(
                    [
                        environment.directory / "bin" / "gunicorn",
                        *("--bind", f"fd://{listener.fileno()}"),
                        application or _application(project),
                    ],
                    cwd=project,
                    env=_variables(project, environment) | dict(variables or {}),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=[listener.fileno()],
                )
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{url}/healthz", process, log)
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                code = _stopped(process)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                pytest.fail(f"gunicorn did not stop within {START_SECONDS} s:\n{log.read_text()[-4000:]}")
        assert code == 0, f"gunicorn ended with {code}:\n{log.read_text()[-4000:]}"

    return serve_project


@pytest.fixture(scope="session")
def live_database() -> Callable[[str], AbstractContextManager[str]]:
    """``with live_database("postgresql") as url``: an empty database on the server named in the environment.

    Skips, and says so, when ``WAYPOST_TEST_POSTGRESQL_URL`` or ``WAYPOST_TEST_MYSQL_URL`` is not set.
    """

    @contextlib.contextmanager
    def new_database(engine: str) -> Iterator[str]:
        variable = f"WAYPOST_TEST_{engine.upper()}_URL"
        server = os.environ.get(variable)
        if not server:
            pytest.skip(f"{variable} names no server")
        drivers = _environment(["psycopg[binary]", "pymysql"], "database-drivers", "3.12")
        name = f"waypost_{uuid.uuid4().hex[:12]}"
        _execute(drivers, server, f"CREATE DATABASE {name}")
        try:
            yield urllib.parse.urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            _execute(drivers, server, f"DROP DATABASE {name}")

    return new_database


@pytest.fixture(scope="session")
def live_redis() -> Callable[[], AbstractContextManager[str]]:
    """``with live_redis() as url``: an empty numbered database of the Redis server named in the environment.

    No other test process has the same one meanwhile. Skips, and says so, when ``WAYPOST_TEST_REDIS_URL`` is not set.
    """

    @contextlib.contextmanager
    def empty_database() -> Iterator[str]:
        server = os.environ.get("WAYPOST_TEST_REDIS_URL")
        if not server:
            pytest.skip("WAYPOST_TEST_REDIS_URL names no server")
        address = urllib.parse.urlsplit(server)
        with contextlib.ExitStack() as stack:
            number = stack.enter_context(_reserved_number(f"redis-{address.port}", range(1, 16)))
            _flush(address, number)
            stack.callback(_flush, address, number)
            yield address._replace(path=f"/{number}").geturl()

    return empty_database


@pytest.fixture(scope="session")
def mongodb() -> Callable[[], AbstractContextManager[str]]:
    """``with mongodb() as url``: MongoDB, or secantusdb, a server for tests that speaks its language.

    The real server is the one that ``WAYPOST_TEST_MONGODB_URL`` names; without it the stand-in is started, with what
    `mongodb_standin.py` adds to it.
    """

    @contextlib.contextmanager
    def server() -> Iterator[str]:
        if url := os.environ.get("WAYPOST_TEST_MONGODB_URL"):
            yield url
            return
        secantusdb = _environment(["secantusdb==0.7.0b3"], "secantusdb", "3.12")
        program = Path(__file__).with_name("mongodb_standin.py")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        process = subprocess.Popen(
            [secantusdb.python, program, "--standalone", "--storage-path", ":memory:", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while process.poll() is None and time.monotonic() < deadline:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.1)
            yield f"mongodb://127.0.0.1:{port}/app"
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)

    return server


@contextlib.contextmanager
def _reserved_number(name: str, numbers: range) -> Iterator[int]:
    """One of the numbers, for one process at a time."""
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        for number in numbers:
            with (ENVIRONMENTS / f"{name}-{number}.lock").open("w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield number
                return
        time.sleep(0.1)
    pytest.fail(f"all of {name}'s numbers are taken")


def _flush(address: urllib.parse.SplitResult, number: int) -> None:
    with socket.create_connection((address.hostname or "127.0.0.1", address.port or 6379), timeout=10) as connection:
        if address.password:
            connection.sendall(f"AUTH {urllib.parse.unquote(address.password)}\r\n".encode())
        connection.sendall(f"SELECT {number}\r\nFLUSHDB\r\nQUIT\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert b"-" not in answer, answer


def _environment(requirements: list[str], name: str, python: str, *, lowest: bool = False) -> Environment:
    version = standing_in(name, python)
    return Environment(directory=installed(requirements, name, version, lowest=lowest), python_version=version)


def _render(source: Path, folder: Path, answers: dict[str, object]) -> None:
    """Make a project as `waypost new` does."""
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in answers.items()}
    resolution = load_catalogue(source).resolve(cast("Mapping[str, Value]", given))
    assert not resolution.problems, resolution.problems
    made_by_waypost(source_of(source), resolution, folder)


def _variables(project: Path, environment: Environment) -> dict[str, str]:
    """What a fresh shell in the project would have, and nothing of ours such as a database's address."""
    return {
        "PATH": f"{environment.directory / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
        "VIRTUAL_ENV": str(environment.directory),
        "PYTHONPATH": str(project / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "RUFF_NO_CACHE": "true",
        "MYPY_CACHE_DIR": str(environment.directory / _mypy_cache(project)),
    }


def _mypy_cache(project: Path) -> str:
    """What renderings share of what mypy remembers, so that it reads the types of their libraries once.

    Those of Django only where they have the same modules: in others it would look for those that the plugin once found.
    """
    if not (project / "manage.py").exists():
        return "mypy-cache"
    modules = sorted(str(path.relative_to(project)) for path in project.rglob("*.py"))
    return f"mypy-cache-{hashlib.sha256(chr(10).join(modules).encode()).hexdigest()[:12]}"


def _application(project: Path) -> str:
    """What gunicorn is told to serve."""
    if (project / "manage.py").exists():
        return "config.asgi:application" if (project / "config" / "asgi.py").exists() else "config.wsgi:application"
    [package] = [path.parent.name for path in (project / "src").glob("*/__init__.py")]
    return f"{package}:create_app()"


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with (
            contextlib.suppress(urllib.error.URLError, TimeoutError, ConnectionError),
            urllib.request.urlopen(url, timeout=START_SECONDS) as answer,
        ):
            assert answer.status == 200
            return
        time.sleep(0.05)
    pytest.fail(f"gunicorn did not answer at {url}:\n{log.read_text()[-4000:]}")


def _stopped(process: subprocess.Popen[bytes]) -> int:
    """The exit code of a gunicorn that was told to stop.

    A worker that it had only just forked still had its parent's handlers and lost the signal (seen in 1 of 50 runs on a
    busy machine). Such a worker is told again, instead of waiting for the 30 seconds until gunicorn kills it.
    """
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(timeout=START_SECONDS / 4)
    for worker in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(worker), signal.SIGTERM)
    return process.wait(timeout=START_SECONDS)


def _execute(drivers: Environment, server: str, statement: str) -> None:
    address = urllib.parse.urlsplit(server)
    if address.scheme.startswith("postgres"):
        plain = address._replace(scheme="postgresql", path=address.path or "/postgres").geturl()
        script = f"import psycopg\npsycopg.connect({plain!r}, autocommit=True).execute({statement!r})"
    else:
        arguments = {
            "host": address.hostname or "127.0.0.1",
            "port": address.port or 3306,
            "user": urllib.parse.unquote(address.username or "root"),
            "password": urllib.parse.unquote(address.password or ""),
        }
        script = f"import pymysql\npymysql.connect(**{arguments!r}).cursor().execute({statement!r})"
    done = subprocess.run([drivers.python, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{statement}\n{done.stderr}"
