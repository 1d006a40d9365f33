"""Asks the wizard's screens line by line, for terminals that cannot move their cursor and for screen readers."""

from __future__ import annotations

import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TextIO

from waypost.model import Value
from waypost.wizard.terminal.screen import Back, Enough, Entered, Event, Line, Option, Screen

_HOW = "Enter takes the one with the star; < goes back, ? helps,{stop} Ctrl-C leaves."
_STOP = " a gives the advice now,"


@dataclass(frozen=True, kw_only=True)
class PlainTerminal:
    """Numbers the choices and reads a number."""

    source: TextIO
    sink: TextIO

    def show(self, screen: Screen, check: Callable[[Value], str]) -> Event:
        """Ask the screen's question; raises EOFError where the input ends."""
        self._write(
            *(f"{line.text}  {line.value}".rstrip() for line in screen.body if line.tone != "keys"),
            *(f"! {notice}" for notice in screen.notices),
        )
        self._write(*filter(None, [screen.status]), "", screen.title)
        numbers = self._list(screen)
        while True:
            text = self._read(screen)
            if text == "<":
                return Back()
            if text == "a" and screen.can_stop:
                return Enough()
            if text == "?" and screen.form != "text":
                self._explain(screen)
                continue
            value = _value(screen, text, numbers)
            problem = "that is not one of the numbers" if value is None else check(value)
            if value is not None and not problem:
                return Entered(value)
            self._write(f"! {problem}")

    def say(self, lines: tuple[Line, ...]) -> None:
        """Write lines that stay."""
        self._write(*(f"{line.text}  {line.value}".rstrip() for line in lines))

    def _list(self, screen: Screen) -> dict[str, Option]:
        numbers: dict[str, Option] = {}
        for option in screen.options:
            text = "  ".join(filter(None, [option.label, option.detail, option.note]))
            if option.refused:
                self._write(f"   -  {text} ({option.refused})")
                continue
            number = str(len(numbers) + 1)
            numbers[number] = option
            self._write(f" {'*' if _is_current(screen, option) else ' '}{number:>2} {text}")
        if screen.form != "text":
            self._write(_HOW.format(stop=_STOP if screen.can_stop else ""))
        return numbers

    def _read(self, screen: Screen) -> str:
        known = "not shown" if screen.is_secret else _current_text(screen)
        hint = {"one": "number", "several": "numbers, with commas; 0 for none", "text": known}
        self.sink.write(f"[{hint[screen.form]}] > ")
        self.sink.flush()
        with _silent(self.source) if screen.is_secret else nullcontext():
            line = self.source.readline()
        if not line:
            raise EOFError
        return line.strip()

    def _explain(self, screen: Screen) -> None:
        self._write(*screen.help)
        for option in screen.options:
            self._write(option.label, *(f"    {line}" for line in option.help))

    def _write(self, *lines: str) -> None:
        for line in lines:
            self.sink.write(f"{line}\n")
        self.sink.flush()


@contextmanager
def _silent(source: TextIO) -> Iterator[None]:
    """Let the terminal not show what is typed, if it is one."""
    try:
        before = termios.tcgetattr(source)
    except (termios.error, ValueError, OSError):  # a file or a pipe, which shows nothing
        yield
        return
    silent = [*before]
    silent[3] &= ~termios.ECHO
    try:
        termios.tcsetattr(source, termios.TCSAFLUSH, silent)
        yield
    finally:
        termios.tcsetattr(source, termios.TCSAFLUSH, before)


def _value(screen: Screen, text: str, numbers: dict[str, Option]) -> Value | None:
    """Return what the typed text stands for, or None where it stands for nothing."""
    match screen.form:
        case "text":
            return text or _current_text(screen)
        case "several":
            if not text:
                return screen.current
            items = [numbers.get(item.strip()) for item in text.split(",")] if text != "0" else []
            if any(item is None for item in items):
                return None
            return tuple(str(item.value) for item in items if item is not None)
        case "one":
            if text in numbers:
                return numbers[text].value
            current = [option for option in numbers.values() if _is_current(screen, option)]
            first = (current or list(numbers.values()))[0].value
            return first if not text else None


def _is_current(screen: Screen, option: Option) -> bool:
    return option.value in screen.current if isinstance(screen.current, tuple) else option.value == screen.current


def _current_text(screen: Screen) -> str:
    return str(screen.current or screen.placeholder)
