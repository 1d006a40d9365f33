"""Runs many tasks beside each other in processes that are forked from this one.

What this process has imported, read and compiled is there in each of them at once. A process works on one task at a
time, and on the next when it is done; what one of them does to itself, dying included, touches no task but its own.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Generic, TypeVar

from waypost.system.interruption import STOPPING
from waypost.system.scratch import uninterrupted

_Task = TypeVar("_Task")
_CHUNK = 1 << 16
_NUMBER = struct.Struct("<Q")
"""How a task is named to a process, and how the length of its answer comes before it."""


@dataclass(kw_only=True)
class _Worker:
    """A process: its id, the pipe it takes tasks from, the one its answers come through, and what it is at work on."""

    process: int
    tasks: int
    answers: int
    number: int = -1
    key: str = ""
    received: bytearray = field(default_factory=bytearray)

    @property
    def is_busy(self) -> bool:
        return self.number >= 0

    @property
    def has_answered(self) -> bool:
        received = self.received
        return len(received) >= _NUMBER.size and len(received) == _NUMBER.size + _NUMBER.unpack_from(received)[0]

    def take(self, number: int, key: str) -> None:
        """Give the process a task; one that has died meanwhile shows by the end of its answers."""
        self.number, self.key = number, key
        self.received.clear()
        with suppress(BrokenPipeError):
            os.write(self.tasks, _NUMBER.pack(number))

    def leave(self) -> bytes:
        """Return the answer, whole or not, and be free for another task."""
        answer = bytes(self.received[_NUMBER.size :]) if self.has_answered else b""
        self.number, self.key = -1, ""
        return answer


def cores() -> int:
    """Return how many processes can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_each(
    tasks: Sequence[_Task],
    work: Callable[[_Task], bytes],
    *,
    key_of: Callable[[_Task], str],
    done: Callable[[int, bytes, int], None],
    limit: int,
) -> None:
    """Let ``work`` turn each task into an answer, at most ``limit`` at once, and no two of one key beside each other.

    ``done`` gets the number of each task that ends, its answer, and how its process ended where there is none (an
    exit code, or a signal's number, negative). ``work`` catches what it can meet, KeyboardInterrupt too. Where this
    process is interrupted, those at work are stopped, and ``done`` is still called for each.
    """
    waiting = list(range(len(tasks)))
    with selectors.DefaultSelector() as selector:
        crew = _Crew(tasks=tasks, work=work, done=done, selector=selector)
        try:
            while waiting:
                keys = {worker.key for worker in crew.busy}
                ready = next((number for number in waiting if key_of(tasks[number]) not in keys), None)
                if ready is None or len(crew.busy) >= limit:
                    crew.collect()
                    continue
                with uninterrupted():
                    waiting.remove(ready)
                    crew.begin(ready, key_of(tasks[ready]))
            while crew.busy:
                crew.collect()
        except BaseException:
            with uninterrupted():
                crew.stop()
            raise
        finally:
            with uninterrupted():
                crew.dismiss()


@dataclass(kw_only=True)
class _Crew(Generic[_Task]):
    """The processes that work on the tasks; there are never more than have been busy at once."""

    tasks: Sequence[_Task]
    work: Callable[[_Task], bytes]
    done: Callable[[int, bytes, int], None]
    selector: selectors.BaseSelector
    workers: list[_Worker] = field(default_factory=list)

    @property
    def busy(self) -> list[_Worker]:
        return [worker for worker in self.workers if worker.is_busy]

    def begin(self, number: int, key: str) -> None:
        """Give the task to a process that is free, or to a new one."""
        worker = next((worker for worker in self.workers if not worker.is_busy), None)
        if worker is None:
            worker = _start(self.tasks, self.work, self.workers)
            self.workers.append(worker)
            self.selector.register(worker.answers, selectors.EVENT_READ, worker)
        worker.take(number, key)

    def collect(self) -> None:
        """Wait for answers, or for the end of a process, and report each task that this ends."""
        for event, _ in self.selector.select():
            worker: _Worker = event.data
            data = os.read(worker.answers, _CHUNK)
            worker.received += data
            if data and not worker.has_answered:
                continue
            with uninterrupted():
                ended = 0 if data else self._bury(worker)
                if worker.is_busy:
                    number = worker.number
                    self.done(number, worker.leave(), ended)

    def stop(self) -> None:
        """Tell those at work to stop."""
        for worker in self.busy:
            with suppress(ProcessLookupError):
                os.kill(worker.process, signal.SIGTERM)

    def dismiss(self) -> None:
        """End all processes; those at work answer first."""
        while self.busy:
            self.collect()
        for worker in [*self.workers]:
            self._bury(worker)

    def _bury(self, worker: _Worker) -> int:
        self.selector.unregister(worker.answers)
        os.close(worker.answers)
        os.close(worker.tasks)
        self.workers.remove(worker)
        _, status = os.waitpid(worker.process, 0)
        return os.waitstatus_to_exitcode(status)


def end_interruptions() -> None:
    """Ignore the signals that stop a program from now on: the task is done.

    By a handler that does nothing: of a second signal at the same moment Python would say that it ignored it.
    """
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _ignore)


def _start(tasks: Sequence[_Task], work: Callable[[_Task], bytes], others: Sequence[_Worker]) -> _Worker:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    gc.freeze()  # what is there already is never collected, so that its memory stays shared
    numbers, to_child = os.pipe()
    from_child, answers = os.pipe()
    process = os.fork()
    if not process:
        for descriptor in (to_child, from_child, *(each for other in others for each in (other.tasks, other.answers))):
            os.close(descriptor)
        _serve(tasks, work, numbers, answers)
    os.close(numbers)
    os.close(answers)
    return _Worker(process=process, tasks=to_child, answers=from_child)


def _serve(tasks: Sequence[_Task], work: Callable[[_Task], bytes], numbers: int, answers: int) -> None:
    """Do one task after the other and end the process: nothing of what the parent would do at its end may happen here.

    Between two tasks there is nothing to interrupt; the end of ``numbers`` ends it.
    """
    code = 1
    ignored = {number for number in STOPPING if signal.getsignal(number) is signal.SIG_IGN}
    end_interruptions()
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)  # standard output is for the answers
        with os.fdopen(answers, "wb") as pipe:
            while named := os.read(numbers, _NUMBER.size):
                for number in STOPPING:
                    if number not in ignored:
                        signal.signal(number, _interrupt)
                answer = work(tasks[_NUMBER.unpack(named)[0]])
                end_interruptions()
                pipe.write(_NUMBER.pack(len(answer)) + answer)
                pipe.flush()
        code = 0
    finally:
        os._exit(code)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    pass


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    end_interruptions()
    raise KeyboardInterrupt
