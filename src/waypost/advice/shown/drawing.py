"""Draws on a terminal: the only module that imports rich, and only where somebody looks."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from waypost.advice.model import Recommendation
from waypost.advice.shown.changes import flip_lines
from waypost.advice.shown.text import (
    Beside,
    certainty_line,
    cited,
    dispute_lines,
    headline,
    reason_sections,
    team_line,
)

_WIDEST = 100
_BAR = 30


def draw_recommendation(recommendation: Recommendation, beside: Beside = ()) -> None:
    """Draw the verdict with its evidence on standard output, in colour unless ``NO_COLOR`` or the terminal forbids."""
    console = Console(highlight=False)
    marks = ("█", "░") if console.encoding.lower().startswith("utf") else ("#", "-")
    console.print(Group(*_parts(recommendation, beside, marks)), width=min(console.width, _WIDEST))


def _parts(recommendation: Recommendation, beside: Beside, marks: tuple[str, str]) -> Iterator[RenderableType]:
    yield Text(headline(recommendation), style="bold")
    if recommendation.has_evidence:
        yield _balance(recommendation, marks)
    for part in (certainty_line(recommendation), recommendation.template_because, team_line(recommendation)):
        if part:
            yield Text(part)
    yield from (Text(line) for line in dispute_lines(recommendation.disputes))
    for heading, reasons in reason_sections(recommendation):
        yield Text(f"\n{heading}", style="bold")
        for reason in reasons:
            claim, place = reason.claim, cited(reason).removeprefix(reason.claim)
            yield _item("-", Text.assemble(claim, (place, "dim")))
    for heading, items in (*beside, ("What would change it", flip_lines(recommendation.flips))):
        if items:
            yield Text(f"\n{heading}", style="bold")
            yield from (_item("-", Text(item)) for item in items)


def _balance(recommendation: Recommendation, marks: tuple[str, str]) -> Text:
    scores = recommendation.scores
    total = scores.flask + scores.django
    length = round(_BAR * scores.flask / total) if total else _BAR // 2
    return Text.assemble(
        f"Flask {scores.flask} ",
        (marks[0] * length, "cyan"),
        (marks[1] * (_BAR - length), "green"),
        f" {scores.django} Django",
    )


def _item(mark: str, text: Text) -> Padding:
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_row(mark, text)
    return Padding(row, (0, 0, 0, 2))
