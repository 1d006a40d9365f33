"""Flask projects with Celery: what becomes of a task whose worker process is killed."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from templates.conftest import Background, Environment, MakeEnvironment, Render, Run

pytestmark = [pytest.mark.project, pytest.mark.service]

# Imported by the worker: each process of it kills itself in a task as often as the file `kills` says.
KILLER = """
import os, signal
from pathlib import Path

from celery import current_app
from celery.signals import worker_process_init

HERE = Path(__file__).parent

def killing(name):
    def run(*args, **kwargs):
        begun = HERE / f"{name}.begun"
        with begun.open("a") as file:
            file.write(".")
        if begun.stat().st_size <= int((HERE / "kills").read_text()):
            os.kill(os.getpid(), signal.SIGKILL)
        (HERE / f"{name}.done").touch()
    return run

@worker_process_init.connect
def prepare(**options):
    for name, task in current_app.tasks.items():
        if not name.startswith("celery."):
            task.run = killing(name)
"""
QUEUE = """
import sys

from my_project.worker import celery_app

celery_app.loader.import_default_modules()
names = sorted(name for name in celery_app.tasks if not name.startswith("celery."))
for name in names[: int(sys.argv[1])]:
    celery_app.send_task(name)
    print(name)
"""
SECONDS_TO_WAIT = 90
BEGUN_AT_MOST = 4


@pytest.mark.parametrize(
    ("template", "answers"),
    [
        ("flask-micro", {}),
        pytest.param("flask-micro", {"example": False}, marks=pytest.mark.thorough),
        ("flask-blueprints", {"accounts": "full", "sessions": "database"}),
    ],
    ids=["micro", "micro without example", "blueprints"],
)
def test_a_killed_task_runs_again_until_it_has_killed_too_many(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    background: Background,
    live_redis: Callable[[], AbstractContextManager[str]],
    template: str,
    answers: dict[str, object],
) -> None:
    """Every task that the project has."""
    project = render(template, jobs="celery", **answers)
    tools = environment(template)
    source = project / "src"
    (source / "killer.py").write_text(KILLER)
    worker = ("celery", "--app", "my_project.worker", "worker", "--concurrency=3", "--include=killer")
    with live_redis() as url:
        variables = {"REDIS_URL": url}
        (source / "kills").write_text("1")
        with background(project, tools, *worker, variables=variables) as log:
            names = queue(run, project, tools, variables)
            assert names
            wait_for(dict.fromkeys(names, 2), source, log)
            wait_until(lambda: all((source / f"{name}.done").exists() for name in names), log)
            for file in [*source.glob("*.begun"), *source.glob("*.done")]:
                file.unlink()
            (source / "kills").write_text("1000")
            [stubborn] = queue(run, project, tools, variables, most=1)
            wait_until(lambda: "is given up" in log.read_text(), log)
            assert begun(source) == {stubborn: BEGUN_AT_MOST}
            assert not list(source.glob("*.done"))
            (source / "kills").write_text("0")
            queue(run, project, tools, variables, most=1)
            wait_until((source / f"{stubborn}.done").exists, log)


def queue(run: Run, project: Path, tools: Environment, variables: dict[str, str], most: int = 100) -> list[str]:
    """Put each task, or the first ones, into the queue once, and return their names."""
    return run(project, tools, "python", "-c", QUEUE, str(most), variables=variables).stdout.split()


def begun(source: Path) -> Counter[str]:
    """How often each task was begun."""
    return Counter({path.stem: path.stat().st_size for path in source.glob("*.begun")})


def wait_for(times: dict[str, int], source: Path, log: Path) -> None:
    """Return once the tasks have been begun so often."""
    wait_until(lambda: begun(source) == Counter(times), log)


def wait_until(happened: Callable[[], bool], log: Path) -> None:
    """Return as soon as it has happened; fail with the worker's log when it takes too long."""
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while not happened():
        assert time.monotonic() < deadline, log.read_text()[-4000:]
        time.sleep(0.2)
