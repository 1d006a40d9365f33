"""What can go wrong, and the exit code each thing ends with.

The codes are part of the contract with scripts: they are documented in ``docs/exit-codes.md`` and never change
their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum, StrEnum

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


class ErrorCode(StrEnum):
    """What programs tell errors apart by: a word that never changes its meaning, where the message may be reworded."""

    INTERNAL = "internal"
    INTERRUPTED = "interrupted"
    USAGE = "usage"
    ANSWERS_NEEDED = "answers-needed"
    AGREEMENT_NEEDED = "agreement-needed"
    OLDER_VERSION = "older-version"
    ANSWERS_FILE = "answers-file"
    MANIFEST = "manifest"
    UNKNOWN_QUESTION = "unknown-question"
    WRONG_ANSWER = "wrong-answer"
    REFUSED_COMBINATION = "refused-combination"
    QUESTION_GONE = "question-gone"
    UNKNOWN_FEATURE = "unknown-feature"
    AMBIGUOUS_FEATURE = "ambiguous-feature"
    NO_OFF_VALUE = "no-off-value"
    NOT_APPLICABLE = "not-applicable"
    STATE = "state"
    DECLINED = "declined"
    DESTINATION = "destination"
    NOT_A_PROJECT = "not-a-project"
    RECORD = "record"
    RECORDED_ALREADY = "recorded-already"
    UNKNOWN_FRAMEWORK = "unknown-framework"
    NOT_COMMITTED = "not-committed"
    UNFINISHED = "unfinished"
    IN_THE_WAY = "in-the-way"
    MIGRATIONS = "migrations"
    NOTHING_TO_UNDO = "nothing-to-undo"
    WOULD_BE_LOST = "would-be-lost"
    SYSTEM = "system"
    GIT = "git"
    SOURCE = "source"
    SOURCE_ADDRESS = "source-address"
    SOURCE_UNREACHABLE = "source-unreachable"
    UNKNOWN_VERSION = "unknown-version"

    @property
    def meaning(self) -> str:
        """What the code says, in a few words, for the page of replies."""
        return _ERRORS[self]


_ERRORS = {
    ErrorCode.INTERNAL: "a mistake in Waypost itself; please report it",
    ErrorCode.INTERRUPTED: "somebody stopped the command",
    ErrorCode.USAGE: "a command, an option or an argument is wrong",
    ErrorCode.ANSWERS_NEEDED: "nothing is answered, and nobody can be asked",
    ErrorCode.AGREEMENT_NEEDED: "it needs `--yes`, and nobody can be asked",
    ErrorCode.OLDER_VERSION: "the version is older than the project's; updates only go forward",
    ErrorCode.ANSWERS_FILE: "the answers file cannot be read, or is not flat TOML",
    ErrorCode.MANIFEST: "the manifest of a batch cannot be read, or is wrong",
    ErrorCode.UNKNOWN_QUESTION: "a key is no question; `problems` name the nearest",
    ErrorCode.WRONG_ANSWER: "a question does not take an answer; `problems` name the nearest",
    ErrorCode.REFUSED_COMBINATION: "answers cannot stand together; the message says what to choose",
    ErrorCode.QUESTION_GONE: "the new version no longer has a recorded question",
    ErrorCode.UNKNOWN_FEATURE: "`add` or `remove` knows no feature of that name",
    ErrorCode.AMBIGUOUS_FEATURE: "a feature's name stands in more than one question, or two exclude each other",
    ErrorCode.NO_OFF_VALUE: "`remove` cannot put the question back, because it has no answer for none",
    ErrorCode.NOT_APPLICABLE: "the feature's question is not asked beside the project's other answers",
    ErrorCode.STATE: "the project is not in a fit state, in another way than those below",
    ErrorCode.DECLINED: "somebody was asked, and said no",
    ErrorCode.DESTINATION: "the folder for the new project is not free, or cannot be written",
    ErrorCode.NOT_A_PROJECT: "the folder is not a project made from a template, or not kept by git",
    ErrorCode.RECORD: "the project's record cannot be read, or was edited",
    ErrorCode.RECORDED_ALREADY: "`adopt` found a record: the project was made from a template, or adopted",
    ErrorCode.UNKNOWN_FRAMEWORK: "`adopt` found neither Flask nor Django in the project",
    ErrorCode.NOT_COMMITTED: "the project has changes that are not committed",
    ErrorCode.UNFINISHED: "a merge, a rebase or a change of Waypost is under way, or files are left in conflict",
    ErrorCode.IN_THE_WAY: "a file, a link or a setting of git stands where a file has to change",
    ErrorCode.MIGRATIONS: "the project's migrations do not allow it",
    ErrorCode.NOTHING_TO_UNDO: "there is no update to take back",
    ErrorCode.WOULD_BE_LOST: "taking the update back would lose what was done since",
    ErrorCode.SYSTEM: "the machine refuses it: a disk, a permission, a folder that is gone",
    ErrorCode.GIT: "git is missing, too old, or refuses it",
    ErrorCode.SOURCE: "the template source cannot be used: damaged, not a template, or unsafe",
    ErrorCode.SOURCE_ADDRESS: "the address is not one of a template source",
    ErrorCode.SOURCE_UNREACHABLE: "the template source cannot be reached",
    ErrorCode.UNKNOWN_VERSION: "there is no such version",
}


class WaypostError(Exception):
    """Something the user can act on: what is wrong, what to do next, and how the command ends.

    ``message`` says what is wrong and where, ``hint`` what to do next (may be empty), ``exit_code`` how a command
    that meets it ends, ``code`` what programs tell it from others by, ``key`` the question it is about, where it is
    about one, and ``problems`` what is wrong with single answers, each with its place. Neither message nor hint shows
    the credentials of an address.
    """

    exit_code: ExitCode = ExitCode.INTERNAL
    code: ErrorCode = ErrorCode.INTERNAL

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        key: str = "",
        problems: Sequence[tuple[Problem, str]] = (),
        code: ErrorCode | None = None,
    ) -> None:
        super().__init__(masked(message))
        self.code = code or type(self).code
        self.message = masked(message)
        self.hint = masked(hint)
        self.key = key
        self.problems = tuple(problems)


def problem_code(problem: Problem, otherwise: ErrorCode) -> ErrorCode:
    """Return the code of what is wrong with one answer: right in itself and refused beside others, or ``otherwise``."""
    return ErrorCode.REFUSED_COMBINATION if problem.refusal is not None else otherwise


class InternalError(WaypostError):
    """Something that Waypost's authors did not foresee."""


