"""A plugin of pytest for generated projects: names the connections to Redis that their tests leave open.

Python closes them at some time, in the order in which it happens to come across them, and in some orders it warns.
"""

import gc
import os
import socket
import traceback
from typing import Any
from urllib.parse import urlsplit

PORT = urlsplit(os.environ["REDIS_URL"]).port
MADE: dict[socket.socket, str] = {}


class _Socket(socket.socket):
    def connect(self, address: Any, /) -> None:
        if address[1] == PORT:
            MADE[self] = "".join(traceback.format_stack(limit=40))
        super().connect(address)


gc.disable()  # what nobody closes stays open
socket.socket = _Socket  # type: ignore[misc]


def pytest_unconfigure() -> None:
    """Say what is open; each of them begins with the same words."""
    for made, stack in MADE.items():
        if made.fileno() != -1:
            print(f"left open by\n{stack}")
