"""The advice as an architecture decision record, written once into a new project."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from waypost.advice.model import FRAMEWORK_NAMES, Change, Reason, Recommendation
from waypost.advice.rules import TEAM_KNOWS
from waypost.advice.shown.changes import NOTHING_REALISTIC, flip_lines
from waypost.advice.shown.text import cited, headline, points_of, team_line, thin_line
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


def text(
    recommendation: Recommendation,
    answers: Mapping[str, Value],
    *,
    number: int = 1,
    before: str = "",
    is_adopted: bool = False,
) -> str:
    """Return the record in Markdown: context, decision, reasons for and against, and what would change it.

    ``number`` is the record's own; ``before`` names the template that the project was made from until now, if any.
    A project that is adopted has made its decision long ago.
    """
    template = str(answers["template"])
    paragraphs = [
        f"# {number}. {FRAMEWORK_NAMES[_FRAMEWORK_OF[template]]} as the web framework",
        "Status: accepted",
        *([f"The project was made from the template {before} until now; this replaces that decision."] * bool(before)),
        "## Context",
        *_context(recommendation, answers, is_adopted=is_adopted),
        "## Decision",
        _decision(recommendation, template, is_adopted=is_adopted),
        *_section("Reasons for it", recommendation, template, speaks_for=True),
        *_section("Reasons against it", recommendation, template, speaks_for=False),
        "## What would change the advice",
        *_changes(recommendation.flips, followed=_FRAMEWORK_OF[template] == recommendation.framework),
    ]
    return "\n\n".join(paragraphs) + "\n"


def _context(recommendation: Recommendation, answers: Mapping[str, Value], *, is_adopted: bool) -> Iterator[str]:
    when = "adopted" if is_adopted else "started"
    known = dict.fromkeys(key for reason in _all_reasons(recommendation) for key in reason.answers)
    known |= {TEAM_KNOWS: None} if recommendation.team_knows else {}
    rows = [f"- {key}: {answers[key]}" for key in known if answers.get(key, "unsure") != "unsure"]
    if rows:
        yield f"What was known about the project when it was {when}, as far as it matters for the choice:"
        yield "\n".join(rows)
    else:
        yield f"Nothing that matters for the choice was known about the project when it was {when}."


def _decision(recommendation: Recommendation, template: str, *, is_adopted: bool) -> str:
    advice = (
        f"Waypost's advice was: {_sentence(headline(recommendation))} It was {_article(recommendation.certainty)}: "
        f"{_continued(recommendation.certainty_because)} (points: {recommendation.scores}).{thin_line(recommendation)}"
    )
    team = team_line(recommendation)
    if is_adopted:
        start = (
            f"The project was there before Waypost. Of its templates {template} comes nearest, and it follows that one."
        )
        return _wrapped(" ".join(filter(None, (start, advice, team))))
    if template == recommendation.template:
        start = f"The project starts from the template {template}."
        return _wrapped(" ".join(filter(None, (start, advice, recommendation.template_because, team))))
    start = f"The project starts from the template {template}, which is not the one advised."
    return _wrapped(" ".join(filter(None, (start, advice, team))))


def _section(title: str, recommendation: Recommendation, template: str, *, speaks_for: bool) -> Iterator[str]:
    follows_advice = _FRAMEWORK_OF[template] == recommendation.framework
    reasons = recommendation.reasons if follows_advice == speaks_for else recommendation.against
    points = sum(reason.weight for reason in reasons)
    yield f"## {title} ({points_of(points)})" if points else f"## {title}"
    yield _items(reasons) if reasons else "None of the documents gives one."
    shape = recommendation.template_reasons if speaks_for else recommendation.template_against
    if shape and template == recommendation.template:
        yield f"### How the Flask project is laid out: {'for' if speaks_for else 'against'} {template}"
        yield _items(shape)


def _items(reasons: Iterable[Reason]) -> str:
    return "\n".join(_item(cited(reason)) for reason in reasons)


def _changes(flips: Sequence[Change], *, followed: bool) -> Iterator[str]:
    if not flips:
        yield NOTHING_REALISTIC
        return
    if followed:
        yield "With these answers the advice would have been the other framework:"
    else:
        yield "With these answers the advice would have been the framework that was chosen:"
    yield "\n".join(_item(line) for line in flip_lines(flips))


def _all_reasons(recommendation: Recommendation) -> tuple[Reason, ...]:
    return (
        recommendation.reasons
        + recommendation.against
        + recommendation.template_reasons
        + recommendation.template_against
    )


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _article(certainty: str) -> str:
    return f"a {certainty}" if certainty.startswith("close") else certainty


def _continued(sentence: str) -> str:
    plain = sentence.rstrip(".")
    return plain[:1].lower() + plain[1:]


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _item(line: str) -> str:
    return textwrap.fill(
        line, _WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
