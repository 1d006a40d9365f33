"""Tasks in processes of their own: each is heard of once, whatever becomes of the process."""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Callable

import pytest

from support.alone import alone
from waypost.fleet.workers import end_interruptions, run_each

pytestmark = pytest.mark.slow

SIZES = {"long": 3_000_000, "none": 0, "short": 1}


def ran(
    tasks: list[str], work: Callable[[str], bytes], *, limit: int = 2, key: str | None = None
) -> dict[str, tuple[bytes, int]]:
    """What became of each task: its answer, and how its process ended; ``key`` is that of all of them."""
    return alone(_ran, tasks, work, limit=limit, key=key)


def _ran(
    tasks: list[str], work: Callable[[str], bytes], *, limit: int, key: str | None
) -> dict[str, tuple[bytes, int]]:
    found: dict[str, tuple[bytes, int]] = {}

    def done(number: int, answer: bytes, ended: int) -> None:
        assert tasks[number] not in found
        found[tasks[number]] = answer, ended

    run_each(tasks, work, key_of=lambda task: key or task, done=done, limit=limit)
    return found


def tell_processes(_: str) -> bytes:
    return f"{os.getpid()} {os.getppid()}".encode()


def test_a_few_processes_do_many_tasks() -> None:
    found = ran([f"t{number}" for number in range(20)], tell_processes, limit=3)
    told = [answer.split() for answer, ended in found.values() if not ended]
    assert len(told) == 20
    assert 1 <= len({process for process, _ in told}) <= 3
    [parent] = {parent for _, parent in told}
    assert parent not in {process for process, _ in told}


def fill(task: str) -> bytes:
    return b"x" * SIZES[task]


def test_an_answer_may_be_longer_than_a_pipe_and_as_short_as_nothing() -> None:
    found = ran([*SIZES], fill, limit=1)
    assert {task: len(answer) for task, (answer, _) in found.items()} == SIZES


def die(task: str) -> bytes:
    if task in {"b", "c"}:
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "d":
        os._exit(3)
    return task.encode()


def test_a_process_that_dies_takes_its_own_task_along_and_no_other() -> None:
    found = ran([*"abcdef"], die)
    dead = (b"", -signal.SIGKILL)
    assert found == {"a": (b"a", 0), "b": dead, "c": dead, "d": (b"", 3), "e": (b"e", 0), "f": (b"f", 0)}


def interrupt_b(task: str) -> bytes:
    try:
        if task == "b":
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)
        end_interruptions()
        os.kill(os.getpid(), signal.SIGTERM)  # what is done is not interrupted any more
    except KeyboardInterrupt:
        return b"interrupted"
    return b"done"


def test_an_interruption_of_one_task_is_none_of_the_next() -> None:
    found = {task: answer for task, (answer, _) in ran([*"abc"], interrupt_b, limit=1).items()}
    assert found == {"a": b"done", "b": b"interrupted", "c": b"done"}


def interrupt_twice(_: str) -> bytes:
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


def test_two_signals_at_one_moment_interrupt_once_and_say_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert ran(["a"], interrupt_twice) == {"a": (b"interrupted", 0)}
    assert capfd.readouterr().err == ""


def time_spent(_: str) -> bytes:
    start = time.monotonic()
    time.sleep(0.05)
    return f"{start} {time.monotonic()}".encode()


def test_tasks_of_one_key_are_never_at_work_beside_each_other() -> None:
    found = ran([*"abcd"], time_spent, limit=4, key="one repository")
    spans = sorted(tuple(map(float, answer.split())) for answer, _ in found.values())
    assert len(spans) == 4
    assert all(earlier[1] <= later[0] for earlier, later in itertools.pairwise(spans))
