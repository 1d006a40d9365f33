"""Questions as fields of a JSON reply: so that a program can lead the conversation that the wizard leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from waypost.advice.evidence import UNSURE
from waypost.advice.recommend import interim_advice
from waypost.advice.rules import framework_of, possible_templates, template_of
from waypost.model import Question, Value
from waypost.projects.planning import decision_keys
from waypost.questions.catalogue import Catalogue, Resolution
from waypost.questions.values import as_json
from waypost.wizard.verdict import claims_about, standing_line

if TYPE_CHECKING:  # what replies hold takes long to import, and only type checkers read it
    from waypost.commands.replies.fields import ChoiceFields, NextQuestionFields, QuestionFields


def next_question_fields(catalogue: Catalogue, given: Mapping[str, Value]) -> NextQuestionFields | None:
    """Return the question worth asking next beside the ``given`` answers, or None once none can change the template.

    They are valid. A question counts as answered if its key is there, "unsure" included.
    """
    asked = {key: str(given[key]) for key in decision_keys(catalogue) if key in given}
    possible = possible_templates(catalogue, given)
    now = interim_advice(asked, possible)
    if not now.open_questions:
        return None
    question = catalogue.by_key[now.open_questions[0]]
    known = {key: value for key, value in asked.items() if value != UNSURE}
    leads_to = {
        choice.value: template_of(known if choice.value == UNSURE else {**known, question.key: choice.value}, possible)
        for choice in question.choices
    }
    return {
        "key": question.key,
        "type": question.type,
        "help": question.help,
        "because": standing_line(asked, possible),
        "choices": [
            {
                **choice,
                "claims": claims_about(question.key, choice["value"]),
                "framework": framework_of(leads_to[choice["value"]]),
                "template": leads_to[choice["value"]],
            }
            for choice in _choices(question)
        ],
        "can_change": {
            "framework": not now.is_framework_certain,
            "template": True,
            "questions": now.open_questions,
        },
    }


def question_fields(catalogue: Catalogue, resolution: Resolution) -> list[QuestionFields]:
    """Return every question that can be answered, with what it comes to in ``resolution``: null where none applies."""
    return [
        {
            "key": question.key,
            "type": question.type,
            "group": question.group,
            "help": question.help,
            "choices": _choices(question),
            "value": as_json(resolution.answers[question.key]) if question.key in resolution.answers else None,
        }
        for question in catalogue.questions
    ]


def _choices(question: Question) -> list[ChoiceFields]:
    return [{"value": choice.value, "label": choice.label} for choice in question.choices]
