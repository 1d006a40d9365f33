"""A database of MySQL whose tables would lack letters is refused before it has any."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run

pytestmark = [pytest.mark.project, pytest.mark.service]

NARROW = """
import sys
from urllib.parse import urlsplit
import pymysql
url = urlsplit(sys.argv[1])
server = pymysql.connect(host=url.hostname, port=url.port, user=url.username, password=url.password or "")
server.cursor().execute(f"ALTER DATABASE {url.path[1:]} CHARACTER SET latin1")
"""
READINESS = """
import importlib, sys
client = importlib.import_module(sys.argv[1]).create_app().test_client()
print(client.get("/readyz").status_code)
"""


@pytest.mark.parametrize(
    ("template", "migrate"),
    [("flask-blueprints", ("flask", "db", "upgrade")), ("flask-micro", ("flask", "--app", "my_project", "migrate"))],
)
def test_migrating_says_what_to_change_and_the_service_is_not_ready(
    *,
    template: str,
    migrate: tuple[str, ...],
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_database: Callable[[str], AbstractContextManager[str]],
) -> None:
    project = render(template, database="mysql", data_access="orm")
    installed = environment(template)
    with live_database("mysql") as url:
        run(project, installed, "python", "-c", NARROW, url)
        variables = {"DATABASE_URL": url}
        refused = run(project, installed, *migrate, variables=variables, expect=1)
        assert "Error: The database's character set is latin1" in refused.stderr
        assert "Traceback" not in refused.stderr
        ready = run(project, installed, "python", "-c", READINESS, "my_project", variables=variables)
        assert ready.stdout.split()[-1] == "503"
