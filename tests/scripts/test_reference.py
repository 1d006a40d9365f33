"""The reference pages and the README say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import reference

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted(reference.pages()), ids=str)
def test_a_reference_page_follows_from_the_code(path: Path) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == reference.pages()[path], "run `make docs`"


def test_the_quick_start_holds_exactly_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Quick start\n")[2].partition("\n## ")[0]
    assert re.findall(r"^```\w*\n(.*?)^```$", section, re.MULTILINE | re.DOTALL) == ["make demo\n", "make test\n"]


def test_continuous_integration_runs_the_second_of_them() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^exec make test\b", script, re.MULTILINE)


def test_every_file_that_the_readme_links_to_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", readme)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
