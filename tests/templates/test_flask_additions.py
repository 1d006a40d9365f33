"""What people add in the first weeks breaks none of the tests and checks that came with a Flask project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, PassGates, Render, Run

pytestmark = pytest.mark.project

# What people type, and a docstring cannot hold as it is.
MESSAGE = 'shelves, "long" and """longer""", of C:\\users'

MODEL = '''"""Shelves: a model, a page with its template, and a command."""

import click
from flask import Blueprint, current_app, render_template
from flask.cli import with_appcontext
from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from {base} import Base

bp = Blueprint("shelves", __name__, template_folder="templates")


class Shelf(Base):
    """A shelf."""

    __tablename__ = "shelves"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)


@bp.get("/shelves/")
def index() -> str:
    """Show all shelves."""
    return render_template("shelves/index.html", limit=current_app.config["{setting}"]{attribute})


@click.command()
@with_appcontext
def count_shelves() -> None:
    """Say how many shelves there are."""
    {engine}
    with Session(engine) as session:
        click.echo(session.scalar(select(func.count()).select_from(Shelf)))
'''
PLAIN = '''"""Shelves: a page with its template, and a command."""

import click
from flask import Blueprint, current_app, render_template
from flask.cli import with_appcontext

from .db import transaction

bp = Blueprint("shelves", __name__, template_folder="templates")


@bp.get("/shelves/")
def index() -> str:
    """Show all shelves."""
    return render_template("shelves/index.html", limit=current_app.config["SETTINGS"].shelf_limit)


@click.command()
@with_appcontext
def count_shelves() -> None:
    """Say how many shelves there are."""
    with transaction() as cursor:
        cursor.execute("SELECT id FROM shelves")
        click.echo(len(cursor.fetchall()))
'''
OWN_TEST = """from flask import Flask
from flask.testing import FlaskClient


def test_shelves(app: Flask, client: FlaskClient) -> None:
    assert "At most 10" in client.get("/shelves/").text
    assert app.test_cli_runner().invoke(args=["count-shelves"]).output == "0\\n"
"""
# The fixtures of a project with a single file of tests stand in that file.
ALONE = """
from pathlib import Path

import pytest

