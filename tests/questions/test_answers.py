"""Answers files and options: where a mistake stands, what was meant, and which answer counts."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.sources import catalogue
from waypost.errors import AnswersError, ExitCode, UsageError, WaypostError
from waypost.questions.answers import (
    Answer,
    raise_problems,
    read_file,
    read_settings,
    read_values,
    recorded_answers,
    values_of,
    without_auto,
)
from waypost.questions.record import RECORD, parse_record


def written(folder: Path, text: str | bytes) -> str:
    path = folder / "waypost.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def refused(path: str) -> WaypostError:
    with pytest.raises(AnswersError) as caught:
        read_file(path, catalogue())
    assert caught.value.exit_code == ExitCode.ANSWERS
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("kind = rest-api", "1:8", "not valid TOML"),
        ('size = "small"\nkind = \n', "2:8", "not valid TOML"),
        ('kind = "a', "1:10", "not valid TOML"),
        ('kind = """a\n\n', "1:", "not valid TOML"),
        ('kind = "cms"\nkind = "website"', "2:", "not valid TOML: 'kind' stands there twice"),
        ("= 1", "1:1", "not valid TOML"),
        ("kind", "1:5", "not valid TOML"),
        ("kind = 'cms' size = 'small'", "1:14", "not valid TOML"),
        ("kind = 'a\0b'", "1:10", "not valid TOML"),
        ("\0", "1:1", "not valid TOML"),
        ("kind = 'a'\rsize = 'b'", "1:11", "not valid TOML"),
        ('# comment\n\n[stack]\nci = "github"', "3:1", "is a table"),
        ('[[stack]]\nci = "github"', "1:1", "there is no question"),
        ('a.b = "c"', "1:1", "is a table"),
        ('ci.name = "github"', "1:1", "is a table"),
        ('ci = {name = "github"}', "1:1", "is a table"),
        ("\n\n  knd = 'cms'", "3:3", "did you mean 'kind'?"),
        ('"pythonversion" = "3.12"', "1:1", "did you mean 'python_version'?"),
        ("'author-name' = 'x'", "1:1", "did you mean 'author_name'?"),
        ("_commit = 'v1'", "1:1", "there is no question '_commit'"),
        ("uses_celery = true", "1:1", "follows from other answers and cannot be set"),
        ("reserved_names = ''", "1:1", "follows from other answers and cannot be set"),
        ("'' = 'x'", "1:1", "there is no question ''"),
        (b"kind = 'cms'\nsize = '\xff'", "2:9", "is not UTF-8"),
        (b"\xff\xfek\0i\0", "1:1", "is not UTF-8"),
        ('description = """\nknd = "x"\n"""\nknd = "cms"', "4:1", "did you mean 'kind'?"),
        ('deployment = [\n  "docker",\n]\nknd = "cms"', "4:1", "did you mean 'kind'?"),
    ],
    ids=lambda value: ascii(value)[1:40] if isinstance(value, str | bytes) else None,
)  # fmt: skip
def test_a_mistake_is_shown_with_line_and_column(tmp_path: Path, text: str | bytes, place: str, said: str) -> None:
    path = written(tmp_path, text)
    error = refused(path)
    assert error.message.startswith(f"{path}:{place}")
    assert said in error.message


def test_every_unknown_key_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text('knid = "cms"\nci = "github"\nquite_other = 1\n')
    with pytest.raises(AnswersError) as caught:
        read_file(str(path), catalogue())
    assert caught.value.message.splitlines() == [
        f"{path}:1:1: there is no question 'knid'; did you mean 'kind'?",
        f"{path}:3:1: there is no question 'quite_other'",
    ]
    assert [problem.key for problem, _ in caught.value.problems] == ["knid", "quite_other"]

    with pytest.raises(AnswersError, match=r"'knid'(.|\n)*'sise'; did you mean 'size'"):
        read_settings(["knid=cms", "ci=github", "sise=small"], catalogue())


def test_a_key_is_shown_without_what_could_command_a_terminal(tmp_path: Path) -> None:
    error = refused(written(tmp_path, '"\\u001b[31m" = 1'))
    assert error.message.isprintable()
    assert refused(written(tmp_path, f'"{"k" * 10_000}" = 1')).message.__len__() < 300


def test_text_without_quotes_gets_them_suggested(tmp_path: Path) -> None:
    assert 'kind = "rest-api"' in refused(written(tmp_path, "kind = rest-api  # comment")).hint


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda _: None, "No such file or directory"),
        (lambda path: path.symlink_to(path), "symbolic links"),
        (lambda path: path.write_bytes(b"#" * (1024 * 1024 + 1)), "larger than 1 MiB"),
        (lambda path: path.write_text("kind = " + "[" * 100_000), "nested too deeply"),
    ],
    ids=["folder", "missing", "loop", "huge", "deep"],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, make: object, said: str) -> None:
    path = tmp_path / "waypost.toml"
    make(path)  # type: ignore[operator]
    error = refused(str(path))
    assert str(path) in error.message
    assert said in error.message


@pytest.mark.parametrize("path", ["", "a\0b", "a/" * 3000])
def test_a_path_that_can_be_none_is_refused(path: str) -> None:
    assert "cannot be read" in refused(path).message


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('kind = "cms"', "1:1"),
        ('\ufeffkind = "cms"', "1:1"),
        ('# kind = 1\r\n\r\n  kind = "cms"\r\n', "3:3"),
        ('description = """\nkind = "x"\n"""\nkind = "cms"', "4:1"),
        ("description = '''\nkind = 'x'\n\nkind = 'y' '''\nkind = 'cms'", "5:1"),
        ('deployment = [\n"kind = 1",\n]\nkind = "cms"', "4:1"),
        ('"kind" = "cms"', "1:1"),
        ("'kind'='cms'", "1:1"),
    ],
    ids=ascii,
)
def test_an_answer_knows_where_it_stands(tmp_path: Path, text: str, place: str) -> None:
    path = written(tmp_path, text)
    answer = read_file(path, catalogue())["kind"]
    assert answer == Answer(value="cms", origin="file", place=f"{path}:{place}")


