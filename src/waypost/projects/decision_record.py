"""The advice as an architecture decision record, written once into a new project."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from waypost.advice.model import FRAMEWORK_NAMES, Flip, Reason, Recommendation
from waypost.model import Value

PATH = Path("docs/decisions/0001-web-framework.md")
_FRAMEWORK_OF = {"flask-micro": "flask", "flask-blueprints": "flask", "django-full": "django"}
_WIDTH = 100
_NUMBERED = re.compile(r"docs/decisions/(\d{4,})-.*\.md")


def write(project: Path, recommendation: Recommendation, answers: Mapping[str, Value]) -> None:
    """Write the record into the folder ``project``. From then on it belongs to the user; no update touches it."""
    path = project / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(recommendation, answers), encoding="utf-8", newline="\n")


def framework_of(template: str) -> str:
    """Return the framework of a template, or nothing for a template that is not Waypost's own."""
    return _FRAMEWORK_OF.get(template, "")


def next_path(paths: Iterable[str]) -> Path:
    """Return the path of the next record in a project that has the files ``paths``."""
    found = (_NUMBERED.fullmatch(path) for path in paths)
    number = max((int(match[1]) for match in found if match), default=0) + 1
    return PATH.with_name(f"{number:04}-web-framework.md")


def text(recommendation: Recommendation, answers: Mapping[str, Value], *, number: int = 1, before: str = "") -> str:
    """Return the record in Markdown: context, decision, reasons for and against, and what would change it.

    ``number`` is the record's own; ``before`` names the template that the project was made from until now, if any.
    """
    template = str(answers["template"])
    paragraphs = [
        f"# {number}. {FRAMEWORK_NAMES[_FRAMEWORK_OF[template]]} as the web framework",
        "Status: accepted",
        *([f"The project was made from the template {before} until now; this replaces that decision."] * bool(before)),
        "## Context",
        *_context(recommendation, answers),
        "## Decision",
        _decision(recommendation, template),
        *_section("Reasons for it", recommendation, template, speaks_for=True),
        *_section("Reasons against it", recommendation, template, speaks_for=False),
        "## What would change it",
        *_changes(recommendation.flips),
    ]
    return "\n\n".join(paragraphs) + "\n"


def _context(recommendation: Recommendation, answers: Mapping[str, Value]) -> Iterator[str]:
    known = dict.fromkeys(key for reason in _all_reasons(recommendation) for key in reason.answers)
    rows = [f"- {key}: {answers[key]}" for key in known if answers.get(key, "unsure") != "unsure"]
    if rows:
        yield "What was known about the project when it was started, as far as it matters for the choice:"
        yield "\n".join(rows)
    else:
        yield "Nothing that matters for the choice was known about the project when it was started."


def _decision(recommendation: Recommendation, template: str) -> str:
    advice = (
        f"The advice was {FRAMEWORK_NAMES[recommendation.framework]} with the template {recommendation.template} "
        f"({recommendation.scores}; confidence {recommendation.confidence}: "
        f"{_continued(recommendation.confidence_because)})."
    )
    if template == recommendation.template:
        return _wrapped(f"The project starts from the template {template}. {advice} {recommendation.template_because}")
    return _wrapped(f"The project starts from the template {template}, chosen against the advice. {advice}")


def _section(title: str, recommendation: Recommendation, template: str, *, speaks_for: bool) -> Iterator[str]:
    follows_advice = _FRAMEWORK_OF[template] == recommendation.framework
    reasons = recommendation.reasons if follows_advice == speaks_for else recommendation.against
    shape = recommendation.template_reasons if speaks_for else recommendation.template_against
    if template == recommendation.template:
        reasons += shape
    yield f"## {title}"
    if reasons:
        yield "\n".join(_item(f"{reason.claim} ({reason.title}: {reason.section})") for reason in reasons)
    else:
        yield "None of the documents gave one."


def _changes(flips: Iterable[Flip]) -> Iterator[str]:
    rows = [_item(f"{_changed(flip)}: {FRAMEWORK_NAMES[flip.framework]}") for flip in flips]
    if rows:
        yield "The smallest changes of the answers that lead to the other framework:"
        yield "\n".join(rows)
    else:
        yield "No change of up to three answers leads to the other framework."


def _changed(flip: Flip) -> str:
    return " and ".join(f"{key} = {value}" for key, value in flip.changes.items())


def _all_reasons(recommendation: Recommendation) -> tuple[Reason, ...]:
    return (
        recommendation.reasons
        + recommendation.against
        + recommendation.template_reasons
        + recommendation.template_against
    )


def _continued(sentence: str) -> str:
    plain = sentence.rstrip(".")
    return plain[:1].lower() + plain[1:]


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _item(line: str) -> str:
    return textwrap.fill(
        line, _WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
