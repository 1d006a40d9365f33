"""Updates are compared without the code that is compared, by a judge that sees what went wrong."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from support.comparison.cases import LISTS, Case, Entry, Kind, Side, case_of
from support.comparison.judge import Meeting, Outcome, Verdict, judge
from support.comparison.reading import fault_in
from support.sources import ROOT

OLD = b"t1x\nt2x\nt3x\nt4x\nt5x\n"
NEW = b"t1x\nt2x\nt3x\nt4x\nn1x\n"
MINE = b"u1x\nt2x\nt3x\nt4x\nt5x\n"
MERGED = b"u1x\nt2x\nt3x\nt4x\nn1x\n"
MARKED = b"<<<<<<< before\nu1x\n=======\nt1x\n>>>>>>> after\nt2x\nt3x\nt4x\nn1x\n"


@pytest.mark.parametrize("path", sorted((ROOT / "tests/support/comparison").glob("*.py")), ids=lambda path: path.stem)
def test_neither_its_cases_nor_its_judge_know_what_is_compared(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                imported |= {name.name for name in names}
            case ast.ImportFrom(module=str(module)):
                imported.add(module)
    assert imported
    assert not [name for name in imported if name.partition(".")[0] in {"waypost", "copier", "cruft", "cookiecutter"}]
    ours = {name for name in imported if name.startswith("support")}
    assert ours <= {"support.comparison.cases", "support.comparison.reading"}


def test_a_case_is_the_same_each_time() -> None:
    assert case_of(3, "text") == case_of(3, "text")
    assert case_of(3, "text") != case_of(4, "text") != case_of(4, "binary")


def test_lists_in_toml_are_among_the_text_cases() -> None:
    with_lists = [case for case in map(text_case, range(60)) if any(path in case.old for path in LISTS)]
    changed = [case for case in with_lists for path in LISTS if content_of(case, path) is not None]
    assert len(changed) >= 10


@pytest.mark.parametrize("kind", ["text", "binary"])
def test_binaries_stand_apart(kind: Kind) -> None:
    trees = [tree for case in (case_of(number, kind) for number in range(60)) for tree in (case.old, case.mine.files)]
    contents = [entry.content for tree in trees for entry in tree.values()]
    assert any(b"\0" in content for content in contents) == (kind == "binary")
    assert all(is_utf8(content) for content in contents) == (kind == "text")


def test_its_files_can_be_read_before_the_update() -> None:
    for case in map(text_case, range(60)):
        for tree in (case.old, case.new.files, case.mine.files):
            files = {path: entry for path, entry in tree.items() if entry.mode != "link"}
            assert {path: fault_in(path, entry.content) for path, entry in files.items()} == dict.fromkeys(files, "")


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        (MERGED, None),
        (MERGED.removeprefix(b"u1x\n"), "lost"),
        (b"u1x\nt2x\nt4x\nn1x\n", "lost"),
        (MINE, "left out"),
        (MERGED + b"t5x\n", "left out"),
        (b"t1x\n" + MERGED, "came back"),
        (MERGED + b"u1x\n", "doubled"),
        (MERGED + b"t2x\n", "doubled"),
    ],
)
def test_a_fault_without_a_report_is_silent(after: bytes, fault: str | None) -> None:
    assert verdict(after).faults == ({fault} if fault else set())
    assert verdict(after, unmerged=(OLD, MINE, NEW)).faults == set()
    assert verdict(after).loses_lines == (b"u1x" not in after)


def test_what_a_reject_or_the_index_holds_is_not_lost() -> None:
    reject = b"diff a/a.txt b/a.txt\n@@ -1,2 +1,2 @@\n-t1x\n+u1x\n t2x\n"
    for judged in (verdict(NEW, more={"a.txt.rej": reject}), verdict(NEW, unmerged=(OLD, MINE, NEW))):
        assert not judged.loses_lines
        assert judged.faults == set()
    assert verdict(NEW, more={"a.txt.rej": reject.replace(b"+u1x", b"-u1x")}).loses_lines


def test_a_report_of_one_file_says_nothing_of_another() -> None:
    judged = verdict(MINE, more={"b.txt": MARKED})
    assert judged.way == "work tree"
    assert judged.faults == {"left out"}


@pytest.mark.parametrize(
    ("outcome", "way", "gave_up"),
    [
        ({"after": MERGED}, None, False),
        ({"after": MARKED}, "work tree", False),
        ({"after": MARKED, "unmerged": (MINE, NEW)}, "index", False),
        ({"after": MARKED, "unmerged": (MINE, NEW), "exit_code": 5}, "exit code", False),
        ({"after": NEW, "more": {"a.txt.rej": b"+u1x\n"}}, "work tree", False),
        ({"after": MINE, "output": "error: patch failed: a.txt:1"}, "message", False),
        ({"after": MINE, "output": "updated a.txt"}, None, False),
        ({"after": MINE, "exit_code": 1}, None, True),
        ({"after": MINE, "exit_code": 1, "output": "error: a.txt"}, None, True),
    ],
)
def test_each_way_of_a_report_counts(outcome: dict[str, object], way: str | None, *, gave_up: bool) -> None:
    judged = verdict(**outcome)  # type: ignore[arg-type]
    assert (judged.way, judged.gave_up) == (way, gave_up)


def test_who_gives_up_is_not_silent_but_can_lose_lines() -> None:
    assert verdict(MINE, exit_code=1).faults == set()
    assert not verdict(MINE, exit_code=1).loses_lines
    assert verdict(NEW, exit_code=1).loses_lines


def test_a_file_that_the_user_deleted_may_stay_deleted_but_may_not_come_back() -> None:
    case = Case(kind="text", old=tree(OLD), new=side(NEW), mine=Side(files={}, places={"a.txt": None}))
    gone, back = (judge(case, outcome(files)) for files in ({}, {"a.txt": OLD}))
    assert gone.faults == set()
    assert back.faults == {"came back"}
    assert gone.meetings == (Meeting(at_one_place=True, is_reported=False, is_wrong=False),)


def test_what_happens_to_a_moved_file_is_counted_apart() -> None:
    moved = Side(files={"b.txt": Entry(content=MINE)}, places={"a.txt": "b.txt"})
    judged = judge(Case(kind="text", old=tree(OLD), new=side(NEW), mine=moved), outcome({"b.txt": MINE}))
    assert judged.faults == {"left out"}
    assert judged.faults_in_place == set()
    assert verdict(MINE).faults_in_place == {"left out"}


def test_a_binary_is_kept_whole_or_spliced() -> None:
    old, new, mine, mixed = b"\0t1x\n\0\n", b"\0t1x\n\0n1x\n", b"\0u1x\n\0\n", b"\0u1x\n\0n1x\n"
    case = Case(kind="binary", old=tree(old), new=side(new), mine=side(mine))
    assert judge(case, outcome({"a.txt": mixed})).faults == {"lost", "left out", "unreadable"}
    assert judge(case, outcome({"a.txt": mine}, unmerged=(old, mine, new))).faults == set()
    assert judge(case, outcome({"a.txt": mine})).faults == {"left out"}
    assert [meeting.at_one_place for meeting in judge(case, outcome({"a.txt": mine})).meetings] == [True]


@pytest.mark.parametrize(
    ("mine", "at_one_place"),
    [
        (MINE, False),
        (b"t1x\nt2x\nt3x\nu1x\nt5x\n", True),
        (b"t1x\nt2x\nu1x\nt4x\nt5x\n", False),
        (OLD + b"u1x\n", True),
    ],
    ids=["far away", "the next line", "a line between", "after the same line"],
)
def test_lines_that_touch_are_one_place(mine: bytes, *, at_one_place: bool) -> None:
    case = Case(kind="text", old=tree(OLD), new=side(NEW), mine=side(mine))
    assert [meeting.at_one_place for meeting in judge(case, outcome({"a.txt": mine})).meetings] == [at_one_place]


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("a.py", "a = 1\nb = 1\n", ""),
        ("a.py", "a = 1\na = 2\n", "doubled"),
        ("a.py", "a = \n", "unreadable"),
        ("a.toml", 'dependencies = [\n  "a @ file:///x",\n  "a @ file:///y",\n]\n', "doubled"),
        ("a.toml", "a = 1\na = 2\n", "unreadable"),
        ("a.json", '{"a": 1, "a": 2}', "doubled"),
        ("a.json", '{"a": 1,}', "unreadable"),
        ("a.yml", "a: 1\na: 2\n", "doubled"),
        ("a.yml", "a: '\n", "unreadable"),
        ("a.txt", "a = \n", ""),
    ],
)
def test_each_language_is_read(path: str, text: str, fault: str) -> None:
    assert fault_in(path, text.encode()) == fault


def test_a_name_from_both_sides_is_doubled() -> None:
    old, new, mine = b't1x = "t2x"\n', b't1x = "t2x"\nshared = "n1x"\n', b'shared = "u1x"\nt1x = "t2x"\n'
    case = Case(kind="text", old=tree(old, "a.py"), new=side(new, "a.py"), mine=side(mine, "a.py"))
    both = b'shared = "u1x"\nt1x = "t2x"\nshared = "n1x"\n'
    assert judge(case, outcome({"a.py": both})).faults == {"doubled"}


def verdict(
    after: bytes,
    *,
    more: dict[str, bytes] | None = None,
    unmerged: tuple[bytes, ...] = (),
    exit_code: int = 0,
    output: str = "",
) -> Verdict:
    case = Case(kind="text", old=tree(OLD), new=side(NEW), mine=side(MINE))
    return judge(case, outcome({"a.txt": after, **(more or {})}, unmerged=unmerged, exit_code=exit_code, output=output))


def outcome(
    files: dict[str, bytes], *, unmerged: tuple[bytes, ...] = (), exit_code: int = 0, output: str = ""
) -> Outcome:
    return Outcome(
        files={path: Entry(content=content) for path, content in files.items()},
        unmerged={"a.txt": unmerged} if unmerged else {},
        exit_code=exit_code,
        output=output,
    )


def tree(content: bytes, path: str = "a.txt") -> dict[str, Entry]:
    return {path: Entry(content=content)}


def side(content: bytes, path: str = "a.txt") -> Side:
    return Side(files=tree(content, path), places={path: path})


def text_case(number: int) -> Case:
    return case_of(number, "text")


def content_of(case: Case, path: str) -> bytes | None:
    """The user's version of a list that the user has changed where it is."""
    entry = case.mine.files.get(path)
    return entry.content if entry and path in case.old and entry != case.old[path] else None


def is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
