"""What the plugin in deploy/munin tells Munin."""

import logging
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from werkzeug.serving import make_server

{% include 'templates/_shared/monitoring/test-munin.py' %}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Serve the application."""
    # pytest goes through all loggers around a test, and the server's thread must not add one then.
    logging.getLogger("werkzeug")
    server = make_server("127.0.0.1", 0, app)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
