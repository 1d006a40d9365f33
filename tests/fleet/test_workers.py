"""Tasks in processes of their own: each is heard of once, whatever becomes of the process."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from collections.abc import Callable

import pytest

from waypost.fleet.workers import end_interruptions, run_each

pytestmark = pytest.mark.slow


def ran(tasks: list[str], work: Callable[[str], bytes], *, limit: int = 2) -> dict[str, tuple[bytes, int]]:
    """What became of each task: its answer, and how its process ended."""
    found: dict[str, tuple[bytes, int]] = {}

    def done(number: int, answer: bytes, ended: int) -> None:
        assert tasks[number] not in found
        found[tasks[number]] = answer, ended

    run_each(tasks, work, key_of=lambda task: task, done=done, limit=limit)
    return found


def test_a_few_processes_do_many_tasks() -> None:
    found = ran([f"t{number}" for number in range(20)], lambda _: str(os.getpid()).encode(), limit=3)
    processes = {answer for answer, ended in found.values() if not ended}
    assert len(found) == 20
    assert 1 <= len(processes) <= 3
    assert str(os.getpid()).encode() not in processes


def test_an_answer_may_be_longer_than_a_pipe_and_as_short_as_nothing() -> None:
    sizes = {"long": 3_000_000, "none": 0, "short": 1}
    found = ran([*sizes], lambda task: b"x" * sizes[task], limit=1)
    assert {task: len(answer) for task, (answer, _) in found.items()} == sizes


def test_a_process_that_dies_takes_its_own_task_along_and_no_other() -> None:
    def work(task: str) -> bytes:
        if task in {"b", "c"}:
            os.kill(os.getpid(), signal.SIGKILL)
        if task == "d":
            os._exit(3)
        return task.encode()

    found = ran([*"abcdef"], work)
    dead = (b"", -signal.SIGKILL)
    assert found == {"a": (b"a", 0), "b": dead, "c": dead, "d": (b"", 3), "e": (b"e", 0), "f": (b"f", 0)}


def test_an_interruption_of_one_task_is_none_of_the_next() -> None:
    def work(task: str) -> bytes:
        try:
            if task == "b":
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(10)
            end_interruptions()
            os.kill(os.getpid(), signal.SIGTERM)  # what is done is not interrupted any more
        except KeyboardInterrupt:
            return b"interrupted"
        return b"done"

    found = {task: answer for task, (answer, _) in ran([*"abc"], work, limit=1).items()}
    assert found == {"a": b"done", "b": b"interrupted", "c": b"done"}


def test_two_signals_at_one_moment_interrupt_once_and_say_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    def work(_: str) -> bytes:
        sys.unraisablehook = sys.__unraisablehook__  # as it is outside pytest
        both = {signal.SIGINT, signal.SIGTERM}
        try:
            signal.pthread_sigmask(signal.SIG_BLOCK, both)
            for number in both:
                os.kill(os.getpid(), number)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, both)
            time.sleep(10)
        except KeyboardInterrupt:
            return b"interrupted"
        return b"done"

    assert ran(["a"], work) == {"a": (b"interrupted", 0)}
    assert capfd.readouterr().err == ""


def test_tasks_of_one_key_are_never_at_work_beside_each_other() -> None:
    def work(task: str) -> bytes:
        start = time.monotonic()
        time.sleep(0.05)
        return f"{start} {time.monotonic()}".encode()

    spans: list[tuple[float, ...]] = []
    run_each(
        [*"abcd"],
        work,
        key_of=lambda _: "one repository",
        done=lambda _number, answer, _ended: spans.append(tuple(map(float, answer.split()))),
        limit=4,
    )
    assert len(spans) == 4
    assert all(earlier[1] <= later[0] for earlier, later in itertools.pairwise(spans))
