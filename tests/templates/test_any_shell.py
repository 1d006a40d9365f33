"""The tests of a project pass whatever the shell and `.env` say, in any order, and two at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import execnet
import pytest
import xdist

from support.sources import TEMPLATES

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run

pytestmark = [pytest.mark.project, pytest.mark.thorough]

SHELL = {
    "ADMIN_PATH": "elsewhere/",
    "ALLOWED_HOSTS": "somewhere.example",
    "APP_ENV": "production",
    "DEBUG": "1",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "FLASK_DEBUG": "1",
    "LOG_LEVEL": "ERROR",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "of-the-shell",
    "TRUSTED_PROXIES": "3",
}
SHUFFLING = """
import random


def pytest_collection_modifyitems(items):
    random.Random({seed}).shuffle(items)
"""


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_suite_passes_in_a_shell_that_says_otherwise(
    render: Render, environment: MakeEnvironment, run: Run, template: str
) -> None:
    project = render(template)
    (project / ".env").write_text("".join(f"{name}={value}\n" for name, value in SHELL.items()))
    run(project, environment(template), "pytest", "-q", variables=SHELL)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_suite_passes_in_any_order(
    render: Render, environment: MakeEnvironment, run: Run, tmp_path: Path, template: str
) -> None:
    for seed in (1, 2):
        (tmp_path / "shuffled.py").write_text(SHUFFLING.format(seed=seed))
        path = {"PYTHONPATH": f"{tmp_path}:src"}
        run(render(template), environment(template), "pytest", "-q", "-p", "shuffled", variables=path)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_suite_passes_in_two_processes_at_once(
    render: Render, environment: MakeEnvironment, run: Run, tmp_path: Path, template: str
) -> None:
    # Projects do not ask for pytest-xdist: lend them ours, which is plain Python.
    for package in (xdist, execnet):
        folder = Path(package.__path__[0])
        (tmp_path / folder.name).symlink_to(folder)
    path = {"PYTHONPATH": f"{tmp_path}:src"}
    done = run(render(template), environment(template), "pytest", "-p", "xdist.plugin", "-n", "2", variables=path)
    assert "2 workers" in done.stdout
