"""Draws on a terminal: the only module that imports rich, and only where somebody looks."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from waypost.advice.model import FRAMEWORK_NAMES, Reason, Recommendation

_WIDEST = 100
_BAR = 30


def draw_recommendation(recommendation: Recommendation) -> None:
    """Draw the verdict with its evidence on standard output, in colour unless ``NO_COLOR`` or the terminal forbids."""
    console = Console(highlight=False)
    marks = ("█", "░") if console.encoding.lower().startswith("utf") else ("#", "-")
    console.print(Group(*_parts(recommendation, marks)), width=min(console.width, _WIDEST))


def _parts(recommendation: Recommendation, marks: tuple[str, str]) -> Iterator[RenderableType]:
    yield Text.assemble((FRAMEWORK_NAMES[recommendation.framework], "bold"), f", template {recommendation.template}")
    if recommendation.has_evidence:
        yield _balance(recommendation, marks)
    yield Text(f"Confidence: {recommendation.confidence}. {recommendation.confidence_because}")
    yield Text(recommendation.template_because)
    yield from _reasons("Reasons for it", "+", recommendation.reasons + recommendation.template_reasons)
    yield from _reasons("Reasons against it", "-", recommendation.against + recommendation.template_against)
    if recommendation.flips:
        yield Text("\nWhat would change it", style="bold")
    for flip in recommendation.flips:
        changes = " and ".join(f"{key} = {value}" for key, value in flip.changes.items())
        yield _item("~", Text(f"{changes}: {FRAMEWORK_NAMES[flip.framework]} ({flip.template})"))


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


def _reasons(title: str, mark: str, reasons: tuple[Reason, ...]) -> Iterator[RenderableType]:
    if reasons:
        yield Text(f"\n{title}", style="bold")
    for reason in reasons:
        yield _item(mark, Text.assemble(reason.claim, (f" [{reason.title}, {reason.section}]", "dim")))


def _item(mark: str, text: Text) -> Padding:
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_row(mark, text)
    return Padding(row, (0, 0, 0, 2))
