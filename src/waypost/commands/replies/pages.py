"""What the replies of ``waypost web`` hold, as ``fields.py`` does for the other commands; and how they are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict, cast

from waypost.advice.rules import template_of
from waypost.advice.shown.starters import EXAMPLES, starter_lines
from waypost.advice.shown.text import RecommendationFields, recommendation_fields
from waypost.commands.replies.fields import Fields, ProblemFields, UpdateFields
from waypost.commands.replies.of_projects import CheckOneFields
from waypost.commands.replies.reply import answer_fields
from waypost.drafts.draft import Draft
from waypost.drafts.hints import hints_of
from waypost.errors import ErrorCode, problem_code
from waypost.model import QuestionGroup, QuestionType
from waypost.questions.catalogue import Catalogue
from waypost.questions.values import as_json


class PageChoiceFields(TypedDict):
    """A choice of a question, its label parted into what it is called and what explains it."""

    value: str
    title: str
    explanation: str


class PageQuestionFields(TypedDict):
    """A question of the catalogue, and what people call it."""

    key: str
    type: QuestionType
    group: QuestionGroup
    name: str
    help: str
    choices: Sequence[PageChoiceFields]


class ExampleFields(TypedDict):
    """Answers to start from: a kind with an example made for it."""

    title: str
    answers: Mapping[str, str]


class CatalogueFields(Fields):
    """The reply of ``GET /api/catalogue``: every question that can be answered, and examples to start from."""

    version: str
    questions: Sequence[PageQuestionFields]
    examples: Sequence[ExampleFields]


class AdviceFields(RecommendationFields):
    """The advice beside a draft, and what can still change it."""

    template: str
    has_evidence: bool
    is_settled: bool
    open_questions: Sequence[str]
    starter: Sequence[str]


class RefusalFields(TypedDict):
    """A refused combination: the questions it is about, and the reason."""

    keys: Sequence[str]
    status: Literal["impossible", "unsupported", "planned"]
    because: str


class WayOutFields(TypedDict):
    """Changes that end every refusal, null for a default, and what the changed questions then come to."""

    changes: Mapping[str, Any]
    result: Mapping[str, Any]


class HintFields(TypedDict):
    """What a choice would lead to: another template, or a refusal, and the templates with which it could be had."""

    leads_to: NotRequired[str]
    refused: NotRequired[str]
    elsewhere: NotRequired[Sequence[str]]


class FileFields(TypedDict):
    """A file of the project as it would be made: the hash of its contents, its lines and bytes."""

    path: str
    sha: str
    lines: int
    bytes: int
    is_executable: bool


class DraftFields(Fields):
    """The reply of ``GET /api/plan``: all that there is to say about a set of answers but the contents of files.

    ``files`` is empty where answers are refused; an answer that no question takes is in ``invalid``, and its default
    counts.
    """

    key: str
    advice: AdviceFields
    unknown: Sequence[str]
    unused: Sequence[str]
    invalid: Sequence[ProblemFields]
    refusals: Sequence[RefusalFields]
    ways_out: Sequence[WayOutFields]
    hints: Mapping[str, Mapping[str, HintFields]]
    files: Sequence[FileFields]


class TextFields(TypedDict):
    """A file's text with its highlighting, or how long it is where it is no text.

    ``runs`` are kinds of highlighting, a letter each or ``-`` for none, with how many characters they cover.
    """

    text: str | None
    runs: str
    bytes: int


class ContentsFields(Fields):
    """The reply of ``GET /api/files``: the files that were asked for, by the hash of their contents."""

    contents: Mapping[str, TextFields]


class TakeAwayFields(Fields):
    """The reply of ``GET /api/answers``: the answers as a command and as a file."""

    command: str
    toml: str


class FoundFields(TypedDict):
    """A project below the folder that the page was started in; ``template`` is null where its record is damaged."""

    id: str
    name: str
    template: str | None
    version: str | None
    is_outdated: bool
    has_security_fix: bool
    problem: str | None


class ProjectFields(CheckOneFields):
    """The reply of ``GET /api/projects/ID``: where the project stands, and the answers that it was made from."""

    folder: str


class FoldersFields(Fields):
    """The reply of ``GET /api/projects``: the folder, and the projects in it."""

    folder: str
    projects: Sequence[FoundFields]


class SidesFields(TypedDict):
    """A file in conflict: as the old template made it, yours, the new template's, and with both marked."""

    base: TextFields | None
    ours: TextFields | None
    theirs: TextFields | None
    marked: TextFields | None


