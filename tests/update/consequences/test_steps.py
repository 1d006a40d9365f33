"""What an update tells people to type follows from what changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from waypost.update.consequences.steps import environment_steps, needs_setup
from waypost.update.reading.environment import environment_change

OLD = b"# Where the data is.\nDATABASE_URL=sqlite:///app.sqlite3\n\n# A level.\nLOG_LEVEL=INFO\n# WEB_CONCURRENCY=2\n"
NEW = (
    OLD.replace(b"sqlite:///app.sqlite3", b"postgresql://me@127.0.0.1/a|b&c\\d") + b"\nREDIS_URL=redis://127.0.0.1/0\n"
)


def written(tmp_path: Path, own: str, *, is_other_engine: bool = True) -> str:
    """What ``.env`` holds after the steps were typed."""
    (tmp_path / ".env").write_text(own)
    for step in environment_steps(environment_change(OLD, NEW), own, is_other_engine=is_other_engine):
        subprocess.run(["sh", "-c", step], cwd=tmp_path, check=True)
    assert [path.name for path in tmp_path.iterdir()] == [".env"]
    return (tmp_path / ".env").read_text()


def test_new_variables_are_added_and_a_value_of_the_other_database_is_replaced(tmp_path: Path) -> None:
    own = "SECRET_KEY=x\nDATABASE_URL=sqlite:////elsewhere/mine.sqlite3\nLOG_LEVEL=DEBUG"
    lines = written(tmp_path, own + "\n").splitlines()
    assert lines == [
        "SECRET_KEY=x",
        "DATABASE_URL=postgresql://me@127.0.0.1/a|b&c\\d",
        "LOG_LEVEL=DEBUG",
        "",
        "REDIS_URL=redis://127.0.0.1/0",
    ]


def test_a_value_that_somebody_chose_stays(tmp_path: Path) -> None:
    own = "DATABASE_URL=postgresql://ours@db/shop\nREDIS_URL=redis://ours\n"
    assert written(tmp_path, own) == own


def test_nothing_is_typed_where_nothing_changed() -> None:
    assert list(environment_steps(environment_change(OLD, OLD), "LOG_LEVEL=INFO\n", is_other_engine=False)) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("[project]\ndependencies = ['a']\n", "[project]\ndependencies = ['a', 'b']\n", True),
        ("[project]\nname = 'a'\n[tool.ruff]\nx = 1\n", "[project]\nname = 'a'\n[tool.ruff]\nx = 2\n", False),
        ("[dependency-groups]\ndev = ['a']\n", "[dependency-groups]\ndev = []\n", True),
        ("[project]\n", "<<<<<<< yours\n", True),
    ],
    ids=["a dependency", "a setting of a tool", "a tool", "a conflict"],
)
def test_what_is_installed_is_installed_again_where_it_changed(before: str, after: str, *, expected: bool) -> None:
    assert needs_setup(before.encode(), after.encode()) is expected
