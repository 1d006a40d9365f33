"""The README's own commands do what it says, typed as they stand there, one after the other."""

from __future__ import annotations

import re
import shlex

from running import Workplace
from sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
# The commands that are typed inside the project that the one before has made.
IN_THE_PROJECT = {"update", "undo"}


def test_the_quick_start_is_two_commands() -> None:
    quick_start = README.split("## Quick start")[1].split("\n## ")[0]
    assert re.findall(r"```sh\n(.*?)\n```", quick_start, re.DOTALL) == ["make demo", "make test"]


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


def typed_commands() -> list[str]:
    """Every line of a shell block that begins with waypost."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("waypost ")]
