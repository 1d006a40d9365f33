"""Waypost's own reading of the catalogue is copier's: the same defaults, conditions, facts, refusals and files."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import copier
import plumbum
import pytest
from copier._main import Worker
from copier._settings import SettingsModel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.running import Workplace
from support.sources import TEMPLATES, as_repository, catalogue, copy_of_our_source
from waypost.model import Question, Value
from waypost.sources.embedded import embedded

pytestmark = pytest.mark.slow

HOSTILE = (
    "",
    " ",
    "Café Zoë",
    "{{ 7*7 }}",
    "{% raw %}",
    "${x} `id` $(id)",
    'say "hi"',
    "it's",
    "back\\slash",
    "../x",
    "two\nlines",
    "nul\0",
    "\u202egnp.exe",
    "👩‍👩‍👧",
    "مشروع",
    "class",
    "json",
    "flask",
    "con",
    "a" * 300,
    "yes",
    "1.0",
    "[]",
    "null",
    "# no",
    "<b>&amp;",
    "-rf",
    "name@example.com",
    "my-shop",
    "my_shop",
)


def some_answer(question: Question) -> st.SearchStrategy[Value]:
    match question.type:
        case "yes-no":
            return st.booleans()
        case "choice":
            return st.sampled_from(question.values)
        case "choices":
            return st.lists(st.sampled_from(question.values), unique=True).map(tuple)
        case _:
            return st.one_of(st.sampled_from(HOSTILE), st.text(max_size=70), st.from_regex(r"[a-z][a-z0-9_-]{0,30}"))


# Leaving most questions out keeps refusals rare enough for the other half of the contract.
modest: dict[str, st.SearchStrategy[Value]] = {
    question.key: some_answer(question) for question in catalogue().questions if question.group != "stack"
}
every: dict[str, st.SearchStrategy[Value]] = {question.key: some_answer(question) for question in catalogue().questions}
answers = st.one_of(
    st.fixed_dictionaries({}, optional={key: modest[key] for key in modest if catalogue().by_key[key].type != "text"}),
    st.fixed_dictionaries({}, optional=modest),
    st.fixed_dictionaries({}, optional=every),
)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Copier at work on the questions alone; its templates are compiled once, not once an example."""
    folder = tmp_path_factory.mktemp("contract")
    source = copy_of_our_source(folder / "source", {})
    with plumbum.local.env(PATH=""), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Worker(
            src_path=str(source), dst_path=folder / "project", defaults=True, quiet=True, settings=SettingsModel()
        ) as worker:
            environment = worker.jinja_env
            environment.from_string = cache(environment.from_string)  # type: ignore[method-assign,assignment]
            yield worker


def copiers_reading(worker: Worker, given_answers: Mapping[str, Value]) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Copier's recorded answers, all that its templates see, and why it refuses."""
    worker.data = {key: list(value) if isinstance(value, tuple) else value for key, value in given_answers.items()}
    try:
        worker._ask()
    except ValueError as error:
        return {}, {}, str(error)
    recorded = {key: value for key, value in worker._answers_to_remember().items() if not key.startswith("_")}
    return recorded, dict(worker.answers.combined), ""


def as_copier_has_it(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


@settings(max_examples=220, deadline=None, suppress_health_check=list(HealthCheck))
@given(given_answers=answers)
def test_any_answers_come_to_what_copier_makes_of_them(worker: Worker, given_answers: dict[str, Value]) -> None:
    resolution = catalogue().resolve(given_answers)
    said = [problem.message for problem in resolution.problems]
    # Waypost notes an answer to a question that does not apply, and leaves it out; copier lets it meet the refusals.
    unused = set(resolution.unused) - {problem.key for problem in resolution.problems}
    counting = {key: value for key, value in given_answers.items() if key not in unused}
    recorded, seen, refusal = copiers_reading(worker, counting)
    if refusal or said:
        assert [message for message in said if refusal.endswith(f": {message}")], (refusal, said)
        return
    assert {key: as_copier_has_it(value) for key, value in resolution.answers.items()} == recorded
    assert {key: seen[key] for key in resolution.facts} == dict(resolution.facts)
    assert catalogue().resolve(counting).answers == resolution.answers


@pytest.mark.parametrize("question", catalogue().questions, ids=lambda question: question.key)
def test_what_is_no_choice_is_refused_by_both(worker: Worker, question: Question) -> None:
    if question.type == "text":
        refused: Value = "two\nlines"
    else:
        refused = ("no-such",) if question.type == "choices" else "no-such"
    # Copier reads any text as yes or no; an answers file has true and false for that.
    if question.type != "yes-no":
        assert question.key in copiers_reading(worker, {question.key: refused})[2]
    assert [problem.key for problem in catalogue().resolve({question.key: refused}).problems] == [question.key]


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] != ".git"
    }


def copied_plainly(place: Workplace, url: str, version: str, data: Mapping[str, str], env: Mapping[str, str]) -> Path:
    """What plain copier makes of the same source and answers."""
    destination = place.root / "plain"
    options = [f"--vcs-ref={version}", *(f"--data={key}={value}" for key, value in data.items())]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "copier",
            "copy",
            "--defaults",
            "--quiet",
            *options,
            url,
            str(destination),
        ],
        env=place.environment(env),
        check=True,
        capture_output=True,
    )
    return destination


def only_waypost_writes(name: str) -> bool:
    return name == ".env" or name.startswith("docs/decisions/")


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("from_where", ["embedded", "other repository"])
def test_a_project_is_byte_for_byte_what_plain_copier_makes(
    place: Workplace, repository: Path, template: str, from_where: str
) -> None:
    data = {
        "template": template,
        "project_name": "Café: {{ 7*7 }} 'n' \"co\"",
        "author_name": "# Zoë",
        "python_version": "3.13",
    }
    options = [f"--set={key}={value}" for key, value in data.items()]
    if from_where == "embedded":
        source = embedded()
        url, version = source.url, source.version
        tagged = as_repository(copy_of_our_source(place.root / "tagged"), version)
        environment = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{tagged}.insteadOf",
            "GIT_CONFIG_VALUE_0": url,
        }
    else:
        url, version, environment = f"file://{repository}", "v1.0.0", {}
        options += ["--source", url]
    done = place.run("new", "shop", *options)
    assert done.code == 0, done.err
    made = files_below(place.here / "shop")
    plain = files_below(copied_plainly(place, url, version, data, environment))
    assert {name: text for name, text in made.items() if not only_waypost_writes(name)} == plain
    assert f"_commit: {version}\n_src_path: {url}\n".encode() in made[".copier-answers.yml"]


def test_the_questions_need_no_trust_and_no_newer_copier_than_ours() -> None:
    config = catalogue().settings
    assert not {"_tasks", "_migrations", "_jinja_extensions"} & set(config)
    assert copier.__version__ >= config["_min_copier_version"]