class ShownUpdateFields(UpdateFields):
    """The reply of ``POST /api/projects/ID/preview``: an update, by which ``plan`` it is applied, and file by file."""

    plan: str
    title: str
    command: str
    needs_agreement: bool
    sides: Mapping[str, SidesFields]


def catalogue_fields(catalogue: Catalogue, version: str) -> CatalogueFields:
    """Return the questions as a page shows them."""
    return {
        "template": {"name": None, "from": None, "to": version},
        "version": version,
        "questions": [
            {
                "key": question.key,
                "type": question.type,
                "group": question.group,
                "name": question.name,
                "help": question.help,
                "choices": [
                    {"value": choice.value, "title": choice.title, "explanation": choice.explanation}
                    for choice in question.choices
                ],
            }
            for question in catalogue.questions
            if not question.is_secret
        ],
        "examples": _examples(catalogue),
    }


def _examples(catalogue: Catalogue) -> list[ExampleFields]:
    """Return the answers that lead to each example: the kind, and the template where the kind leads to another."""
    if not {"kind", "template"} <= catalogue.by_key.keys():
        return []
    titles = {choice.value: choice.title for choice in catalogue.by_key["kind"].choices}
    return [
        {
            "title": titles[kind],
            "answers": {"kind": kind} if template_of({"kind": kind}) == best else {"kind": kind, "template": best},
        }
        for kind, (_, (best, *_others)) in EXAMPLES.items()
        if kind in titles
    ]


def draft_fields(draft: Draft, *, key: str, version: str, unknown: Sequence[str] = ()) -> DraftFields:
    """Return what there is to say about a draft; whoever has its files adds them. ``key`` is its query."""
    fields: DraftFields = {
        "template": {"name": draft.template or None, "from": None, "to": version},
        "answers": answer_fields(draft.answers),
        "key": key,
        "advice": _advice_fields(draft),
        "unknown": unknown,
        "unused": draft.resolution.unused,
        "invalid": [
            {
                "code": problem_code(problem, ErrorCode.WRONG_ANSWER),
                "key": problem.key,
                "message": problem.message,
                "nearest": problem.nearest or None,
                "place": None,
            }
            for problem in draft.mistyped
        ],
        "refusals": [
            {"keys": list(problem.refusal.where), "status": problem.refusal.status, "because": problem.message}
            for problem in draft.refusals
            if problem.refusal
        ],
        "ways_out": [{"changes": _values(way.changes), "result": _values(way.result)} for way in draft.ways_out],
        "hints": hint_fields(draft),
        "files": [],
        "next": [line for line in str(draft.resolution.facts.get("next_steps", "")).splitlines() if line]
        if not draft.refusals
        else [],
    }
    return fields


def hint_fields(draft: Draft) -> dict[str, dict[str, HintFields]]:
    """Return what each choice would lead to, as fields; what there is nothing to say about is left out."""
    return {
        key: {
            value: cast(
                "HintFields",
                {
                    name: shown
                    for name, shown in (
                        ("leads_to", hint.leads_to),
                        ("refused", hint.refused),
                        ("elsewhere", hint.elsewhere),
                    )
                    if shown
                },
            )
            for value, hint in hints.items()
        }
        for key, hints in hints_of(draft).items()
    }


def _advice_fields(draft: Draft) -> AdviceFields:
    fields = {
        **recommendation_fields(draft.recommendation),
        "template": draft.recommendation.template,
        "has_evidence": draft.recommendation.has_evidence,
        "is_settled": draft.interim.is_settled,
        "open_questions": draft.interim.open_questions,
        "starter": starter_lines(draft.recommendation.template, draft.decisions),
    }
    return cast("AdviceFields", fields)


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: None if value is None else as_json(value) for key, value in values.items()}
