"""Fixtures that more than one test module needs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from support.running import Workplace
from support.sources import ROOT, SMALL, as_repository, copy_of_our_source


def pytest_configure() -> None:
    """Give this run's random answers the seed that is always the same, unless another one is set.

    What turns `make test` red is then the change. A proof looks at others each day.
    """
    os.environ.setdefault("WAYPOST_SEED", "1")
    # Nothing of a test run belongs into the cache of the person who runs it.
    os.environ.setdefault("WAYPOST_CACHE", str(ROOT / ".cache" / "waypost"))
    # On a busy machine the time that an example takes says nothing about it.
    settings.register_profile("waypost", deadline=None)
    settings.load_profile("waypost")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what is marked ``thorough`` to `make proof`, so that `make test` has time for the rest."""
    if os.environ.get("WAYPOST_PROOF") != "1":
        for item in items:
            if item.get_closest_marker("thorough"):
                item.add_marker(pytest.mark.skip(reason="only `make proof` runs it"))


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
