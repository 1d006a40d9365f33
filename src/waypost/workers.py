"""Runs many tasks beside each other, each in a process of its own that is forked from this one.

What this process has imported, read and compiled is there in each of them at once, and what one of them does to itself,
dying included, touches no other.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import TypeVar

from waypost.interruption import STOPPING
from waypost.scratch import uninterrupted

_Task = TypeVar("_Task")
_CHUNK = 1 << 16


@dataclass(kw_only=True)
class _Worker:
    """A process at work: its id, the pipe its answer comes through, and what has come so far."""

    number: int
    key: str
    process: int
    pipe: int
    answer: bytearray = field(default_factory=bytearray)


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

    ``done`` is told the number of the task, its answer, and what ended the process otherwise (0, or a signal's number,
    negative) as each ends. ``work`` catches what it can meet, KeyboardInterrupt too. Where this process is interrupted,
    those at work are told to stop, and ``done`` still hears of each.
    """
    waiting = list(enumerate(tasks))
    running: list[_Worker] = []
    with selectors.DefaultSelector() as selector:

        def collect() -> None:
            for event, _ in selector.select():
                worker: _Worker = event.data
                data = os.read(worker.pipe, _CHUNK)
                worker.answer += data
                if data:
                    continue
                with uninterrupted():
                    selector.unregister(worker.pipe)
                    os.close(worker.pipe)
                    running.remove(worker)
                    _, status = os.waitpid(worker.process, 0)
                    done(worker.number, bytes(worker.answer), os.waitstatus_to_exitcode(status))

        try:
            while waiting or running:
                busy = {worker.key for worker in running}
                ready = next((pair for pair in waiting if key_of(pair[1]) not in busy), None)
                if ready is None or len(running) >= limit:
                    collect()
                    continue
                with uninterrupted():
                    waiting.remove(ready)
                    worker = _start(ready[0], ready[1], work, key_of(ready[1]))
                    running.append(worker)
                    selector.register(worker.pipe, selectors.EVENT_READ, worker)
        except BaseException:
            with uninterrupted():
                for worker in running:
                    with suppress(ProcessLookupError):
                        os.kill(worker.process, signal.SIGTERM)
                while running:
                    collect()
            raise


def end_interruptions() -> None:
    """Ignore the signals that stop a program from now on: the task is done."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)


def _start(number: int, task: _Task, work: Callable[[_Task], bytes], key: str) -> _Worker:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    gc.freeze()  # what is there already is never collected, so that its memory stays shared
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        _work(task, work, reading, writing)
    os.close(writing)
    return _Worker(number=number, key=key, process=process, pipe=reading)


def _work(task: _Task, work: Callable[[_Task], bytes], reading: int, writing: int) -> None:
    """Do the task and end the process: nothing of what the parent would do at its end may happen here."""
    code = 1
    try:
        for number in STOPPING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _interrupt)
        os.close(reading)
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)  # standard output is for the answers
        answer = work(task)
        end_interruptions()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(answer)
        code = 0
    finally:
        os._exit(code)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    end_interruptions()
    raise KeyboardInterrupt
