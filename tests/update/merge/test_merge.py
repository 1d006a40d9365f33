"""What a template's change and a user's edits come to, one trap at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from support.updating import Files, commit, files, git, markers, project_of, snapshot, unmerged, update
from waypost.projects.project import find_project
from waypost.questions.record import RECORD
from waypost.update.merge.changes import Change, difference, merged_files
from waypost.update.merge.merge import files_of_the_user, merge, replaced
from waypost.update.merge.structure.records import merge_records
from waypost.update.merge.trees import EXECUTABLE, LINK, REGULAR, File
from waypost.update.writing.worktree import take_back

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

    merged = update(project, {"a.txt": LINES}, {"a.txt": LINES.replace("line 18\n", "theirs\n")})

    assert not (project / "a.txt").exists()
    assert "theirs" in content(project, "mine/a.txt")
    assert merged.carried == {"mine/a.txt": "a.txt"}


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


def test_what_can_be_read_does_not_hide_what_cannot(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"a.txt": f"mine\n{LINES}", "b.yml": FIRST, "c.yml": FIRST})

    merged = update(
        project,
        {"a.txt": LINES, "b.yml": KEYS, "c.yml": KEYS},
        {"a.txt": f"{LINES}theirs\n", "b.yml": LAST, "c.yml": LAST},
    )

    assert [conflict.path for conflict in merged.conflicts] == ["b.yml", "c.yml"]


def test_the_reason_for_a_conflict_is_about_that_file(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"a.txt": LINES.replace("line 2\n", "mine\n"), "b.md": "# Mine\n\nedited\n"})

    merged = update(
        project,
        {"a.txt": LINES, "b.md": "# Mine\n", "c.md": "gone\n"},
        {"a.txt": LINES.replace("line 2\n", "theirs\n"), "c.md": "theirs\n"},
    )

    named = {conflict.path: conflict.because.split() for conflict in merged.conflicts}
    assert named.keys() == {"a.txt", "b.md", "c.md"}
    for path, words in named.items():
        assert named.keys() & set(words) == {path}


KEYS = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n"
FIRST, LAST = f"new: 0\n{KEYS}", f"{KEYS}new: 9\n"


@pytest.mark.parametrize(
    ("old", "mine", "new"),
    [
        pytest.param({"a.yml": KEYS}, {"a.yml": FIRST}, {"b.yml": LAST}, id="template"),
        pytest.param({"a.yml": KEYS}, {"b.yml": FIRST}, {"a.yml": LAST}, id="user"),
        pytest.param({"a.yml": KEYS}, {"b.yml": FIRST}, {"b.yml": LAST}, id="both"),
    ],
)
def test_a_file_that_was_moved_and_cannot_be_read_shows_the_three_versions_of_it(
    tmp_path: Path, old: Files, mine: Files, new: Files
) -> None:
    project = project_of(tmp_path, mine)

    merged = update(project, old, new)

    assert [conflict.path for conflict in merged.conflicts] == ["b.yml"]
    assert merged.conflicts[0].because.startswith("the merged file cannot be read: ")
    assert {number: stage.content for number, stage in merged.conflicts[0].stages.items()} == {
        1: KEYS.encode(),
        2: FIRST.encode(),
        3: LAST.encode(),
    }
    assert unmerged(project) == {"b.yml"}


def test_dependencies_that_both_sides_add_are_no_conflict_in_a_file_of_crlf_either(tmp_path: Path) -> None:
    base = 'dependencies = [\n  "flask",\n]\n'
    mine = base.replace("]", '  "mine",\n]').replace("\n", "\r\n")
    project = project_of(tmp_path, {"pyproject.toml": mine})

    merged = update(project, {"pyproject.toml": base}, {"pyproject.toml": base.replace("]", '  "celery",\n]')})

    assert not merged.conflicts
    assert content(project, "pyproject.toml") == 'dependencies = [\r\n  "flask",\r\n  "celery",\r\n  "mine",\r\n]\r\n'


def test_dependencies_that_both_sides_add_are_no_conflict(tmp_path: Path) -> None:
    base = 'dependencies = [\n  "flask",\n]\n'
    project = project_of(tmp_path, {"pyproject.toml": base.replace("]", '  "mine",\n]')})

    merged = update(project, {"pyproject.toml": base}, {"pyproject.toml": base.replace("]", '  "celery",\n]')})

    assert not merged.conflicts
    assert content(project, "pyproject.toml") == 'dependencies = [\n  "flask",\n  "celery",\n  "mine",\n]\n'


def test_dependencies_of_a_file_whose_place_is_doubtful_are_left_to_a_person(tmp_path: Path) -> None:
    base = 'dependencies = [\n  "flask",\n]\n\n[tool]\nname = "shop"\nstays = "enough to be the same file, moved"\n'
    moved = {f"{name}.txt": "".join(f"{name} {number}\n" for number in range(20)) for name in ("one", "two", "three")}
    project = project_of(
        tmp_path,
        {f"mine/{name}": text for name, text in moved.items()} | {"conf.toml": base.replace("]", '  "mine",\n]', 1)},
    )
    theirs = {f"theirs/{name}": text for name, text in moved.items()}

    # The template moves the file into the folder that the user gave another name.
    merged = update(
        project, theirs | {"conf.toml": base}, theirs | {"theirs/conf.toml": base.replace("]", '  "new",\n]', 1)}
    )

    assert [conflict.path for conflict in merged.conflicts] == ["mine/conf.toml"]
    assert unmerged(project) == {"mine/conf.toml"}


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


class TestOfAProject:
    """What is said of a project beside a merge, and of one that gets the template's files back."""

    MINE: ClassVar[Files] = {"same.txt": "same\n", "edited.txt": "mine\n", "own.txt": "own\n", ".env": "SECRET=mine\n"}
    TEMPLATE: ClassVar[Files] = {"same.txt": "same\n", "edited.txt": "x\n", "gone.txt": "gone\n", ".env": "SECRET=\n"}

    def test_what_differs_from_the_template_gets_its_bytes_back(self, tmp_path: Path) -> None:
        project = find_project(project_of(tmp_path, {**self.MINE, "run.sh": "x\n"}))
        template = files({**self.TEMPLATE, "run.sh": File(EXECUTABLE, b"x\n")})

        changes = replaced(project, template).changes

        assert changes == (
            Change(path="edited.txt", kind="changed", file=template["edited.txt"]),
            Change(path="gone.txt", kind="added", file=template["gone.txt"]),
            Change(path="run.sh", kind="changed", file=template["run.sh"]),
        )
        assert not replaced(project, template).conflicts

    def test_a_project_of_crlf_keeps_its_line_ends_when_it_gets_files_back(self, tmp_path: Path) -> None:
        project = find_project(project_of(tmp_path, {"a.txt": LINES.replace("\n", "\r\n"), "b.txt": "mine\r\n"}))

        changes = replaced(project, files({"a.txt": LINES, "b.txt": "x\n"})).changes

        assert changes == (Change(path="b.txt", kind="changed", file=File(REGULAR, b"x\r\n")),)

    def test_files_that_the_template_has_not_or_not_so_are_the_users(self, tmp_path: Path) -> None:
        project = find_project(project_of(tmp_path, self.MINE))

        assert files_of_the_user(project, files(self.TEMPLATE)) == (RECORD, ".env", "edited.txt", "own.txt")

    def test_a_file_that_only_ends_its_lines_otherwise_is_the_templates(self, tmp_path: Path) -> None:
        project = find_project(project_of(tmp_path, {"a.txt": LINES.replace("\n", "\r\n"), "b.txt": "mine\r\n"}))

        assert files_of_the_user(project, files({RECORD: "x\n", "a.txt": LINES, "b.txt": "x\n"})) == (RECORD, "b.txt")

    def test_the_difference_shows_what_comes_changes_and_goes(self, tmp_path: Path) -> None:
        project = find_project(project_of(tmp_path, {"a.txt": "a\n", "caf\udce9.txt": "x\n", "goes.txt": "goes\n"}))
        old, new = files({"a.txt": "a\n", "goes.txt": "goes\n"}), files({"a.txt": "new\n", "comes.txt": "comes\n"})

        shown = difference(project, merge(project, old, new, label="v2"))

        lines = [line for line in shown.splitlines() if line.startswith(("+", "-"))]
        assert lines == [
            *("--- a/a.txt", "+++ b/a.txt", "-a", "+new"),
            *("--- /dev/null", "+++ b/comes.txt", "+comes"),
            *("--- a/goes.txt", "+++ /dev/null", "-goes"),
        ]

    def test_all_files_are_given_as_the_merge_leaves_them(self, tmp_path: Path) -> None:
        project = find_project(project_of(tmp_path, {"a.txt": "a\n", "goes.txt": "goes\n", "own.txt": "own\n"}))
        old, new = files({"a.txt": "a\n", "goes.txt": "goes\n"}), files({"a.txt": "new\n", "comes.txt": "comes\n"})

        left = merged_files(project, merge(project, old, new, label="v2"))

        assert {path: file for path, file in left.items() if path != RECORD} == files(
            {"a.txt": "new\n", "comes.txt": "comes\n", "own.txt": "own\n"}
        )
        assert RECORD in left
