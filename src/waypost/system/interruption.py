"""What happens when somebody stops the program."""

from __future__ import annotations

import signal
import sys
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that ask a program to stop."""


class Interruption:
    """The first signal to stop becomes a KeyboardInterrupt; later ones would only break the clearing away."""

    def __init__(self) -> None:
        self.is_awaited = True

    def listen(self) -> None:
        """Answer the signals from now on, but for those that whoever started us wants ignored."""
        self.is_awaited = True
        for number in STOPPING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self)
        sys.unraisablehook = self._swallowed

    def end(self) -> None:
        """Ignore the signals from now on: what was asked for is done."""
        self.is_awaited = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        if self.is_awaited:
            self.is_awaited = False
            raise KeyboardInterrupt

    def _swallowed(self, unraisable: sys.UnraisableHookArgs) -> None:
        if isinstance(unraisable.exc_value, KeyboardInterrupt):
            self.is_awaited = True  # Python loses what is raised in a destructor: the next signal counts
        else:
            sys.__unraisablehook__(unraisable)


interruption = Interruption()
"""The one of this process."""
