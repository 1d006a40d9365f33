"""The README's own commands do what it says, typed as they stand there, one after the other."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from support.running import Workplace
from support.sources import ROOT
from support.updating import git

README = (ROOT / "README.md").read_text(encoding="utf-8")
# The commands that are typed inside the project that the one before has made.
IN_THE_PROJECT = {"update", "add", "undo"}


def test_the_quick_start_is_two_commands() -> None:
    quick_start = README.split("## Quick start")[1].split("\n## ")[0]
    assert re.findall(r"```sh\n(.*?)\n```", quick_start, re.DOTALL) == ["make demo", "make test"]


@pytest.mark.slow
def test_every_command_works_as_it_is_written(place: Workplace) -> None:
    ran = []
    for line in typed_commands():
        command, _, target = line.partition(" > ")
        words = shlex.split(command)[1:]
        done = place.run(*words, cwd=place.here / "my-service" if words[0] in IN_THE_PROJECT else None)
        expected = 2 if words == ["new"] else 0  # it asks at a terminal, and says so where there is none
        assert done.code == expected, f"{line}\n{done.out}\n{done.err}"
        if target:
            (place.here / target).write_text(done.out, encoding="utf-8")
        ran.append(words[0])
    assert {"new", "recommend", "answers", "update", "undo"} <= set(ran)
    assert (place.here / "my-service" / "pyproject.toml").exists()


@pytest.mark.slow
def test_the_update_that_is_shown_is_what_is_seen(place: Workplace) -> None:
    answers = ("kind=microservice", "example_domain=items", "project_name=Prices")
    place.run("new", "prices", *(word for answer in answers for word in ("--set", answer)))
    project = place.here / "prices"
    for name, line, more in (
        ("gunicorn.conf.py", r"\nimport os\n", "import socket\n"),
        ("pyproject.toml", r'\n  "gunicorn.*",\n', '  "httpx>=0.28",\n'),
    ):
        text, found = re.subn(line, rf"\g<0>{more}", (project / name).read_text())
        assert found == 1
        (project / name).write_text(text)
    git("commit", "--quiet", "--all", "--message", "Ours", cwd=project)

    done = place.run("update", "--set", "monitoring=prometheus", cwd=project)

    assert done.code == 5
    assert done.err == README.split("```text\n")[1].split("```")[0]
    wanted = tomllib.loads((project / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {item.partition(">")[0] for item in wanted} >= {"httpx", "prometheus-client"}


def test_the_figures_of_updates_are_those_of_the_benchmark() -> None:
    page = (ROOT / "benchmarks/updates.md").read_text(encoding="utf-8")
    count = re.findall(r"^(\d+) text cases and", page, re.MULTILINE)[0]
    faults = page.split("## Text")[1].split("silent faults")[1].split("\n\n")[1]
    rows = {tool: row.split(" | ") for tool, row in re.findall(r"^\| `(.+)` \| ([\d |]+) \|$", faults, re.MULTILINE)}
    *_, silent, in_place = rows["copier update --defaults --conflict inline"]
    said = " ".join(README.split())
    assert set(rows["waypost update"]) == {"0"}
    assert f"In [{count} generated text cases](benchmarks/updates.md) it lost no line and got nothing wrong" in said
    assert f"got something wrong without one in {silent}, {in_place} of them in a file that nobody had moved." in said


def test_all_that_it_leads_to_is_there_and_comes_along_in_the_source_archive() -> None:
    packing = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["sdist"]
    links = {link for link in re.findall(r"\]\(([^)#]+)", README) if "://" not in link}
    assert {"CONTRIBUTING.md", "docs/proof.md", "benchmarks/speed.md"} <= links
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert {f"/{link.partition('/')[0]}" for link in links} <= set(packing["include"])


def typed_commands() -> list[str]:
    """Every line of a shell block that begins with waypost."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("waypost ")]
