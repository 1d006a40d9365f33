"""A git repository on a server of this machine that lets in nobody without a password."""

from __future__ import annotations

import base64
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support.sources import git

USER, PASSWORD = "robot", "s3cret-t0ken"


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where a repository is served: its address without credentials and with them."""

    url: str
    address: str
    folder: Path

    def publish(self, repository: Path) -> None:
        """Serve the repository as it is now."""
        shutil.rmtree(self.folder, ignore_errors=True)
        git("clone", "--quiet", "--mirror", repository, self.folder, cwd=repository.parent)
        git("update-server-info", cwd=self.folder)


class _Guarded(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        wanted = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"
        if self.headers.get("Authorization") == wanted:
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="templates"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_said: Any) -> None:
        pass


@contextmanager
def served(repository: Path, folder: Path) -> Iterator[Served]:
    """Serve the repository, from a copy in ``folder``, to whoever knows the password."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Guarded, directory=str(folder)))
    host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        found = Served(
            url=f"http://{host}/templates.git",
            address=f"http://{USER}:{PASSWORD}@{host}/templates.git",
            folder=folder / "templates.git",
        )
        found.publish(repository)
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
