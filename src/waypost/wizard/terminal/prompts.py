"""Draws the wizard's screens in a terminal and reads the keys; the only module that imports questionary.

questionary supplies the list, the checkboxes and the text field. Around them stand the lines above the question, the
help and the keys. Each screen is erased when it is answered, so that going back leaves nothing stale behind.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, assert_never

import questionary
from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Size
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples, fragment_list_to_text, split_lines, to_formatted_text
from prompt_toolkit.input import Input, create_input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import AnyContainer, ConditionalContainer, Dimension, HSplit, Layout, Window, to_container
from prompt_toolkit.layout.controls import FormattedTextControl
from questionary.prompts.common import InquirerControl

from waypost.model import Value
from waypost.system.scratch import uninterrupted
from waypost.wizard.terminal.lines import PlainTerminal
from waypost.wizard.terminal.screen import Back, Enough, Entered, Event, Line, Screen
from waypost.wizard.terminal.streams import output_to, terminal_stream
from waypost.wizard.terminal.styling import STOP_KEY, STYLE, emphasized, keys_of, notice_line, tokens_of, wrap

Check = Callable[[Value], str]
"""Says what is wrong with a value while it is being written or ticked, or nothing."""

# Long enough for the bytes of an arrow key to arrive together, too short to be felt after Esc.
_ESCAPE_SECONDS = 0.05
_INDENT = 4
_INDENT_OF_CHOICES = 5
_LINES_OF_A_PAGE = 5
_MOST_LINES = 1000


def open_terminal() -> Terminal | PlainTerminal:
    """Return the terminal to ask in: one that draws, or plain lines where the terminal cannot (``TERM=dumb``)."""
    if os.environ.get("TERM", "dumb" if os.name == "posix" else "") in ("dumb", "unknown", ""):
        return PlainTerminal(source=sys.stdin, sink=sys.stderr)
    return Terminal()


class Terminal:
    """Asks one screen at a time. Writes to the terminal on standard error, never to standard output."""

    def __init__(self) -> None:
        self._stream = terminal_stream()
        self._input: Input = create_input()
        self._output = output_to(self._stream)

    def show(self, screen: Screen, check: Check) -> Event:
        """Ask the screen's question; raises KeyboardInterrupt on Ctrl-C and EOFError on Ctrl-D or closed input."""
        return _Prompt(screen, check, {"input": self._input, "output": self._output}).ask()

    def say(self, lines: tuple[Line, ...]) -> None:
        """Write lines that stay."""
        columns = self._output.get_size().columns
        for line in lines:
            fragments = wrap([("", f"{line.text}  {line.value}".rstrip())], columns, _INDENT)
            self._output.write(f"{fragment_list_to_text(fragments)}\n")
        self._output.flush()


