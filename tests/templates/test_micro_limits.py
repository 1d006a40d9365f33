"""flask-micro stays micro, whichever example it has."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from support.small import EXAMPLES, counted_files, lines_of_code
from support.sources import catalogue

if TYPE_CHECKING:
    from templates.conftest import Render

# Besides what every project has: what the example itself is about.
LIBRARIES = {"flask", "gunicorn", "pydantic"}
ONE_MORE = {"quotes": {"httpx"}}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_has_few_files_lines_and_libraries(render: Render, example: str) -> None:
    project = render("flask-micro", example_domain=example, **EXAMPLES[example])
    files = counted_files(project)
    assert len(files) <= 18, sorted(str(path.relative_to(project)) for path in files)
    assert lines_of_code(project) <= 700
    tables = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    names = {re.split(r"[^\w-]", requirement)[0] for requirement in tables["project"]["dependencies"]}
    assert names == LIBRARIES | ONE_MORE.get(example, set())


def test_every_example_of_the_template_is_held_to_the_limits() -> None:
    refused = [row.where for row in catalogue().refusals if set(row.where) == {"template", "example_domain"}]
    elsewhere = {
        domain for where in refused if "flask-micro" in where["template"] for domain in where["example_domain"]
    }
    assert {*EXAMPLES, "items"} == {*catalogue().by_key["example_domain"].values} - elsewhere
