"""Projects of django-full with what works beside the web server: jobs in a real worker, and all that uses Redis."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from templates.test_django_full import PASSWORD, Browser

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, Render, Run, Serve

pytestmark = [pytest.mark.project, pytest.mark.service]

SECONDS_TO_WAIT = 60
EVERYTHING: dict[str, object] = {
    "jobs": "celery",
    "cache": "redis",
    "sessions": "redis",
    "suggestions": True,
    "realtime": True,
}


@pytest.mark.parametrize(
    ("variant", "python"),
    [
        (EVERYTHING, "3.12"),
        (EVERYTHING | {"python_version": "3.11"}, "3.11"),
        (EVERYTHING | {"api": "none", "example": False, "suggestions": False, "sessions": "cookie"}, "3.12"),
    ],
    ids=["everything", "everything on long-term support", "nothing but services"],
)
def test_all_gates_pass(
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_redis: Callable[[], AbstractContextManager[str]],
    variant: dict[str, object],
    python: str,
) -> None:
    project = render("django-full", **variant)
    installed = environment("django-full-lts" if python == "3.11" else "django-full", python=python)
    run(project, installed, "ruff", "check")
    run(project, installed, "ruff", "format", "--check")
    run(project, installed, "mypy")
    with live_redis() as address:
        run(project, installed, "coverage", "run", "-m", "pytest", variables={"REDIS_URL": address})
    run(project, installed, "coverage", "report")


def test_without_redis_the_projects_tests_end_at_once_and_say_what_to_start(
    render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render("django-full", **EVERYTHING)
    began = time.monotonic()
    # The port of "discard", which nobody serves.
    nowhere = {"REDIS_URL": "redis://127.0.0.1:9/0"}
    done = run(project, environment("django-full"), "pytest", variables=nowhere, expect=2)
    assert "need Redis" in done.stdout + done.stderr
    assert time.monotonic() - began < SECONDS_TO_WAIT


def test_worker_and_beat_do_what_pages_and_the_schedule_ask_for(
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    live_redis: Callable[[], AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    project = render("django-full", accounts="full", jobs="celery")
    installed = environment("django-full")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    with contextlib.ExitStack() as stack:
        variables = {"REDIS_URL": stack.enter_context(live_redis())}
        worker = stack.enter_context(running(project, installed, "worker", tmp_path / "worker", variables))
        beat = stack.enter_context(running(project, installed, "beat", tmp_path / "beat", variables))
        visitor = Browser(stack.enter_context(serve(project, installed, variables=variables)))
        assert '"redis": "ok"' in visitor.open("/readyz")[2]

        form = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
        status, place, _page = visitor.submit("/accounts/signup/", **form)
        assert (status, place) == (302, "/accounts/confirm-email/")
        wait_for(lambda: links_in(worker, visitor.url), worker)
        assert visitor.submit(links_in(worker, visitor.url)[0])[0] == 302

        def sign() -> bool:
            return (
                run(
                    project, installed, "python", "manage.py", "check-jobs", variables=variables, expect=None
                ).returncode
                == 0
            )

        wait_for(lambda: "heartbeat" in beat.read_text(), beat)
        wait_for(sign, worker)
    assert (project / "celerybeat-schedule").is_file()


@contextlib.contextmanager
def running(
    project: Path, environment: Environment, task: str, output: Path, variables: Mapping[str, str]
) -> Iterator[Path]:
    """Run one of the Makefile's tasks until the end of the block, and give the file with what it prints."""
    with output.open("w") as printed:
        process = subprocess.Popen(
            [shutil.which("make") or "make", task],
            cwd=project,
            env={
                "PATH": f"{environment.directory / 'bin'}:/usr/local/bin:/usr/bin:/bin",
                "HOME": os.environ.get("HOME", "/"),
                "PYTHONDONTWRITEBYTECODE": "1",
                **variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield output
        assert process.poll() is None, output.read_text()
    finally:
        # The whole group, as a terminal does.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=SECONDS_TO_WAIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            pytest.fail(f"make {task} did not stop:\n{output.read_text()[-4000:]}")


def links_in(output: Path, url: str) -> list[str]:
    """Find the links that confirm an address, in mail whose long lines were broken for its journey."""
    return re.findall(rf"{url}(/accounts/confirm-email/\S+)\n", output.read_text().replace("=\n", ""))


def wait_for(condition: Callable[[], object], output: Path) -> None:
    """Wait until something has happened, or fail with what was printed meanwhile."""
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while not condition():
        assert time.monotonic() < deadline, output.read_text()[-4000:]
        time.sleep(0.1)
