"""The entry point: answers Ctrl-C quietly from the first moment, then hands over to the command line."""

from __future__ import annotations

import os
import signal
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code."""
    # While modules are imported there is nothing to clean up, and a traceback would be the only trace.
    for stopping in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(stopping) is not signal.SIG_IGN:
            signal.signal(stopping, lambda *_: os._exit(_INTERRUPTED))
    from waypost.cli.run import run  # noqa: PLC0415

    code = run(sys.argv[1:])
    # While Python ends there is nothing left to stop, and it would let a signal kill the process after all.
    for stopping in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stopping, signal.SIG_IGN)
    sys.exit(code)


if __name__ == "__main__":
    main()
