"""Serves the page to one person on this machine, until they stop it."""

from __future__ import annotations

import errno
import secrets
import socket
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

from waitress.server import create_server

from waypost.errors import ErrorCode, StateError
from waypost.web.app import for_one, warm_up

LOOPBACK = "127.0.0.1"
_THREADS = 8
_PATIENCE = 30.0


def serve(folder: Path, *, port: int, opens_browser: bool, announce: Callable[[str], None]) -> None:
    """Serve the page for ``folder`` on ``port`` of the loopback, any free one for 0, until somebody interrupts.

    ``announce`` gets its address, which holds the token of this run. Raises ``UsageError`` where there is no such
    folder, and ``StateError`` where the port cannot be had.
    """
    with _listening(port) as listener:
        host = f"{LOOPBACK}:{listener.getsockname()[1]}"
        token = secrets.token_urlsafe(32)
        app = for_one(host, token, folder)
        warm_up(app)
        server = create_server(
            app, sockets=[listener], threads=_THREADS, ident=None, clear_untrusted_proxy_headers=True
        )
        try:
            with suppress(KeyboardInterrupt):  # which is how it is meant to end
                address = f"http://{host}/#token={token}"
                announce(address)
                if opens_browser:
                    Thread(target=_open, args=(address,), daemon=True).start()
                server.run()
        finally:
            server.close()
            app.extensions["waypost-end"](_PATIENCE)


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        is_taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        said = "is in use" if is_taken else f"cannot be had: {getattr(error, 'strerror', None) or error}"
        raise StateError(
            f"port {port} {said}",
            hint="Name another with --port, or leave it out for a free one.",
            code=ErrorCode.SYSTEM,
        ) from error


def _open(address: str) -> None:
    """Open a browser of a desktop; one of the terminal would take it over, so the printed address has to do there."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if type(browser) is not webbrowser.GenericBrowser:
        browser.open(address)
