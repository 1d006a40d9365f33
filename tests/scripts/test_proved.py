"""A proof remembers what passed, for exactly what it looked at, and its page says what was seen and what was not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import proof
from support.proved import digest_of, recalled, remember, sources_of
from support.sources import ROOT
from waypost.questions.record import RECORD

INSTALLED = "lib/python3.12/site-packages"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "src" / "app.py").write_text("x = 1\n")
    (project / RECORD).write_text("_src_path: /tmp/one\n")
    return project


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    environment = tmp_path / "environment"
    (environment / INSTALLED / "flask-3.1.0.dist-info").mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\nversion_info = 3.12.1\n")
    return environment


def flask_is_newer(project: Path, environment: Path) -> None:
    (environment / INSTALLED / "flask-3.1.0.dist-info").rename(environment / INSTALLED / "flask-3.1.1.dist-info")


CHANGES: dict[str, Callable[[Path, Path], object]] = {
    "a file says something else": lambda project, _: (project / "src" / "app.py").write_text("x = 2\n"),
    "a file is called something else": lambda project, _: (project / "src" / "app.py").rename(project / "src" / "b.py"),
    "a file became a program": lambda project, _: (project / "src" / "app.py").chmod(0o755),
    "a file came": lambda project, _: (project / "new").touch(),
    "a dependency is newer": flask_is_newer,
    "Python is newer": lambda _, environment: (environment / "pyvenv.cfg").write_text("version_info = 3.12.2\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_decides_has_a_part_in_the_digest(
    project: Path, environment: Path, change: Callable[[Path, Path], object]
) -> None:
    before = digest_of(project, environment, "the test")
    assert digest_of(project, environment, "the test") == before
    change(project, environment)
    assert digest_of(project, environment, "the test") != before


def test_the_test_has_a_part_in_the_digest(project: Path, environment: Path) -> None:
    digests = {digest_of(project, environment, *tests) for tests in (["ab"], ["ba"], ["a", "b"], ["ab", ""])}
    assert len(digests) == 4


def test_where_a_project_was_made_from_has_none(project: Path, environment: Path) -> None:
    before = digest_of(project, environment)
    (project / RECORD).write_text("_src_path: /tmp/two\n")
    assert digest_of(project, environment) == before


def test_a_function_is_taken_with_what_it_calls() -> None:
    [*texts] = sources_of(proof.page)
    assert {text.split("(")[0] for text in texts} == {
        "def page",
        "def _cases",
        "def _row",
        "def _versions",
        "def _left_out",
    }


def test_what_is_remembered_is_recalled(tmp_path: Path) -> None:
    assert recalled("one", tmp_path / "results") is None
    remember("one", {"tests": 3}, tmp_path / "results")
    remember("one", {"tests": 4}, tmp_path / "results")
    assert recalled("one", tmp_path / "results") == {"tests": 4}
    assert recalled("two", tmp_path / "results") is None


ROWS = """
import json
from pathlib import Path
import pytest
from support.proved import recalled, remember

@pytest.mark.parametrize("row", ["a", "b", "c"])
def test_row(row, record_property, request):
    here = Path(__file__).parent
    result = recalled(row, here / "results")
    if result is None:
        with (here / "ran").open("a") as ran:
            ran.write(row)
        assert row != "b" or (here / "mended").exists()
        result = {
            "kind": "lowest" if row == "c" else "pairs", "tests": 10, "seconds": 2.4, "python": "3.12",
            "answers": {"template": "flask-micro", "database": "oracle" if row == "a" else "sqlite"},
            "versions": {"flask": "3.0.0" if row == "c" else "3.1.1"},
        }
        remember(row, result, here / "results")
    record_property("proved", json.dumps(result))

def test_that_is_skipped():
    pytest.skip("no Python 3.13 is installed here")
"""


@pytest.mark.slow
def test_a_later_run_repeats_only_what_did_not_pass_and_the_page_tells_of_all(tmp_path: Path) -> None:
    (tmp_path / "test_rows.py").write_text(ROWS)
    report = tmp_path / "combinations.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"--rootdir={tmp_path}", "-p", "no:cacheprovider"]
    command += ["-o", f"pythonpath={ROOT / 'tests'}", f"--junitxml={report}", "test_rows.py"]

    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1
    assert (tmp_path / "ran").read_text() == "abc"
    (tmp_path / "mended").touch()
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    assert (tmp_path / "ran").read_text() == "abcb"

    (tmp_path / "thorough.xml").write_text("<suite><testcase/><testcase/><testcase><skipped/></testcase></suite>")

    page = proof.page(tmp_path, "3000", "20260101")
    assert "| flask-micro | 2 | 0 | 1 | 30 | 7 | 3.12 (3) |" in page
    assert "With flask 3.1.1." in page
    assert "Oracle has no server that can be had: 1 " in page
    assert "- 1 not run: no Python 3.13 is installed here" in page
    assert "`WAYPOST_SEED=20260101`" in page
    assert "3000 random sets" in page
    assert "and 2 of the tests of Waypost that" in page
