"""Resolving answers: defaults that follow, problems with their keys, answers without effect, and odd sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.sources import TEMPLATES, catalogue, copy_of_our_source
from waypost.errors import SourceError
from waypost.model import Problem, Value
from waypost.questions.catalogue import Catalogue, load_catalogue


def odd_catalogue(folder: Path, question: str) -> Catalogue:
    source = copy_of_our_source(folder / "source", {})
    (source / "copier.yml").write_text((source / "copier.yml").read_text() + f"---\n{question}\n")
    return load_catalogue(source)


def test_defaults_follow_from_other_answers() -> None:
    answers = catalogue().resolve({"project_name": "Café Zoë", "template": "django-full"}).answers
    assert (answers["project_slug"], answers["database"], answers["sessions"]) == ("cafe-zoe", "sqlite", "database")
    assert "package_name" not in answers
    assert catalogue().resolve({"python_version": "3.11", "template": "django-full"}).answers["django_version"] == "5.2"


def test_answers_come_in_the_order_of_the_catalogue() -> None:
    answers = list(catalogue().resolve({"ci": "github", "project_name": "X"}).answers)
    assert answers == [question.key for question in catalogue().questions if question.key in answers]


def test_several_choices_come_in_the_order_of_the_catalogue_and_once() -> None:
    resolution = catalogue().resolve({"deployment": ("supervisor", "docker", "docker")})
    assert resolution.answers["deployment"] == ("docker", "supervisor")


def test_an_answer_to_a_question_that_does_not_apply_is_set_aside() -> None:
    resolution = catalogue().resolve({"template": "django-full", "package_name": "shop"})
    assert resolution.unused == ("package_name",)
    assert "package_name" not in resolution.answers
    assert resolution.problems == ()


def test_one_mistake_does_not_hide_the_next() -> None:
    given: dict[str, Value] = {"size": "huge", "license": "mit", "project_slug": "A B", "ci": "x"}
    assert [problem.key for problem in catalogue().resolve(given).problems] == ["size", "project_slug", "license", "ci"]


def test_a_refused_combination_blames_an_answer_that_was_given() -> None:
    given: dict[str, Value] = {"accounts": "login", "database": "none", "template": "django-full"}
    problems = catalogue().resolve(given).problems
    assert {problem.key for problem in problems} <= set(given)
    assert len({problem.message for problem in problems}) == len(problems)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("sise", "there is no question 'sise'"),
        ("uses_celery", "'uses_celery' follows from other answers and cannot be set"),
    ],
)
def test_an_unknown_key_is_told_from_a_fact(key: str, message: str) -> None:
    assert catalogue().unknown(key).message == message


@pytest.mark.parametrize(
    ("key", "value", "others", "is_wrong"),
    [
        ("package_name", "flask", {}, True),
        ("package_name", "shop", {}, False),
        ("size", "huge", {}, True),
        ("database", "none", {"template": "django-full"}, True),
        ("database", "sqlite", {"template": "django-full"}, False),
    ],
)
def test_one_answer_can_be_checked_beside_others(
    key: str, value: str, others: dict[str, Value], is_wrong: bool
) -> None:
    answers = catalogue().resolve(others).answers
    assert (catalogue().problem_with(key, value, answers) is not None) is is_wrong


@pytest.mark.parametrize("template", TEMPLATES)
def test_facts_say_what_the_templates_ask(template: str) -> None:
    facts = catalogue().resolve({"template": template}).facts
    assert facts["uses_django"] is (template == "django-full")
    assert facts["uses_flask"] is (template != "django-full")
    assert all(isinstance(value, bool) for key, value in facts.items() if key.startswith(("uses_", "has_")))


@pytest.mark.parametrize(
    ("text", "python", "toml"),
    [
        ("plain", '"plain"', '"plain"'),
        ("it's", '"it\'s"', '"it\'s"'),
        ('say "hi"', "'say \"hi\"'", '"say \\"hi\\""'),
        ("a\\b", '"a\\\\b"', '"a\\\\b"'),
        ("both ' and \"", '"both \' and \\""', '"both \' and \\""'),
        ("{{ 7*7 }}", '"{{ 7*7 }}"', '"{{ 7*7 }}"'),
    ],
)
def test_text_is_quoted_for_other_languages(text: str, python: str, toml: str) -> None:
    facts = catalogue().resolve({"project_name": text}).facts
    in_toml = "{% import 'templates/questions/quoting.jinja' as quoting %}{{ quoting.toml(text) }}"
    assert (facts["project_name_python"], catalogue().expressions.rendered(in_toml, {"text": text})) == (python, toml)


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_a_fact_that_is_data_is_what_its_text_writes(tmp_path: Path, kind: str) -> None:
    odd = odd_catalogue(tmp_path, f"odd: {{type: {kind}, default: '{{{{ [1, 2] }}}}', when: false}}")
    assert odd.resolve({}).facts["odd"] == [1, 2]


def test_data_that_a_source_writes_as_it_is_stays_so(tmp_path: Path) -> None:
    odd = odd_catalogue(tmp_path, "odd: {type: yaml, default: [1, {a: true}], when: false}")
    assert odd.resolve({}).facts["odd"] == [1, {"a": True}]


def test_a_given_answer_is_seen_by_the_conditions_before_it(tmp_path: Path) -> None:
    odd = odd_catalogue(
        tmp_path,
        "early: {type: str, default: x, when: '{{ late is defined and late == \"on\" }}'}\n"
        'late: {type: str, default: "off"}',
    )
    assert odd.resolve({"late": "on"}).answers["early"] == "x"
    assert odd.resolve({"late": "off", "early": "mine"}).unused == ("early",)


def test_an_answer_that_is_set_aside_is_not_seen_by_what_follows(tmp_path: Path) -> None:
    questions = (
        "odd: {type: str, default: usual, when: '{{ ci == \"github\" }}'}\nseen: {type: str, default: '{{ odd }}'}"
    )
    odd = odd_catalogue(tmp_path, questions)
    assert odd.resolve({"ci": "github", "odd": "mine"}).answers["seen"] == "mine"
    resolution = odd.resolve({"ci": "none", "odd": "mine"})
    assert (resolution.unused, resolution.answers["seen"]) == (("odd",), "usual")


@pytest.mark.parametrize("name", ["copier.yml", "templates/questions/decisions.yml"])
def test_a_catalogue_is_read_again_when_one_of_its_files_has_changed(tmp_path: Path, name: str) -> None:
    source = copy_of_our_source(tmp_path / "source", {})
    first = load_catalogue(source)
    assert load_catalogue(source) is first
    (source / name).write_text((source / name).read_text() + "\n---\nodd: {type: str, default: x}\n")
    assert "odd" in load_catalogue(source).by_key


def test_another_default_is_taken_for_one_question_alone() -> None:
    changed = catalogue().with_default("python_version", "3.11")
    usual = catalogue().resolve({"template": "django-full"}).answers
    assert usual["python_version"] == "3.12"
    assert changed.resolve({"template": "django-full"}).answers == {
        **usual,
        "python_version": "3.11",
        "django_version": "5.2",
    }
    assert catalogue().with_default("nothing", "x").entries == catalogue().entries


@pytest.mark.parametrize(
    "question",
    [
        "odd: {type: str, default: '{{ nowhere }}'}",
        "odd: {type: str, default: '{{ 1 / 0 }}'}",
        "odd: {type: str, default: '{% if %}'}",
        "odd: {type: str, default: x, when: '{{ nowhere }}'}",
        "odd: {type: str, default: x, validator: '{{ nowhere }}'}",
        "odd: {type: str, default: \"{% include 'nowhere' %}\"}",
        "odd: {type: str, default: \"{% include '/etc/passwd' %}\"}",
        "odd: {type: str, default: \"{{ ''.__class__.__mro__[1].__subclasses__() }}\"}",
    ],
)
def test_a_source_whose_questions_fail_is_named(tmp_path: Path, question: str) -> None:
    with pytest.raises(SourceError, match="cannot be rendered"):
        odd_catalogue(tmp_path, question).resolve({})


@pytest.mark.parametrize(
    ("key", "message", "nearest"),
    [
        ("databse", "there is no question 'databse'", "database"),
        ("xyz", "there is no question 'xyz'", ""),
        ("uses_redis", "'uses_redis' follows from other answers and cannot be set", ""),
    ],
)
def test_a_key_that_is_no_question_is_told_with_the_nearest(key: str, message: str, nearest: str) -> None:
    assert catalogue().unknown(key) == Problem(key=key, message=message, nearest=nearest)


def test_of_a_refused_combination_the_last_answer_that_was_given_is_blamed() -> None:
    row = next(row for row in catalogue().refusals if row.where.keys() == {"accounts", "database"})
    given: dict[str, Value] = {"template": "flask-blueprints", "example": False, "accounts": "login"}
    problems = catalogue().resolve({**given, "database": "none"}).problems
    assert problems == (Problem(key="database", message=row.because, nearest="", refusal=row),)
