"""Attributes of somebody's machine settle no conflict; those that the project has committed hold."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from support.updating import git, project_of, update

LINES = "".join(f"line {number}\n" for number in range(1, 21))
MINE, THEIRS = LINES.replace("line 2\n", "mine\n"), LINES.replace("line 2\n", "theirs\n")
ATTRIBUTES = ("* merge=union", "* merge=ours", "* -merge", "* binary", "* conflict-marker-size=3")


@pytest.fixture(params=ATTRIBUTES)
def attributes(request: pytest.FixtureRequest) -> str:
    """What would settle a conflict, hide it, or show it otherwise."""
    return f"{request.param}\n"


def conflict_of(project: Path) -> str:
    """Hold the update of one line to be a conflict, and return the file that it leaves."""
    merged = update(project, {"a.txt": LINES}, {"a.txt": THEIRS})
    assert [conflict.path for conflict in merged.conflicts] == ["a.txt"]
    return (project / "a.txt").read_text(encoding="utf-8")


@pytest.fixture
def plain(tmp_path: Path) -> str:
    """What the conflict looks like where no attributes are."""
    return conflict_of(project_of(tmp_path / "plain", {"a.txt": MINE}))


class TestOfTheMachine:
    def test_in_the_file_that_the_settings_name(
        self, tmp_path: Path, attributes: str, plain: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "attributes").write_text(attributes, encoding="utf-8")
        (tmp_path / "config").write_text(f'[core]\nattributesFile = "{tmp_path}/attributes"\n', encoding="utf-8")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))

        assert conflict_of(project_of(tmp_path / "project", {"a.txt": MINE})) == plain

    @pytest.mark.parametrize("variable", ["XDG_CONFIG_HOME", "HOME"])
    def test_where_git_looks_without_any_setting(
        self, tmp_path: Path, attributes: str, plain: str, variable: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = tmp_path / ("git/attributes" if variable == "XDG_CONFIG_HOME" else ".config/git/attributes")
        place.parent.mkdir(parents=True)
        place.write_text(attributes, encoding="utf-8")
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
        monkeypatch.setenv(variable, str(tmp_path))

        assert conflict_of(project_of(tmp_path / "project", {"a.txt": MINE})) == plain

    def test_in_the_repository_but_not_committed(self, tmp_path: Path, attributes: str, plain: str) -> None:
        project = project_of(tmp_path / "project", {"a.txt": MINE})
        (project / ".git/info").mkdir(exist_ok=True)
        (project / ".git/info/attributes").write_text(attributes, encoding="utf-8")
        git("config", "merge.ours.driver", "true", cwd=project)

        assert conflict_of(project) == plain

    def test_in_a_tree_that_a_variable_names(
        self, tmp_path: Path, attributes: str, plain: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project = project_of(tmp_path / "project", {"a.txt": MINE, ".gitattributes": attributes})
        named = git("rev-parse", "HEAD", cwd=project).strip()
        (project / ".gitattributes").unlink()
        git("commit", "--quiet", "--all", "--message", "x", cwd=project)
        monkeypatch.setenv("GIT_ATTR_SOURCE", named)

        assert conflict_of(project) == plain

    def test_in_the_systems_file(self, tmp_path: Path, plain: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Git reads it at a place that it was built with; here one that stands before it says what it was asked."""
        asked = tmp_path / "asked"
        wrapper = tmp_path / "bin/git"
        wrapper.parent.mkdir()
        real = subprocess.run(["which", "git"], capture_output=True, check=True, text=True).stdout.strip()
        wrapper.write_text(
            f'#!/bin/sh\ncase " $* " in *" merge-tree "*) echo "$GIT_ATTR_NOSYSTEM" >>"{asked}";; esac\n'
            f'exec {real} "$@"\n',
            encoding="utf-8",
        )
        wrapper.chmod(0o755)
        monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("GIT_ATTR_NOSYSTEM", "0")

        assert conflict_of(project_of(tmp_path / "project", {"a.txt": MINE})) == plain
        assert asked.read_text(encoding="utf-8") == "1\n"


class TestOfTheProject:
    @pytest.mark.parametrize("prefix", ["", "services/shop/"])
    @pytest.mark.parametrize(
        ("attributes", "path"),
        [
            pytest.param({".gitattributes": "*.md merge=union\n"}, "a.md", id="at the top"),
            pytest.param({"docs/.gitattributes": "*.md merge=union\n"}, "docs/deep/a.md", id="in a folder"),
            pytest.param(
                {".gitattributes": "*.md -merge\n", "docs/.gitattributes": "a.md merge=union\n"},
                "docs/a.md",
                id="the nearest decides",
            ),
        ],
    )
    def test_what_is_to_be_united_is(self, tmp_path: Path, prefix: str, attributes: dict[str, str], path: str) -> None:
        project = project_of(tmp_path, {path: MINE, **attributes}, prefix=prefix)

        merged = update(project, {path: LINES}, {path: THEIRS})

        assert not merged.conflicts
        assert (project / path).read_text(encoding="utf-8") == MINE.replace("mine\n", "mine\ntheirs\n")

    def test_what_is_not_to_be_merged_is_a_conflict_without_markers(self, tmp_path: Path) -> None:
        project = project_of(tmp_path, {"a.txt": MINE, ".gitattributes": "a.txt -merge\n"})

        merged = update(project, {"a.txt": LINES}, {"a.txt": LINES + "theirs\n"})

        assert [conflict.path for conflict in merged.conflicts] == ["a.txt"]
        assert (project / "a.txt").read_text(encoding="utf-8") == MINE

    def test_markers_have_the_length_that_it_asks_for(self, tmp_path: Path) -> None:
        project = project_of(tmp_path, {"a.txt": MINE, ".gitattributes": "*.txt conflict-marker-size=12\n"})

        assert "\n<<<<<<<<<<<< yours\n" in conflict_of(project)

    def test_a_driver_that_is_somebodys_setting_does_not_run(self, tmp_path: Path, plain: str) -> None:
        project = project_of(tmp_path / "project", {"a.txt": MINE, ".gitattributes": "* merge=mine\n"})
        git("config", "merge.mine.driver", f"touch {tmp_path}/ran", cwd=project)

        assert conflict_of(project) == plain
        assert not (tmp_path / "ran").exists()

    def test_what_only_the_new_template_says_holds_from_the_next_update_on(self, tmp_path: Path) -> None:
        project = project_of(tmp_path, {"a.txt": MINE})

        merged = update(project, {"a.txt": LINES}, {"a.txt": THEIRS, ".gitattributes": "* merge=union\n"})

        assert [conflict.path for conflict in merged.conflicts] == ["a.txt"]

    def test_united_lines_that_bring_a_name_twice_are_a_conflict(self, tmp_path: Path) -> None:
        project = project_of(tmp_path, {".env.example": "A=1\nB=2\n", ".gitattributes": ".env* merge=union\n"})

        merged = update(project, {".env.example": "A=0\nB=2\n"}, {".env.example": "A=3\nB=2\n"})

        assert [conflict.because for conflict in merged.conflicts] == [
            "both sides add the variable 'A', which may stand there once only"
        ]
