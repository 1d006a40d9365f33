"""A Flask project's database outlives its answers: what is applied stays, what is new comes behind it, data is kept."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run

pytestmark = pytest.mark.project

MODEL = '''"""A model of the project's own."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .models import Base


class Shelf(Base):
    """A shelf."""

    __tablename__ = "shelves"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
'''
# Runs commands in one process, then a statement, and prints what that found.
RUN = """
import json, sys
from pathlib import Path
from sqlalchemy import text
from my_project import create_app
from my_project.extensions import db
if Path("src/my_project/shelves.py").exists():
    import my_project.shelves
app = create_app()
commands, statement = json.loads(sys.argv[1])
for command in commands:
    done = app.test_cli_runner().invoke(args=["db", *command])
    assert not done.exit_code, (command, done.output, done.exception)
with app.app_context(), db.engine.begin() as connection:
    found = connection.execute(text(statement))
    print([list(row) for row in found] if found.returns_rows else [])
"""
USER = (
    "INSERT INTO users (id, email, session_key, active, created_at{})"
    " VALUES (7, 'a@example.com', 'key', {}, '2026-01-01 00:00:00'{})"
)
LOGIN, FULL = USER.format("", "{}", ""), USER.format(", display_name", "{}", ", 'Ann'")
POST = (
    "INSERT INTO posts (id, uid, slug, title, summary, body, created_at, updated_at, version)"
    " VALUES (7, 'u', 's', 't', '', 'b', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1)"
)
ITEM = (
    "INSERT INTO items (id, name, description, created_at, updated_at, version)"
    " VALUES (7, 'Tea', '', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1)"
)
BLOG: Mapping[str, object] = {"example_domain": "blog"}
EVERYTHING: Mapping[str, object] = {"accounts": "full", "admin": "multi-role", "api": "rest", "sessions": "database"}
# What the answers were, what they become, a row from before, and where it has to be found.
CHANGES: Mapping[str, tuple[Mapping[str, object], Mapping[str, object], str, str]] = {
    "more accounts": ({"accounts": "login"}, {"accounts": "full"}, LOGIN, "users"),
    "less accounts": ({"accounts": "full"}, {"accounts": "login"}, FULL, "users"),
    "registration": ({"accounts": "login"}, {"accounts": "registration"}, LOGIN, "users"),
    "no profiles": ({"accounts": "full"}, {"accounts": "registration"}, FULL, "users"),
    "profiles": ({"accounts": "registration"}, {"accounts": "full"}, LOGIN, "users"),
    "nothing to everything": ({}, EVERYTHING, ITEM, "items"),
    "everything to nothing": (EVERYTHING, {}, FULL, "users"),
    "no example": (BLOG, {"example": False}, POST, "posts"),
    "authors": (BLOG, {**BLOG, "accounts": "login"}, POST, "posts"),
    "no authors": ({**BLOG, "accounts": "login"}, BLOG, POST, "posts"),
}
RISKY = ("more accounts", "less accounts", "authors", "no authors")
# What `make proof` alone looks at: the other way round, or from another answer, it is in `make test` too.
THOROUGH = ("registration", "profiles", "more accounts", "no profiles", "no authors")
WRITE = [["migrate", "--message", "what changed"], ["upgrade"]]


@pytest.mark.parametrize(
    "change", [pytest.param(name, marks=pytest.mark.thorough) if name in THOROUGH else name for name in CHANGES]
)
def test_answers_change_on_a_database_in_use(
    change: str, render: Render, environment: MakeEnvironment, run: Run
) -> None:
    _change(change=change, more={}, variables={}, render=render, environment=environment, run=run)


@pytest.mark.service
@pytest.mark.thorough
@pytest.mark.parametrize("change", RISKY)
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_answers_change_on_a_server_in_use(
    *,
    change: str,
    engine: str,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_database: Callable[[str], AbstractContextManager[str]],
) -> None:
    with live_database(engine) as url:
        _change(
            change=change,
            more={"database": engine},
            variables={"DATABASE_URL": url},
            render=render,
            environment=environment,
            run=run,
        )


@pytest.mark.parametrize(("before", "after"), [("sql", "orm"), ("orm", "sql")])
@pytest.mark.parametrize("template", ["flask-blueprints", "flask-micro"])
def test_another_way_to_the_data_finds_what_is_there(
    *, template: str, before: str, after: str, render: Render, environment: MakeEnvironment, run: Run
) -> None:
    tools = environment(template)
    old, new = (render(template, data_access=access) for access in (before, after))
    run(old, tools, "make", "migrate")
    database = next(old.rglob("app.sqlite3"))
    place = new / database.relative_to(old)
    with closing(sqlite3.connect(database)) as connection, connection:
        columns, values = ", done", ", 0"
        added = ITEM.replace("version)", f"version{columns})").replace("1)", f"1{values})")
        connection.execute(added if template == "flask-micro" else ITEM)
    place.parent.mkdir(exist_ok=True)
    shutil.copy(database, place)
    run(new, tools, "make", "migrate")
    if after == "orm":
        assert "no migration is written" in run(new, tools, "make", "migrations").stdout
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("SELECT id, name, created_at FROM items").fetchall() == [
            (7, "Tea", "2026-01-01 00:00:00")
        ]


def test_a_database_whose_migrations_were_counted_is_carried_over(
    render: Render, environment: MakeEnvironment, run: Run
) -> None:
    project = render("flask-micro")
    micro = environment("flask-micro")
    own = '    "CREATE TABLE shelves (id INTEGER)",\n    "CREATE TABLE boxes (id INTEGER)",\n)\n\n\n@contextmanager'
    module = project / "src/my_project/db.py"
    module.write_text(module.read_text().replace(")\n\n\n@contextmanager", own, 1))
    with closing(sqlite3.connect(project / "app.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE items (id INTEGER)")
        connection.execute("CREATE TABLE shelves (id INTEGER)")
        connection.execute("PRAGMA user_version = 2")
    migrate = ("flask", "--app", "my_project", "migrate")
    assert run(project, micro, *migrate).stdout == "1 migration(s) applied\n"
    # An update puts one of the template's before those of the project: it is applied, and nothing twice.
    first = '    "CREATE TABLE shelves'
    newer = module.read_text().replace(first, '    "CREATE TABLE added (id INTEGER)",\n' + first)
    module.write_text(newer)
    assert run(project, micro, *migrate).stdout == "1 migration(s) applied\n"
    assert run(project, micro, *migrate).stdout == "0 migration(s) applied\n"
    with closing(sqlite3.connect(project / "app.sqlite3")) as connection:
        assert {"items", "shelves", "boxes", "added"} <= {
            name for [name] in connection.execute("SELECT name FROM sqlite_master")
        }


def _change(
    *,
    change: str,
    more: Mapping[str, object],
    variables: Mapping[str, str],
    render: Render,
    environment: MakeEnvironment,
    run: Run,
) -> None:
    tools = environment("flask-blueprints")
    before, after, row, table = CHANGES[change]
    true = "true" if more.get("database") == "postgresql" else "1"
    project, newer = (render("flask-blueprints", **answers, **more) for answers in (before, after))

    def flask(*commands: list[str], statement: str = "SELECT 1") -> str:
        asked = json.dumps([commands, statement])
        return run(project, tools, "python", "-c", RUN, asked, variables=variables).stdout

    flask(["upgrade"])
    (project / "src/my_project/shelves.py").write_text(MODEL)
    flask(*WRITE, statement=row.format(true))
    _update(project, newer)
    found = flask(["upgrade"], *WRITE, ["check"], statement=f"SELECT id FROM {table}")
    assert json.loads(found.splitlines()[-1]) == [[7]]
    assert len(_heads(project)) == 1
    run(project, tools, "ruff", "check")
    run(project, tools, "ruff", "format", "--check")


def _update(project: Path, newer: Path) -> None:
    """Bring the project to the newer files as an update does: migrations stay, and new ones come behind them."""
    package = project / "src/my_project"
    kept = {path: path.read_text() for path in [*package.glob("migrations/versions/*_*.py"), package / "shelves.py"]}
    for folder in ("src", "tests"):
        shutil.rmtree(project / folder)
        shutil.copytree(newer / folder, project / folder)
    new = sorted(package.glob("migrations/versions/0*.py"))
    added = {path: path.read_text() for path in new if path not in kept}
    for path in added:
        path.unlink()
    for path, text in kept.items():
        path.write_text(text)
    for path, text in added.items():
        [head] = _heads(project)
        path.write_text(re.sub("^down_revision = .*$", f'down_revision = "{head}"', text, flags=re.MULTILINE))


def _heads(project: Path) -> set[str]:
    texts = [path.read_text() for path in project.glob("src/*/migrations/versions/*_*.py")]
    revisions, downs = (
        {match[1] for text in texts for match in [re.search(rf'^{name} = "(.+)"$', text, re.MULTILINE)] if match}
        for name in ("revision", "down_revision")
    )
    return revisions - downs