class _Prompt:
    """One screen on its way to an answer."""

    def __init__(self, screen: Screen, check: Check, streams: Mapping[str, Any]) -> None:
        self.screen = screen
        self.check = check
        self.helps = False
        self.room = 0
        self.is_roomy = False
        self.is_cut = False
        self.scrolled: int | None = None
        self.application = self._widget({**streams, "erase_when_done": True, "style": STYLE})
        windows = list(self.application.layout.find_all_windows())
        self.list = next((window.content for window in windows if isinstance(window.content, InquirerControl)), None)
        self.above = Window(FormattedTextControl(self._above), height=self._height_above)
        self.around = self._surroundings()
        self._dress()

    def ask(self) -> Event:
        # A signal ends the question as Ctrl-C does. Raised at any line it would cut the clearing up short, which puts
        # the terminal back.
        with uninterrupted(self._leave) as arrived:
            result = self.application.run(pre_run=lambda: self._leave() if arrived else None, handle_sigint=False)
        if isinstance(result, Back | Enough):
            return result
        return Entered(tuple(result) if isinstance(result, list) else result)

    def _leave(self) -> None:
        app = self.application

        def leave() -> None:
            if app.is_running and app.future is not None and not app.future.done():
                app.exit(exception=KeyboardInterrupt)

        if app.loop is not None:
            with suppress(RuntimeError):  # it is closed already
                app.loop.call_soon_threadsafe(leave)

    def _widget(self, options: dict[str, Any]) -> Application[Any]:
        screen = self.screen
        possible = [option.value for option in screen.options if not option.refused]
        match screen.form:
            case "text":
                if screen.is_secret:
                    return questionary.password(screen.title, **options).application
                options["placeholder"] = [("class:dim", screen.placeholder)]
                return questionary.text(screen.title, default=str(screen.current), **options).application
            case "several":
                options["validate"] = lambda chosen: not self.check(tuple(chosen))
                return questionary.checkbox(screen.title, _choices(screen), instruction=" ", **options).application
            case "one":
                # The default is any of the values; questionary's types know only those that are text.
                options["default"] = screen.current if screen.current in possible else None
                return questionary.select(screen.title, _choices(screen), instruction=" ", **options).application
            case _:
                assert_never(screen.form)

    def _surroundings(self) -> list[AnyContainer]:
        """Return the widget between what stands above and below it, always in full."""
        return [
            self._shown_if(
                lambda: bool(self.screen.notices), lambda: [("class:bad", notice_line(self.screen.notices))]
            ),
            self._shown_if(lambda: bool(self.screen.status), lambda: [("class:status", self.screen.status)]),
            self.application.layout.container,
            self._shown_if(lambda: self.helps and not self.screen.help, self._help),
            self._shown_if(lambda: bool(self._problem()), lambda: [("class:bad", f"! {self._problem()}")]),
            self._shown_if(lambda: True, self._footer),
        ]

    def _shown_if(self, condition: Callable[[], bool], fragments: Callable[[], StyleAndTextTuples]) -> AnyContainer:
        control = FormattedTextControl(lambda: wrap(fragments(), self._size().columns, _INDENT))
        return ConditionalContainer(Window(control, dont_extend_height=True), Condition(condition))

    def _dress(self) -> None:
        app = self.application
        focus = app.layout.current_window
        if self.list is not None:
            options = self.list.text
            self.list.text = lambda: emphasized(
                wrap(to_formatted_text(options), self._size().columns, _INDENT_OF_CHOICES)
            )
        app.layout = Layout(HSplit([self.above, *self.around]), focused_element=focus)
        bindings = [app.key_bindings, self._keys()]
        app.key_bindings = merge_key_bindings([binding for binding in bindings if binding is not None])
        app.before_render += lambda _: self._measure()
        app.timeoutlen = app.ttimeoutlen = _ESCAPE_SECONDS

    # What stands above the question: as much of it as the screen has room for

    def _above(self) -> StyleAndTextTuples:
        shown: StyleAndTextTuples = []
        for line in self._lines_above()[self._start() : self._start() + self.room]:
            shown += [*line, ("", "\n")]
        return shown[:-1]

    def _lines_above(self) -> list[StyleAndTextTuples]:
        fragments: StyleAndTextTuples = []
        if self.helps and self.screen.help:
            fragments += [("", f"{line}\n") for line in self.screen.help]
        else:
            for line in (*self.screen.trail, *self.screen.body):
                fragments += [(f"class:{line.tone}", line.text), ("", f"  {line.value}\n" if line.value else "\n")]
        return list(split_lines(wrap(fragments, self._size().columns, _INDENT))) if fragments else []

    def _height_above(self) -> Dimension:
        return Dimension.exact(min(len(self._lines_above()), self.room))

    def _measure(self) -> None:
        """Find out what there is room for, before anything is drawn."""
        size = self._size()
        footer = len(list(split_lines(wrap([("", keys_of(self.screen))], size.columns, _INDENT))))
        # A height is only announced up to a limit; a list longer than the screen has to show as one.
        parts = [to_container(part).preferred_height(size.columns, _MOST_LINES) for part in self.around[:-1]]
        self.room = max(0, size.rows - footer - sum(part.preferred for part in parts))
        self.is_cut = footer + sum(part.preferred for part in parts) > size.rows
        self.is_roomy = self.room > len(self._lines_above())

    def _start(self) -> int:
        """Return the first line to show: of the answers so far the last ones matter, of all else the first."""
        start = self._hidden() if self.screen.trail else 0
        return min(self._hidden(), start if self.scrolled is None else self.scrolled)

    def _hidden(self) -> int:
        return max(0, len(self._lines_above()) - self.room)

    def _footer(self) -> StyleAndTextTuples:
        keys = keys_of(self.screen)
        if self.is_cut:
            keys = f"{keys}  (the list goes on)"
        elif self._hidden() > 1 and self.screen.form != "text":
            keys = f"{keys}  PgUp PgDn scroll"
        return [("class:keys", f"\n{keys}" if self.is_roomy else keys)]

    def _size(self) -> Size:
        return self.application.output.get_size()

    # What depends on where the pointer is and on what is ticked or written

    def _help(self) -> StyleAndTextTuples:
        pointed = self.list.get_pointed_at().value if self.list else None
        lines = next((option.help for option in self.screen.options if option.value == pointed), ())
        return [("class:dim", "\n".join(lines or ("There is no more to say about this line.",)))]

    def _problem(self) -> str:
        match self.screen.form:
            case "one":
                return ""
            case "several":
                ticked = self.list.get_selected_values() if self.list else []
                return self.check(tuple(str(choice.value) for choice in ticked))
            case "text":
                return self.check(self._text())
            case _:
                assert_never(self.screen.form)

    def _text(self) -> str:
        return self.application.current_buffer.text or self.screen.placeholder

    # The keys

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add(Keys.Escape)
        @keys.add(Keys.ControlB, eager=True)
        def go_back(event: KeyPressEvent) -> None:
            event.app.exit(result=Back())

        @keys.add(Keys.ControlC, eager=True)
        @keys.add(Keys.SIGINT)
        def leave(event: KeyPressEvent) -> None:
            event.app.exit(exception=KeyboardInterrupt)

        if self.screen.form == "text":
            self._add_text_keys(keys)
        else:
            self._add_list_keys(keys)
        return keys

    def _add_text_keys(self, keys: KeyBindings) -> None:
        @keys.add(Keys.Enter, eager=True)
        def accept(event: KeyPressEvent) -> None:
            if not self._problem():
                event.app.exit(result=self._text())

    def _add_list_keys(self, keys: KeyBindings) -> None:
        @keys.add("?", eager=True)
        def explain(_event: KeyPressEvent) -> None:
            self.helps = not self.helps
            self.scrolled = 0 if self.helps and self.screen.help else None

        if self.screen.can_stop:

            @keys.add(STOP_KEY, eager=True)
            def stop(event: KeyPressEvent) -> None:
                event.app.exit(result=Enough())

        @keys.add(Keys.PageUp, eager=True)
        def scroll_up(_event: KeyPressEvent) -> None:
            self.scrolled = max(0, self._start() - _LINES_OF_A_PAGE)

        @keys.add(Keys.PageDown, eager=True)
        def scroll_down(_event: KeyPressEvent) -> None:
            self.scrolled = min(self._hidden(), self._start() + _LINES_OF_A_PAGE)

        @keys.add(Keys.ControlD, eager=True)
        def end(event: KeyPressEvent) -> None:
            event.app.exit(exception=EOFError)

        @keys.add(Keys.Escape, Keys.Any)
        def ignore(_event: KeyPressEvent) -> None:
            """Swallow Alt with a key; without this it would go back."""


def _choices(screen: Screen) -> list[questionary.Choice]:
    ticked = screen.current if isinstance(screen.current, tuple) else ()
    return [
        questionary.Choice(
            title=tokens_of(screen, option),
            value=option.value,
            disabled=option.refused or None,
            checked=option.value in ticked,
        )
        for option in screen.options
    ]
