"""Takes the README's picture of the wizard: drives the real ``waypost new`` in a terminal and writes docs/wizard.svg.

Run it again after a change to the questions, the evidence or the wizard. The picture is a drawing of text, not of
pixels, and refers to nothing outside itself.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from io import StringIO
from itertools import groupby
from pathlib import Path

from pyte.screens import Char
from rich.console import Console
from rich.style import Style
from rich.text import Text

from pseudo_terminal import PseudoTerminal

PICTURE = Path(__file__).parents[1] / "docs" / "wizard.svg"
COLUMNS = 84
# rich's own format fetches its font from the network; this one takes the reader's.
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
  <title>The wizard of Waypost: a question, the advice, and the summary</title>
  <style>
    .{unique_id}-matrix {{
      font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
      font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
    }}
    .{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
    {styles}
  </style>
  <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
  </defs>
  {chrome}
  <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
  </g>
</svg>
"""


def main() -> int:
    """Write the picture."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(), encoding="utf-8")
    print(f"wrote {PICTURE}", file=sys.stderr)
    return 0


def picture() -> str:
    """Return the picture of a question, the verdict and the summary, one below the other, as SVG."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), color_system="standard", force_terminal=True)
    for number, screen in enumerate(_screens()):
        if number:
            console.print(Text(f"{'─' * 6} a moment later {'─' * (COLUMNS - 22)}", style="bright_black"))
        for line in screen:
            console.print(line, no_wrap=True, overflow="crop")
    return console.export_svg(title="waypost new shop", code_format=FORMAT, unique_id="waypost")


def _screens() -> Iterator[list[Text]]:
    with tempfile.TemporaryDirectory(prefix="waypost-picture-") as folder:
        command = [sys.executable, "-m", "waypost", "new", "shop", "--dry-run"]
        with PseudoTerminal(
            command, columns=COLUMNS, lines=40, folder=folder, environment={"NO_COLOR": ""}
        ) as terminal:
            terminal.wait_for("What are you building?")
            terminal.press(*["down"] * 9, "enter")
            terminal.wait_for("What are you building?", "still open")
            yield _drawn(terminal)
            while "Which starter project" not in terminal.words:
                shown = terminal.text
                terminal.press("enter")
                terminal.wait_for_change(shown, done="Enter accepts")
            yield _drawn(terminal)
            terminal.press("enter")
            terminal.wait_for("What is the project called?")
            terminal.press("enter")
            terminal.wait_for("This is what you get.")
            yield _drawn(terminal)


def _drawn(terminal: PseudoTerminal) -> list[Text]:
    terminal.wait_for_end_of_drawing()
    count = len(terminal.text.splitlines())
    return [_line([terminal.screen.buffer[row][column] for column in range(COLUMNS)]) for row in range(count)]


def _line(characters: list[Char]) -> Text:
    line = Text()
    for (colour, is_bold), run in groupby(characters, key=lambda character: (character.fg, character.bold)):
        line.append("".join(character.data for character in run), style=Style(color=_colour(colour), bold=is_bold))
    line.rstrip()
    return line


def _colour(name: str) -> str | None:
    """Return rich's name of a colour that pyte names."""
    if name == "default":
        return None
    name = {"brown": "yellow", "brightbrown": "brightyellow"}.get(name, name)
    return name.replace("bright", "bright_") if name.startswith("bright") else name


if __name__ == "__main__":
    sys.exit(main())
