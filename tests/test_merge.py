"""What a template's change and a user's edits come to, one trap at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from updating import Files, commit, files, git, markers, project_of, snapshot, unmerged, update
from waypost.merge import merge
from waypost.project import find_project
from waypost.record import RECORD, merge_records
from waypost.trees import EXECUTABLE, LINK, REGULAR, File
from waypost.worktree import take_back

LINES = "".join(f"line {number}\n" for number in range(1, 21))


def content(project: Path, path: str) -> str:
    return (project / path).read_bytes().decode()


def test_edits_far_apart_are_both_kept(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"a.txt": LINES.replace("line 2\n", "mine\n")})

    merged = update(project, {"a.txt": LINES}, {"a.txt": LINES.replace("line 18\n", "theirs\n")})

    assert content(project, "a.txt") == LINES.replace("line 2\n", "mine\n").replace("line 18\n", "theirs\n")
    assert not merged.conflicts
    assert git("status", "--porcelain", cwd=project) == " M a.txt\n"


def test_edits_of_one_line_leave_markers_stages_and_a_path_to_look_at(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"a.txt": LINES.replace("line 2\n", "mine\n")})

    merged = update(project, {"a.txt": LINES}, {"a.txt": LINES.replace("line 2\n", "theirs\n")})

    assert [conflict.path for conflict in merged.conflicts] == ["a.txt"]
    assert unmerged(project) == {"a.txt"}
    assert "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> v2\n" in content(project, "a.txt")
    stages = [git("show", f":{number}:a.txt", cwd=project) for number in (1, 2, 3)]
    assert [text.splitlines()[1] for text in stages] == ["line 2", "mine", "theirs"]


def test_edits_follow_a_file_that_the_template_moves(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"old.txt": LINES.replace("line 2\n", "mine\n")})

    update(project, {"old.txt": LINES}, {"new/place.txt": LINES.replace("line 18\n", "theirs\n")})

    assert not (project / "old.txt").exists()
    assert {"mine", "theirs"} <= set(content(project, "new/place.txt").splitlines())


def test_a_template_change_follows_a_file_that_the_user_moved(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"mine/a.txt": LINES})

    update(project, {"a.txt": LINES}, {"a.txt": LINES.replace("line 18\n", "theirs\n")})

    assert not (project / "a.txt").exists()
    assert "theirs" in content(project, "mine/a.txt")


def test_renames_are_not_followed_from_one_template_to_another(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"app.py": LINES.replace("line 2\n", "mine\n")})

    merged = update(project, {"app.py": LINES}, {"other.py": LINES}, follows_renames=False)

    assert [conflict.path for conflict in merged.conflicts] == ["app.py"]
    assert "mine" in content(project, "app.py")
    assert content(project, "other.py") == LINES


@pytest.mark.parametrize(
    ("old", "mine", "new"),
    [
        pytest.param({"a.txt": LINES}, {"a.txt": LINES + "mine\n"}, {}, id="template deletes what the user edited"),
        pytest.param({"a.txt": LINES}, {}, {"a.txt": LINES + "theirs\n"}, id="user deleted what the template edits"),
        pytest.param({}, {"a.txt": "mine\n"}, {"a.txt": "theirs\n"}, id="both add a file"),
        pytest.param({"a.bin": b"\0old"}, {"a.bin": b"\0mine"}, {"a.bin": b"\0theirs"}, id="binary"),
        pytest.param(
            {"a": File(LINK, b"x")}, {"a": File(LINK, b"mine")}, {"a": File(LINK, b"theirs")}, id="symbolic link"
        ),
        pytest.param({"a": "x\n"}, {"a": File(LINK, b"mine")}, {"a": "theirs\n"}, id="link on one side"),
        pytest.param({"a.txt": LINES}, {"mine.txt": LINES}, {"theirs.txt": LINES}, id="both move it elsewhere"),
        pytest.param(
            {"a.txt": LINES}, {}, {"moved.txt": LINES + "theirs\n"}, id="user deleted what the template moves"
        ),
        pytest.param({"a": "x\n"}, {"a": "mine\n"}, {"a/b": "theirs\n"}, id="a file becomes a folder"),
        pytest.param({"a.txt": "x\r\ny\n"}, {"a.txt": "mine\r\ny\n"}, {"a.txt": "theirs\ny\n"}, id="mixed line ends"),
    ],
)
def test_what_cannot_be_merged_is_a_conflict_that_git_shows_and_undo_takes_back(
    tmp_path: Path, old: Files, mine: Files, new: Files
) -> None:
    project = project_of(tmp_path, mine)
    before = snapshot(tmp_path)

    merged = update(project, old, new)

    assert merged.conflicts
    assert unmerged(project) == {conflict.path for conflict in merged.conflicts}
    everything = b"".join(
        path.read_bytes() for path in project.rglob("*") if path.is_file() and ".git" not in path.parts
    )
    links = [path.readlink() for path in project.rglob("*") if path.is_symlink()]
    assert not any("mine" in str(file.content) for file in files(mine).values()) or b"mine" in everything or links
    take_back(find_project(project))
    assert snapshot(tmp_path) == before


def test_a_file_that_the_user_deleted_stays_deleted(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"b.txt": LINES})

    merged = update(project, {"a.txt": "x\n", "b.txt": LINES}, {"a.txt": "x\n", "b.txt": LINES + "more\n"})

    assert not (project / "a.txt").exists()
    assert not merged.conflicts


@pytest.mark.parametrize(
    ("old", "mine", "new", "expected"),
    [
        pytest.param(b"a\nb", b"a\nb", b"a\nb\n", b"a\nb\n", id="template ends the last line"),
        pytest.param(b"a\nb\n", b"a\nb", b"a\nb\n", b"a\nb", id="user took the last line end"),
        pytest.param(b"", b"", b"x", b"x", id="empty file"),
        pytest.param(b"\0\1", b"\0\1", b"\0\2", b"\0\2", id="binary"),
        pytest.param(b"\xff\xfe\n", b"\xff\xfe\n", b"\xff\xfd\n", b"\xff\xfd\n", id="not UTF-8"),
    ],
)
def test_bytes_stay_exact(tmp_path: Path, old: bytes, mine: bytes, new: bytes, expected: bytes) -> None:
    project = project_of(tmp_path, {"a": mine})

    merged = update(project, {"a": old}, {"a": new})

    assert (project / "a").read_bytes() == expected
    assert not merged.conflicts


def test_a_mode_that_the_template_changes_is_changed_and_taken_back(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"run.sh": "echo mine\n"})
    before = snapshot(tmp_path)

    update(project, {"run.sh": "echo\n"}, {"run.sh": File(EXECUTABLE, b"echo\n")})

    assert (project / "run.sh").stat().st_mode & 0o111
    assert content(project, "run.sh") == "echo mine\n"
    take_back(find_project(project))
    assert snapshot(tmp_path) == before


def test_permissions_that_git_does_not_know_stay(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"a.txt": LINES})
    (project / "a.txt").chmod(0o640)

    update(project, {"a.txt": LINES}, {"a.txt": LINES + "more\n"})

    assert (project / "a.txt").stat().st_mode & 0o777 == 0o640


def test_a_project_that_ends_its_lines_with_crlf_has_not_edited_them_all(tmp_path: Path) -> None:
    mine = LINES.replace("line 2\n", "mine\n").replace("\n", "\r\n")
    project = project_of(tmp_path, {"a.txt": mine, "b.txt": LINES.replace("\n", "\r\n")})

    merged = update(
        project,
        {"a.txt": LINES, "b.txt": LINES},
        {"a.txt": LINES.replace("line 18\n", "theirs\n"), "b.txt": LINES, "new.txt": "a\nb\n"},
    )

    assert not merged.conflicts
    assert content(project, "a.txt") == mine.replace("line 18\r\n", "theirs\r\n")
    assert content(project, "new.txt") == "a\r\nb\r\n"


def test_autocrlf_writes_files_as_git_checks_them_out(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"a.txt": LINES})
    git("config", "core.autocrlf", "true", cwd=project)
    (project / "a.txt").unlink()
    git("checkout", "--", "a.txt", cwd=project)
    before = snapshot(tmp_path)

    update(project, {"a.txt": LINES}, {"a.txt": LINES + "theirs\n", "new.txt": "x\n"})

    assert content(project, "a.txt") == (LINES + "theirs\n").replace("\n", "\r\n")
    assert content(project, "new.txt") == "x\r\n"
    take_back(find_project(project))
    assert snapshot(tmp_path) == before


def test_attributes_and_merge_drivers_of_the_user_do_not_hide_a_conflict(tmp_path: Path) -> None:
    mine = {"a.txt": LINES.replace("line 2\n", "mine\n"), ".gitattributes": "* merge=ours\n*.txt merge=union\n"}
    project = project_of(tmp_path, mine)
    git("config", "merge.ours.driver", "true", cwd=project)

    merged = update(project, {"a.txt": LINES}, {"a.txt": LINES.replace("line 2\n", "theirs\n")})

    assert [conflict.path for conflict in merged.conflicts] == ["a.txt"]


@pytest.mark.parametrize(
    ("path", "old", "mine", "new"),
    [
        pytest.param(
            "conf.yml",
            "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n",
            "new: 0\na: 1\nb: 2\nc: 3\nd: 4\ne: 5\n",
            "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nnew: 9\n",
            id="a key twice in YAML",
        ),
        pytest.param(
            "conf.json",
            '{\n"a": 1,\n"b": 2,\n"c": 3,\n"d": 4\n}\n',
            '{\n"n": 0,\n"a": 1,\n"b": 2,\n"c": 3,\n"d": 4\n}\n',
            '{\n"a": 1,\n"b": 2,\n"c": 3,\n"n": 5,\n"d": 4\n}\n',
            id="a key twice in JSON",
        ),
        pytest.param(
            "app.py",
            "if a:\n    b()\n    c()\n    d()\n    e()\n",
            "if a:\n    b()\n    c()\n    d()\n    e()\n    f()\n",
            "if a:\n  b()\n  c()\n  d()\n  e()\n".replace("  e()\n", "  e()\n") + "",
            id="two indentations in Python",
        ),
    ],
)
def test_what_cannot_be_read_after_a_clean_merge_is_a_conflict(
    tmp_path: Path, path: str, old: str, mine: str, new: str
) -> None:
    project = project_of(tmp_path, {path: mine})

    merged = update(project, {path: old}, {path: new})

    assert [conflict.path for conflict in merged.conflicts] == [path]
    assert unmerged(project) == {path}


def test_dependencies_that_both_sides_add_are_no_conflict(tmp_path: Path) -> None:
    base = 'dependencies = [\n  "flask",\n]\n'
    project = project_of(tmp_path, {"pyproject.toml": base.replace("]", '  "mine",\n]')})

    merged = update(project, {"pyproject.toml": base}, {"pyproject.toml": base.replace("]", '  "celery",\n]')})

    assert not merged.conflicts
    assert content(project, "pyproject.toml") == 'dependencies = [\n  "flask",\n  "celery",\n  "mine",\n]\n'


def test_env_and_the_first_decision_record_belong_to_the_user(tmp_path: Path) -> None:
    own: Mapping[str, str] = {".env": "SECRET=mine\n", "docs/decisions/0001-web-framework.md": "mine\n"}
    project = project_of(tmp_path, own)

    merged = update(project, dict.fromkeys(own, "old\n"), dict.fromkeys(own, "new\n"))

    assert not merged.changes
    assert not merged.conflicts


def test_a_user_file_in_a_folder_that_the_template_moves_is_shown_not_carried_along_in_silence(tmp_path: Path) -> None:
    old = {"pkg/a.py": LINES, "pkg/b.py": LINES + "b\n"}
    project = project_of(tmp_path, {**old, "pkg/mine.py": "mine = 1\n"})

    merged = update(project, old, {path.replace("pkg", "new"): text for path, text in old.items()})

    assert [conflict.path for conflict in merged.conflicts] == ["new/mine.py"]
    assert content(project, "new/mine.py") == "mine = 1\n"


def test_names_of_any_bytes_are_carried_through(tmp_path: Path) -> None:
    names = ("caf\udce9.txt", 'quo"te\\.txt', "new\nline.txt", " leading", "ü/ä.txt")
    project = project_of(tmp_path, dict.fromkeys(names, LINES + "mine\n"))

    merged = update(project, dict.fromkeys(names, LINES), dict.fromkeys(names, "first\n" + LINES))

    assert not merged.conflicts
    assert {content(project, name) for name in names} == {"first\n" + LINES + "mine\n"}


def test_a_submodule_is_left_alone_and_in_conflict_where_the_template_wants_its_place(tmp_path: Path) -> None:
    project_of(tmp_path / "sub", {"x": "1\n"})
    project = project_of(tmp_path / "project", {"a.txt": LINES})
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "sub"), "lib", cwd=project)
    commit(project)

    assert not update(project, {"a.txt": LINES}, {"a.txt": LINES + "x\n"}).conflicts
    git("checkout", "--quiet", "--", ".", cwd=project)
    conflicts = {conflict.path for conflict in update(project, {}, {"lib": "theirs\n"}).conflicts}

    assert conflicts == unmerged(project) == {"lib", "lib~v2"}
    assert content(project, "lib/x") == "1\n"
    assert content(project, "lib~v2") == "theirs\n"


def test_markers_that_are_part_of_a_file_are_no_conflict(tmp_path: Path) -> None:
    text = "<<<<<<< an example\n=======\n>>>>>>> of a conflict\n" + LINES
    project = project_of(tmp_path, {"a.md": text + "mine\n"})

    merged = update(project, {"a.md": text}, {"a.md": "theirs\n" + text})

    assert not merged.conflicts
    assert markers((project / "a.md").read_bytes()) == 2


class TestRecord:
    BASE = "# Written.\n_commit: v1\nci: none\n"
    THEIRS = "# Written.\n_commit: v2\nci: none\n"

    def test_comments_and_keys_of_the_user_stay(self) -> None:
        merged = merge_records(self.BASE, "# Written.\n# mine\n_commit: 'v1'\nci: none\nteam: red\n", self.THEIRS)

        assert merged == "# Written.\n# mine\n_commit: v2\nci: none\nteam: red\n"

    def test_other_answers_are_left_to_a_person(self) -> None:
        assert merge_records(self.BASE, self.BASE.replace("none", "gitlab"), self.THEIRS) is None

    def test_the_record_of_a_project_reformatted_by_the_user_is_no_conflict(self, tmp_path: Path) -> None:
        project = project_of(tmp_path, {RECORD: "_commit: 'v1'\nci: 'none'\n"})

        merged = update(project, {RECORD: self.BASE}, {RECORD: self.THEIRS})

        assert not merged.conflicts
        assert content(project, RECORD) == self.THEIRS


def test_an_executable_is_regular_again(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"run.sh": File(EXECUTABLE, b"x\n")})

    update(project, {"run.sh": File(EXECUTABLE, b"x\n")}, {"run.sh": File(REGULAR, b"x\n")})

    assert not (project / "run.sh").stat().st_mode & 0o111


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        pytest.param("v1.2.0rc1", "v1.2.0rc1", id="version"),
        pytest.param("v1.2.0-3-gabc1234", "v1.2.0-3-gabc1234", id="between versions"),
        pytest.param("0123456789" * 4, "template", id="hash"),
        pytest.param("yours", "template", id="a name that is taken"),
        pytest.param("1.2..3", "template", id="no name for a branch"),
    ],
)
def test_markers_name_the_version_where_git_can(tmp_path: Path, label: str, shown: str) -> None:
    project = project_of(tmp_path, {"a.txt": "mine\n"})
    old, new = files({"a.txt": "old\n"}), files({"a.txt": "new\n"})

    merged = merge(find_project(project), old, new, label=label)

    assert merged.changes[0].file == File(REGULAR, f"<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> {shown}\n".encode())
