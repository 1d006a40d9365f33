"""The wizard: asks what is missing, shows the advice, and lets a person change anything before it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from waypost.errors import InterruptedByUserError
from waypost.model import Value
from waypost.questions.catalogue import Catalogue
from waypost.wizard.screens import screen_of
from waypost.wizard.state import NAME, Purpose, State, refusal_of
from waypost.wizard.steps import advance, begin
from waypost.wizard.stopping import trail_of


def ask(
    catalogue: Catalogue,
    given: Mapping[str, Value],
    *,
    purpose: Purpose,
    destination: Path | None = None,
    unfit: Callable[[Path], str] = lambda _folder: "",
) -> dict[str, Value]:
    """Return the answers that a person gave or changed in the terminal, and for a new project the template.

    ``given`` answers are not asked again; for a new project they can be changed in the summary. ``destination`` is the
    folder that the last question names; without one it is called after the project, and ``unfit`` says why such a
    folder cannot be had, so that another name can be given. Standard input has to be a terminal; standard output is
    left alone. Raises InterruptedByUserError on Ctrl-C, and where the input ends.
    """
    from waypost.wizard.terminal.prompts import open_terminal  # noqa: PLC0415  (importing it takes a fifth of a second)

    state = begin(catalogue, given, purpose)
    folder = _from_here(destination)
    try:
        terminal = open_terminal()
        while state.step != "done":
            event = terminal.show(screen_of(state, folder), partial(_problem, state))
            state = advance(state, event)
            if state.step == "done" and purpose == "new" and destination is None:
                reason = unfit(Path(str(state.resolution.answers["project_slug"])))
                state = replace(state, step="summary", notices=(_elsewhere(reason),)) if reason else state
    except (KeyboardInterrupt, EOFError) as interruption:
        raise InterruptedByUserError("Stopped; nothing was written.") from interruption
    terminal.say(trail_of(state))
    return state.result


def _problem(state: State, value: Value) -> str:
    """Return what is wrong with a value that is being written or ticked."""
    if state.step == "name":
        return refusal_of(state, NAME, value)
    return refusal_of(state, state.key, value) if state.step == "edit" else ""


def _elsewhere(reason: str) -> str:
    return f"{reason}. Change the project slug, which names the folder, or leave and name one: waypost new FOLDER"


def _from_here(folder: Path | None) -> Path | None:
    here = Path.cwd()
    return folder.relative_to(here) if folder and folder != here and folder.is_relative_to(here) else folder
