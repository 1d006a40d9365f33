"""Writes the reference pages that follow from the code: `make docs`. A test holds the pages equal to this."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from dependency_pages import dependency_pages
from evidence_page import evidence_page
from practice_page import practice_page
from security_page import security_page
from starters_page import starters_page
from waypost.advice.evidence import load_evidence
from waypost.commands.replies.schema import REPLIES, schema_of
from waypost.errors import ErrorCode, ExitCode
from waypost.model import Question, Refusal
from waypost.questions.catalogue import Catalogue, load_catalogue
from waypost.questions.values import shown

ROOT = Path(__file__).parents[1]
_MADE = "<!-- Made by `make docs` from the question catalogue; change it there. -->"
_CODES = "<!-- Made by `make docs` from src/waypost/errors.py; change it there. -->"
_CODES_END = "<!-- The end of what `make docs` made. -->"
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
        Path("docs/starters.md"): starters_page(catalogue),
        Path("docs/evidence.md"): evidence_page(load_evidence()),
        Path("docs/practice.md"): practice_page(),
        Path("docs/exit-codes.md"): "\n".join(_exit_codes()),
        Path("docs/json.md"): _with_error_codes((ROOT / "docs/json.md").read_text(encoding="utf-8")),
        Path("docs/replies.schema.json"): json.dumps(schema_of(*REPLIES), indent=2) + "\n",
        Path("docs/security.md"): security_page(),
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


def _exit_codes() -> Iterator[str]:
    yield from ("<!-- Made by `make docs` from src/waypost/errors.py; change it there. -->", "", "# Exit codes", "")
    yield from ("| code | meaning |", "|---|---|")
    yield from (f"| {int(code)} | {code.meaning} |" for code in ExitCode)
    yield ""


def _with_error_codes(page: str) -> str:
    """Return the page of the replies with the table of codes as the code has it."""
    before, _, rest = page.partition(_CODES)
    _, _, after = rest.partition(_CODES_END)
    rows = "".join(f"| `{code.value}` | {code.meaning} |\n" for code in ErrorCode)
    return f"{before}{_CODES}\n\n| code | meaning |\n|---|---|\n{rows}\n{_CODES_END}{after}"


if __name__ == "__main__":
    main()
