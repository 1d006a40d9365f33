"""Makes and updates many projects beside each other, and remembers which are done until all are."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO, Any

from waypost.address import without_credentials
from waypost.advice.recommend import recommend
from waypost.errors import StateError, WaypostError
from waypost.fleet.manifest import Action, Entry
from waypost.fleet.workers import cores, run_each
from waypost.questions.catalogue import load_catalogue
from waypost.questions.record import read_record
from waypost.sources.embedded import TemplateSource, embedded
from waypost.sources.plain import compile_all
from waypost.sources.source import shared_sources

Row = dict[str, Any]
"""What became of one project: ``project``, ``action`` and ``seconds``, and all that its own command replies."""

_FINISHED = frozenset({"done", "conflicts"})
# Compiling every template first takes as long as making a few projects without.
_WORTH_PREPARING = 4


@dataclass(frozen=True, kw_only=True)
class _Task:
    """An entry of the manifest, and what is to be done; no two tasks of one repository run at the same time."""

    entry: Entry
    action: Action
    repository: str


def run_batch(
    entries: Sequence[Entry],
    state: Path,
    *,
    jobs: int | None = None,
    restarts: bool = False,
    do: Callable[[Entry, Action], Row],
    failed: Callable[[BaseException], Row],
    report: Callable[[Row], None],
) -> None:
    """Make or update every entry's project, at most ``jobs`` at once, and report each as it ends.

    What ended well stands in the file ``state`` until all has, so that a batch that was interrupted or failed in part
    goes on where it was, unless it ``restarts``. ``do`` works on one project and returns the fields of its reply,
    ``failed`` returns those of a project whose work ended with an error.
    Raises ``StateError`` where another batch uses that file.
    """
    with _opened(state) as stream:
        finished = {} if restarts else _finished(stream)
        ending = _Ending(stream=stream, failed=failed, report=report)
        tasks: list[_Task] = []
        for entry in entries:
            if _key(entry) in finished:
                ending.pass_on(finished[_key(entry)] | {"is_repeated": True})
            else:
                tasks.append(_task(entry))
        with shared_sources(_sources(tasks)) as sources:
            if len(tasks) >= _WORTH_PREPARING:
                _prepare(sources)
            run_each(
                tasks,
                lambda task: _work(task, do, failed),
                key_of=lambda task: task.repository,
                done=lambda number, answer, ended: ending.end(tasks[number], answer, ended),
                limit=jobs or cores(),
            )
        if not ending.has_failures:
            state.unlink(missing_ok=True)
        if ending.broken_pipe:
            raise ending.broken_pipe


@dataclass(kw_only=True)
class _Ending:
    """Keeps what ends well, and reports everything that ends."""

    stream: IO[str]
    failed: Callable[[BaseException], Row]
    report: Callable[[Row], None]
    has_failures: bool = False
    broken_pipe: BrokenPipeError | None = None

    def end(self, task: _Task, answer: bytes, ended: int) -> None:
        """Take the answer of a process."""
        row = _row(task, answer, ended, self.failed)
        if row["status"] in _FINISHED:
            self.stream.write(json.dumps({"key": _key(task.entry), "row": row}) + "\n")
            self.stream.flush()
        self.pass_on(row)

    def pass_on(self, row: Row) -> None:
        """Report a row; where nobody reads any more, the work goes on."""
        self.has_failures |= row["status"] not in _FINISHED
        try:
            self.report(row)
        except BrokenPipeError as error:
            self.broken_pipe = error


def _work(task: _Task, do: Callable[[Entry, Action], Row], failed: Callable[[BaseException], Row]) -> bytes:
    start = monotonic()
    try:
        fields = do(task.entry, task.action)
    except BaseException as error:  # noqa: BLE001 - the boundary between one project and the next
        fields = failed(error)
    return json.dumps(_head(task, monotonic() - start) | fields, default=list).encode()


def _row(task: _Task, answer: bytes, ended: int, failed: Callable[[BaseException], Row]) -> Row:
    try:
        row: Row = json.loads(answer)
    except ValueError:
        how = f"by signal {-ended}" if ended < 0 else f"with exit code {ended}"
        error = StateError(
            f"the process that worked on it was ended {how}",
            hint="The project is as it was, or finished. Look at the machine's memory, and run the batch again.",
        )
        return _head(task, 0.0) | failed(error)
    return row


def _head(task: _Task, seconds: float) -> Row:
    return {"project": task.entry.name, "action": task.action, "seconds": round(seconds, 3)}


def _task(entry: Entry) -> _Task:
    action = entry.wanted
    folder = Path(entry.folder)
    around = (parent for parent in (folder, *folder.parents) if action == "update" and (parent / ".git").exists())
    return _Task(entry=entry, action=action, repository=str(next(around, folder)))


def _sources(tasks: Iterable[_Task]) -> Iterator[tuple[str, str | None]]:
    """Yield address and version of every template source that the tasks will ask for.

    The manifest can hold the credentials of a source, which a project's record is without.
    """
    for task in tasks:
        if task.action == "new":
            yield task.entry.source or embedded().url, task.entry.version
            continue
        with suppress(WaypostError):
            record = read_record(Path(task.entry.folder))
            record.refuse_unnamed()
            source = task.entry.source or ""
            address = source if without_credentials(source) == record.url else record.address
            yield address, record.version
            yield address, task.entry.version


def _prepare(sources: Iterable[TemplateSource]) -> None:
    """Compile all templates and read the evidence once, for every process forked from this one."""
    recommend({})
    for source in sources:
        with suppress(WaypostError):
            compile_all(load_catalogue(source.root))


@contextmanager
def _opened(state: Path) -> Iterator[IO[str]]:
    """Provide the state file for this batch alone."""
    with state.open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateError(
                "another batch is at work on this manifest", hint="Wait for its end, or stop it."
            ) from error
        yield stream


def _finished(stream: IO[str]) -> dict[str, Row]:
    """Return what ended well before, by entry; a line that was cut short counts for nothing."""
    stream.seek(0)
    finished: dict[str, Row] = {}
    for line in stream:
        with suppress(ValueError, KeyError, TypeError):
            saved = json.loads(line)
            finished[saved["key"]] = saved["row"]
    return finished


def _key(entry: Entry) -> str:
    return f"{entry.folder} {entry.fingerprint} {embedded().version}"
