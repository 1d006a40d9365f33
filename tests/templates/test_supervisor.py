"""supervisor runs all that a project consists of, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from services import free_port
from support.deploying import START_SECONDS, answers_at, program, wait

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, Render, Run

pytestmark = pytest.mark.project


@pytest.mark.parametrize("template", ["flask-micro", "django-full"])
def test_supervisor_starts_the_server_again_and_leaves_nothing_behind(
    render: Render, environment: MakeEnvironment, template: str, tmp_path: Path
) -> None:
    with _supervised(render, environment(template), template, tmp_path) as supervised:
        first = _control(supervised.configuration, "pid", "web")
        orphans = psutil.Process(int(first)).children()
        os.kill(int(first), signal.SIGKILL)
        _, alive = psutil.wait_procs(orphans, timeout=START_SECONDS)
        assert not alive, supervised.log.read_text()  # or it may be one of them that answers below
        wait(lambda: _control(supervised.configuration, "pid", "web") not in {first, "0"})
        wait(supervised.answers, supervised.log)
        wait(lambda: "RUNNING" in _control(supervised.configuration, "status"), supervised.log)
    said = supervised.log.read_text()
    assert said.count("SIGKILL") == 1, said  # ours; none was needed to stop it
    assert said.count("healthz") >= 2, said  # what it runs, before and after, writes its log through it


@pytest.mark.service
def test_supervisor_runs_a_worker_and_beat_beside_the_server(
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_redis: Callable[[], contextlib.AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    installed = environment("flask-blueprints")
    with (
        live_redis() as url,
        _supervised(
            render, installed, "flask-blueprints", tmp_path, answers={"jobs": "celery"}, variables={"REDIS_URL": url}
        ) as supervised,
    ):
        ping = ("celery", "--app", "my_project.worker", "inspect", "ping", "--timeout", "5")
        said = ""
        for _ in range(12):  # the worker takes a while to start
            said += run(supervised.project, installed, *ping, variables={"REDIS_URL": url}, expect=None).stdout
            if "1 node online" in said:
                break
        assert "1 node online" in said
    assert "SIGKILL" not in supervised.log.read_text()


@dataclass(frozen=True, kw_only=True)
class Supervised:
    """A project under supervisord."""

    project: Path
    configuration: Path
    port: int
    log: Path

    def answers(self) -> bool:
        """Whether the server is alive."""
        return answers_at(self.port)


@contextlib.contextmanager
def _supervised(
    render: Render,
    installed: Environment,
    template: str,
    folder: Path,
    *,
    answers: Mapping[str, object] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Supervised]:
    """All of a project's programs, running; at the end supervisor is told to stop, and nothing may be left of it."""
    project = render(template, **{"deployment": ["supervisor"]} | dict(answers or {}))
    [commands] = re.findall(r"```console\n(mkdir --mode=700 deploy/run)\n", (project / "README.md").read_text())
    subprocess.run(["sh", "-e", "-c", commands], cwd=project, check=True)
    private = project / "deploy" / "run"
    assert private.stat().st_mode & 0o777 == 0o700
    supervised = Supervised(
        project=project,
        configuration=project / "deploy" / "supervisord.conf",
        port=free_port(),
        log=folder / "log",
    )
    environ = {
        "PATH": f"{installed.directory}/bin:/usr/bin:/bin",
        "PYTHONPATH": f"{project}/src",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{supervised.port}",
        "DATABASE_URL": f"sqlite:///{folder}/app.sqlite3",
        **(variables or {}),
    }
    command = [program("supervisord"), "--configuration", str(supervised.configuration)]
    # To append, as what runs under supervisor opens the same file once more: else one writes over the other.
    with supervised.log.open("a") as output:
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
    family: set[psutil.Process] = set()
    try:
        programs = supervised.configuration.read_text().count("[program:")
        wait(lambda: _control(supervised.configuration, "status").count("RUNNING") == programs, supervised.log)
        wait(supervised.answers, supervised.log)
        assert {path.name for path in private.iterdir()} >= {"supervisord.pid", "supervisor.sock"}
        family |= set(psutil.Process(process.pid).children(recursive=True))
        yield supervised
        family |= set(psutil.Process(process.pid).children(recursive=True))
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=2 * START_SECONDS)
    said = supervised.log.read_text()
    assert code == 0, said
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive, said
    assert not list(private.iterdir())


def _control(configuration: Path, *command: str) -> str:
    """What supervisorctl says."""
    return subprocess.run(
        [program("supervisorctl"), "--configuration", configuration, *command],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
