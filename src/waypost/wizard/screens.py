"""What the wizard shows at each step: a state as a screen of plain values, without a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from waypost.model import Question, Value
from waypost.practice.comparison import compare
from waypost.practice.text import practice_line, practice_lines
from waypost.questions.values import shown
from waypost.wizard.state import (
    CHANGE,
    NAME,
    PROCEED,
    TEMPLATE,
    Offer,
    Purpose,
    State,
    Step,
    decision_keys,
    default_of,
    offers,
    refusal_of,
    summary_keys,
)
from waypost.wizard.stopping import answered, answered_keys, enough, offer_to_stop, origin_of, stop_line, trail_of
from waypost.wizard.terminal.screen import Line, Option, Screen, Tone
from waypost.wizard.verdict import claims_about, label_of, short, standing_line, verdict_lines

_WELCOME: Mapping[Purpose, str] = {
    "new": "A few questions, then the advice (Flask or Django), then your starter project.",
    "recommend": "A few questions, then the advice: Flask or Django.",
    "adopt": "A few questions about what cannot be seen in the project, then everything that was read, to change.",
}
_KEYS = "Enter accepts, Esc or Ctrl-B goes back, ? helps, a advises now, Ctrl-C leaves: nothing written."
_CAPITALS = {
    "api": "API",
    "api_library": "API library",
    "ci": "CI",
    "python_version": "Python",
    "django_version": "Django",
}
_LEVELS = {"accounts": "account_level", "admin": "admin_level"}
_MISSING = "not asked: nothing it could change"


def screen_of(state: State, destination: Path | None = None) -> Screen:
    """Return what to show in ``state``; ``destination`` is the folder that the last question names."""
    screen = _SCREENS[state.step](state, destination)
    return replace(screen, notices=(*state.notices, *screen.notices))


def _decision(state: State, _destination: Path | None) -> Screen:
    question = state.catalogue.by_key[state.key]
    later = state.asked[state.asked.index(state.key) :] if state.key in state.asked else ()
    trail = tuple(answered(state, key) for key in answered_keys(state) if key not in later)
    opening = state.step == "question" and later == state.asked
    welcome = (Line(text=_WELCOME[state.purpose], tone="strong"), Line(text=_KEYS, tone="keys"))
    return Screen(
        form="one",
        title=question.help,
        trail=() if opening else trail,
        body=(*welcome, *trail) if opening else (),
        status=standing_line(state.decisions, state.possible) if state.decisions else "",
        options=tuple(
            Option(value=choice.value, label=choice.label, help=claims_about(state.key, choice.value))
            for choice in question.choices
        ),
        current=state.answers.get(state.key, default_of(state, state.key) or ""),
        can_stop=state.step == "question",
    )


def _verdict(state: State, _destination: Path | None) -> Screen:
    advice = state.advice
    offered = offers(state)
    body = [
        Line(text=text, tone=_tone(text))
        for text in verdict_lines(state.catalogue, advice, state.decisions, stop_line(state))
    ]
    practice = compare(state.decisions)
    body += [Line(text=text, tone="dim") for text in practice_line(practice)]
    refused = offered[0].because if offered[0].template == advice.template else ()
    possible = [offer.template for offer in offered if offer.works]
    taken = state.template or advice.template
    return Screen(
        form="one",
        title="Which starter project shall it be?",
        body=tuple(body),
        notices=tuple(f"{advice.template} as answered: {reason}" for reason in refused),
        options=(
            *(_offer(state, offer) for offer in offered),
            Option(value=CHANGE, label="Change an answer"),
        ),
        current=taken if taken in possible else (*possible, CHANGE)[0],
        help=(
            *verdict_lines(state.catalogue, advice, state.decisions, "", everything=True),
            *practice_lines(practice),
        ),
    )


def _tone(text: str) -> Tone:
    if text.startswith("Advice:"):
        return "strong"
    return "good" if "enough:" in text else "plain" if text.startswith("  ") else "dim"


def _offer(state: State, offer: Offer) -> Option:
    question = state.catalogue.by_key[TEMPLATE]
    label = next(choice.label for choice in question.choices if choice.value == offer.template)
    name, _, meaning = label.partition(" - ")
    verb = "Take" if offer.template == state.advice.template else "Instead"
    return Option(
        value=offer.template,
        label=f"{verb} {name}",
        detail=meaning,
        note=f"(changes {', '.join(offer.shown_changes)})" if offer.shown_changes else "",
        refused="" if offer.works else "; ".join(offer.because),
        help=(label, *(f"It would need a change: {reason}" for reason in offer.because)),
    )


def _answers(state: State, _destination: Path | None) -> Screen:
    keys = decision_keys(state.catalogue)
    return Screen(
        form="one",
        title="Which answer shall change?",
        status=standing_line(state.decisions, state.possible),
        options=(
            Option(value=PROCEED, label="Nothing more to change"),
            *(
                Option(
                    value=key,
                    label=_name_of(key),
                    detail=label_of(state.catalogue.by_key[key], state.answers[key]) if key in state.answers else "",
                    note="" if key in state.answers else _MISSING,
                )
                for key in keys
            ),
        ),
        current=PROCEED,
    )


def _name(state: State, _destination: Path | None) -> Screen:
    suggested = str(state.answers.get(NAME) or default_of(state, NAME) or "")
    return Screen(
        form="text",
        title=state.catalogue.by_key[NAME].help,
        body=(Line(text=f"It will be {state.settled[TEMPLATE]}. All else has a default, shown next.", tone="dim"),),
        placeholder=suggested,
    )


def _summary(state: State, _destination: Path | None) -> Screen:
    resolved = state.resolution
    is_adopted = state.purpose == "adopt"
    lines = [
        Option(
            value=key,
            label=_name_of(key),
            detail=short(_shown(state, key, resolved.answers[key]), 60),
            note=origin_of(state, key),
        )
        for key in summary_keys(state)
    ]
    return Screen(
        form="one",
        title=f"This is what {'the record will say' if is_adopted else 'you get'}. Choose a line to change it.",
        options=(Option(value=PROCEED, label="Write the record" if is_adopted else "Create the project"), *lines),
        current=PROCEED,
    )


def _shown(state: State, key: str, value: Value) -> str:
    question = state.catalogue.by_key[key]
    level = state.resolution.facts.get(_LEVELS.get(key, ""))
    if key == TEMPLATE or question.is_secret:
        return "not shown" if question.is_secret else str(value)
    return label_of(question, level if level in question.values else value)


def _edit(state: State, _destination: Path | None) -> Screen:
    question = state.catalogue.by_key[state.key]
    value = state.resolution.answers[state.key]
    if question.type in ("text", "number", "data"):
        known = {"placeholder": str(value)} if question.is_secret else {"current": value}
        return Screen(form="text", title=question.help, is_secret=question.is_secret, **known)
    options = _choices(state, question, value)
    several = question.type == "choices" and any(not option.refused for option in options)
    if question.type == "choices" and not several:
        options = (Option(value=(), label="None of them"), *options)
    return Screen(
        form="several" if several else "one",
        title=question.help,
        options=options,
        current=value,
    )


def _choices(state: State, question: Question, value: Value) -> tuple[Option, ...]:
    default = default_of(state, question.key)

    def option(choice: Value, label: str) -> Option:
        wanted: Value = (str(choice),) if question.type == "choices" else choice
        is_kept = choice in value if isinstance(value, tuple) else choice == value
        return Option(
            value=choice,
            label=label,
            note="(default)" if choice == default else "",
            refused="" if is_kept else refusal_of(state, question.key, wanted),
            help=(f"In an answers file: {question.key} = {shown(wanted)}",),
        )

    if question.type == "yes-no":
        return option(False, "No"), option(True, "Yes")
    return tuple(option(choice.value, choice.label) for choice in question.choices)


def _confirm(state: State, destination: Path | None) -> Screen:
    answers = state.resolution.answers
    folder = destination or Path(str(answers["project_slug"]))
    verb = "write" if state.purpose == "adopt" else "create"
    what = "the record" if state.purpose == "adopt" else "it"
    return Screen(
        form="one",
        title=f"{verb.capitalize()} {what} in {_as_given(folder)}?",
        body=(Line(text=f"{answers.get(NAME, folder.name)}, from the template {answers[TEMPLATE]}."),),
        options=(
            Option(value=PROCEED, label=f"Yes, {verb} it"),
            Option(value=CHANGE, label="No, back to the summary"),
        ),
        current=PROCEED,
    )


def _as_given(folder: Path) -> str:
    return str(folder) if folder.is_absolute() or folder.parts[:1] == ("..",) else f"./{folder}"


def _name_of(key: str) -> str:
    return _CAPITALS.get(key, key.replace("_", " ").capitalize())


_SCREENS: Mapping[Step, Callable[[State, Path | None], Screen]] = {
    "question": _decision,
    "answer": _decision,
    "offer": offer_to_stop,
    "enough": enough,
    "verdict": _verdict,
    "answers": _answers,
    "name": _name,
    "summary": _summary,
    "edit": _edit,
    "confirm": _confirm,
    "done": lambda state, _destination: Screen(form="one", title="", trail=trail_of(state)),
}
