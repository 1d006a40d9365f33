"""What the JSON replies hold: the one definition, from which ``waypost schema`` makes their JSON Schema.

``docs/json.md`` says what the fields mean. Of ``Fields`` every reply has all, whatever a command leaves out; what a
command adds is always there, unless it is ``NotRequired``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from waypost.advice.shown.text import RecommendationFields
from waypost.errors import ErrorCode, ExitCode
from waypost.model import Origin, QuestionGroup, QuestionType
from waypost.practice.text import PracticeFields

Status = Literal["done", "conflicts", "failed", "interrupted"]
FileChange = Literal["added", "changed", "removed", "conflict"]
StandingState = Literal["same", "different", "elsewhere", "application", "lacking", "lines"]
FeatureState = Literal["there", "possible", "refused"]

TemplateFields = TypedDict("TemplateFields", {"name": str | None, "from": str | None, "to": str | None})
"""The template that a reply is about, and the versions that it leads from and to."""
ChangedFields = TypedDict("ChangedFields", {"from": Any, "to": Any})
"""What an answer or a variable was, and what it becomes."""


class AnswerFields(TypedDict):
    """An answer with its origin, and its place where it has one."""

    value: Any
    origin: Origin
    place: NotRequired[str]


class Fields(TypedDict, total=False):
    """What every JSON reply has (see docs/json.md); what a command leaves out stands empty. Commands add their own."""

    status: Status
    template: TemplateFields
    answers: Mapping[str, AnswerFields]
    changed: Sequence[str]
    conflicts: Sequence[str]
    next: Sequence[str]
    notes: Sequence[str]


class Envelope(Fields):
    """A whole reply: also the version of the replies' form, and the exit code."""

    schema: int
    exit_code: ExitCode


# A command that failed


class ProblemFields(TypedDict):
    """What is wrong with one answer."""

    code: ErrorCode
    key: str
    message: str
    nearest: str | None
    place: str | None


class ErrorFields(TypedDict):
    """Why a command failed."""

    code: ErrorCode
    message: str
    hint: str | None
    key: str | None
    problems: Sequence[ProblemFields]


class FailedFields(Fields):
    """The reply of a command that failed."""

    error: ErrorFields


# Answers and advice


class ChoiceFields(TypedDict):
    """A choice of a question."""

    value: str
    label: str


class QuestionFields(TypedDict):
    """A question of the catalogue; ``value`` is what it comes to beside the others, null where it does not apply."""

    key: str
    type: QuestionType
    group: QuestionGroup
    help: str
    choices: Sequence[ChoiceFields]
    value: Any


class NextChoiceFields(ChoiceFields):
    """A choice of the next question: what the documents say of it, and the advice if it is taken."""

    claims: Sequence[str]
    framework: str
    template: str


class CanChangeFields(TypedDict):
    """What can still change: the framework or only the template, and by which questions, in the order of asking."""

    framework: bool
    template: bool
    questions: Sequence[str]


class NextQuestionFields(TypedDict):
    """The question worth asking next, and why."""

    key: str
    type: QuestionType
    help: str
    because: str
    choices: Sequence[NextChoiceFields]
    can_change: CanChangeFields


class RecommendFields(Fields, RecommendationFields):
    """The reply of ``recommend``: also the advice, the question worth asking next, and what public projects use."""

    next_question: NextQuestionFields | None
    starter: Sequence[str]
    practice: PracticeFields | None


class AnswersFields(Fields):
    """The reply of ``answers validate`` and ``answers show``: also the question worth asking next."""

    next_question: NextQuestionFields | None


class InitFields(AnswersFields):
    """The reply of ``answers init``: also the text of the file, and the questions that it answers."""

    toml: str
    questions: Sequence[QuestionFields]


class JsonSchemaFields(Fields):
    """The reply of ``answers schema`` and of ``schema``: also the schema."""

    json_schema: Mapping[str, Any]


# Projects


class ContentFields(TypedDict):
    """What a file holds: its text, or its bytes in base64 where they are no UTF-8."""

    text: str | None
    base64: str | None
    is_executable: bool


class NewFields(Fields):
    """The reply of ``new``: also the project's folder, and with ``--dry-run`` that nothing was made."""

    destination: str
    is_dry_run: NotRequired[bool]
    contents: NotRequired[Mapping[str, ContentFields]]


class DiffFields(Fields):
    """The reply of ``diff``: also what differs, answer by answer and file by file."""

    templates: ChangedFields
    changed_answers: Mapping[str, ChangedFields]
    files: Mapping[str, FileChange]
    diffs: Mapping[str, str]


class RehearsalFields(TypedDict):
    """How a rehearsal went."""

    status: Literal["passed", "failed", "not run"]
    commands: Sequence[str]
    failed: str | None
    failed_with: int | None


class VariableFields(ChangedFields):
    """A variable's value of before and of now, and what the comment above it says now."""

    meaning: str


class EnvironmentFields(TypedDict):
    """What becomes of the variables of ``.env.example``: new ones, others with what they were, and those that go."""

    added: Mapping[str, str]
    changed: Mapping[str, VariableFields]
    removed: Sequence[str]


class RegenerateFields(Fields):
    """The reply of ``regenerate``: also what happens to each file, and with ``--diff`` how, whole and by file."""

    files: Mapping[str, FileChange]
    is_dry_run: bool
    diff: NotRequired[str]
    diffs: NotRequired[Mapping[str, str]]


class UpdateFields(RegenerateFields):
    """The reply of ``update``, ``add`` and ``remove``: also why files are in conflict, and what happens to answers."""

    reasons: Mapping[str, str]
    new_answers: Mapping[str, Any]
    changed_answers: Mapping[str, ChangedFields]
    dropped_answers: Mapping[str, Any]
    orphans: Sequence[str]
    environment: EnvironmentFields
    servers: Sequence[str]
    rehearsal: NotRequired[RehearsalFields]
    adoption: NotRequired[AdoptionFields]


class FileStandingFields(TypedDict):
    """How a file of the template stands to a project: which of its own does the same, and what has to be adapted."""

    state: StandingState
    yours: str | None
    leans_on: Sequence[str]


class AdoptionFields(TypedDict):
    """Of a template that a project was adopted into: the files that come in, and those that stay out."""

    taken: Mapping[str, FileStandingFields]
    left: Mapping[str, FileStandingFields]


class FeatureFields(TypedDict):
    """A feature: how it is asked for, whether the project has it or can have it, and what it would bring."""

    name: str
    key: str
    value: str | bool
    label: str
    state: FeatureState
    because: str | None
    replaces: str | None
    files: Mapping[str, FileChange]
    dependencies: Sequence[str]
    servers: Sequence[str]


class FeaturesFields(Fields):
    """The reply of ``add --list``: also the features of the project's template."""

    features: Sequence[FeatureFields]
