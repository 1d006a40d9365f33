"""Parts of files: every one is used, every one that is named is there, and no file is too long to be read at once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from support.sources import ROOT

TEMPLATES = ROOT / "templates"
NAMED = re.compile(r"\{%-? (?:include|extends) '([^']+)'( ~ )?")
MOST_LINES = 300
SERVERS_OF_TESTS = [path for path in TEMPLATES.rglob("*test*") if path.is_file() and "make_server(" in path.read_text()]


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(ROOT).as_posix() for path in folder.rglob("*") if path.is_file())


@cache
def uses() -> frozenset[tuple[str, bool]]:
    """What files include and extend, and whether that is only how the name begins."""
    texts = ((ROOT / name).read_text(encoding="utf-8", errors="replace") for name in names(TEMPLATES))
    return frozenset((name, bool(begins)) for text in texts for name, begins in NAMED.findall(text))


@pytest.mark.parametrize("part", names(TEMPLATES / "_shared"))
def test_every_part_is_used(part: str) -> None:
    assert any(part == name or (begins and part.startswith(name)) for name, begins in uses())


@pytest.mark.parametrize(
    "name", sorted(name for name, begins in uses() if name.startswith("templates/") and not begins)
)
def test_every_part_that_is_named_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


@pytest.mark.parametrize("name", [name for name in names(TEMPLATES) if name.endswith(".jinja") or "/_shared/" in name])
def test_a_file_of_the_templates_can_be_read_at_once(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", SERVERS_OF_TESTS, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_no_thread_of_a_test_makes_a_logger(path: Path) -> None:
    """pytest 9.2 fails if werkzeug adds its logger, with the first line it logs, while pytest goes through them."""
    before = path.read_text(encoding="utf-8").split("make_server(")[0]
    assert 'logging.getLogger("werkzeug")' in before


def test_what_may_fail_after_a_transaction_has_a_name() -> None:
    """Django 5.2 logs the name of a callback that failed; a partial has none, and the error is raised."""
    calls = re.compile(r"on_commit\(partial\([^\n]*robust=True")
    assert [name for name in names(TEMPLATES) if calls.search((ROOT / name).read_text(errors="replace"))] == []
