"""Tests of generated projects close what they open: left to chance, one run in twenty ended with a warning."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run

PLUGIN = Path(__file__).with_name("open_connections.py")


@pytest.mark.service
@pytest.mark.project
@pytest.mark.parametrize("template", ["flask-micro", pytest.param("flask-blueprints", marks=pytest.mark.thorough)])
def test_no_connection_to_redis_is_left_open(
    render: Render,
    run: Run,
    environment: MakeEnvironment,
    live_redis: Callable[[], AbstractContextManager[str]],
    template: str,
) -> None:
    project = render(template, jobs="celery")
    shutil.copy(PLUGIN, project)
    tests = ["python", "-m", "pytest", "-p", PLUGIN.stem, "-s"]
    with live_redis() as url:
        done = run(project, environment(template), *tests, variables={"REDIS_URL": url})
    assert "left open by" not in done.stdout, done.stdout