class UsageError(WaypostError):
    """The command was called in a way it cannot serve."""

    exit_code = ExitCode.USAGE
    code = ErrorCode.USAGE


class AnswersError(WaypostError):
    """An answer, or the file it stands in, is not valid."""

    exit_code = ExitCode.ANSWERS
    code = ErrorCode.WRONG_ANSWER


class StateError(WaypostError):
    """The destination or the project is not in a state to work on."""

    exit_code = ExitCode.STATE
    code = ErrorCode.STATE


class SourceError(WaypostError):
    """The template source, or the wanted version of it, cannot be had."""

    exit_code = ExitCode.SOURCE
    code = ErrorCode.SOURCE


class InterruptedByUserError(WaypostError):
    """The user stopped the command; nothing is left half-done."""

    exit_code = ExitCode.INTERRUPTED
    code = ErrorCode.INTERRUPTED


def nearest(word: object, candidates: Iterable[str]) -> str:
    """Return the candidate that looks most like ``word``, or nothing where none does."""
    import difflib  # noqa: PLC0415 - only the way to an error needs it

    folded = str(word).strip().lower().replace("_", "-").replace(" ", "-")
    by_fold = {candidate.lower().replace("_", "-"): candidate for candidate in candidates}
    close = difflib.get_close_matches(folded, by_fold, n=3, cutoff=0.5)
    if close:
        # Letters in another order are the likelier mistake than other letters.
        return by_fold[next((fold for fold in close if sorted(fold) == sorted(folded)), close[0])]
    return next((name for fold, name in by_fold.items() if folded and fold.startswith(folded)), "")
