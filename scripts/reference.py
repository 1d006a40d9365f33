"""Writes the reference pages that follow from the code: `make docs`. A test holds the pages equal to this."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dependency_pages import dependency_pages
from waypost.advice.evidence import load_evidence
from waypost.errors import ExitCode
from waypost.model import Question, Refusal
from waypost.questions.catalogue import Catalogue, load_catalogue
from waypost.questions.values import shown

ROOT = Path(__file__).parents[1]
_MADE = "<!-- Made by `make docs` from the question catalogue; change it there. -->"
_TITLES = {
    "decision": "Decision questions",
    "template": "The template",
    "project": "Project questions",
    "stack": "Stack questions",
}


def pages() -> dict[Path, str]:
    """Return every page that follows from the code, by its path in the repository."""
    catalogue = load_catalogue(ROOT)
    return {
        Path("docs/questions.md"): "\n".join(_questions(catalogue)),
        Path("docs/refused-combinations.md"): "\n".join(_refusals(catalogue)),
        Path("docs/evidence.md"): "\n".join(_evidence()),
        Path("docs/exit-codes.md"): "\n".join(_exit_codes()),
        **dependency_pages(catalogue),
    }


def main() -> None:
    """Write the pages."""
    for path, text in pages().items():
        (ROOT / path).write_text(text, encoding="utf-8")


def _questions(catalogue: Catalogue) -> Iterator[str]:
    defaults = catalogue.resolve({}).answers
    yield from (_MADE, "", "# The questions", "")
    yield "An answers file holds any of these keys, one a line. What is left out takes its default."
    yield "Where a default follows from other answers, the table shows the one that follows from no answer at all."
    group = ""
    for question in catalogue.questions:
        if question.group != group:
            group = question.group
            yield from ("", f"## {_TITLES[group]}")
        yield from ("", f"### `{question.key}`", "", question.help, "")
        yield from _choices(question)
        default = defaults.get(question.key)
        yield "Not asked unless another answer calls for it." if default is None else f"Default: `{shown(default)}`"
    yield ""


def _choices(question: Question) -> Iterator[str]:
    if question.type == "yes-no":
        yield from ("`true` or `false`.", "")
    if question.choices:
        yield from ("| value | means |", "|---|---|")
        yield from (f"| `{choice.value}` | {choice.label} |" for choice in question.choices)
        yield ""
    if question.type == "choices":
        yield from ("Any of them, in a list.", "")


def _refusals(catalogue: Catalogue) -> Iterator[str]:
    yield from (_MADE, "", "# Combinations that are refused", "")
    yield "Waypost and plain copier refuse these with the sentence shown, and render nothing."
    for status, title in (
        ("impossible", "Cannot work"),
        ("unsupported", "Not supported, on purpose"),
        ("planned", "Not available yet"),
    ):
        rows = [refusal for refusal in catalogue.refusals if refusal.status == status]
        if rows:
            yield from ("", f"## {title}", "", "| answers | why |", "|---|---|")
            yield from (f"| {_where(row)} | {row.because} |" for row in rows)
    yield ""


def _where(refusal: Refusal) -> str:
    return " and ".join(
        f"`{key}` = {' or '.join(f'`{shown(value)}`' for value in values)}" for key, values in refusal.where.items()
    ).replace("'", "")


def _evidence() -> Iterator[str]:
    evidence = load_evidence()
    yield from ("<!-- Made by `make docs` from src/waypost/advice/evidence.toml; change it there. -->", "")
    yield from ("# The evidence behind the advice", "")
    yield "Every claim of five published comparisons about when to choose which, in words of our own. A claim counts"
    yield "when the answers match; its weight is 3 for plain advice, 2 for a strong argument, 1 for a nuance."
    for document_id, document in evidence.documents.items():
        author = f", {document.author}" if document.author else ""
        year = f", {document.year}" if document.year else ""
        yield from ("", f"## {document.title}{author}{year}", "", "| answers | leans | weight | claim | section |")
        yield "|---|---|---|---|---|"
        for claim in (*evidence.claims, *evidence.flask_claims):
            if claim.document == document_id:
                when = " and ".join(f"{key} = {' or '.join(values)}" for key, values in claim.when.items())
                yield f"| {when} | {claim.leans} | {claim.weight} | {claim.claim} | {claim.section} |"
    yield ""


def _exit_codes() -> Iterator[str]:
    yield from ("<!-- Made by `make docs` from src/waypost/errors.py; change it there. -->", "", "# Exit codes", "")
    yield from ("| code | meaning |", "|---|---|")
    yield from (f"| {int(code)} | {code.meaning} |" for code in ExitCode)
    yield ""


if __name__ == "__main__":
    main()
