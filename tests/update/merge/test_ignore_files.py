"""An update adds lines to ignore files and attributes, each at its place, and takes none away."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.updating import Files, files, git, project_of, update
from waypost.projects.project import find_project
from waypost.update.merge.changes import Change
from waypost.update.merge.ignore_files import merged_lines
from waypost.update.merge.merge import replaced
from waypost.update.merge.trees import LINK, REGULAR, File


def text(lines: str) -> bytes:
    """Lines that are separated by spaces here, where a stroke stands for an empty one."""
    return "".join(f"{line.replace('|', '')}\n" for line in lines.split()).encode()


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        pytest.param("a b", "a b", "a", "a b", id="a line that the template drops stays"),
        pytest.param("a b", "a b mine", "a", "a b mine", id="as it does in a file that was edited"),
        pytest.param("a b", "a mine b", "a new b", "a new mine b", id="a new line stands behind the one it follows"),
        pytest.param("a b", "mine a b", "new a b", "mine new a b", id="or before the one it precedes"),
        pytest.param("a b", "mine", "a b new", "mine new", id="or at the end"),
        pytest.param("a b", "b", "a b new", "b new", id="what the user deleted stays deleted"),
        pytest.param("a", "a new", "new a", "a new", id="what both have is not doubled"),
        pytest.param("a b", "a mine b", "a c", "a mine b c", id="a line in the place of another stands behind it"),
        pytest.param("a b", "a b", "b new a", "b new a", id="an unedited file takes the template's order"),
        pytest.param(
            "#old a", "#old a mine", "#new a", "#new a mine", id="a changed comment takes the old one's place"
        ),
        pytest.param("#old a", "#mine a", "#new a", "#mine #new a", id="but not that of the user's own"),
        pytest.param("a", "a mine", "a | #jobs new", "a mine | #jobs new", id="a new paragraph stands by itself"),
        pytest.param(
            "a | z", "a mine | z", "a | #jobs new | z", "a mine | #jobs new | z", id="between those that it was between"
        ),
        pytest.param("*.log", "x *.log", "*.log x !a.log", "x *.log !a.log", id="an exception stays behind its rule"),
        pytest.param("!a.log", "!a.log x", "x *.log !a.log", "*.log !a.log x", id="a rule stays before its exception"),
        pytest.param("a", "a !a/mine", "a b", "a b !a/mine", id="the user's exception stays the last word"),
        pytest.param("", "mine", "a b", "mine a b", id="both add the file"),
        pytest.param("a", "a mine", "", "a mine", id="the template has the file no longer"),
    ],
)
def test_the_templates_new_lines_join_the_users(base: str, ours: str, theirs: str, expected: str) -> None:
    assert merged_lines(text(base), text(ours), text(theirs)) == text(expected)


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        pytest.param(b"a\r\nmine\r\n", b"a\r\nb\r\nmine\r\n", id="CRLF"),
        pytest.param(b"mine\na", b"mine\na\nb", id="no end of the last line"),
        pytest.param(b"mine\\ \na  \n", b"mine\\ \na  \nb\n", id="spaces at the end"),
        pytest.param(b"\xff\na\n", b"\xff\na\nb\n", id="not UTF-8"),
    ],
)
def test_the_users_bytes_stay(ours: bytes, expected: bytes) -> None:
    ending = b"\r\n" if b"\r" in ours else b"\n"
    assert merged_lines(b"a" + ending, ours, b"a" + ending + b"b" + ending) == expected


patterns = st.lists(st.sampled_from(["*.log", "!a.log", "b/", "!b/c", "# one", "# two", "", "d", "!d"]), max_size=8)


@given(patterns, patterns, patterns)
def test_no_line_goes_none_is_doubled_and_exceptions_keep_their_order(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    versions = [list(dict.fromkeys(line for line in side if line)) for side in (base, ours, theirs)]
    before, mine, other = versions

    found = merged_lines(*("".join(f"{line}\n" for line in side).encode() for side in versions)).decode().splitlines()

    kept = [line for line in found if line]
    assert len(kept) == len(set(kept))
    assert {line for line in mine if line[0] != "#"} <= set(kept)
    assert {line for line in other if line not in before} <= set(kept)
    assert not {line for line in before if line not in mine and line[0] != "#"} & set(kept)
    assert mine == before or [line for line in kept if line in mine] == [line for line in mine if line in kept]
    for line in set(other) - set(before) - set(mine):
        if set(mine) <= set(other) and [rule for rule in other if rule in mine] == mine:
            opposite = [rule for rule in other if rule[0] != "#" and rule.startswith("!") != line.startswith("!")]
            for rule in opposite if line[0] != "#" else []:
                is_before = other.index(rule) < other.index(line)
                assert rule not in kept or (kept.index(rule) < kept.index(line)) == is_before


@pytest.mark.parametrize("name", [".gitignore", ".dockerignore", ".gitattributes", "sub/.gitignore"])
def test_in_an_update_neither_conflicts_nor_missing_lines_come_of_them(tmp_path: Path, name: str) -> None:
    project = project_of(tmp_path, {name: "a\n*.sqlite3\nmine\n"})

    merged = update(project, {name: "a\n*.sqlite3\n"}, {name: "a\ntheirs\n"})

    assert not merged.conflicts
    assert (project / name).read_text(encoding="utf-8") == "a\n*.sqlite3\ntheirs\nmine\n"


def test_a_database_stays_ignored_when_the_template_ignores_another(tmp_path: Path) -> None:
    old, new = {".gitignore": ".env\n*.sqlite3\n"}, {".gitignore": ".env\n", "compose.yml": "a: 1\n"}
    project = project_of(tmp_path, old)
    (project / "db.sqlite3").write_bytes(b"accounts")

    update(project, old, new)

    assert git("status", "--porcelain", "--untracked-files=all", cwd=project) == "?? compose.yml\n"


@pytest.mark.parametrize("follows_renames", [True, False])
def test_a_file_that_the_template_has_no_longer_stays(tmp_path: Path, follows_renames: bool) -> None:
    lines = "".join(f"line{number}\n" for number in range(9))
    project = project_of(tmp_path, {"a/.gitignore": lines, "b/.gitignore": lines + "mine\n"})

    merged = update(
        project,
        {"a/.gitignore": lines, "b/.gitignore": lines},
        {"c/.gitignore": lines + "new\n"},
        follows_renames=follows_renames,
    )

    assert merged.changes == (Change(path="c/.gitignore", kind="added", file=File(REGULAR, f"{lines}new\n".encode())),)
    assert not merged.conflicts


def test_one_that_the_user_moved_keeps_its_lines_as_well(tmp_path: Path) -> None:
    lines = "".join(f"line{number}\n" for number in range(9))
    project = project_of(tmp_path, {"docker/.dockerignore": f"mine\n{lines}"})

    merged = update(project, {".dockerignore": lines}, {".dockerignore": lines.replace("line8\n", "new\n")})

    assert not merged.conflicts
    assert (project / "docker/.dockerignore").read_text(encoding="utf-8") == f"mine\n{lines}new\n"


def test_one_that_the_user_deleted_stays_deleted_or_is_a_conflict(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"x": "x\n"})
    old: Files = {".gitignore": "a\n", ".dockerignore": "a\n"}

    merged = update(project, old, {".gitignore": "a\n", ".dockerignore": "a\nb\n"})

    assert not (project / ".gitignore").exists()
    assert [conflict.path for conflict in merged.conflicts] == [".dockerignore"]


def test_a_link_in_their_place_is_merged_as_any_link_is(tmp_path: Path) -> None:
    project = project_of(tmp_path, {".gitignore": File(LINK, b"shared")})

    merged = update(project, {".gitignore": "a\n"}, {".gitignore": "a\nb\n"})

    assert {conflict.path for conflict in merged.conflicts} == {".gitignore", ".gitignore~v2"}


def test_putting_files_back_adds_the_lines_that_are_missing_and_removes_none(tmp_path: Path) -> None:
    project = find_project(project_of(tmp_path, {".gitignore": "mine\nb\n", ".dockerignore": "a\nmine\n"}))

    changes = replaced(project, files({".gitignore": "a\nb\n", ".dockerignore": "a\n"})).changes

    assert changes == (Change(path=".gitignore", kind="changed", file=File(REGULAR, b"mine\na\nb\n")),)
