"""Where an answer, or going back, leads: the wizard's rules, without its terminal.

Everything here is pure: :func:`advance` takes a state and returns the next one. From the verdict on every state that is
shown holds answers that the catalogue accepts: the verdict is the gate, and offers only what can work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import assert_never

from waypost.advice.recommend import is_change_improbable, next_question
from waypost.model import Value
from waypost.questions.catalogue import Catalogue, Resolution
from waypost.questions.values import type_problem
from waypost.wizard.repair import apply_changes
from waypost.wizard.state import (
    CHANGE,
    NAME,
    PROCEED,
    TEMPLATE,
    Purpose,
    State,
    Step,
    decision_keys,
    default_of,
    offer_of,
    plain,
    refusal_of,
    summary_keys,
)
from waypost.wizard.terminal.screen import Back, Enough, Entered, Event


def begin(catalogue: Catalogue, given: Mapping[str, Value], purpose: Purpose) -> State:
    """Return the state in which the wizard opens; ``given`` answers are not asked again."""
    answers = {key: value for key, value in given.items() if key in catalogue.by_key and key != TEMPLATE}
    template = given.get(TEMPLATE)
    state = State(catalogue=catalogue, purpose=purpose, given=dict(given), answers=answers)
    if purpose != "recommend" and isinstance(template, str) and template in catalogue.by_key[TEMPLATE].values:
        state = replace(state, template=template, is_override=True)
        if purpose == "adopt":
            return _onward(state)
        return _to(state, "verdict") if state.resolution.problems else _past_the_verdict(state)
    if purpose == "recommend" and next_question(state.decisions, state.possible) is None:
        return _to(state, "done")
    return _onward(state)


def advance(state: State, event: Event) -> State:
    """Return the state that follows; where the event leads nowhere, the same one with a notice that says why."""
    state = replace(state, notices=())
    match event:
        case Back():
            return _BACK[state.step](state)
        case Entered(value=value):
            return _FORWARD[state.step](state, value)
        case Enough():
            return _stopped(state) if state.step in ("question", "offer") else state
        case _:
            assert_never(event)


# Going forward


def _decided(state: State, value: Value) -> State:
    question = state.catalogue.by_key[state.key]
    if problem := type_problem(question, value):
        return replace(state, notices=(problem.message,))
    if state.answers.get(state.key) == value:
        changed = replace(state, touched=state.touched | {state.key})
    else:
        changed = replace(
            state,
            answers={**state.answers, state.key: value},
            touched=state.touched | {state.key},
            template=state.template if state.is_override else None,
        )
    if state.step == "answer":
        return _to(changed, "answers")
    return _onward(changed if state.key in state.asked else replace(changed, asked=(*state.asked, state.key)))


def _onward(state: State) -> State:
    """Go to the next question that can still matter, offer to stop where few answers can, or go on to the verdict."""
    key = None if state.is_stopped else next_question(state.decisions, state.possible)
    if key and state.asked and not state.wants_all and is_change_improbable(state.decisions, state.possible):
        return _to(state, "offer", key=key)
    if key:
        return _to(state, "question", key=key)
    if state.purpose == "adopt":
        return _past_the_verdict(state)
    return _to(state, "verdict" if state.purpose == "new" else "enough")


def _stopped(state: State) -> State:
    """Give the advice now; whoever wants only that has it."""
    if state.purpose == "adopt":
        return _past_the_verdict(replace(state, is_stopped=True))
    return _to(replace(state, is_stopped=True), "verdict" if state.purpose == "new" else "done")


def _offered(state: State, value: Value) -> State:
    if value == PROCEED:
        return _stopped(state)
    return _onward(replace(state, wants_all=True))


def _enough(state: State, value: Value) -> State:
    return _to(state, "answers" if value == CHANGE else "done")


def _chosen_to_change(state: State, value: Value) -> State:
    if value in decision_keys(state.catalogue):
        return _to(state, "answer", key=str(value))
    return _past_the_answers(state)


def _past_the_answers(state: State) -> State:
    return _to(state, "verdict") if TEMPLATE in state.given and state.purpose != "recommend" else _onward(state)


def _taken(state: State, value: Value) -> State:
    if value == CHANGE:
        return _to(state, "answers")
    if problem := type_problem(state.catalogue.by_key[TEMPLATE], value):
        return replace(state, notices=(problem.message,))
    offer = offer_of(state, str(value))
    if not offer.works:
        return replace(state, notices=offer.because)
    taken = replace(
        state,
        answers=apply_changes(state.answers, offer.changes),
        touched=state.touched | offer.changes.keys(),
        template=offer.template,
        is_override=offer.template != state.advice.template,
        notices=offer.shown_changes,
    )
    return _past_the_verdict(taken)


def _past_the_verdict(state: State) -> State:
    needs_name = NAME in state.catalogue.by_key and NAME not in state.answers
    return _to(state, "name" if needs_name else "summary")


def _named(state: State, value: Value) -> State:
    if reason := refusal_of(state, NAME, value):
        return replace(state, notices=(reason,))
    return _to(
        replace(state, answers={**state.answers, NAME: value}, touched=state.touched | {NAME}),
        "summary",
    )


def _from_summary(state: State, value: Value) -> State:
    if value == PROCEED:
        return _to(state, "confirm")
    if value == TEMPLATE:
        return _to(replace(state, from_summary=True), "verdict")
    return _to(state, "edit", key=str(value)) if value in summary_keys(state) else state


def _edited(state: State, value: Value) -> State:
    key = state.key
    before = state.resolution.answers
    if reason := refusal_of(state, key, value):
        return replace(state, notices=(reason,))
    if value == before.get(key):
        return _to(state, "summary")
    is_default = value == default_of(state, key) and key not in state.given and key != NAME
    changed = replace(
        state,
        answers=apply_changes(state.answers, {key: None if is_default else value}),
        touched=state.touched - {key} if is_default else state.touched | {key},
    )
    return _to(replace(changed, notices=_differences(before, changed.resolution)), "summary")


def _confirmed(state: State, value: Value) -> State:
    return _to(state, "done" if value == PROCEED else "summary")


def _stay(state: State, _value: Value = "") -> State:
    return state


def _differences(before: Mapping[str, Value], resolution: Resolution) -> tuple[str, ...]:
    after, shown = resolution.answers, resolution.shown_answers
    changed = [
        f"{key}: {plain(before[key])} -> {plain(value)}" if key in before else f"{key}: {plain(value)} (new)"
        for key, value in shown.items()
        if before.get(key) != value
    ]
    changed += [f"{key}: changed" for key in after if key not in shown and before.get(key) != after[key]]
    return (*changed, *(f"{key} no longer applies" for key in before if key not in after))


# Going back


def _before_question(state: State) -> State:
    at = state.asked.index(state.key) if state.key in state.asked else len(state.asked)
    return _to_asked(state, at - 1)


def _to_last_asked(state: State) -> State:
    return _to_asked(state, len(state.asked) - 1)


def _before_verdict(state: State) -> State:
    if state.from_summary and state.template and not state.resolution.problems:
        return _past_the_verdict(state)
    return _onward(replace(state, is_stopped=False)) if state.is_stopped else _to_last_asked(state)


def _before_name(state: State) -> State:
    return _to(replace(state, from_summary=False), "verdict")


def _before_summary(state: State) -> State:
    asks_name = NAME in state.catalogue.by_key and NAME not in state.given
    return _to(replace(state, from_summary=False), "name" if asks_name else "verdict")


def _to_asked(state: State, at: int) -> State:
    if at < 0:
        return replace(state, notices=("This is the first step; there is nothing before it.",))
    return _to(state, "question", key=state.asked[at])


def _to(state: State, step: Step, *, key: str = "") -> State:
    return replace(state, step=step, key=key)


_FORWARD: Mapping[Step, Callable[[State, Value], State]] = {
    "question": _decided,
    "offer": _offered,
    "enough": _enough,
    "verdict": _taken,
    "answers": _chosen_to_change,
    "answer": _decided,
    "name": _named,
    "summary": _from_summary,
    "edit": _edited,
    "confirm": _confirmed,
    "done": _stay,
}
_BACK: Mapping[Step, Callable[[State], State]] = {
    "question": _before_question,
    "offer": _to_last_asked,
    "enough": _to_last_asked,
    "verdict": _before_verdict,
    "answers": _past_the_answers,
    "answer": lambda state: _to(state, "answers"),
    "name": _before_name,
    "summary": _before_summary,
    "edit": lambda state: _to(state, "summary"),
    "confirm": lambda state: _to(state, "summary"),
    "done": _stay,
}
