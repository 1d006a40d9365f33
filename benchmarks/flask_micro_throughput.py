"""Requests per second of the flask-micro project beside those of a bare hand-written Flask application.

Both are served by gunicorn with the settings of the generated ``gunicorn.conf.py``, access log included; with
``--plain`` the bare application gets gunicorn's own settings and so no access log. Runs alternate, so that both meet
the same state of the machine; each run sends a fixed number of requests over a few connections on loopback.

    python benchmarks/flask_micro_throughput.py PROJECT PYTHON

``PROJECT`` is the folder of a rendered project and ``PYTHON`` an interpreter that has its dependencies. Prints, for
each path, the median of both and their ratio, and the processor time that the worker spent on a request, which other
work on the machine disturbs less. Ends with 1 when the ratio of the processor times is below ``--least``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from operator import truediv
from pathlib import Path

BARE = """\
from flask import Flask

app = Flask(__name__)


@app.get("/")
def index() -> dict[str, str]:
    return {"name": "bare", "openapi": "/openapi.json"}


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}
"""


def main() -> int:
    """Measure, print, and say by the exit code whether the ratio is reached."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder)
        (bare / "bare.py").write_text(BARE, encoding="utf-8")
        bare_settings = ["--threads", "4"] if options.plain else ["--config", options.project / "gunicorn.conf.py"]
        with (
            _served(options, bare, "bare:app", bare_settings) as (bare_port, bare_server),
            _served(options, options.project, _application(options.project), []) as (port, server),
        ):
            servers = {port: server, bare_port: bare_server}
            return max(_compare(path, port, bare_port, servers, options) for path in options.paths)


def _compare(path: str, port: int, bare_port: int, servers: dict[int, int], options: argparse.Namespace) -> int:
    figures: dict[int, list[float]] = {port: [], bare_port: []}
    seconds: dict[int, float] = {port: 0.0, bare_port: 0.0}
    for warm in (port, bare_port):
        _requests_per_second(warm, path, options.requests // 4, options.connections)
    for run in range(options.runs):
        for each in (port, bare_port) if run % 2 else (bare_port, port):
            before = _processor_seconds(servers[each])
            figures[each].append(_requests_per_second(each, path, options.requests, options.connections))
            seconds[each] += _processor_seconds(servers[each]) - before
    project, bare = (statistics.median(figures[each]) for each in (port, bare_port))
    # Of neighbouring runs, so that what else the machine does meets both sides of a ratio.
    ratio = statistics.median(map(truediv, figures[port], figures[bare_port]))
    print(
        f"{path:10} project {project:7.0f}/s  bare {bare:7.0f}/s  ratio {ratio:.3f}  (medians of {options.runs} runs)",
        flush=True,
    )
    spent, bare_spent = (1e6 * seconds[each] / (options.runs * options.requests) for each in (port, bare_port))
    print(
        f"{'':10} project {spent:5.0f} us  bare {bare_spent:5.0f} us  ratio {bare_spent / spent:.3f}  (processor time)"
    )
    return int(bare_spent / spent < options.least)


def _processor_seconds(server: int) -> float:
    """What the workers of a gunicorn have used so far, by Linux's account."""
    workers = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="utf-8").split()
    spent = [Path(f"/proc/{worker}/stat").read_text(encoding="utf-8").rpartition(")")[2].split() for worker in workers]
    return sum(int(fields[11]) + int(fields[12]) for fields in spent) / os.sysconf("SC_CLK_TCK")


def _requests_per_second(port: int, path: str, requests: int, connections: int) -> float:
    """Send the requests over this many connections at once; every answer has to be a 200."""
    failures: list[str] = []
    threads = [
        threading.Thread(target=_send, args=(port, path, requests // connections, failures)) for _ in range(connections)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    if failures:
        sys.exit(f"{path} on port {port}: {failures[0]}")
    return requests / elapsed


def _send(port: int, path: str, requests: int, failures: list[str]) -> None:
    message = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n".encode()
    connection: socket.socket | None = None
    try:
        for _ in range(requests):
            connection = connection or socket.create_connection(("127.0.0.1", port), timeout=10)
            connection.sendall(message)
            head, _, body = _read_head(connection).partition(b"\r\n\r\n")
            head = head.lower()
            if not head.startswith(b"http/1.1 200 "):
                failures.append(head[:200].decode(errors="replace"))
                return
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            while len(body) < length:
                body += connection.recv(65536)
            if b"connection: close" in head:
                connection.close()
                connection = None
    except OSError as error:
        failures.append(repr(error))
    finally:
        if connection:
            connection.close()


def _read_head(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(65536)
        if not received:
            raise ConnectionError("the server closed the connection")
        data += received
    return data


@contextlib.contextmanager
def _served(
    options: argparse.Namespace, folder: Path, application: str, settings: Sequence[str | Path]
) -> Iterator[tuple[int, int]]:
    """Serve with one worker, so that the other core is left to the load; give the port and gunicorn's process."""
    with socket.create_server(("127.0.0.1", 0)) as listener, tempfile.TemporaryFile() as output:
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [
                *(options.python, "-m", "gunicorn", *settings, "--workers", "1"),
                *("--bind", f"fd://{listener.fileno()}", application),
            ],
            cwd=folder,
            env={
                **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
                "PYTHONPATH": f"{folder}{os.pathsep}{options.project / 'src'}",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()],
        )
        try:
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(timeout=30)


def _application(project: Path) -> str:
    [package] = [path.parent.name for path in (project / "src").glob("*/__init__.py")]
    return f"{package}:create_app()"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("project", type=lambda text: Path(text).resolve())
    parser.add_argument("python", type=lambda text: Path(text).absolute())
    parser.add_argument("--runs", type=int, default=41, help="runs of each (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=400, help="requests of each run (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=2, help="at once (default: %(default)s)")
    parser.add_argument("--least", type=float, default=0.9, help="the ratio to reach (default: %(default)s)")
    parser.add_argument("--paths", nargs="+", default=["/healthz", "/"], help="what to ask for (default: %(default)s)")
    parser.add_argument("--plain", action="store_true", help="serve the bare application without gunicorn.conf.py")
    options = parser.parse_args()
    if not list((options.project / "src").glob("*/__init__.py")):
        parser.error(f"{options.project} holds no project with a package under src/")
    return options


if __name__ == "__main__":
    sys.exit(main())
