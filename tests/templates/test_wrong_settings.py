"""What a worker and beat say about settings with which nothing can start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run

pytestmark = [pytest.mark.slow, pytest.mark.project]


@pytest.mark.parametrize("command", ["worker", "beat"])
@pytest.mark.parametrize("template", ["flask-micro", "flask-blueprints", "django-full"])
def test_a_wrong_setting_is_one_line(
    *, render: Render, environment: MakeEnvironment, run: Run, template: str, command: str
) -> None:
    project = render(template, jobs="celery")
    packages = [path.parent.name for path in project.glob("src/*/__init__.py")]
    application = f"{packages[0]}.worker" if packages else "config"
    variables = {"APP_ENV": "production", "SECRET_KEY": "short", "REDIS_URL": "redis://127.0.0.1:1/0"}
    started = ("celery", "--app", application, command)
    done = run(project, environment(template), *started, variables=variables, expect=1)
    printed = done.stdout + done.stderr
    assert "SECRET_KEY" in printed
    assert len(printed.splitlines()) == 1, printed
