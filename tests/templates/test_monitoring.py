"""Monitoring as chosen: what Prometheus, statsd and Munin really get from a service with several worker processes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, Render, Run, Serve

pytestmark = pytest.mark.project

ALL = ["statsd", "prometheus", "munin"]
TEMPLATES = ["flask-micro", "flask-blueprints", "django-full"]
REQUESTS = 40
# The parser is the one the client is tested with: it refuses what is not the format.
PARSER = """
import sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        print(sample.name, sample.value, *sorted(f"{name}={value}" for name, value in sample.labels.items()))
"""


@pytest.fixture(scope="session")
def project(render: Render) -> Callable[[str], Path]:
    """The project of a template with all kinds of monitoring, rendered once."""
    rendered: dict[str, Path] = {}

    def of(template: str) -> Path:
        if template not in rendered:
            name, _, more = template.partition(" with ")
            rendered[template] = render(name, monitoring=ALL, **{more: True} if more else {})
        return rendered[template]

    return of


@pytest.fixture
def statsd() -> Iterator[socket.socket]:
    """A statsd that only listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(10)
        yield listener


@pytest.mark.thorough
@pytest.mark.parametrize("template", TEMPLATES)
def test_its_own_checks_pass_with_everything_that_watches_it(
    template: str, project: Callable[[str], Path], environment: MakeEnvironment, run: Run
) -> None:
    done = run(project(template), environment(template), "make", "check")
    assert "TOTAL" in done.stdout


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["statsd", "munin"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_one_kind_alone_is_complete(
    template: str, kind: str, render: Render, environment: MakeEnvironment, run: Run
) -> None:
    alone = render(template, monitoring=[kind], example=False)
    installed = environment(template)
    run(alone, installed, "ruff", "check")
    run(alone, installed, "ruff", "format", "--check")
    run(alone, installed, "mypy")
    run(alone, installed, "coverage", "run", "-m", "pytest")
    run(alone, installed, "coverage", "report")


@pytest.mark.parametrize(
    ("kind", "foreign"),
    [("statsd", ("prometheus", "munin", "/metrics")), ("munin", ("statsd",))],
    ids=["statsd", "munin"],
)
@pytest.mark.parametrize("template", TEMPLATES)
def test_one_kind_alone_leaves_no_trace_of_the_others(
    template: str, kind: str, foreign: tuple[str, ...], render: Render
) -> None:
    text = _all_text(render(template, monitoring=[kind], example=False))
    for word in foreign:
        assert word not in text, word


@pytest.mark.parametrize("template", TEMPLATES)
def test_without_monitoring_there_is_no_trace_of_any(template: str, render: Render) -> None:
    text = _all_text(render(template))
    for word in ("statsd", "prometheus", "munin", "metrics", "monitoring"):
        assert word not in text, word


@pytest.mark.parametrize("template", TEMPLATES)
def test_workers_count_together_and_what_a_dead_one_counted_stays(
    template: str, project: Callable[[str], Path], environment: MakeEnvironment, serve: Serve, tmp_path: Path
) -> None:
    variables = {"WEB_CONCURRENCY": "3", "TMPDIR": str(tmp_path)}
    with serve(project(template), environment(template), variables=variables) as address:

        def counted(name: str, *labels: str) -> float:
            samples = _samples(environment, template, address)
            return sum(value for found, value, has in samples if found == name and has >= {*labels})

        before = counted("http_requests_total", "status=200")
        for _ in range(REQUESTS):
            assert _ask(f"{address}/healthz") == 200
        assert _ask(f"{address}/made/up") == 404
        assert counted("http_requests_total", "status=200", "method=GET") == before + REQUESTS
        assert counted("http_requests_total", "status=404", "route=unmatched") == 1
        assert counted("http_request_duration_seconds_count") == before + REQUESTS + 1
        assert not any("made" in label for _, _, labels in _samples(environment, template, address) for label in labels)
        assert counted("python_info") == 1

        victim = next(
            pid.removeprefix("pid=")
            for name, value, labels in _samples(environment, template, address)
            if name == "http_workers" and value == 1
            for pid in labels
        )
        os.kill(int(victim), signal.SIGKILL)
        _until(lambda: counted("http_workers", f"pid={victim}") == 0 and counted("http_workers") == 3)
        assert counted("http_requests_total", "status=200", "method=GET") == before + REQUESTS
        assert counted("process_resident_memory_bytes", f"pid={victim}") == 0
    assert not list(tmp_path.glob("*-metrics-*")), "the workers' files are left behind"


@pytest.mark.parametrize("template", [*TEMPLATES, "django-full with realtime"])
def test_of_a_server_that_was_killed_the_next_one_takes_away_what_it_left(
    template: str, project: Callable[[str], Path], environment: MakeEnvironment, serve: Serve, tmp_path: Path
) -> None:
    variables = {"WEB_CONCURRENCY": "2", "TMPDIR": str(tmp_path), "PYTHONPATH": str(project(template) / "src")}
    installed = environment(template.partition(" ")[0])
    foreign = tmp_path / "my-project-metrics-of-another-kind"
    foreign.mkdir()

    def folders() -> set[Path]:
        return set(tmp_path.glob("*-metrics-*")) - {foreign}

    with serve(project(template), installed, variables=variables) as address:
        [lasting] = folders()
        killed = _started(project(template), installed, variables)
        _until(lambda: len(folders()) == 2)
        [left] = folders() - {lasting}
        # A worker that counts sees whether its parent is there.
        _until(lambda: sum((left / f"gauge_liveall_{child.pid}.db").exists() for child in killed.children()) == 2)
        processes = [killed, *killed.children(recursive=True)]
        killed.kill()
        killed.wait(timeout=20)
        # Its workers see that it has gone, and go as well.
        _, alive = psutil.wait_procs(processes, timeout=20)
        assert not alive
        assert folders() == {lasting, left}
        with serve(project(template), installed, variables=variables) as next_address:
            assert left not in folders()
            assert lasting in folders()
            for url in (address, next_address):
                assert _ask(f"{url}/metrics") == 200
        assert folders() == {lasting}
    assert not folders()
    assert foreign.exists()


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_folder_that_it_was_given_to_count_in_is_not_removed(
    template: str, project: Callable[[str], Path], environment: MakeEnvironment, serve: Serve, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_text("not ours", encoding="utf-8")
    variables = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    with serve(project(template), environment(template), variables=variables) as address:
        assert _ask(f"{address}/metrics") == 200
    assert kept.exists()


def _started(project: Path, environment: Environment, variables: Mapping[str, str]) -> psutil.Popen:
    """A server that nobody stops."""
    return psutil.Popen(
        [environment.directory / "bin" / "gunicorn", "--bind", "127.0.0.1:0"],
        cwd=project,
        env={"PATH": f"{environment.directory}/bin:/usr/bin:/bin", **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_whoever_collects_needs_no_account_no_known_host_and_no_https(
    template: str, project: Callable[[str], Path], environment: MakeEnvironment, run: Run, serve: Serve
) -> None:
    variables = {"APP_ENV": "production", "SECRET_KEY": "0123456789abcdef" * 4, "ALLOWED_HOSTS": "127.0.0.1"}
    if template == "django-full":
        collect = ("python", "manage.py", "collectstatic", "--no-input", "-v0")
        run(project(template), environment(template), *collect, variables=variables)
    with serve(project(template), environment(template), variables=variables) as url:
        for _ in range(3):
            assert _ask(f"{url}/metrics", {"Host": "10.1.2.3:8000"}) == 200


@pytest.mark.parametrize("template", TEMPLATES)
def test_statsd_gets_a_counter_and_a_timing_for_each_request(
    template: str,
    project: Callable[[str], Path],
    environment: MakeEnvironment,
    serve: Serve,
    statsd: socket.socket,
) -> None:
    port = statsd.getsockname()[1]
    with serve(project(template), environment(template), variables={"STATSD_PORT": str(port)}) as address:
        assert _ask(f"{address}/made/up") == 404
        lines: list[str] = []
        while not any("404" in line for line in lines) or len(lines) % 2:
            lines.append(statsd.recv(512).decode())
        assert "my-project.requests.GET.unmatched.404:1|c" in lines
        assert any(re.fullmatch(r"my-project\.request_time\.GET\.unmatched:\d+\.\d+\|ms", line) for line in lines)
        statsd.close()
        for _ in range(5):
            assert _ask(f"{address}/healthz") == 200


@pytest.mark.skipif(not shutil.which("munin-run", path="/usr/sbin:/usr/bin:/sbin"), reason="munin-run is not installed")
@pytest.mark.parametrize("template", TEMPLATES)
def test_munin_draws_what_its_plugin_reads(
    template: str, project: Callable[[str], Path], environment: MakeEnvironment, serve: Serve, tmp_path: Path
) -> None:
    plugin = project(template) / "deploy" / "munin" / "plugin.py"
    assert os.access(plugin, os.X_OK)
    with serve(project(template), environment(template), variables={"WEB_CONCURRENCY": "2"}) as address:
        munin = Munin(tmp_path, plugin, address.removeprefix("http://"))
        assert munin.run("my-project_requests", "autoconf") == "yes\n"
        for graph, fields in {
            "requests": ["status2", "status3", "status4", "status5"],
            "duration": ["requests", "microseconds"],
            "memory": ["resident"],
        }.items():
            described = munin.run(f"my-project_{graph}", "config")
            assert "graph_title my-project: " in described
            assert re.findall(r"^(\w+)\.label ", described, re.MULTILINE) == fields
            values = dict(re.findall(r"^(\w+)\.value (\d+)$", munin.run(f"my-project_{graph}"), re.MULTILINE))
            assert list(values) == fields
        before = munin.values("my-project_requests")
        for _ in range(REQUESTS):
            assert _ask(f"{address}/healthz") == 200
        assert _ask(f"{address}/made/up") == 404
        after = munin.values("my-project_requests")
        assert after["status2"] - before["status2"] == REQUESTS
        assert after["status4"] - before["status4"] == 1
        assert munin.values("my-project_memory")["resident"] > 10_000_000


class Munin:
    """Debian's munin-run with a configuration of its own."""

    def __init__(self, folder: Path, plugin: Path, address: str) -> None:
        self.folder = folder
        for name in ("plugins", "plugin-conf.d", "log"):
            (folder / name).mkdir()
        for graph in ("requests", "duration", "memory"):
            (folder / "plugins" / f"my-project_{graph}").symlink_to(plugin)
        (folder / "node.conf").write_text(f"log_file {folder}/log/node.log\nhost 127.0.0.1\n")
        (folder / "plugin-conf.d" / "my-project").write_text(f"[my-project_*]\nuser {_user()}\nenv.ADDRESS {address}\n")

    def run(self, *arguments: str) -> str:
        """What munin-run prints."""
        done = subprocess.run(
            [
                "munin-run",
                *("--config", self.folder / "node.conf"),
                *("--servicedir", self.folder / "plugins"),
                *("--sconfdir", self.folder / "plugin-conf.d"),
                "--ignore-systemd-properties",
                *arguments,
            ],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def values(self, plugin: str) -> dict[str, int]:
        """The fields of a graph."""
        return {name: int(value) for name, value in re.findall(r"(\w+)\.value (\d+)", self.run(plugin))}


def _user() -> str:
    return Path("~").expanduser().owner()


def _samples(environment: MakeEnvironment, template: str, address: str) -> list[tuple[str, float, set[str]]]:
    with urllib.request.urlopen(f"{address}/metrics", timeout=20) as answer:
        page = answer.read().decode()
    parsed = subprocess.run(
        [environment(template).python, "-c", PARSER], input=page, capture_output=True, text=True, check=False
    )
    assert parsed.returncode == 0, parsed.stderr
    lines = [line.split(" ") for line in parsed.stdout.splitlines()]
    return [(name, float(value), set(labels)) for name, value, *labels in lines]


def _ask(url: str, headers: dict[str, str] | None = None) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def _until(fact: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _all_text(project: Path) -> str:
    files = (path for path in project.rglob("*") if path.is_file() and path.name != ".copier-answers.yml")
    ours = (path for path in files if not {"__pycache__", ".coverage"} & set(path.parts))
    return "\n".join(
        f"{path.relative_to(project)}\n{path.read_text(encoding='utf-8', errors='replace')}" for path in ours
    ).lower()
