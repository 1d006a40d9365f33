"""Fixtures that more than one test module needs."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

from running import Workplace
from sources import SMALL, as_repository, copy_of_our_source


def pytest_configure() -> None:
    """Choose the seed of this run's random answers, in the first process of it; the others inherit it.

    A proof looks at others each time. `make test` looks at the same ones, so that what turns it red is the change.
    """
    proves = os.environ.get("WAYPOST_PROOF") == "1"
    os.environ.setdefault("WAYPOST_SEED", secrets.token_hex(4) if proves else "1")


def pytest_report_header() -> str:
    """Name what makes the same random answers again."""
    return f"random answers: WAYPOST_SEED={os.environ['WAYPOST_SEED']}"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """A folder to run commands in."""
    return Workplace(tmp_path / "place")


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with Waypost's own templates as they are now, tagged v1.0.0."""
    return as_repository(copy_of_our_source(tmp_path_factory.mktemp("repository") / "waypost.git"), "v1.0.0")


@pytest.fixture(scope="session")
def small_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository whose templates have two files, for tests that want many projects."""
    folder = tmp_path_factory.mktemp("small") / "templates.git"
    return as_repository(copy_of_our_source(folder, SMALL), "v1.0.0")
