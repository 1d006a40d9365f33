"""The command line: one JSON object or words for people, the documented exit codes, and a hint at what was meant."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.running import Workplace
from support.sources import ROOT, TEMPLATES, catalogue
from waypost.commands.replies.reply import SCHEMA_VERSION
from waypost.model import Question, Value
from waypost.questions.schema import json_schema
from waypost.questions.values import type_problem

# Each starts Waypost at least once.
pytestmark = pytest.mark.slow

EVERY_REPLY = {"schema", "status", "exit_code", "template", "answers", "changed", "conflicts", "next", "notes"}
ORIGINS = {"set", "file", "recorded", "wizard", "advice", "default"}
SUCCEEDING = [
    ["new", "shop", "--defaults", "--json"],
    ["new", "shop", "--defaults", "--json", "--dry-run"],
    ["recommend", "--set", "kind=cms", "--json"],
    ["recommend", "--answers", str(ROOT / "examples/website.toml"), "--json"],
    ["answers", "init", "--json"],
    ["answers", "validate", str(ROOT / "examples/rest-api.toml"), "--json"],
    ["answers", "schema", "--json"],
]


def first_words(value: object) -> str | None:
    return " ".join(value[:4]) if isinstance(value, list) else None


FAILING = [
    (["--json"], 2),
    (["nonsense", "--json"], 2),
    (["new", "--json"], 2),
    (["recommend", "--json"], 2),
    (["new", "--nonsense", "--json"], 2),
    (["new", "a", "b", "--defaults", "--json"], 2),
    (["new", "--set", "--json"], 2),
    (["new", "--set", "ci", "--json"], 2),
    (["new", "--ref", "v1", "--defaults", "--json"], 7),
    (["answers", "nonsense", "--json"], 2),
    (["answers", "validate", "--json"], 2),
    (["completion", "tcsh", "--json"], 2),
    (["new", "--set", "ci=gitlap", "--json"], 3),
    (["new", "--answers", "missing.toml", "--json"], 3),
    (["recommend", "--set", "kind=shop", "--json"], 3),
    (["recommend", "--set", "knd=cms", "--json"], 3),
    (["answers", "init", "--set", "ci=x", "--json"], 3),
    (["answers", "validate", "missing.toml", "--json"], 3),
    (["answers", "show", "--json"], 4),
    (["answers", "show", "missing", "--json"], 4),
    (["new", "/", "--defaults", "--json"], 4),
    (["new", "--source", "missing", "--defaults", "--json"], 7),
    (["new", "--source", "ext::sh -c id", "--defaults", "--json"], 7),
    (["new", "--source=--upload-pack=id", "--defaults", "--json"], 7),
    (["new", "--source", "file:///missing", "--defaults", "--json"], 7),
]


@pytest.mark.parametrize("arguments", SUCCEEDING, ids=lambda arguments: " ".join(arguments[:2]))
def test_success_is_one_object(place: Workplace, arguments: list[str]) -> None:
    done = place.run(*arguments)
    assert done.code == 0, done.out
    assert done.reply["status"] == "done"
    assert done.reply["schema"] == SCHEMA_VERSION
    assert done.reply.keys() >= EVERY_REPLY
    assert "error" not in done.reply
    assert done.err == ""
    for answer in done.reply["answers"].values():
        assert answer.keys() >= {"value", "origin"}
        assert answer["origin"] in ORIGINS


@pytest.mark.parametrize(("arguments", "code"), FAILING, ids=first_words)
def test_failure_is_one_object_too(place: Workplace, arguments: list[str], code: int) -> None:
    done = place.run(*arguments)
    assert done.code == code, done.out
    assert done.reply["status"] == "failed"
    assert done.reply.keys() >= EVERY_REPLY
    error = done.reply["error"]
    assert error.keys() == {"code", "message", "hint", "key", "problems"}
    assert error["message"]
    assert error["hint"]
    assert done.err == ""
    assert place.files() == []


@pytest.mark.parametrize(("arguments", "code"), FAILING, ids=first_words)
def test_for_people_failure_is_said_on_standard_error(place: Workplace, arguments: list[str], code: int) -> None:
    for_people = [argument for argument in arguments if argument != "--json"]
    done = place.run(*for_people)
    if for_people in ([], ["new", "--set"]):
        assert done.code == 2
        return
    assert done.code == code
    assert done.out == ""
    assert done.err.startswith("Error: ")
    assert "\nHint: " in done.err
    assert done.err.endswith("\n")
    assert place.files() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nwe"], "There is no command 'nwe'. Did you mean 'new'?"),
        (["reccomend"], "Did you mean 'recommend'?"),
        (["answers", "int"], "Did you mean 'init'?"),
        (["new", "--default"], "--defaults"),
        (["new", "--sett", "a=b"], "--set"),
        (["new", "--set", "projectname=x"], "did you mean 'project_name'?"),
        (["new", "--set", "ci=gitlabs"], "did you mean 'gitlab'?"),
        (["recommend", "--set", "ci=gitlabs"], "did you mean 'gitlab'?"),
        (["new"], "--answers"),
        (["new"], "--defaults"),
        (["recommend"], "--defaults"),
        (["new", "--set", "accounts=login", "--set", "database=none"], "accounts are kept in a database"),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, list) else None,
)
def test_what_was_probably_meant_is_said(place: Workplace, arguments: list[str], said: str) -> None:
    done = place.run(*arguments)
    assert done.code in {2, 3}
    assert said in done.err


def test_without_a_command_the_overview_is_shown(place: Workplace) -> None:
    done = place.run()
    assert done.code == 2
    assert done.err.startswith("Usage: waypost")
    assert "recommend" in done.err


@pytest.mark.parametrize(
    "command", ["", "new", "recommend", "answers", "answers init", "answers validate", "answers show", "completion"]
)
def test_every_command_explains_itself(place: Workplace, command: str) -> None:
    for option in ("--help", "-h"):
        done = place.run(*command.split(), option)
        assert done.code == 0
        assert done.out.startswith(f"Usage: waypost {command}".rstrip())
        assert done.err == ""


def test_the_version_is_said(place: Workplace) -> None:
    done = place.run("--version")
    assert done.out.startswith("waypost 0.")
    assert done.code == 0


@pytest.mark.slow
def test_quiet_says_nothing_but_data_and_errors(place: Workplace) -> None:
    done = place.run("new", "shop", "--defaults", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert place.run("recommend", "--defaults", "--quiet").out.startswith("Nothing speaks for either yet")
    assert place.run("new", "shop", "--defaults", "--quiet").err.startswith("Error: ")


@pytest.mark.slow
@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_what_programs_read_has_no_colours(place: Workplace, variables: dict[str, str]) -> None:
    for arguments in (["recommend", "--defaults"], ["nonsense"], ["--help"]):
        done = place.run(*arguments, env=dict(variables))
        assert "\x1b" not in done.out + done.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_data_is_in_utf_8_whatever_the_machine_prefers(place: Workplace, encoding: str) -> None:
    variables = {"PYTHONIOENCODING": encoding, "LC_ALL": "C", "PYTHONUTF8": "0"}
    given_answers = 'project_name = "Café Zoë"'
    done = place.run("answers", "init", "--answers", "-", stdin=given_answers, env=dict(variables))
    assert done.code == 0
    assert tomllib.loads(done.out)["project_name"] == "Café Zoë"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_completion(place: Workplace, shell: str) -> None:
    done = place.run("completion", shell)
    assert done.code == 0
    assert "_WAYPOST_COMPLETE" in done.out
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=done.out, text=True, check=True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [("waypost re", "recommend"), ("waypost answers va", "validate"), ("waypost new --de", "--defaults")],
)
def test_completion_knows_commands_and_options(place: Workplace, words: str, expected: str) -> None:
    position = str(len(words.split()) - 1)
    variables = {"_WAYPOST_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": position}
    done = place.run(env=dict(variables))
    assert done.code == 0
    assert f"plain,{expected}" in done.out.splitlines()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("waypost new --answers fu", "file,fu"),
        ("waypost answers validate fu", "file,fu"),
        ("waypost answers show my-", "dir,my-"),
        ("waypost check one tw", "dir,tw"),
    ],
)
def test_completion_leaves_files_and_folders_to_the_shell(place: Workplace, words: str, expected: str) -> None:
    position = str(len(words.split()) - 1)
    variables = {"_WAYPOST_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": position}
    assert expected in place.run(env=dict(variables)).out.splitlines()


# The advice


def test_the_advice_has_every_field_that_is_documented(place: Workplace) -> None:
    reply = place.run("recommend", "--set", "kind=cms", "--set", "data=relational", "--json").reply
    assert reply["framework"] == "django"
    assert reply["template"] == {"name": "django-full", "from": None, "to": None}
    assert reply["scores"].keys() == {"flask", "django"}
    assert reply["confidence"] in {"low", "medium", "high"}
    for reason in [*reply["reasons"], *reply["against"]]:
        assert reason.keys() >= {"id", "document", "title", "section", "claim", "weight", "answers"}
    assert reply["scores"]["django"] == sum(reason["weight"] for reason in reply["reasons"])
    assert reply["scores"]["flask"] == sum(reason["weight"] for reason in reply["against"])
    for flip in reply["flips"]:
        changed = {key: answer["value"] for key, answer in reply["answers"].items()} | flip["changes"]
        options = [f"--set={key}={value}" for key, value in changed.items()]
        assert place.run("recommend", *options, "--json").reply["framework"] == flip["framework"] == "flask"
        break
    assert reply["answers"]["kind"] == {"value": "cms", "origin": "set", "place": "--set"}
    assert reply["answers"]["size"] == {"value": "unsure", "origin": "default"}


def test_for_people_the_advice_names_its_reasons(place: Workplace) -> None:
    done = place.run("recommend", "--set", "kind=cms", "--set", "experience=beginner")
    for heading in ("For Flask (", "For Django (", "What would change it:"):
        assert heading in done.out
    assert max(map(len, done.out.splitlines())) <= 100


# Priority and origins


def test_options_beat_the_file_and_the_file_beats_defaults(place: Workplace) -> None:
    (place.here / "a.toml").write_text('ci = "github"\nlicense = "Apache-2.0"\n')
    reply = place.run("answers", "init", "--answers", "a.toml", "--set", "ci=gitlab", "--json").reply["answers"]
    assert reply["ci"] == {"value": "gitlab", "origin": "set", "place": "--set"}
    assert reply["license"] == {"value": "Apache-2.0", "origin": "file", "place": "a.toml:2:1"}
    assert reply["jobs"] == {"value": "none", "origin": "default"}
    assert reply["template"] == {"value": "flask-blueprints", "origin": "advice"}


@pytest.mark.slow
@pytest.mark.parametrize("auto", [["--set", "template=auto"], []])
def test_auto_takes_the_advice_and_is_not_recorded(place: Workplace, auto: list[str]) -> None:
    (place.here / "a.toml").write_text('template = "auto"\nkind = "cms"\n')
    done = place.run("new", "cms", "--answers", "a.toml", *auto, "--no-git", "--json")
    assert done.reply["answers"]["template"] == {"value": "django-full", "origin": "advice"}
    assert "template: django-full\n" in (place.here / "cms/.copier-answers.yml").read_text()


def test_a_template_of_ones_own_beats_the_advice(place: Workplace) -> None:
    done = place.run("new", "cms", "--set", "kind=cms", "--set", "template=flask-blueprints", "--no-git", "--json")
    assert done.reply["template"]["name"] == "flask-blueprints"
    decision = (place.here / "cms/docs/decisions/0001-web-framework.md").read_text()
    assert "which is not the one advised" in " ".join(decision.split())


def test_an_answer_that_has_no_effect_is_noted(place: Workplace) -> None:
    arguments = ["new", "x", "--set", "template=flask-blueprints", "--set", "django_version=5.2"]
    done = place.run(*arguments, "--dry-run", "--json")
    assert done.reply["notes"] == [
        "django_version is not used, because its question does not apply to the other answers."
    ]
    assert "django_version" not in done.reply["answers"]


def test_the_answers_come_from_standard_input(place: Workplace) -> None:
    done = place.run("new", "shop", "--answers", "-", "--no-git", "--json", stdin='license = "MIT"')
    assert done.reply["answers"]["license"]["place"] == "standard input:1:1"


@pytest.mark.slow
def test_the_next_steps_are_commands_of_the_project(place: Workplace) -> None:
    done = place.run("new", "my shop", "--defaults", "--no-git", "--json")
    first, *others = done.reply["next"]
    assert first == "cd 'my shop'"
    made = (place.here / "my shop/Makefile").read_text()
    assert others
    for step in others:
        program, target = step.split()[:2]
        assert program == "make"
        assert f"\n{target}:" in made
    inside = place.here / "inside"
    inside.mkdir()
    assert place.run("new", ".", "--defaults", "--no-git", "--json", cwd=inside).reply["next"] == others


# Answers files


def parsed(text: str) -> dict[str, Value]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in tomllib.loads(text).items()}


@pytest.mark.slow
@pytest.mark.parametrize("template", [*TEMPLATES, "auto"])
def test_what_init_prints_is_valid_and_means_the_same(place: Workplace, template: str) -> None:
    chosen = ["--set", f"template={template}", "--set", 'project_name=Café: "Zoë" # {{ x }}', "--set", "ci=gitlab"]
    printed = place.run("answers", "init", *chosen)
    assert printed.code == 0, printed.err
    (place.here / "w.toml").write_text(printed.out)
    assert place.run("answers", "validate", "w.toml").code == 0
    again = place.run("answers", "init", "--answers", "w.toml").out
    assert parsed(again) == parsed(printed.out)
    directly = place.run("answers", "init", *chosen, "--json").reply["answers"]
    validated = place.run("answers", "validate", "w.toml", "--json").reply["answers"]
    assert {key: answer["value"] for key, answer in validated.items()} == {
        key: answer["value"] for key, answer in directly.items()
    }
    for question in catalogue().questions:
        assert question.help in printed.out
        assert f"\n{question.key} = " in printed.out or f"\n# {question.key} = " in printed.out


@pytest.mark.slow
def test_every_line_that_init_comments_out_holds_when_it_is_put_in(place: Workplace) -> None:
    printed = place.run("answers", "init").out
    applying = printed.replace("# (does not apply to the answers above)\n# ", "## ")
    lines = [line.removeprefix("# ") if " = " in line and line[:2] == "# " else line for line in applying.splitlines()]
    (place.here / "w.toml").write_text("\n".join(line for line in lines if not line.startswith("Answers for")))
    done = place.run("answers", "validate", "w.toml", "--json")
    assert done.code == 0, done.out
    defaults = place.run("answers", "init", "--json").reply["answers"]
    assert {key: answer["value"] for key, answer in done.reply["answers"].items()} == {
        key: answer["value"] for key, answer in defaults.items()
    }


@pytest.mark.slow
def test_show_prints_the_answers_of_a_project(place: Workplace) -> None:
    assert place.run("new", "shop", "--set", "ci=github", "--set", "author_name=# Zoë: x").code == 0
    shop = place.here / "shop"
    told = place.run("answers", "show", cwd=shop)
    assert told.code == 0
    shown = parsed(told.out)
    assert shown["author_name"] == "# Zoë: x"
    assert shown["ci"] == "github"
    assert place.run("answers", "show", "shop").out == told.out
    reply = place.run("answers", "show", shop, "--json").reply
    assert {key: answer["value"] for key, answer in reply["answers"].items()} == {
        key: list(value) if isinstance(value, tuple) else value for key, value in shown.items()
    }
    assert {answer["origin"] for answer in reply["answers"].values()} == {"recorded"}
    assert reply["template"]["name"] == "flask-blueprints"
    assert reply["template"]["from"].startswith("v")
    (place.here / "w.toml").write_text(told.out)
    assert place.run("answers", "validate", "w.toml").code == 0


@pytest.mark.parametrize(
    "record",
    [b"", b"[]", b"a: [", b"\xff\xfe", b"1: 2", b"a: !!python/object:x", b"[" * 3000, None],
    ids=["empty", "list", "broken", "bytes", "numbers", "objects", "deep", "folder"],
)
def test_a_record_that_is_none_is_named(place: Workplace, record: bytes | None) -> None:
    path = place.here / ".copier-answers.yml"
    path.mkdir() if record is None else path.write_bytes(record)
    done = place.run("answers", "show")
    assert done.code == 4
    assert ".copier-answers.yml" in done.err


def test_a_record_that_was_edited_by_hand_is_shown_as_it_is(place: Workplace) -> None:
    text = "_commit: 1.0\nci: github\npython_version: 3.12\nexample: 'yes'\nsize:\nkind: 2024-01-01\nextra: x\n"
    (place.here / ".copier-answers.yml").write_text(text)
    assert place.run("answers", "show").code == 0
    assert place.run("answers", "show", "--json").reply["answers"]["python_version"]["value"] == 3.12


# JSON Schema


SCHEMA = json_schema(catalogue())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_one(place: Workplace) -> None:
    printed = json.loads(place.run("answers", "schema").out)
    assert printed == SCHEMA == place.run("answers", "schema", "--json").reply["json_schema"]
    jsonschema.Draft202012Validator.check_schema(printed)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.toml")), ids=lambda path: path.name)
def test_the_schema_accepts_the_examples(path: Path) -> None:
    VALIDATOR.validate(tomllib.loads(path.read_text(encoding="utf-8")))


def test_the_schema_accepts_what_init_prints(place: Workplace) -> None:
    VALIDATOR.validate(tomllib.loads(place.run("answers", "init").out))


def some_value(question: Question) -> st.SearchStrategy[object]:
    anything = st.sampled_from(["", "no-such", True, False, 1, 1.5, [], ["no-such"], "none"])
    return st.one_of(
        anything,
        st.sampled_from(question.values or ("x",)),
        st.sampled_from(question.values or ("x",)).map(lambda v: [v]),
    )


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_schema_agrees_about_the_type_and_choices_of_every_answer(data: st.DataObject) -> None:
    question = data.draw(st.sampled_from(catalogue().questions))
    value = data.draw(some_value(question))
    taken = tuple(map(str, value)) if isinstance(value, list) else value
    is_right = type_problem(question, taken) is None  # type: ignore[arg-type]
    rules = {"properties": {question.key: SCHEMA["properties"][question.key]}}
    assert jsonschema.Draft202012Validator(rules).is_valid({question.key: value}) is is_right


@pytest.mark.parametrize("row", catalogue().refusals, ids=lambda row: row.because.replace(" ", "-")[:60])
def test_the_schema_refuses_a_combination_that_is_refused(row: object) -> None:
    where = row.where  # type: ignore[attr-defined]
    answers = {
        key: [values[0]] if catalogue().by_key[key].type == "choices" else values[0] for key, values in where.items()
    }
    said = [error.schema["description"] for error in VALIDATOR.iter_errors(answers) if isinstance(error.schema, dict)]
    assert row.because in said  # type: ignore[attr-defined]


def test_the_schema_refuses_what_is_no_question() -> None:
    assert not VALIDATOR.is_valid({"knd": "cms"})
    assert VALIDATOR.is_valid({"template": "auto"})
