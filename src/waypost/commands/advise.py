"""The advice as a command: which framework and template fit, and why."""

from __future__ import annotations

from typing import cast

from waypost.advice.model import Recommendation
from waypost.advice.recommend import recommend
from waypost.advice.text import RecommendationFields, recommendation_fields, recommendation_text
from waypost.commands.reply import Fields, Reply, TemplateFields, answer_fields
from waypost.projects.planning import catalogue_of, decision_keys, decisions_of, given_answers, refuse_mistyped
from waypost.questions.answers import Answer, Inputs, values_of
from waypost.sources.embedded import embedded_root


class AdviceFields(Fields, RecommendationFields):
    """The reply of ``recommend``: also the advice."""


def advise(inputs: Inputs) -> Reply:
    """Say which framework and template fit, and why."""
    catalogue = catalogue_of(embedded_root())
    given = given_answers(inputs, catalogue, what="advice")
    refuse_mistyped(catalogue, given)
    if inputs.is_interactive and not inputs.is_complete and not inputs.settings:
        from waypost.wizard.dialogue import ask  # noqa: PLC0415 - a terminal's toolkit takes its time to import

        asked = ask(catalogue, values_of(given), purpose="recommend")
        given |= {key: Answer(value=value, origin="wizard") for key, value in asked.items()}
    recommendation = recommend(decisions_of(catalogue, given))
    known = {key: given.get(key, Answer(value="unsure", origin="default")) for key in decision_keys(catalogue)}
    template: TemplateFields = {"name": recommendation.template, "from": None, "to": None}
    fields = {"template": template, "answers": answer_fields(known), **recommendation_fields(recommendation)}
    return Reply(
        output=recommendation_text(recommendation) + "\n",
        fields=cast("AdviceFields", fields),
        draw=lambda: _draw(recommendation),
    )


def _draw(recommendation: Recommendation) -> None:
    from waypost.advice.drawing import draw_recommendation  # noqa: PLC0415 - rich takes its time to import

    draw_recommendation(recommendation)
