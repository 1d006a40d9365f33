"""Shows Waypost at work without a terminal: makes a project in ./demo, installs, tests and starts it, asks it once.

`make demo` runs this. Every command is printed before it runs, so that each can be repeated by hand.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "demo"
ANSWERS = Path("examples/rest-api.toml")
_STARTS_WITHIN = 30.0
_STOPS_WITHIN = 15.0


def main() -> int:
    """Run the demonstration and return an exit code for the shell."""
    if DEMO.exists() and not _is_untouched(DEMO):
        print(f"{DEMO.name}/ is not an unchanged demonstration project; move it away first.", file=sys.stderr)
        return 1
    shutil.rmtree(DEMO, ignore_errors=True)
    waypost = Path(sys.executable).parent / "waypost"
    _run([str(waypost), "recommend", "--answers", str(ANSWERS)], ROOT)
    _run([str(waypost), "new", DEMO.name, "--answers", str(ANSWERS)], ROOT)
    _run(["make", "setup", f"PYTHON={sys.executable}"], DEMO)
    _run(["make", "migrate"], DEMO)
    _run(["make", "test"], DEMO)
    return _show_first_answer()


def _is_untouched(project: Path) -> bool:
    """Whether the folder is what an earlier run left: a project of ours with one commit and nothing changed."""
    if not (project / ".copier-answers.yml").is_file() or not (project / ".git").is_dir():
        return False
    changed = _output(["git", "status", "--porcelain"], project)
    commits = _output(["git", "rev-list", "--count", "HEAD"], project)
    return changed == "" and commits == "1"


def _show_first_answer() -> int:
    port = _free_port()
    command = ["gunicorn", "--bind", f"127.0.0.1:{port}", "demo:create_app()"]
    print(f"\n$ {shlex.join(command)} &", flush=True)
    # Like an activated environment: what the project's own README says to type.
    environment = os.environ | {"PATH": f"{DEMO / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"}
    server = subprocess.Popen(command, cwd=DEMO, env=environment, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/healthz", server)
        for path in ("/healthz", "/"):
            print(f"\n$ curl -i {url}{path}", flush=True)
            with urllib.request.urlopen(f"{url}{path}", timeout=5) as response:
                print(f"HTTP/1.1 {response.status} {response.reason}\n\n{response.read().decode().strip()}", flush=True)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    print("\nStopped it again. The project is in demo/: read its README.md next.", flush=True)
    return 0


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(f"the server stopped at once, with exit code {server.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise SystemExit(f"the server did not answer within {_STARTS_WITHIN:.0f} s")


def _run(command: list[str], folder: Path) -> None:
    shown = [Path(command[0]).name, *(part for part in command[1:] if not part.startswith("PYTHON="))]
    print(f"\n$ {shlex.join(shown)}", flush=True)
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(shown)} failed with exit code {done.returncode}")


def _output(command: list[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout.strip()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
