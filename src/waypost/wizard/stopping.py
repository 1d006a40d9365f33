"""Where the questions end: the answers so far, the offer to stop, and why the questions stopped."""

from __future__ import annotations

from pathlib import Path

from waypost.advice.evidence import UNSURE
from waypost.advice.model import FRAMEWORK_NAMES
from waypost.advice.recommend import interim_advice, next_question
from waypost.wizard.state import CHANGE, PROCEED, TEMPLATE, State, decision_keys
from waypost.wizard.terminal.screen import Line, Option, Screen
from waypost.wizard.verdict import label_of, listed


def trail_of(state: State) -> tuple[Line, ...]:
    """Return the decision answers so far, a line each: those that were given, then those that were asked."""
    lines = tuple(answered(state, key) for key in answered_keys(state))
    if state.step != "done" or state.purpose == "recommend":
        return lines
    return (*lines, Line(text="The starter project", value=f"{state.template}  {origin_of(state, TEMPLATE)}"))


def answered_keys(state: State) -> tuple[str, ...]:
    """Return the questions that are answered: those that were given, then those that were asked."""
    keys = [key for key in decision_keys(state.catalogue) if key in state.answers and key not in state.asked]
    return (*keys, *state.asked)


def answered(state: State, key: str) -> Line:
    """Return the line of one answer."""
    question = state.catalogue.by_key[key]
    origin = "" if key in state.touched else "  (given)"
    return Line(text=question.help, value=f"{label_of(question, state.answers[key])}{origin}", tone="dim")


def origin_of(state: State, key: str) -> str:
    """Return whose answer this is."""
    if key == TEMPLATE:
        advice = state.advice
        if state.template == advice.template:
            return "(as advised)"
        return f"(yours; the advice is {advice.template})" if advice.has_evidence else "(yours)"
    return "(default)" if state.answers.get(key, UNSURE) == UNSURE else "(yours)"


def offer_to_stop(state: State, _destination: Path | None) -> Screen:
    """Return the offer to have the advice now, with what is still open."""
    now = interim_advice(state.decisions, state.possible)
    likely = f"{FRAMEWORK_NAMES[now.framework]} with {now.template} is very likely by now."
    return Screen(
        form="one",
        title="Is that enough for the advice?",
        trail=trail_of(state),
        body=(Line(text=likely, tone="good"), Line(text=_still_open(state))),
        options=(
            Option(value=PROCEED, label="That's enough, advise me now"),
            Option(value=CHANGE, label="Ask me the rest"),
        ),
        current=PROCEED,
        can_stop=True,
    )


def _still_open(state: State) -> str:
    questions = interim_advice(state.decisions, state.possible).open_questions
    return f"Still open, and able to change it: {listed(questions)}."


def stop_line(state: State) -> str:
    """Return why the questions stopped, or nothing where all were asked."""
    if state.is_stopped and interim_advice(state.decisions, state.possible).open_questions:
        return _still_open(state)
    count = len(state.asked)
    is_all = all(key in state.answers for key in decision_keys(state.catalogue))
    if next_question(state.decisions, state.possible) is not None or not count or is_all:
        return ""
    count_said = "1 question was enough" if count == 1 else f"{count} questions were enough"
    return f"{count_said}: no other answer can change this."


def enough(state: State, _destination: Path | None) -> Screen:
    """Return the last step before advice without a project."""
    return Screen(
        form="one",
        title="Ready for the advice?",
        trail=trail_of(state),
        body=(Line(text=stop_line(state) or "The answers given settle it.", tone="good"),),
        options=(
            Option(value=PROCEED, label="Show the advice"),
            Option(value=CHANGE, label="Change an answer"),
        ),
        current=PROCEED,
    )
