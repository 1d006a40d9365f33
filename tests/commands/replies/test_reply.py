"""The JSON reply that every command gives."""

from __future__ import annotations

import pytest

from waypost.commands.replies.reply import answer_fields, error_fields
from waypost.errors import AnswersError, InterruptedByUserError, UsageError
from waypost.model import Problem
from waypost.questions.answers import Answer


def test_an_error_keeps_each_problem_with_its_place() -> None:
    problem = Problem(key="ci", message="wrong", nearest="github")
    error = AnswersError("all of it", hint="do this", key="ci", problems=[(problem, "a.toml:1:1")])
    fields = error_fields(error)
    assert (fields["status"], fields["exit_code"]) == ("failed", 3)
    assert fields["error"] == {
        "code": "wrong-answer",
        "message": "all of it",
        "hint": "do this",
        "key": "ci",
        "problems": [
            {"code": "wrong-answer", "key": "ci", "message": "wrong", "nearest": "github", "place": "a.toml:1:1"}
        ],
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(UsageError("x"), "failed", 2), (InterruptedByUserError("x"), "interrupted", 130)],
    ids=["failed", "interrupted"],
)
def test_an_interruption_is_no_failure(error: UsageError, status: str, code: int) -> None:
    fields = error_fields(error)
    assert (fields["status"], fields["exit_code"]) == (status, code)
    assert fields["error"]["hint"] is None


def test_an_answer_has_a_place_only_where_it_has_one() -> None:
    fields = answer_fields(
        {"a": Answer(value=("x",), origin="file", place="f:1:1"), "b": Answer(value=True, origin="default")}
    )
    assert fields == {
        "a": {"value": ["x"], "origin": "file", "place": "f:1:1"},
        "b": {"value": True, "origin": "default"},
    }
