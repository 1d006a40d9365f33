"""Styled text for the terminal: colours, columns, and lines that break between words rather than inside them."""

from __future__ import annotations

from prompt_toolkit.formatted_text import StyleAndTextTuples, split_lines
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from waypost.wizard.terminal.screen import Option, Screen

STYLE = Style(
    [
        ("qmark", "fg:ansigreen bold"),
        ("question", "bold"),
        ("answer", "bold"),
        ("pointer", "fg:ansigreen bold"),
        ("selected", ""),
        ("highlighted", "bold"),
        ("disabled", "fg:ansibrightblack"),
        ("note", "fg:ansibrightblack"),
        ("dim", "fg:ansibrightblack"),
        ("strong", "bold"),
        ("good", "fg:ansigreen"),
        ("bad", "fg:ansiyellow"),
        ("status", "fg:ansicyan"),
        ("keys", "fg:ansibrightblack"),
    ]
)
_LEAST_COLUMNS = 16
_NOTICES_SHOWN = 4


STOP_KEY = "a"
_STOP = f"  {STOP_KEY} advise me now"
_KEYS = {
    "one": "Enter accepts  Esc back  ? help{stop}  Ctrl-C leave",
    "several": "Space ticks  Enter accepts  Esc back  Ctrl-C leave",
    "text": "Enter accepts  Esc back  Ctrl-C leave",
}


def keys_of(screen: Screen) -> str:
    """Return the keys of a screen in one line."""
    return _KEYS[screen.form].format(stop=_STOP if screen.can_stop else "")


def wrap(fragments: StyleAndTextTuples, columns: int, indent: int) -> StyleAndTextTuples:
    """Return ``fragments`` with line breaks, so that no line has more than ``columns`` cells if its words allow it.

    What follows a break is indented by ``indent`` cells. Fragments without text, such as the mark for the cursor,
    stay where they are.
    """
    columns = max(columns, _LEAST_COLUMNS)
    wrapped: StyleAndTextTuples = []
    for number, line in enumerate(split_lines(fragments)):
        if number:
            wrapped.append(("", "\n"))
        wrapped.extend(_wrap_line(line, columns, indent))
    return wrapped


def emphasized(fragments: StyleAndTextTuples) -> StyleAndTextTuples:
    """Return the list with the line in bold at which the pointer stands."""
    emphasized: StyleAndTextTuples = []
    is_pointed = False
    for style, text, *_ in fragments:
        is_pointed = is_pointed or style == "[SetCursorPosition]"
        is_pointed = is_pointed and text != "\n"
        emphasized.append((f"{style} bold" if is_pointed and not style.startswith("[") else style, text))
    return emphasized


def notice_line(notices: tuple[str, ...]) -> str:
    """Return the notices in one line, the first of them where they are many."""
    shown = "; ".join(notices[:_NOTICES_SHOWN])
    return f"! {shown}" if len(notices) <= _NOTICES_SHOWN else f"! {shown}; and {len(notices) - _NOTICES_SHOWN} more"


def tokens_of(screen: Screen, option: Option) -> list[tuple[str, str]]:
    """Return an option as styled text, its label as wide as the longest of the screen."""
    columns = [other for other in screen.options if other.detail or other.note]
    width = max((len(other.label) for other in columns), default=0)
    label = option.label.ljust(width) if option.detail or option.note else option.label
    style = "class:disabled" if option.refused else "class:text"
    parts = [(style, label)]
    if option.detail:
        parts.append((style, f"  {option.detail}"))
    if option.note:
        parts.append(("class:note", f"  {option.note}"))
    return parts


def _wrap_line(line: StyleAndTextTuples, columns: int, indent: int) -> StyleAndTextTuples:
    wrapped: StyleAndTextTuples = []
    used = 0
    for style, text, *_ in line:
        if style.startswith("["):
            wrapped.append((style, text))
            continue
        for piece in _pieces(text):
            cells = get_cwidth(piece)
            if used + get_cwidth(piece.rstrip()) > columns and used > indent:
                wrapped.append(("", f"\n{' ' * indent}"))
                piece = piece.lstrip()  # noqa: PLW2901  (the space before the break is the break)
                used, cells = indent, get_cwidth(piece)
            wrapped.append((style, piece))
            used += cells
    return wrapped


def _pieces(text: str) -> list[str]:
    """Cut ``text`` into words, each with the spaces before it."""
    pieces: list[str] = []
    start = 0
    for at in range(1, len(text)):
        if text[at] == " " and text[at - 1] != " ":
            pieces.append(text[start:at])
            start = at
    return [*pieces, text[start:]] if text else []
