"""Features by name: what each name comes to beside the answers of a project, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.sources import catalogue
from waypost.errors import AnswersError, ErrorCode
from waypost.model import Value
from waypost.update.features import OFF, features_of, wished

FEATURES = features_of(catalogue())
BY_NAME = {feature.name: feature for feature in FEATURES}


def answers(before: dict[str, Value], *, add: str = "", remove: str = "") -> dict[str, Value]:
    found = wished(catalogue(), before, add.split(), remove.split())
    return {key: answer.value for key, answer in found.answers.items()}


def notes(before: dict[str, Value], *, add: str = "", remove: str = "") -> tuple[str, ...]:
    return wished(catalogue(), before, add.split(), remove.split()).notes


@pytest.mark.parametrize(
    ("before", "names", "expected"),
    [
        ({"jobs": "none"}, "celery", {"jobs": "celery"}),
        ({"monitoring": ()}, "prometheus", {"monitoring": ("prometheus",)}),
        ({"monitoring": ("munin",)}, "prometheus statsd", {"monitoring": ("munin", "prometheus", "statsd")}),
        ({}, "docker", {"deployment": ("docker",)}),
        ({"realtime": False}, "realtime", {"realtime": True}),
        ({"cache": "none"}, "cache=redis", {"cache": "redis"}),
        ({"cache": "none"}, "cache", {"cache": "redis"}),
        ({"database": "sqlite"}, "postgresql", {"database": "postgresql"}),
        ({}, "celery prometheus realtime", {"jobs": "celery", "monitoring": ("prometheus",), "realtime": True}),
        ({"accounts": "none"}, "registration", {"accounts": "registration"}),
    ],
    ids=lambda value: value.replace(" ", "+") if isinstance(value, str) else "",
)
def test_a_name_adds_its_answer(before: dict[str, Value], names: str, expected: dict[str, Value]) -> None:
    assert answers(before, add=names) == expected


@pytest.mark.parametrize(
    ("before", "names", "expected"),
    [
        ({"jobs": "celery"}, "celery", {"jobs": "none"}),
        ({"monitoring": ("munin", "statsd")}, "munin", {"monitoring": ("statsd",)}),
        ({"monitoring": ("munin", "statsd")}, "munin statsd", {"monitoring": ()}),
        ({"monitoring": ("munin", "statsd")}, "monitoring", {"monitoring": ()}),
        ({"realtime": True}, "realtime", {"realtime": False}),
        ({"cache": "redis", "sessions": "redis"}, "cache=redis", {"cache": "none"}),
        ({"accounts": "full"}, "accounts", {"accounts": "none"}),
        ({"accounts": "unsure"}, "accounts", {"accounts": "none"}),
    ],
    ids=lambda value: value.replace(" ", "+") if isinstance(value, str) else "",
)
def test_removing_puts_the_question_back(before: dict[str, Value], names: str, expected: dict[str, Value]) -> None:
    assert answers(before, remove=names) == expected


def test_what_another_answer_holds_is_not_taken_for_it() -> None:
    assert answers({"database": "sqlite"}, remove="postgresql") == {}
    assert notes({"database": "sqlite"}, remove="postgresql") == ("postgresql is not there.",)
    assert answers({"monitoring": ("statsd",)}, remove="munin") == {}


def test_what_is_there_is_said() -> None:
    assert notes({"monitoring": ("statsd",)}, add="statsd") == ("statsd is there already.",)
    assert answers({"monitoring": ("statsd",)}, add="statsd") == {"monitoring": ("statsd",)}


def test_a_feature_that_is_named_twice_is_not_said_to_be_there_or_gone() -> None:
    assert notes({"jobs": "none", "monitoring": ()}, add="celery prometheus jobs=celery prometheus") == ()
    assert notes({"monitoring": ("prometheus",)}, remove="prometheus monitoring prometheus") == ()
    assert answers({"monitoring": ("prometheus",)}, remove="prometheus monitoring") == {"monitoring": ()}
    assert notes({"jobs": "celery"}, add="celery celery") == ("celery is there already.",)


@pytest.mark.parametrize(
    ("wanted", "code", "said"),
    [
        ({"add": "redis"}, ErrorCode.AMBIGUOUS_FEATURE, "'redis' can mean cache=redis or sessions=redis"),
        ({"remove": "redis"}, ErrorCode.AMBIGUOUS_FEATURE, "cache=redis or sessions=redis"),
        ({"remove": "database"}, ErrorCode.AMBIGUOUS_FEATURE, "database=mongodb or sessions=database"),
        ({"add": "monitoring"}, ErrorCode.AMBIGUOUS_FEATURE, "monitoring=statsd, monitoring=prometheus or"),
        ({"add": "github gitlab"}, ErrorCode.AMBIGUOUS_FEATURE, "it can be github or gitlab, not both"),
        ({"add": "celry"}, ErrorCode.UNKNOWN_FEATURE, "did you mean 'celery'?"),
        ({"add": "jobs=celry"}, ErrorCode.UNKNOWN_FEATURE, "did you mean 'jobs=celery'?"),
        ({"remove": "promotheus"}, ErrorCode.UNKNOWN_FEATURE, "did you mean 'prometheus'?"),
        ({"add": "none"}, ErrorCode.UNKNOWN_FEATURE, "there is no feature 'none'"),
        ({"add": "unsure"}, ErrorCode.UNKNOWN_FEATURE, "there is no feature 'unsure'"),
        ({"remove": "cookie"}, ErrorCode.NO_OFF_VALUE, "it is one of cookie, database, redis"),
        ({"remove": "orm"}, ErrorCode.NO_OFF_VALUE, "it is one of orm, sql"),
    ],
    ids=lambda value: " ".join(f"{verb} {names}" for verb, names in value.items()) if isinstance(value, dict) else "",
)
def test_a_wrong_name_says_what_was_meant(wanted: dict[str, Any], code: ErrorCode, said: str) -> None:
    with pytest.raises(AnswersError) as caught:
        answers({"sessions": "cookie", "data_access": "orm"}, **wanted)
    assert said in caught.value.message
    assert caught.value.code is code
    assert caught.value.hint


@pytest.mark.parametrize("word", ["realtime", "realtime=yes", "realtime=on", "realtime=True", "realtime=1"])
def test_a_yes_is_taken_in_every_spelling(word: str) -> None:
    assert answers({"realtime": False}, add=word) == {"realtime": True}


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("realtime=no", "That leaves it out: waypost remove realtime"),
        ("jobs=none", "That leaves it out: waypost remove jobs"),
        ("none", "`waypost add --list` shows every feature, and what each would bring."),
        ("license=MIT", "It is an answer to a question: waypost update --set license=MIT"),
    ],
)
def test_what_is_no_feature_gets_no_other_feature_for_a_suggestion(word: str, hint: str) -> None:
    with pytest.raises(AnswersError) as caught:
        answers({}, add=word)
    assert "did you mean" not in caught.value.message
    assert caught.value.hint == hint


def test_a_suggestion_is_a_feature() -> None:
    for word in ("cach", "sentri", "realtme=yes", "databse=postgresql", "deployment=dockr", "items=items"):
        with pytest.raises(AnswersError) as caught:
            answers({}, add=word)
        meant = caught.value.message.partition("did you mean '")[2].removesuffix("'?")
        assert meant in {name for feature in FEATURES for name in (feature.name, feature.setting)}


def test_an_answer_that_is_no_feature_is_named_with_its_question() -> None:
    with pytest.raises(AnswersError) as caught:
        answers({}, add="flask-micro")
    assert caught.value.hint == "It is an answer to a question: waypost update --set template=flask-micro"


def test_features_are_what_the_catalogue_offers() -> None:
    for question in catalogue().questions:
        found = {feature.value for feature in FEATURES if feature.key == question.key}
        if question.group == "stack":
            assert found == ({True} if question.type == "yes-no" else set(question.values) - {OFF, "unsure"})
        else:
            assert question.key in {"accounts", "admin"} or not found


def test_every_name_means_its_feature_and_no_other() -> None:
    assert len(BY_NAME) == len(FEATURES)
    for feature in FEATURES:
        for name in (feature.name, feature.setting):
            (value,) = answers({}, add=name).values()
            assert value == ((feature.value,) if isinstance(value, tuple) else feature.value)


@given(
    names=st.lists(st.sampled_from(sorted(BY_NAME)), unique_by=lambda name: BY_NAME[name].key, max_size=6),
    monitoring=st.sets(st.sampled_from(["statsd", "prometheus", "munin"])),
)
def test_adding_and_removing_again_leaves_every_question_that_can_be_left_out_at_none(
    names: list[str], monitoring: set[str]
) -> None:
    before: dict[str, Value] = {"monitoring": tuple(sorted(monitoring))}
    removable = [name for name in names if OFF in catalogue().by_key[BY_NAME[name].key].values]
    added = answers(before, add=" ".join(removable))
    taken = answers({**before, **added}, remove=" ".join(removable))
    assert taken == dict.fromkeys(added, OFF)
