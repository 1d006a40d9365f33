"""Seconds from nothing to the first page of a django-full project, and those of its tests.

    python benchmarks/django_full_start.py PROJECT [--installer uv|pip]

``PROJECT`` is the folder of a rendered project, which is copied. Every step is one that its README names: an
environment, the installation, ``migrate``, gunicorn until ``/`` answers 200; then the tests with their coverage. The
packages come from the installer's own cache: run it twice, and read the second. For each step it prints seconds of wall
and of processor time, its own and its children's, which other work on the machine disturbs less. Ends with 1 when the
processor time until the first page is more than ``--most`` seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

LONGEST = 120


def main() -> int:
    """Measure, print, and say by the exit code whether it is quick enough."""
    options = _options()
    print(f"{'step':12} {'wall':>7} {'processor':>10}")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(options.project, project, ignore=shutil.ignore_patterns(".venv", "db.sqlite3*"))
        programs = project / ".venv" / "bin"
        spent = 0.0
        if options.installer == "uv":
            spent += _step("uv sync", ["uv", "sync", "--quiet", "--python", sys.executable], project)
        else:
            spent += _step("make setup", ["make", "setup", f"PYTHON={sys.executable}"], project)
        spent += _step("migrate", [programs / "python", "manage.py", "migrate", "-v0"], project)
        spent += _first_page(programs, project)
        print(f"{'together':12} {'':7} {spent:8.2f} s", flush=True)
        _step("tests", [programs / "coverage", "run", "-m", "pytest", "-q"], project)
    return int(spent > options.most)


def _step(name: str, command: Sequence[str | Path], folder: Path) -> float:
    with _measured(name) as spent:
        done = subprocess.run(command, cwd=folder, env=_environ(), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return spent[0]


def _first_page(programs: Path, folder: Path) -> float:
    with socket.create_server(("127.0.0.1", 0)) as listener, tempfile.TemporaryFile() as output:
        port = listener.getsockname()[1]
        with _measured("first page") as spent:
            server = subprocess.Popen(
                [programs / "gunicorn", "--bind", f"fd://{listener.fileno()}"],
                cwd=folder,
                env=_environ(),
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[listener.fileno()],
            )
            try:
                _wait_for(f"http://127.0.0.1:{port}/", server)
                answered = time.perf_counter()
            finally:
                server.terminate()
                server.wait(timeout=LONGEST)
            spent.append(answered)
    return spent[0]


@contextlib.contextmanager
def _measured(name: str) -> Iterator[list[float]]:
    """Print the wall and processor seconds of a block; give the latter, and take a moment to end the former at."""
    values: list[float] = []
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    yield values
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = (values.pop() if values else time.perf_counter()) - began
    values.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(f"{name:12} {wall:5.2f} s {values[0]:8.2f} s", flush=True)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LONGEST
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(url, timeout=LONGEST):
            return
        time.sleep(0.02)
    sys.exit(f"nothing answered 200 at {url}")


def _environ() -> dict[str, str]:
    """The tools and their cache, and neither an environment of ours nor a database."""
    return {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "DATABASE_URL", "APP_ENV")}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("project", type=lambda text: Path(text).resolve())
    parser.add_argument(
        "--installer", choices=["uv", "pip"], default="uv", help="pip by `make setup` (default: %(default)s)"
    )
    parser.add_argument("--most", type=float, default=20.0, help="processor seconds (default: %(default)s)")
    options = parser.parse_args()
    if not (options.project / "manage.py").is_file():
        parser.error(f"{options.project} holds no project of django-full")
    return options


if __name__ == "__main__":
    sys.exit(main())