def test_a_large_file_of_look_alikes_is_read_in_good_time(tmp_path: Path) -> None:
    lines = 'kind = "x"\n' * 50_000
    path = written(tmp_path, f'description = """\n{lines}"""\nkind = "cms"\n')
    assert read_file(path, catalogue())["kind"].place == f"{path}:50003:1"


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=80) | st.text(alphabet="kind=\" \n[]{}.#'\\", max_size=40))
def test_any_text_is_answers_or_a_mistake_with_a_place(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "answers.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        answers = read_file(str(path), catalogue())
    except AnswersError as error:
        assert re.match(rf"{re.escape(str(path))}:\d+:\d+: ", error.message)  # noqa: PT017
    else:
        assert set(answers) <= set(catalogue().by_key)


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ('ci = "gitlap"', "ci", "'gitlap' is not one of"),
        ("python_version = 3.12", "python_version", "as text in quotes; got 3.12"),
        ("example = 1", "example", "expected true or false; got 1"),
        ('deployment = "docker"', "deployment", "expected a list"),
        ("deployment = [1, true]", "deployment", "is not one of"),
        ("project_name = 2024-01-01", "project_name", "expected text in quotes; got 2024-01-01"),
        ("project_name = nan", "project_name", "expected text in quotes; got nan"),
        ("size = []", "size", "expected one of"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_with_its_place(tmp_path: Path, text: str, key: str, message: str) -> None:
    path = written(tmp_path, "# answers\n" + text)
    answers = read_file(path, catalogue())
    problems = catalogue().resolve(values_of(answers)).problems
    with pytest.raises(AnswersError, match=re.escape(message)) as caught:
        raise_problems(problems, answers)
    assert caught.value.message.startswith(f"{path}:2:1: {key}: ")
    assert caught.value.key == key


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    answers = read_file(written(tmp_path, "ci = 'gitlap'\nlicense = 'mitt'\nexample = 'yes'"), catalogue())
    with pytest.raises(AnswersError) as caught:
        raise_problems(catalogue().resolve(values_of(answers)).problems, answers)
    assert [problem.key for problem, _ in caught.value.problems] == ["license", "ci", "example"]
    assert [line.rpartition("(did you mean ")[2] for line in caught.value.message.splitlines()][:2] == [
        "'MIT'?)",
        "'gitlab'?)",
    ]


def test_no_problem_raises_nothing() -> None:
    raise_problems((), {})


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'\nci = "github"\n')))
    assert read_file("-", catalogue()) == {"ci": Answer(value="github", origin="file", place="standard input:2:1")}


# Options


@pytest.mark.parametrize(
    ("setting", "key", "value"),
    [
        ("ci=github", "ci", "github"),
        (" ci =github", "ci", "github"),
        ("description=a = b", "description", "a = b"),
        ("description=", "description", ""),
        ("example=no", "example", False),
        ("deployment=docker,nginx", "deployment", ("docker", "nginx")),
        ("deployment=", "deployment", ()),
    ],
)
def test_an_option_answers_one_question(setting: str, key: str, value: object) -> None:
    assert read_settings([setting], catalogue()) == {key: Answer(value=value, origin="set", place="--set")}  # type: ignore[arg-type]


def test_the_last_option_of_a_key_counts() -> None:
    assert values_of(read_settings(["ci=github", "size=small", "ci=gitlab"], catalogue()))["ci"] == "gitlab"


@pytest.mark.parametrize("setting", ["", "ci", "ci github", "ci:github"])
def test_an_option_without_equals_is_wrong_usage(setting: str) -> None:
    with pytest.raises(UsageError, match="has no '='") as caught:
        read_settings([setting], catalogue())
    assert "--set KEY=VALUE" in caught.value.hint


@pytest.mark.parametrize(
    ("setting", "said"),
    [("sise=small", "did you mean 'size'?"), ("=x", "there is no question ''"), ("uses_celery=1", "cannot be set")],
)
def test_an_option_for_no_question_is_refused(setting: str, said: str) -> None:
    with pytest.raises(AnswersError, match=re.escape(said)):
        read_settings([setting], catalogue())


def test_python_callers_answer_with_values() -> None:
    answers = read_values({"deployment": ["docker"], "example": False}, catalogue())
    assert values_of(answers) == {"deployment": ("docker",), "example": False}
    with pytest.raises(AnswersError, match="did you mean 'size'"):
        read_values({"sise": "small"}, catalogue())


# The rest


def test_auto_asks_for_the_advice_and_is_no_answer() -> None:
    answers = read_settings(["template=auto", "ci=github"], catalogue())
    assert set(without_auto(answers)) == {"ci"}
    assert set(without_auto(read_settings(["template=django-full"], catalogue()))) == {"template"}
    assert set(without_auto(read_settings(["project_name=auto"], catalogue()))) == {"project_name"}


def test_recorded_answers_leave_out_what_is_no_question() -> None:
    text = b"{_commit: v1, ci: github, deployment: [docker], once_asked: x, size: null}"
    record = parse_record(text, Path(RECORD))
    answers = recorded_answers(record, catalogue())
    assert values_of(answers) == {"ci": "github", "deployment": ("docker",)}
    assert {answer.origin for answer in answers.values()} == {"recorded"}
