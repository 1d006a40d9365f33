"""Values: from the text of an option, checked against their question, and shown to a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.sources import catalogue
from waypost.errors import nearest
from waypost.model import Value
from waypost.questions.values import is_true, parse_text, shown, type_problem


@pytest.mark.parametrize("text", ["yes", "Yes", "true", "TRUE", "on", "1", "y", "t", " yes "])
def test_many_words_mean_yes(text: str) -> None:
    assert parse_text(catalogue().by_key["example"], text) is True


@pytest.mark.parametrize("text", ["no", "No", "false", "off", "0", "n", "f", " no "])
def test_many_words_mean_no(text: str) -> None:
    assert parse_text(catalogue().by_key["example"], text) is False


@pytest.mark.parametrize("text", ["", "maybe", "2", "yes please"])
def test_other_words_are_left_for_validation(text: str) -> None:
    question = catalogue().by_key["example"]
    problem = type_problem(question, parse_text(question, text))
    assert problem is not None
    assert problem.message.startswith("expected true or false")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ()),
        ("none", ()),
        ("[]", ()),
        ("docker", ("docker",)),
        ("docker,nginx", ("docker", "nginx")),
        (" docker , nginx ", ("docker", "nginx")),
        ('["docker", "nginx"]', ("docker", "nginx")),
        ("['docker']", ("docker",)),
    ],
    ids=repr,
)
def test_several_choices_are_separated_by_commas(text: str, value: Value) -> None:
    assert parse_text(catalogue().by_key["deployment"], text) == value


@pytest.mark.parametrize("text", ["", "a=b", " x ", "true", '"quoted"'])
def test_text_stays_as_it_is(text: str) -> None:
    assert parse_text(catalogue().by_key["description"], text) == text


@pytest.mark.parametrize(
    ("key", "value", "message", "nearest"),
    [
        ("ci", "gitlabs", "'gitlabs' is not one of none, github, gitlab", "gitlab"),
        ("ci", "GitHub", "'GitHub' is not one of none, github, gitlab", "github"),
        ("ci", True, "expected one of none, github, gitlab, as text in quotes; got true", ""),
        ("python_version", 3.12, "expected one of 3.11, 3.12, 3.13, 3.14, 3.15, as text in quotes; got 3.12", "3.12"),
        ("example", "yes", "expected true or false; got 'yes'", ""),
        ("example", 1, "expected true or false; got 1", ""),
        (
            "deployment",
            "docker",
            "expected a list of any of docker, nginx, supervisor, in brackets, such as ['docker']; got 'docker'",
            "",
        ),
        ("deployment", "dock", "expected a list of any of docker, nginx, supervisor, in brackets; got 'dock'", ""),
        ("deployment", ("docker", "ngnix"), "'ngnix' is not one of docker, nginx, supervisor", "nginx"),
        ("project_name", 7, "expected text in quotes; got 7", ""),
        ("project_name", ("a",), "expected text in quotes; got ['a']", ""),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_wrong_value_is_named_with_what_was_expected(key: str, value: Value, message: str, nearest: str) -> None:
    problem = type_problem(catalogue().by_key[key], value)
    assert problem is not None
    assert (problem.key, problem.message, problem.nearest) == (key, message, nearest)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("rest_api", "rest-api"),
        ("Rest API", "rest-api"),
        ("restapi", "rest-api"),
        ("microservises", "microservice"),
        ("proto", "prototype"),
        ("e-commerce", "ecommerce"),
        ("xyzzy", ""),
        ("", ""),
    ],
)
def test_the_nearest_word_is_found_across_case_and_hyphens(word: str, expected: str) -> None:
    assert nearest(word, catalogue().by_key["kind"].values) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        (True, "true"),
        (("a", "b"), "['a', 'b']"),
        (1.5, "1.5"),
        ("a\x1b[31m", "'a\\x1b[31m'"),
        ("\u202ea", "'\\u202ea'"),
        ("\udcff", "'\\udcff'"),
    ],
    ids=ascii,
)
def test_a_value_is_shown_as_one_would_write_it(value: object, text: str) -> None:
    assert shown(value) == text


@given(st.one_of(st.text(), st.lists(st.text()), st.integers(), st.floats()))
def test_whatever_is_shown_is_short_and_can_be_printed(value: object) -> None:
    assert shown(value).isprintable()
    assert len(shown(value)) <= 90


@pytest.mark.parametrize(("text", "truth"), [("True", True), ("yes", True), ("False", False), ("", False)])
def test_a_rendered_condition_is_read_as_copier_reads_it(text: str, truth: bool) -> None:
    assert is_true(text) is truth
