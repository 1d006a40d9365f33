"""How the hosted page bears many people at once: `benchmarks/web_load.py`, beside gunicorn; writes `benchmarks/web.md`.

Every connection is a person who changes one answer every five seconds: the page asks for the plan of the new answers,
and for the text of what changed. Nobody changes the same answers, so that what was kept helps only as it would.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import resource
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "benchmarks" / "web.md"
PAUSE = 5.0
MOST_FILES = 100


@dataclass(kw_only=True)
class Tally:
    """What the people met: how long each change took, in seconds, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def at(self, part: float) -> float:
        """Return the time that this part of the changes took at most."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def measured(port: int, *, people: int, seconds: float, seed: int = 1) -> Tally:
    """Let so many people change an answer every five seconds for so long."""
    questions = _get(_connection(port), "/api/catalogue")["questions"]
    with ThreadPoolExecutor(people) as pool:
        started = time.monotonic()
        found = list(
            pool.map(lambda number: _person(port, questions, started + seconds, seed * 1_000 + number), range(people))
        )
    whole = Tally()
    for tally in found:
        whole.seconds += tally.seconds
        whole.errors += tally.errors
    return whole


def _person(port: int, questions: list[dict[str, object]], until: float, seed: int) -> Tally:
    chance, tally, answers, seen = random.Random(seed), Tally(), {}, set[str]()  # noqa: S311 - no secret
    connection = _connection(port)
    time.sleep(chance.random() * PAUSE)
    while (began := time.monotonic()) < until:
        answers = _changed(answers, questions, chance)
        try:
            plan = _get(connection, f"/api/plan?{urlencode(answers)}")
            shas = [file["sha"] for file in plan["files"] if file["sha"] not in seen][:MOST_FILES]
            # The page shows one file, and counts the lines of those that changed: of a new project it needs one.
            wanted = shas[: 1 if not seen else 20]
            if wanted:
                _get(connection, f"/api/files?{urlencode(answers)}&shas={','.join(wanted)}")
            seen |= {file["sha"] for file in plan["files"]}
        except (OSError, http.client.HTTPException, RuntimeError) as error:
            tally.errors.append(f"{type(error).__name__}: {error}")
            connection = _connection(port)
        tally.seconds.append(time.monotonic() - began)
        time.sleep(max(0.0, PAUSE - (time.monotonic() - began)))
    connection.close()
    return tally


def _changed(answers: dict[str, str], questions: list[dict[str, object]], chance: random.Random) -> dict[str, str]:
    asked = [question for question in questions if question["choices"] and question["key"] != "template"]
    question = chance.choice(asked)
    choices = question["choices"]
    assert isinstance(choices, list)  # noqa: S101 - for the checker of types
    return {**answers, str(question["key"]): str(chance.choice(choices)["value"])}


def _connection(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30)


def _get(connection: http.client.HTTPConnection, path: str) -> dict[str, list[dict[str, object]]]:
    connection.request("GET", path, headers={"Accept": "application/json"})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:  # noqa: PLR2004
        raise RuntimeError(f"{response.status} {body[:200]!r}")
    found: dict[str, list[dict[str, object]]] = json.loads(body)
    return found


def served(command: list[str], port: int) -> subprocess.Popen[bytes]:
    """Start the page, and return its process once it answers."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        try:
            _get(_connection(port), "/api/plan")
        except (OSError, RuntimeError):
            time.sleep(0.1)
        else:
            return process
    process.kill()
    raise SystemExit("the page did not start")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    port = free_port()
    process = served(gunicorn(port, arguments.workers), port)
    try:
        time.sleep(10)  # the templates are compiled meanwhile
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        tally = measured(port, people=arguments.people, seconds=arguments.seconds)
    finally:
        process.terminate()
        process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines = [
        f"{len(tally.seconds)} changes by {arguments.people} people, {len(tally.errors)} errors",
        *(f"p{part * 100:.0f}: {tally.at(part) * 1000:.0f} ms" for part in (0.5, 0.95, 0.99)),
        f"processor time a change: {used / max(1, len(tally.seconds)) * 1000:.0f} ms, load {os.getloadavg()[0]:.1f}",
        *sorted(set(tally.errors))[:5],
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def gunicorn(port: int, workers: int) -> list[str]:
    """Return the command that serves the hosted page, as the documentation has it."""
    return [
        *(sys.executable, "-m", "gunicorn", "--workers", str(workers), "--threads", "8", "--timeout", "30"),
        *("--keep-alive", "30"),
        *("--bind", f"127.0.0.1:{port}", "--limit-request-line", "4600", "waypost.web:create_app(rate=None)"),
    ]


if __name__ == "__main__":
    main()
