"""A terminal without a window: runs a program in it, presses keys, and says what a person would see."""

from __future__ import annotations

import os
import re
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self, cast

import pexpect
import pyte

KEYS: Mapping[str, str] = {
    "enter": "\r",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "page-up": "\x1b[5~",
    "page-down": "\x1b[6~",
    "backspace": "\x7f",
    "space": " ",
    "ctrl-b": "\x02",
    "ctrl-c": "\x03",
    "ctrl-d": "\x04",
    "ctrl-u": "\x15",
}
_PATIENCE_SECONDS = 30


class PseudoTerminal:
    """One program in a terminal of its own; a context manager that ends the program with the block."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        lines: int = 24,
        environment: Mapping[str, str] | None = None,
        folder: str | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.raw = b""
        self._flags = 0
        self._stream = pyte.ByteStream(self.screen)
        self._child = pexpect.spawn(
            command[0],
            list(command[1:]),
            dimensions=(lines, columns),
            env={**os.environ, "TERM": "xterm-256color", **(environment or {})},
            cwd=folder,
            timeout=_PATIENCE_SECONDS,
        )
        self._child.delaybeforesend = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._child.close(force=True)

    @property
    def text(self) -> str:
        """What stands on the screen, without the spaces at the ends of the lines."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    @property
    def words(self) -> str:
        """What stands on the screen with every break and run of spaces as one space."""
        return re.sub(r"\s+", " ", self.text)

    @property
    def is_restored(self) -> bool:
        """Whether the terminal shows its cursor, echoes what is typed, and reads by lines again."""
        flags = self._flags if self._child.closed else termios.tcgetattr(self._child.child_fd)[3]
        return not self.screen.cursor.hidden and bool(flags & termios.ECHO) and bool(flags & termios.ICANON)

    def press(self, *keys: str) -> None:
        """Press keys by their name in ``KEYS``; anything else is typed as it is."""
        for key in keys:
            self._child.send(KEYS.get(key, key))

    def wait_for(self, *texts: str, without: str = "") -> None:
        """Wait until all ``texts`` stand on the screen, and ``without`` does not.

        Raises AssertionError with the screen where that does not happen.
        """
        self._wait(lambda: all(text in self.words for text in texts) and not (without and without in self.words), texts)

    def wait_for_change(self, text: str, *, done: str = "") -> None:
        """Wait until the screen shows something else than ``text``, and ``done``, which is drawn last.

        Nothing more arrives then: a screen that is half drawn still shows the ``done`` of the one before.
        """
        self._wait(lambda: self.text != text and done in self.words and not self._read(), ("a change",))

    def wait_for_end(self, end: bytes) -> None:
        """Wait until the last that arrived is ``end``."""
        self._wait(lambda: self.raw.endswith(end), (repr(end),))

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size, as a person does who drags the window's corner."""
        self.screen.resize(lines, columns)
        self._child.setwinsize(lines, columns)

    def kill(self, signal: int) -> None:
        """Send the program a signal."""
        self._child.kill(signal)

    def finish(self) -> int:
        """Wait for the program to end; return its exit status."""
        self._wait(lambda: not self._child.isalive() and not self._read(), ("the end of the program",))
        self._flags = termios.tcgetattr(self._child.child_fd)[3]
        self._child.close()
        status = self._child.exitstatus
        return -1 if status is None else int(status)

    def wait_for_end_of_drawing(self) -> None:
        """Wait until nothing more arrives for a moment; only for pictures, never for a test."""
        while self._read():
            pass

    def _wait(self, is_there: Callable[[], bool], wanted: Sequence[str]) -> None:
        end = time.monotonic() + _PATIENCE_SECONDS
        while not is_there():
            read = self._read()
            if time.monotonic() > end or (not read and not self._child.isalive() and not is_there()):
                raise AssertionError(f"waited for {', '.join(wanted)}; the screen shows:\n{self.text}")

    def _read(self) -> bool:
        try:
            received = cast("bytes", self._child.read_nonblocking(65536, timeout=0.1))
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.raw += received
        self._stream.feed(received)
        return True
