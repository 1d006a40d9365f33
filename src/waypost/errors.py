"""What can go wrong, and the exit code each thing ends with.

The codes are part of the contract with scripts: they are documented in ``docs/exit-codes.md`` and never change
their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

from waypost.address import masked
from waypost.model import Problem


class ExitCode(IntEnum):
    """The exit codes of the command ``waypost``."""

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    ANSWERS = 3
    STATE = 4
    CONFLICTS = 5
    OUTDATED = 6
    SOURCE = 7
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """What the code says, in a few words, for the reference page."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.DONE: "done, or nothing to do",
    ExitCode.INTERNAL: "a mistake in Waypost itself; please report it",
    ExitCode.USAGE: "wrong usage",
    ExitCode.ANSWERS: "the answers are not valid",
    ExitCode.STATE: "the destination or project is not in a fit state",
    ExitCode.CONFLICTS: "updated, with conflicts left for you to resolve",
    ExitCode.OUTDATED: "an update is available, or the project has drifted",
    ExitCode.SOURCE: "the template source or version cannot be had",
    ExitCode.INTERRUPTED: "interrupted; nothing is left half-done",
}


class WaypostError(Exception):
    """Something the user can act on: what is wrong, what to do next, and how the command ends.

    ``message`` says what is wrong and where, ``hint`` what to do next (may be empty), ``exit_code`` how a command
    that meets it ends, ``key`` the question it is about, where it is about one, and ``problems`` what is wrong with
    single answers, each with its place. Neither message nor hint shows the credentials of an address.
    """

    exit_code: ExitCode = ExitCode.INTERNAL

    def __init__(
        self, message: str, *, hint: str = "", key: str = "", problems: Sequence[tuple[Problem, str]] = ()
    ) -> None:
        super().__init__(masked(message))
        self.message = masked(message)
        self.hint = masked(hint)
        self.key = key
        self.problems = tuple(problems)


class InternalError(WaypostError):
    """Something that Waypost's authors did not foresee."""


class UsageError(WaypostError):
    """The command was called in a way it cannot serve."""

    exit_code = ExitCode.USAGE


class AnswersError(WaypostError):
    """An answer, or the file it stands in, is not valid."""

    exit_code = ExitCode.ANSWERS


class StateError(WaypostError):
    """The destination or the project is not in a state to work on."""

    exit_code = ExitCode.STATE


class SourceError(WaypostError):
    """The template source, or the wanted version of it, cannot be had."""

    exit_code = ExitCode.SOURCE


class InterruptedByUserError(WaypostError):
    """The user stopped the command; nothing is left half-done."""

    exit_code = ExitCode.INTERRUPTED


def nearest(word: object, candidates: Iterable[str]) -> str:
    """Return the candidate that looks most like ``word``, or nothing where none does."""
    import difflib  # noqa: PLC0415 - only the way to an error needs it

    folded = str(word).strip().lower().replace("_", "-").replace(" ", "-")
    by_fold = {candidate.lower().replace("_", "-"): candidate for candidate in candidates}
    close = difflib.get_close_matches(folded, by_fold, n=1, cutoff=0.5)
    if close:
        return by_fold[close[0]]
    return next((name for fold, name in by_fold.items() if folded and fold.startswith(folded)), "")