from my_project import create_app
from my_project.config import Settings


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/shelves.sqlite3"))
    app.test_cli_runner().invoke(args=["migrate"])
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def"""
OPERATION = '''

class ShelvesSchema(Schema):
    """How many there are."""

    count = fields.Integer(required=True)


@bp.route("/shelves")
class Shelves(MethodView):
    """Shelves."""

    @bp.response(200, ShelvesSchema)
    def get(self) -> dict[str, int]:
        """Count the shelves."""
        return {"count": 0}
'''
TASK = '''

@shared_task
def dust_shelves() -> None:
    """Dust all shelves."""
'''


def test_a_blueprints_project_that_grew_passes_its_checks(
    render: Render, environment: MakeEnvironment, run: Run, pass_gates: PassGates
) -> None:
    project = render("flask-blueprints", accounts="full", admin="multi-role", api="rest")
    run(project, environment("flask-blueprints"), "make", "migrate")
    _grow_blueprints(project)
    for command in (["make", "format"], ["make", "migrations"], ["make", "migrate"], ["flask", "db", "check"]):
        run(project, environment("flask-blueprints"), *command)
    run(project, environment("flask-blueprints"), "flask", "db", "revision", "--message", MESSAGE)
    assert len(list(project.glob("src/*/migrations/versions/*_follow_the_models.py"))) == 1
    pass_gates(project, environment("flask-blueprints"))


@pytest.mark.thorough
@pytest.mark.service
def test_a_project_with_a_task_of_its_own_passes_its_checks(
    render: Render,
    environment: MakeEnvironment,
    pass_gates: PassGates,
    live_redis: Callable[[], AbstractContextManager[str]],
) -> None:
    for template in ("flask-blueprints", "flask-micro"):
        project = render(template, jobs="celery")
        tasks = project / "src/my_project/tasks.py"
        tasks.write_text(tasks.read_text() + TASK)
        with live_redis() as url:
            pass_gates(project, environment(template), {"REDIS_URL": url})


@pytest.mark.parametrize("data_access", ["sql", pytest.param("orm", marks=pytest.mark.thorough)])
def test_a_micro_project_that_grew_passes_its_checks(
    data_access: str, render: Render, environment: MakeEnvironment, run: Run, pass_gates: PassGates
) -> None:
    project = render("flask-micro", data_access=data_access)
    micro = environment("flask-micro")
    run(project, micro, "make", "migrate")
    _grow_micro(project, data_access)
    run(project, micro, "make", "format")
    if data_access == "orm":
        run(project, micro, "flask", "--app", "my_project", "make-migration", MESSAGE)
    run(project, micro, "make", "migrate")
    assert run(project, micro, "flask", "--app", "my_project", "count-shelves").stdout == "0\n"
    pass_gates(project, micro)


@pytest.mark.parametrize("answers", [{"example_domain": "blog"}, {"data_access": "sql"}], ids=["blog", "plain SQL"])
def test_pages_and_tables_of_its_own_break_no_test(
    answers: Mapping[str, object], render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render("flask-blueprints", **answers)
    package = project / "src/my_project"
    _edit(package / "main/routes.py", "", '\n\n@bp.post("/blog/notes")\ndef note() -> str:\n    return ""\n')
    if answers == {"data_access": "sql"}:
        (package / "migrations/0001_shelves.sql").write_text("CREATE TABLE shelves (id INTEGER);\n")
        (package / "migrations/0002_shelves.sql").write_text("ALTER TABLE shelves ADD COLUMN name TEXT;\n")
    run(project, environment("flask-blueprints"), "pytest", "-q")


def test_an_operation_that_is_not_described_is_named_with_what_to_do(
    render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render("flask-micro")
    view = '@bp.get("/shelves")\ndef list_shelves() -> dict[str, int]:\n    return {}\n\n\n@bp.get("/items")'
    _edit(project / "src/my_project/api.py", '@bp.get("/items")', view, instead=True)
    failed = run(project, environment("flask-micro"), "pytest", "-q", expect=1)
    assert "1 failed" in failed.stdout
    assert "describe it in openapi()" in failed.stdout


def _grow_blueprints(project: Path) -> None:
    package = project / "src/my_project"
    engine = "from .extensions import db  # noqa: PLC0415\n\n    engine = db.engine"
    model = MODEL.format(base=".models", setting="SHELF_LIMIT", attribute="", engine=engine)
    (package / "shelves.py").write_text(model)
    _add_page(package, '{% extends "base.html" %}\n{% block content %}At most {{ limit }}{% endblock %}\n')
    _edit(package / "__init__.py", "from . import (\n", "    shelves,\n")
    registered = "    app.register_blueprint(shelves.bp)\n    app.cli.add_command(shelves.count_shelves)\n"
    _edit(package / "__init__.py", "    app.register_blueprint(main.bp)\n", registered)
    config = package / "config.py"
    _edit(config, '    log_level: str = "INFO"\n', "    shelf_limit: int = 10\n")
    read = '            shelf_limit=int(given.get("SHELF_LIMIT", cls.shelf_limit)),\n'
    _edit(config, '            log_level=given.get("LOG_LEVEL", cls.log_level),\n', read)
    _edit(config, '            "SECRET_KEY": self.secret_key,\n', '            "SHELF_LIMIT": self.shelf_limit,\n')
    _edit(project / ".env.example", "LOG_LEVEL=INFO\n", "\n# How many shelves there may be.\nSHELF_LIMIT=10\n")
    column = "    shelf_id: Mapped[int | None] = mapped_column(ForeignKey('shelves.id'), index=True)\n"
    column += "    motto: Mapped[str] = mapped_column(String(80), default='', server_default='')\n"
    _edit(package / "auth/models.py", "    active: Mapped[bool] = mapped_column(default=True)\n", column)
    _edit(package / "api/info.py", "", OPERATION)
    (project / "tests/test_shelves.py").write_text('"""Shelves."""\n\n' + OWN_TEST)


def _grow_micro(project: Path, data_access: str) -> None:
    package = project / "src/my_project"
    if data_access == "orm":
        engine = "from .db import engine as found  # noqa: PLC0415\n\n    engine = found()"
        text = MODEL.format(base=".db", setting="SETTINGS", attribute=".shelf_limit", engine=engine)
    else:
        text = PLAIN
        last = '    )""",\n)'
        _edit(
            package / "db.py", last, '    )""",\n    "CREATE TABLE shelves (id INTEGER PRIMARY KEY)",\n)', instead=True
        )
    (package / "shelves.py").write_text(text)
    _add_page(package, "At most {{ limit }}\n")
    _edit(package / "__init__.py", "from . import api, db, health\n", "from . import shelves\n")
    registered = "    app.register_blueprint(shelves.bp)\n    app.cli.add_command(shelves.count_shelves)\n"
    _edit(package / "__init__.py", "    app.register_blueprint(health.bp)\n", registered)
    _edit(package / "config.py", "    trusted_proxies: NonNegativeInt = 0\n", "    shelf_limit: NonNegativeInt = 10\n")
    _edit(project / ".env.example", "LOG_LEVEL=INFO\n", "\n# How many shelves there may be.\nSHELF_LIMIT=10\n")
    api = package / "api.py"
    view = '\n\n@bp.get("/shelves")\ndef list_shelves() -> dict[str, Any]:\n    """Count the shelves."""\n'
    _edit(api, '    return {"name": PROJECT_NAME, "openapi": "/openapi.json"}\n', view + '    return {"status": 1}\n')
    described = '"/shelves": {"get": operation(list_shelves, 200, Problem)}, "/items": items'
    _edit(api, '"/items": items', described, instead=True)
    test = OWN_TEST if data_access == "orm" else OWN_TEST.replace("\n\n\ndef", ALONE, 1)
    (project / "tests/test_shelves.py").write_text(test)


def _add_page(package: Path, text: str) -> None:
    page = package / "templates/shelves/index.html"
    page.parent.mkdir(parents=True)
    page.write_text(text)


def _edit(path: Path, before: str, added: str, *, instead: bool = False) -> None:
    """Add a text behind another one, or put it in its place."""
    text = path.read_text(encoding="utf-8")
    assert before in text, f"{path} has no {before!r}"
    if not before:
        path.write_text(text + added, encoding="utf-8")
        return
    path.write_text(text.replace(before, added if instead else before + added, 1), encoding="utf-8")
