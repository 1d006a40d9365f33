"""Stopped at any moment, Waypost leaves nothing behind or a complete project, and never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.running import COMMAND, Workplace
from support.sources import git

pytestmark = pytest.mark.slow

SAFETY_SECONDS = 60
# Python answers signals in its own way until the first line of a program runs. This says when that is.
STARTING = """\
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.{handler})
os.write(1, b"started\\n")
if signal.{handler} is signal.SIG_IGN:
    os.execv(sys.executable, [sys.executable, "-m", "waypost", *sys.argv[1:]])
from waypost.__main__ import main
main()
"""


def started(place: Workplace, *arguments: str, handler: str = "SIG_DFL") -> subprocess.Popen[bytes]:
    """A run of Waypost in a process group of its own, which has just begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", STARTING.format(handler=handler), *arguments],
        cwd=place.here,
        env=place.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stdout.readline() == b"started\n"
    return process


def seconds_of_a_run(place: Workplace) -> float:
    process = started(place, "new", "measured", "--defaults")
    begin = time.monotonic()
    process.communicate(timeout=SAFETY_SECONDS)
    assert process.returncode == 0
    return time.monotonic() - begin


def left(place: Workplace) -> list[str]:
    """What is left beside the project that was measured."""
    return [path.name for path in place.here.iterdir() if path.name != "measured"]


def assert_all_or_nothing(place: Workplace, process: subprocess.Popen[bytes], name: str, after: str) -> bool:
    """Whether the run was stopped."""
    _, err = process.communicate(timeout=SAFETY_SECONDS)
    said = err.decode()
    assert "Traceback" not in said, (after, said)
    assert "Exception ignored" not in said, (after, said)
    assert list(place.temporary.iterdir()) == [], after
    if process.returncode == 0:
        assert left(place) == [name], after
        assert git("status", "--porcelain", cwd=place.here / name) == "", after
        assert (place.here / name / ".env").is_file()
        subprocess.run(["rm", "-r", place.here / name], check=True)
        return False
    assert left(place) == [], (after, process.returncode, said)
    # Before Waypost's first line the signal itself ends the process.
    assert process.returncode == 130 or (process.returncode < 0 and said == ""), (after, process.returncode, said)
    return True


@pytest.mark.parametrize(
    ("number", "to_group", "times", "moments"),
    [
        (signal.SIGINT, False, 1, 25),
        (signal.SIGTERM, False, 1, 10),
        (signal.SIGINT, True, 1, 15),
        (signal.SIGINT, False, 2, 10),
    ],
    ids=["Ctrl-C", "terminated", "Ctrl-C to the whole group", "Ctrl-C twice"],
)
def test_a_signal_at_any_moment_leaves_nothing_or_a_project(
    place: Workplace, number: signal.Signals, to_group: bool, times: int, moments: int
) -> None:
    whole = seconds_of_a_run(place)
    stopped = 0
    for moment in range(moments):
        delay = 1.1 * whole * moment / moments
        process = started(place, "new", f"p{moment}", "--defaults")
        time.sleep(delay)
        for repetition in range(times):
            time.sleep(0.01 * repetition)
            try:
                if to_group:
                    os.killpg(process.pid, number)
                else:
                    process.send_signal(number)
            except ProcessLookupError:
                break
        stopped += assert_all_or_nothing(place, process, f"p{moment}", f"{number.name} after {delay:.3f} s")
    assert stopped > moments // 3


@pytest.mark.parametrize("moment", range(6))
def test_a_signal_while_an_empty_folder_is_filled_leaves_it_empty(place: Workplace, moment: int) -> None:
    (place.here / "p").mkdir()
    process = started(place, "new", "p", "--defaults")
    time.sleep(0.12 * moment)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=SAFETY_SECONDS)
    assert process.returncode in {0, 130, -signal.SIGINT}, err
    entries = {path.name for path in (place.here / "p").iterdir()}
    assert entries == set() if process.returncode else {".env", ".git", "README.md"} <= entries
    assert list(place.temporary.iterdir()) == []


def test_signals_that_the_caller_has_ignored_stay_ignored(place: Workplace) -> None:
    process = started(place, "new", "shop", "--defaults", handler="SIG_IGN")
    while process.poll() is None:
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            process.send_signal(number)
        time.sleep(0.05)
    process.communicate()
    assert process.returncode == 0
    assert (place.here / "shop/README.md").is_file()


def test_an_interrupted_command_says_so_in_json_too(place: Workplace) -> None:
    fifo = place.root / "answers"
    os.mkfifo(fifo)
    process = started(place, "new", "shop", "--answers", str(fifo), "--json")
    time.sleep(0.6)  # it waits for the answers, and would for ever
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SAFETY_SECONDS)
    assert process.returncode == 130
    assert b'"status": "interrupted"' in out
    assert err.strip() == b""


# Streams


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("options", ["", "--json"])
def test_closed_streams_do_no_harm(place: Workplace, closed: str, options: str) -> None:
    script = f'exec "$@" new shop --defaults {options} {closed}'
    done = place.run(program=("sh", "-c", script, "sh", *COMMAND))
    assert done.code == 0, done.err
    assert (place.here / "shop/README.md").is_file()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    "arguments", ["recommend --defaults", "answers init --json", "answers validate -", "new", "nonsense", "--help"]
)
def test_any_command_bears_closed_streams(place: Workplace, closed: str, arguments: str) -> None:
    done = place.run(program=("sh", "-c", f'exec "$@" {arguments} {closed}', "sh", *COMMAND))
    assert done.code in {0, 2, 3}


@pytest.mark.parametrize("arguments", ["answers schema", "recommend --defaults --json", "answers init", "--help"])
def test_a_reader_that_goes_away_is_no_error(place: Workplace, arguments: str) -> None:
    script = f'{{ "$@" {arguments}; echo "ended with $?" >&2; }} | true'
    done = place.run(program=("bash", "-c", script, "bash", *COMMAND))
    assert done.err == "ended with 0\n"


@pytest.mark.parametrize("arguments", ["recommend --defaults", "answers init --json", "answers schema", "nope --json"])
def test_output_on_a_full_disk_is_an_error(place: Workplace, arguments: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    done = place.run(program=("sh", "-c", f'exec "$@" {arguments} >/dev/full', "sh", *COMMAND))
    assert done.code == (2 if "nope" in arguments else 4)
