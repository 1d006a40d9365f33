"""The advice as a command: which framework and template fit, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from waypost.advice.model import Recommendation
from waypost.advice.shown.starters import HEADING, starter_lines
from waypost.advice.shown.text import Beside, recommendation_fields, recommendation_text
from waypost.commands.replies.questions import next_question_fields
from waypost.commands.replies.reply import Reply, answer_fields
from waypost.practice.comparison import compare
from waypost.practice.text import HEADING as PRACTICE
from waypost.practice.text import practice_fields, practice_sentences
from waypost.projects.planning import (
    advice_on,
    catalogue_of,
    decision_keys,
    decisions_of,
    given_answers,
    refuse_mistyped,
)
from waypost.questions.answers import Answer, Inputs, values_of
from waypost.sources.embedded import embedded_root

if TYPE_CHECKING:  # what replies hold takes long to import, and only type checkers read it
    from waypost.commands.replies.fields import RecommendFields


def advise(inputs: Inputs) -> Reply:
    """Say which framework and template fit, and why."""
    catalogue = catalogue_of(embedded_root())
    given = given_answers(inputs, catalogue, what="advice")
    refuse_mistyped(catalogue, given)
    if inputs.is_interactive and not inputs.is_complete and not inputs.settings:
        from waypost.wizard.dialogue import ask  # noqa: PLC0415 - a terminal's toolkit takes its time to import

        asked = ask(catalogue, values_of(given), purpose="recommend")
        given |= {key: Answer(value=value, origin="wizard") for key, value in asked.items()}
    recommendation = advice_on(catalogue, given)
    asked_so_far = {key: str(given[key].value) for key in decision_keys(catalogue) if key in given}
    practice = compare(decisions_of(catalogue, given))
    known = {key: given.get(key, Answer(value="unsure", origin="default")) for key in decision_keys(catalogue)}
    starter = starter_lines(recommendation.template, asked_so_far)
    beside: Beside = ((HEADING, starter),)
    if practice is not None:
        beside = (*beside, (PRACTICE, practice_sentences(practice)))
    fields = {
        **recommendation_fields(recommendation),
        "template": {"name": recommendation.template, "from": None, "to": None},
        "answers": answer_fields(known),
        "next_question": next_question_fields(catalogue, values_of(given)),
        "starter": list(starter),
        "practice": practice_fields(practice),
    }
    return Reply(
        output=recommendation_text(recommendation, beside=beside) + "\n",
        fields=cast("RecommendFields", fields),
        draw=lambda: _draw(recommendation, beside),
    )


def _draw(recommendation: Recommendation, beside: Beside) -> None:
    from waypost.advice.shown.drawing import draw_recommendation  # noqa: PLC0415 - rich takes its time to import

    draw_recommendation(recommendation, beside)
