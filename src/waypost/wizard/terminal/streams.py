"""Where the wizard draws: on the terminal, whatever is redirected."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from prompt_toolkit.output import ColorDepth, Output, create_output
from prompt_toolkit.output.vt100 import Vt100_Output


def terminal_stream() -> TextIO:
    """Return standard error where it is the terminal, else the terminal itself, so that no redirection hides it."""
    if sys.stderr.isatty():
        return sys.stderr
    with suppress(OSError):
        return Path("/dev/tty" if os.name == "posix" else "CON").open("w", encoding="utf-8")
    return sys.stderr


def output_to(stream: TextIO) -> Output:
    """Return what draws on the terminal behind ``stream``."""
    if os.name != "posix":
        return create_output(stdout=stream)
    # Without asking the terminal for its cursor: a terminal that does not answer would hold up every question.
    output = Vt100_Output.from_pty(stream, term=os.environ.get("TERM"), default_color_depth=ColorDepth.from_env())
    output.enable_cpr = False
    return output
