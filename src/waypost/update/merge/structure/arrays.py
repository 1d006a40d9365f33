"""Arrays of TOML as text: each item moves together with the comments that are about it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
    r"|(?P<comment>#[^\n]*)|(?P<space>\s+)|(?P<comma>,)|[\[{]|[\]}]|[^\s,\[\]{}#\"']+",
    re.DOTALL,
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item as it is written: what stands before it, itself, and the comment behind it in its line."""

    lead: str
    text: str
    comment: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The items of an array, whether a comma follows the last, and what stands before the closing bracket."""

    items: tuple[Item, ...]
    ends_with_comma: bool
    closing: str

    @property
    def indent(self) -> str | None:
        """The spaces before items that have a line of their own, or None where none has."""
        leads = (item.lead for item in self.items)
        return next((lead.rpartition("\n")[2] for lead in leads if "\n" in lead), None)


def layout_of(array: str) -> Layout:
    """Return the layout of the text of an array. Raises ``ValueError`` where commas come first in their lines."""
    items: list[Item] = []
    lead, text, comment, depth, ends_with_comma = "", "", "", 0, False
    for found in _TOKEN.finditer(array[1:-1]):
        piece = found[0]
        depth += (piece in "[{") - (piece in "]}")
        if depth > 0 or piece in "]}" or not (found["comment"] or found["space"] or found["comma"]):
            if comment:
                raise ValueError("two items without a comma")
            text, ends_with_comma = text + piece, False
        elif found["comma"]:
            if comment.strip():
                raise ValueError("a comma behind a comment")
            items.append(Item(lead=lead, text=text, comment=""))
            lead, text, comment, ends_with_comma = "", "", "", True
        elif text:
            comment += piece
        elif found["comment"] and items and not items[-1].comment and ends_with_comma and "\n" not in lead:
            items[-1] = replace(items[-1], comment=lead + piece)
            lead = ""
        else:
            lead += piece
    if text:
        behind = comment.rstrip() if "\n" not in comment.partition("#")[0] else ""
        items.append(Item(lead=lead, text=text, comment=behind))
        lead = comment[len(behind) :]
    return Layout(items=tuple(items), ends_with_comma=ends_with_comma, closing=lead)


def arranged(
    ours: Layout, keys: Sequence[Hashable], theirs: Mapping[Hashable, Item], wanted: Mapping[Hashable, str | None]
) -> str:
    """Return the text of an array of the ``wanted`` items in their order, laid out like ``ours``.

    ``keys`` name our items and ``theirs`` those that come from the other side. What is wanted is the new text of an
    item, or None for the one that it has.
    """
    mine = dict(zip(keys, ours.items, strict=True))
    indent = ours.indent
    items: list[Item] = []
    for key, text in wanted.items():
        item = mine[key] if key in mine else _fitting(theirs[key], indent)
        lead = _lead(item.lead, indent, after=items[-1] if items else None, first=ours.items[0].lead)
        items.append(replace(item, lead=lead, text=item.text if text is None else text))
    return f"[{''.join(_joined(items, ours))}]"


def _joined(items: Sequence[Item], layout: Layout) -> Iterator[str]:
    for number, item in enumerate(items, start=1):
        comma = "," if number < len(items) or layout.ends_with_comma else ""
        yield f"{item.lead}{item.text}{comma}{item.comment}"
    is_open = items and items[-1].comment and "\n" not in layout.closing
    yield f"\n{layout.closing}" if is_open else layout.closing


def _fitting(item: Item, indent: str | None) -> Item:
    """Return an item of theirs as it is written among ours; in an array of one line there is no room for comments."""
    if indent is None:
        return replace(item, lead="", comment="")
    comments = [line.strip() for line in item.lead.splitlines() if line.strip()]
    return replace(item, lead="".join(f"\n{indent}{line}" for line in [*comments, ""]))


def _lead(lead: str, indent: str | None, *, after: Item | None, first: str) -> str:
    if indent is None:
        return " " if after else first
    must_break = after is None or bool(after.comment)
    return f"\n{indent}{lead.lstrip(' ')}" if must_break and "\n" not in lead else lead
