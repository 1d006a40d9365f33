"""The catalogue itself: the questions and choices of the design, with defaults that work and refusals that say why."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.sources import ROOT, TEMPLATES, catalogue, copy_of_our_source
from waypost.advice.rules import QUESTIONS as DECISIONS
from waypost.errors import SourceError
from waypost.model import Choice, Question, Refusal, Value
from waypost.questions.catalogue import load_catalogue
from waypost.questions.reading import read_catalogue

DESIGN: Mapping[str, str] = {
    "kind": "rest-api microservice spa-backend prototype ml-service iot-backend lightweight-app website ecommerce cms"
    " social-network education enterprise",
    "size": "small medium large",
    "experience": "beginner intermediate experienced",
    "philosophy": "full-control balanced conventions",
    "admin": "none basic multi-role",
    "accounts": "none login registration full",
    "data": "none simple relational document",
    "security": "standard high",
    "growth": "steady growing large-scale",
    "delivery": "quick-first-version long-lived",
    "team_knows": "flask django both neither",
    "template": "flask-micro flask-blueprints django-full",
    "license": "MIT BSD-3-Clause Apache-2.0 proprietary",
    "python_version": "3.11 3.12 3.13 3.14 3.15",
    "django_version": "6.1 5.2",
    "database": "none sqlite postgresql mysql oracle mongodb",
    "data_access": "orm sql",
    "api": "none rest",
    "api_library": "plain flask-smorest flask-restful django-rest-framework django-ninja",
    "jobs": "none celery",
    "cache": "none redis",
    "sessions": "cookie database redis",
    "deployment": "docker nginx supervisor",
    "monitoring": "statsd prometheus munin",
    "media": "none local s3",
    "error_reports": "none sentry",
    "dependency_updates": "none renovate dependabot",
    "ci": "none github gitlab",
    "example_domain": "items bookmarks predictions quotes readings waitlist blog pages boards shop courses community",
}
YES_OR_NO = {"realtime", "suggestions", "example"}
TEXTS = {"project_name", "project_slug", "package_name", "description", "author_name", "author_email"}
SEVERAL = {"deployment", "monitoring"}


@pytest.mark.parametrize("key", DESIGN)
def test_a_question_has_exactly_the_choices_of_the_design(key: str) -> None:
    unsure = {"unsure"} if key in DECISIONS else set()
    assert set(catalogue().by_key[key].values) == {*DESIGN[key].split(), *unsure}


def test_there_is_no_question_beyond_the_design() -> None:
    assert set(catalogue().by_key) == {*DESIGN, *YES_OR_NO, *TEXTS}


def test_every_question_takes_the_kind_of_answer_that_the_design_says() -> None:
    types = dict.fromkeys(DESIGN, "choice") | dict.fromkeys(YES_OR_NO, "yes-no") | dict.fromkeys(TEXTS, "text")
    types |= dict.fromkeys(SEVERAL, "choices")
    assert {question.key: question.type for question in catalogue().questions} == types


def test_the_decision_questions_are_those_that_the_advice_rests_on() -> None:
    groups = [question for question in catalogue().questions if question.group == "decision"]
    choices = {question.key: tuple(value for value in question.values if value != "unsure") for question in groups}
    assert {key: set(values) for key, values in choices.items()} == {key: set(DECISIONS[key]) for key in DECISIONS}
    assert all(question.default_source == "unsure" for question in groups)


@pytest.mark.parametrize("question", catalogue().questions, ids=lambda question: question.key)
def test_every_question_explains_itself(question: object) -> None:
    asked = catalogue().by_key[question.key]  # type: ignore[attr-defined]
    assert asked.help[0].isupper()
    assert asked.help.endswith(("?", ")"))
    assert asked.help != asked.key
    assert len({choice.label for choice in asked.choices}) == len(asked.choices)
    assert all(choice.label for choice in asked.choices)


def test_every_question_and_every_fact_has_a_default() -> None:
    resolution = catalogue().resolve({})
    assert resolution.problems == ()
    assert set(catalogue().by_key) - set(resolution.answers) <= {"django_version", "api_library"}
    assert all(fact is not None for fact in resolution.facts.values())


# Defaults


decisions = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(catalogue().by_key[key].values) for key in (*DECISIONS, "python_version")}
)


@settings(max_examples=150, deadline=None)
@given(template=st.sampled_from(TEMPLATES), decided=decisions)
def test_no_default_that_follows_from_the_decisions_is_ever_refused(template: str, decided: dict[str, str]) -> None:
    answers = {**decided, "template": template}
    resolution = catalogue().resolve(answers)
    # Whatever is refused was chosen, every part of it: no default alone leads into a refusal.
    because = {problem.message for problem in resolution.problems}
    refused = [row for row in catalogue().refusals if row.because in because]
    assert len(refused) == len(because)
    if refused:
        assert [row for row in refused if set(row.where) <= set(answers)]
        return
    assert resolution.answers["template"] == template
    again = catalogue().resolve(resolution.answers)
    assert again.problems == ()
    assert again.answers == resolution.answers


# Refused combinations


def witness(row: Refusal) -> Iterator[dict[str, Value]]:
    """Answers that meet the row: every choice of values that it names."""
    keys = list(row.where)
    for values in product(*row.where.values()):
        asked = dict(zip(keys, values, strict=True))
        yield {key: (str(value),) if key in SEVERAL else value for key, value in asked.items()}


@pytest.mark.parametrize("row", catalogue().refusals, ids=lambda row: row.because.replace(" ", "-")[:60])
def test_a_refused_combination_is_refused_wherever_its_questions_apply(row: Refusal) -> None:
    fired = 0
    for answers, template, api in product(witness(row), TEMPLATES, ("none", "rest")):
        resolution = catalogue().resolve({"template": template, "api": api, **answers})
        if not set(answers) & set(resolution.unused):
            assert row.because in {problem.message for problem in resolution.problems}
            fired += 1
    assert fired


@pytest.mark.parametrize("row", catalogue().refusals, ids=lambda row: row.because.replace(" ", "-")[:60])
def test_a_refused_combination_names_only_what_there_is(row: Refusal) -> None:
    for key, values in row.where.items():
        question = catalogue().by_key[key]
        possible = (True, False) if question.type == "yes-no" else question.values
        assert values
        assert set(values) <= set(possible)


@pytest.mark.parametrize("row", catalogue().refusals, ids=lambda row: row.because.replace(" ", "-")[:60])
def test_a_refused_combination_says_in_one_sentence_what_to_do_or_that_it_is_to_come(row: Refusal) -> None:
    assert re.search(r"; (choose|give)", row.because) or "not available yet" in row.because
    assert "\n" not in row.because
    assert not row.because.endswith(".")
    assert (row.status == "planned") == ("not available yet" in row.because)
    assert (row.status == "unsupported") == ("not supported" in row.because)


def test_no_two_rows_say_the_same() -> None:
    sentences = [row.because for row in catalogue().refusals]
    assert len(sentences) == len(set(sentences))


# Names


@cache
def reserved() -> frozenset[str]:
    return frozenset(str(catalogue().resolve({}).context["reserved_names"]).split())


def test_no_package_takes_the_name_of_a_keyword_or_of_the_standard_library() -> None:
    public = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    assert {name.lower() for name in {*keyword.kwlist, *keyword.softkwlist, *public} if not name.startswith("_")} <= (
        reserved()
    )


def test_no_package_takes_a_name_that_a_newer_python_has_taken() -> None:
    assert {"annotationlib", "compression"} <= reserved(), "Python 3.14"
    assert {"lazy", "profiling"} <= reserved(), "Python 3.15"


def test_no_project_takes_the_name_of_what_it_depends_on() -> None:
    taken = frozenset(str(catalogue().resolve({}).context["dependency_names"]).split())
    folder = Path(__file__).parents[2] / "docs" / "dependencies"
    pages = [path.read_text(encoding="utf-8") for path in folder.glob("*.md")]
    declared = {name for page in pages for name in re.findall(r"^\| ([\w.-]+) \|", page, re.MULTILINE)}
    declared -= {"package"}
    assert declared
    assert {name for name in declared if name.lower().replace("-", "_") not in taken} == set()


def test_reserved_names_are_names_that_a_package_could_otherwise_take() -> None:
    assert {name for name in reserved() if not name.isidentifier() or name != name.lower()} == set()


project_names = st.one_of(
    st.text(min_size=1, max_size=60),
    st.text(alphabet="äöüßéèçñłøþ 'İıǅﬁ²①٣", min_size=1, max_size=60),
    st.sampled_from(sorted(reserved())),
    st.sampled_from(sorted(reserved())).map(str.upper),
    st.sampled_from(["con", "NUL", "Ünïcödé", "123 go", "🎉🎉", "مشروع", "-", "--x--", "a" * 60, "a-" * 30, "_", "."]),
)


@settings(max_examples=150, deadline=None)
@given(name=project_names)
@example(name="a" * 49 + " b")
@example(name="K")
@example(name="print_function " * 4)
def test_the_names_that_follow_from_any_project_name_are_valid(name: str) -> None:
    resolution = catalogue().resolve({"project_name": name})
    assert {problem.key for problem in resolution.problems} <= {"project_name"}
    taken = catalogue().resolve({}) if resolution.problems else resolution
    slug, package = str(taken.answers["project_slug"]), str(taken.answers["package_name"])
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug)
    assert len(slug) <= 50
    assert package.isidentifier()
    assert package not in reserved()
    assert catalogue().resolve({"project_slug": slug, "package_name": package}).problems == ()


@pytest.mark.parametrize(
    ("name", "slug", "package"),
    [
        ("Café Zoë", "cafe-zoe", "cafe_zoe"),
        ("Flask", "flask-project", "flask_project"),
        ("2048 Game", "project-2048-game", "project_2048_game"),
        ("مشروع", "project", "project"),
        ("CON", "con-project", "con_project"),
        ("Zoe's Shop", "zoes-shop", "zoes_shop"),
    ],
)
def test_a_slug_and_a_package_follow_from_the_name(name: str, slug: str, package: str) -> None:
    answers = catalogue().resolve({"project_name": name}).answers
    assert (answers["project_slug"], answers["package_name"]) == (slug, package)


@pytest.mark.parametrize("key", ["project_name", "description", "author_name"])
@pytest.mark.parametrize(
    "text", ["Café Zoë", 'O\'Neil & "Sons"', "{{ 7*7 }}", "مشروع", "نیم‌فاصله", "👩‍👩‍👧", "a\\b", "# x"]
)
def test_people_and_projects_may_be_called_anything_on_one_line(key: str, text: str) -> None:
    assert catalogue().resolve({key: text}).problems == ()


@pytest.mark.parametrize("key", ["project_name", "description", "author_name", "author_email"])
@pytest.mark.parametrize(
    "text", ["a\nb", "a\tb", "a\0b", "a\x1b[31m", "a\u202eb", "a\u2028b", "\ufeffa", "a\x85b", " a", "a ", "a" * 10_000]
)
def test_what_cannot_be_seen_and_what_does_not_end_is_refused(key: str, text: str) -> None:
    assert [problem.key for problem in catalogue().resolve({key: text}).problems] == [key]


@pytest.mark.parametrize(
    "slug",
    ["", "-a", "a-", "a--b", "A", "a_b", "a.b", "a/b", "..", ".git", "1a", "é", "a b", "con", "a" * 51, "a\n", "²"],
)
def test_a_slug_that_could_be_trouble_is_refused(slug: str) -> None:
    assert [problem.key for problem in catalogue().resolve({"project_slug": slug}).problems] == ["project_slug"]


@pytest.mark.parametrize(
    "package",
    ["", "_a", "a_", "a__b", "A", "a-b", "a.b", "a/b", "1a", "é", "a b", "class", "match", "json", "flask", "django",
     "test", "sys", "true", "a" * 51, "a\n", "tests", "wsgi", "types"],
)  # fmt: skip
def test_a_package_that_could_be_trouble_is_refused(package: str) -> None:
    assert [problem.key for problem in catalogue().resolve({"package_name": package}).problems] == ["package_name"]


@pytest.mark.parametrize(
    ("email", "is_valid"),
    [
        ("", True),
        ("name@example.com", True),
        ("first.last+tag@sub.example.co", True),
        ("name", False),
        ("name@", False),
        ("@example.com", False),
        ("a@b", False),
        ("a b@example.com", False),
        ("a@example..com", False),
        ('"a"@example.com', False),
        ("a@example.com\n", False),
        ("a@exa<mple.com", False),
        ("é@example.com", False),
        ("a@@example.com", False),
        ("a@example.com" + "m" * 260, False),
    ],
)
def test_an_address_looks_like_one(email: str, is_valid: bool) -> None:
    assert (catalogue().resolve({"author_email": email}).problems == ()) is is_valid


# Reading


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "No such file"),
        ({"copier.yml": "a: ["}, "is not a template source"),
        ({"copier.yml": "- just\n- a list\n"}, "is not a template source"),
        ({"copier.yml": "only text"}, "is not a template source"),
        ({"copier.yml": "template: x\nproject_slug: {choices: 3}"}, "is not a template source"),
        ({"copier.yml": "!include [a]"}, "is not a template source"),
        ({"copier.yml": "a: !!python/object/apply:os.system [ls]"}, "is not a template source"),
        ({"copier.yml": b"\xff\xfe\xff"}, "is not a template source"),
        ({"copier.yml": "[" * 5000}, "is not a template source"),
    ],
    ids=[
        "nothing",
        "no YAML",
        "a list",
        "a text",
        "odd choices",
        "include",
        "objects",
        "bytes",
        "deep",
    ],
)
def test_what_is_no_template_source_is_named(tmp_path: Path, files: dict[str, str | bytes], said: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SourceError, match=re.escape(said)) as caught:
        read_catalogue(tmp_path)
    assert "\n" not in caught.value.message


PLAIN = Question(
    key="odd",
    type="text",
    group="other",
    help="odd",
    choices=(),
    default_source="",
    when_source="True",
    validator_source="",
)


@pytest.mark.parametrize(
    ("details", "read"),
    [
        ("some text", {"default_source": "some text"}),
        ("{}", {}),
        ("{help: Which?}", {"help": "Which?"}),
        ("{type: int, default: 3}", {"type": "number", "default_source": 3, "has_text_values": False}),
        ("3", {"type": "number", "default_source": 3, "has_text_values": False}),
        ("[a]", {"type": "data", "default_source": ["a"], "has_text_values": False}),
        ("true", {"type": "yes-no", "default_source": True}),
        ("{secret: true}", {"is_secret": True}),
        ("{type: bool, default: true}", {"type": "yes-no", "default_source": True}),
        ("{type: yaml}", {"type": "data", "has_text_values": False}),
        ("{type: json}", {"type": "data", "has_text_values": False}),
        ("{choices: '{{ some }}'}", {"has_text_values": False}),
        (
            "{choices: [[An a, a], [A b, {value: b, validator: x}]]}",
            {"type": "choice", "choices": (Choice(label="An a", value="a"), Choice(label="A b", value="b"))},
        ),
        ("{when: false}", {"when_source": "False"}),
        ("{when: 1}", {"when_source": "True"}),
        ("{when: '{{ a }}'}", {"when_source": "{{ a }}"}),
        ("{validator: '{{ b }}'}", {"validator_source": "{{ b }}"}),
        ("{choices: [a]}", {"type": "choice", "choices": (Choice(label="a", value="a"),)}),
        (
            "{choices: {An a: 1}, multiselect: true}",
            {"type": "choices", "choices": (Choice(label="An a", value="1"),), "has_text_values": False},
        ),
    ],
)
def test_what_a_question_does_not_say_is_what_copier_takes(
    tmp_path: Path, details: str, read: Mapping[str, Any]
) -> None:
    (tmp_path / "copier.yml").write_text(f"template: x\nproject_slug: y\nodd: {details}\n")
    assert read_catalogue(tmp_path)[1][-1] == replace(PLAIN, **read)


def test_an_include_cannot_leave_the_source(tmp_path: Path) -> None:
    source = copy_of_our_source(tmp_path / "source", {})
    (tmp_path / "secret.yml").write_text("secret: 1\n")
    (source / "link.yml").symlink_to(tmp_path / "secret.yml")
    (source / "copier.yml").write_text((source / "copier.yml").read_text() + "---\n!include link.yml\n")
    with pytest.raises(SourceError, match="leaves the template source"):
        load_catalogue(source)


def test_the_catalogue_of_a_copy_is_the_same(tmp_path: Path) -> None:
    assert load_catalogue(copy_of_our_source(tmp_path / "copy", {})).entries == load_catalogue(ROOT).entries
